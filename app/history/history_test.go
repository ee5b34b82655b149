package history

import (
	"context"
	"net/netip"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/wire"
)

func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

func openAt(t testing.TB, path string) *Store {
	t.Helper()
	s, err := Open(context.Background(), path, Keep{})
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return s
}

func fresh(t testing.TB) *Store { return openAt(t, filepath.Join(t.TempDir(), "state", "history.db")) }

// noon is when the tests' time begins.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// good is a probe as an https site of our days gives it.
func good(address string, at time.Time, took time.Duration) probe.Result {
	return probe.Result{Address: address, At: at, Due: at.Add(-1234 * time.Microsecond), DNS: 3210 * time.Microsecond, Connect: 9876 * time.Microsecond,
		TLS: 12345 * time.Microsecond, First: 45678 * time.Microsecond, Took: took, Status: 200, Bytes: 16384, Version: "1.1",
		Server: netip.MustParseAddrPort("[2001:db8::1234]:443"), CertEnds: noon.Add(80 * 24 * time.Hour)}
}

func bad(address string, at time.Time) probe.Result {
	return probe.Result{Address: address, At: at, Ended: probe.Connect, Kind: wire.Timeout, DNS: time.Millisecond, Took: 10 * time.Second}
}

func TestProbesComeBackAsTheyWere(t *testing.T) {
	ctx, s := context.Background(), fresh(t)
	list := []probe.Result{
		good("https://a.example/", noon, 99*time.Millisecond),
		bad("https://a.example/", noon.Add(time.Minute)),
		{Address: "https://a.example/", At: noon.Add(2 * time.Minute), Ended: probe.TLS, Kind: "certificate", Took: time.Second, Version: "4711"},
		{Address: "https://a.example/", At: noon.Add(2 * time.Minute), Kind: probe.ServerError, Status: 502, Took: time.Microsecond, Server: netip.MustParseAddrPort("192.0.2.1:8080")},
		{Address: "https://a.example/", At: noon.Add(3 * time.Minute), Ended: probe.Name, Kind: wire.BadDNS},
		{Address: "https://a.example/", At: noon.Add(4 * time.Minute), Ended: probe.Connect, Kind: probe.ProxyRefused, Status: 407, Proxy: "http://proxy.example:3128"},
	}
	must(t, s.Add(ctx, append(list, good("", noon.Add(time.Second), time.Second))))
	must(t, s.Add(ctx, []probe.Result{bad("", noon), bad("", noon)})) // the same moment again
	got, err := s.Probes(ctx, "https://a.example/", noon, noon.Add(time.Hour), 0)
	must(t, err)
	if !reflect.DeepEqual(got, list) {
		t.Errorf("got\n%+v\nwant\n%+v", got, list)
	}
	if got, err := s.Probes(ctx, "", noon, noon.Add(time.Hour), 2); err != nil || len(got) != 2 || got[1] != good("", noon.Add(time.Second), time.Second) || got[0] != bad("", noon) {
		t.Errorf("the newest two are %+v %v", got, err)
	}
	if got, err := s.Probes(ctx, "https://b.example/", noon, noon.Add(time.Hour), 2); err != nil || len(got) != 0 {
		t.Errorf("of an unknown address: %+v %v", got, err)
	}
	if list, err := s.Addresses(ctx); err != nil || !reflect.DeepEqual(list, []string{"", "https://a.example/"}) {
		t.Errorf("addresses %q %v", list, err)
	}
}

// minutely adds a probe each minute for so long, of which every tenth is bad.
func minutely(t testing.TB, s *Store, address string, from time.Time, long time.Duration) {
	var list []probe.Result
	for at := from; at.Before(from.Add(long)); at = at.Add(time.Minute) {
		if at.Minute()%10 == 9 {
			list = append(list, bad(address, at))
		} else {
			list = append(list, good(address, at, time.Duration(100+at.Minute())*time.Millisecond))
		}
	}
	must(t, s.Add(context.Background(), list))
}

func TestSpansAreTheSameFromRawMinutesAndHours(t *testing.T) {
	ctx, s := context.Background(), fresh(t)
	from, to := noon, noon.Add(6*time.Hour)
	minutely(t, s, "a", noon, 3*time.Hour)
	minutely(t, s, "a", noon.Add(4*time.Hour), 90*time.Minute)
	minutely(t, s, "b", noon, time.Hour)
	look := func(width time.Duration) []Span {
		list, err := s.Spans(ctx, "a", from, to, width)
		must(t, err)
		return list
	}
	hourly, quarters := look(time.Hour), look(15*time.Minute)
	if len(hourly) != 5 || len(quarters) != 3*4+6 {
		t.Fatalf("%d hours, %d quarters", len(hourly), len(quarters))
	}
	want := Span{At: noon, Length: time.Hour, Probes: 60, Failed: 6, Min: 100 * time.Millisecond, Mean: 129 * time.Millisecond, Max: 158 * time.Millisecond,
		P95: 156 * time.Millisecond, Known: time.Hour, Well: 54 * time.Minute}
	if hourly[0] != want {
		t.Errorf("got  %+v\nwant %+v", hourly[0], want)
	}
	if !hourly[3].At.Equal(noon.Add(4 * time.Hour)) {
		t.Errorf("the gap is not a gap: %+v", hourly[3])
	}
	uptime, err := s.Uptime(ctx, "a", from, to)
	must(t, err)
	// After the last probe, twice the usual distance is known.
	if uptime.Probes != 270 || uptime.Failed != 27 || uptime.Known != 4*time.Hour+31*time.Minute || uptime.Well != 4*time.Hour+3*time.Minute {
		t.Errorf("uptime %+v", uptime)
	}
	for _, later := range []time.Duration{7 * time.Hour, 8 * 24 * time.Hour} { // summarized, then without raw
		must(t, s.Thin(ctx, noon.Add(later)))
		if got := look(time.Hour); !reflect.DeepEqual(got, hourly) {
			t.Errorf("after %s\n%+v\nwant\n%+v", later, got, hourly)
		}
		if got := look(15 * time.Minute); !reflect.DeepEqual(got, quarters) {
			t.Errorf("after %s\n%+v\nwant\n%+v", later, got, quarters)
		}
		if again, err := s.Uptime(ctx, "a", from, to); err != nil || again != uptime {
			t.Errorf("after %s: %+v %v", later, again, err)
		}
	}
	if list, err := s.Probes(ctx, "a", from, to, 0); err != nil || len(list) != 0 {
		t.Errorf("raw after a week: %d %v", len(list), err)
	}
	must(t, s.Thin(ctx, noon.Add(100*24*time.Hour)))
	if got := look(15 * time.Minute); !reflect.DeepEqual(got, hourly) {
		t.Errorf("after a quarter\n%+v\nwant\n%+v", got, hourly)
	}
	must(t, s.Thin(ctx, noon.Add(6*366*24*time.Hour)))
	if got := look(time.Hour); len(got) != 0 {
		t.Errorf("after years: %+v", got)
	}
}
