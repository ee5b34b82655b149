package cli

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/wire"
)

// recordPast is the script's: past FILE EXAMINATION makes a history of the last two hours, with an
// incident that is over, one that lasts, and one whose texts are hostile.
func recordPast(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	s, err := history.Open(ctx, ts.MkAbs(args[0]), history.Keep{})
	ts.Check(err)
	now := time.Now().Truncate(time.Minute)
	var list []probe.Result
	for at := now.Add(-2 * time.Hour); at.Before(now); at = at.Add(time.Minute) {
		list = append(list, probe.Result{Address: "", At: at, Took: 20 * time.Millisecond})
		r := probe.Result{Address: "https://www.example.com/", At: at, Status: 200, Took: 120 * time.Millisecond}
		if at.Minute()%10 == 0 {
			r = probe.Result{Address: r.Address, At: at, Ended: probe.Connect, Kind: wire.Timeout, Took: time.Second}
		}
		list = append(list, r)
	}
	list = append(list, probe.Result{Address: "=cmd\x1b]0;PWNED\a", At: now.Add(-time.Minute), Took: time.Second})
	ts.Check(s.Add(ctx, list))
	for _, i := range []history.Incident{
		{Address: "https://www.example.com/", Fault: "site.bad-gateway", Blame: "website", Title: "The website is broken, not your computer", Sure: 0.94, Ended: now.Add(-48 * time.Minute)},
		{Address: "", Fault: "provider.down", Blame: "provider", Title: "The provider's line is down", Sure: 0.8},
		{Address: "https://hostile.example/\x1b[2J", Fault: "\x1b[2J", Title: strings.Repeat("\x1b]0;PWNED\a", 100), Sure: 9, Ended: now},
	} {
		i.Began, i.Known = now.Add(-time.Hour), now.Add(-58*time.Minute)
		_, err := s.Begin(ctx, i, nil)
		ts.Check(err)
	}
	ts.Check(s.SetExamination(ctx, 1, []byte(ts.ReadFile(args[1]))))
	ts.Check(s.SetExamination(ctx, 3, []byte("no examination")))
	ts.Check(s.Close())
}

func TestSince(t *testing.T) {
	now := time.Date(2026, 11, 22, 16, 0, 0, 0, time.Local)
	for text, want := range map[string]time.Time{
		"":           now.Add(-7 * 24 * time.Hour),
		"24h":        now.Add(-24 * time.Hour),
		"90m":        now.Add(-90 * time.Minute),
		"7d":         now.Add(-7 * 24 * time.Hour),
		"2026-11-01": time.Date(2026, 11, 1, 0, 0, 0, 0, time.Local),
	} {
		if got, err := since(text, now); err != nil || !got.Equal(want) {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
	for _, text := range []string{"-1h", "0", "0d", "-3d", "yesterday", "2026-11-23", "1700-01-01", "99999999d", "9999999999h", "1e9h", "\x1b[2J"} {
		if got, err := since(text, now); err == nil || strings.ContainsRune(err.Error(), '\x1b') {
			t.Errorf("%q: %v %v", text, got, err)
		}
	}
}

func TestPercent(t *testing.T) {
	for share, want := range map[float64]string{1: "100 %", 0.999999: "99.99 %", 0.9: "90 %", 0.995: "99.50 %", 0: "0 %", 0.00001: "0 %"} {
		if got := percent("en", share); got != want {
			t.Errorf("%v: %q, want %q", share, got, want)
		}
	}
}

// TestPastTable holds the table to recorded ones in several widths.
func TestPastTable(t *testing.T) {
	old := time.Local
	t.Cleanup(func() { time.Local = old })
	time.Local = time.UTC
	up, well, mean := 0.98765, 1.0, 123.4
	ended := "2026-11-21T14:15:00.000Z"
	doc := past{
		Addresses: []pastAddress{
			{Address: "", Uptime: &well, KnownS: 6 * 86400, Probes: 8640, MeanMs: &mean},
			{Address: "https://shop.example/a/very/long/path/to/a/page/deep/inside/the/shop", Uptime: &up, KnownS: 6*86400 + 3*3600, Probes: 8820, Failed: 109, MeanMs: &mean},
			{Address: "https://new.example/"},
		},
		Incidents: []pastIncident{
			{ID: 117, Address: "https://shop.example/", Title: "The website is broken, not your computer", BeganAt: "2026-11-22T14:03:00.000Z"},
			{ID: 5, Title: "Your internet provider is down", BeganAt: "2026-11-21T14:03:00.000Z", EndedAt: &ended},
		},
	}
	for _, c := range []struct {
		file  string
		width int
		ascii bool
	}{{"past-wide.txt", 100, false}, {"past.txt", 80, false}, {"past-narrow.txt", 30, false}, {"past-ascii.txt", 60, true}} {
		var b bytes.Buffer
		p := printer{screen: screen{ascii: c.ascii}, out: &b, lang: "en", width: c.width}
		p.past(doc, look{from: time.Date(2026, 11, 15, 16, 0, 0, 0, time.UTC)})
		for _, line := range strings.Split(b.String(), "\n") {
			if columns(line) > c.width || c.ascii && strings.ContainsFunc(line, func(r rune) bool { return r > 126 }) {
				t.Errorf("%s: %q", c.file, line)
			}
		}
		file := filepath.Join("testdata", c.file)
		if os.Getenv("UPDATE") != "" {
			if err := os.WriteFile(file, b.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		if want, err := os.ReadFile(file); err != nil || !bytes.Equal(want, b.Bytes()) {
			t.Errorf("%s is\n%s\n%v", c.file, b.String(), err)
		}
	}
}
