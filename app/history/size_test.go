package history

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/probe"
)

// daysOf is how many days are simulated: HISTORY_DAYS, or 10. A whole year takes minutes.
func daysOf() int {
	if n, err := strconv.Atoi(os.Getenv("HISTORY_DAYS")); err == nil {
		return n
	}
	return 10
}

// TestSizeOfAYear simulates twenty addresses that are probed each minute, each by itself, which takes
// the most room, and holds the file to 64 bytes a probe and 50 MB a year.
func TestSizeOfAYear(t *testing.T) {
	if testing.Short() {
		t.Skip("it writes some hundred thousand probes")
	}
	const addresses = 20
	const perYear = 50_000_000
	ctx, s := context.Background(), fresh(t)
	random := rand.New(rand.NewPCG(1, 2))
	took := func(about float64) time.Duration { return time.Duration(about * (0.7 + random.ExpFloat64()) * 1e6) }
	names := make([]string, addresses)
	for i := range names {
		names[i] = fmt.Sprintf("https://www.site%d.example/some/page", i)
	}
	days := daysOf()
	var most int64
	perProbe := 0.0
	for hour := range days * 24 {
		start := noon.Add(time.Duration(hour) * time.Hour)
		must(t, s.do(ctx, true, func(ctx context.Context, conn *sql.Conn) error {
			for minute := range 60 {
				for i, name := range names {
					at := start.Add(time.Duration(minute)*time.Minute + time.Duration(i)*3*time.Second + time.Duration(random.IntN(1e6))*time.Microsecond)
					r := probe.Result{Address: name, At: at, Due: at.Add(-time.Duration(random.IntN(20_000)) * time.Microsecond), DNS: took(5), Connect: took(15),
						TLS: took(25), First: took(60), Took: took(120), Status: 200, Bytes: random.IntN(60_000), Version: "1.1", CertEnds: noon.Add(400 * 24 * time.Hour),
						Server: netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, byte(i)}), 443)}
					if i%2 == 0 { // half of them over IPv6
						r.Server = netip.AddrPortFrom(netip.AddrFrom16([16]byte{0x20, 1, 0x0d, 0xb8, 15: byte(i)}), 443)
					}
					if random.IntN(100) == 0 {
						r = bad(name, at)
					}
					if err := s.addRow(ctx, conn, []probe.Result{r}); err != nil {
						return err
					}
				}
			}
			return nil
		}))
		must(t, s.Thin(ctx, start.Add(time.Hour+10*time.Minute)))
		if hour%24 == 23 {
			size := sizeOf(t, s)
			most = max(most, size)
			if hour == 24*6+23 {
				pages, err := number(ctx, s.conn, "SELECT sum(pgsize) FROM dbstat WHERE name = 'raw'")
				must(t, err)
				rows, err := number(ctx, s.conn, "SELECT count(*) FROM raw")
				must(t, err)
				perProbe = float64(pages) / float64(rows)
				t.Logf("a probe takes %.1f bytes", perProbe)
			}
			if hour/24%30 == 0 {
				t.Logf("after %d days: %.1f MB", hour/24+1, float64(size)/1e6)
			}
		}
	}
	for _, what := range []string{"raw", "summary"} {
		pages, err := number(ctx, s.conn, "SELECT sum(pgsize) FROM dbstat WHERE name = ?", what)
		must(t, err)
		t.Logf("%s: %.1f MB", what, float64(pages)/1e6)
	}
	t.Logf("%d days: %.1f MB at most, with the log", days, float64(most)/1e6)
	if perProbe > 64 || most > perYear {
		t.Errorf("%.1f bytes a probe, %d bytes", perProbe, most)
	}
}

// sizeOf is what the history takes on the disk, with the files beside it.
func sizeOf(t testing.TB, s *Store) (size int64) {
	t.Helper()
	for _, p := range append([]string{s.path}, with(s.path, sides)...) {
		if info, err := os.Stat(p); err == nil {
			size += info.Size()
		}
	}
	return size
}
