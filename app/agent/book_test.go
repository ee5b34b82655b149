package agent

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

// play feeds a book with a script and returns what happened to incidents. A line of the script is the
// second, the address (a, b, or - for the connection), and what came: "ok", a kind of failure at the
// connection, "5xx", or "found FAULT" for an examination.
func play(t *testing.T, b *book, script string) (happened []string) {
	t.Helper()
	begin := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	names := map[deed]string{begin_: "begin", amend: "amend", end: "end", release: "release"}
	note := func(now time.Duration, orders []order) {
		for _, o := range orders {
			name, ok := names[o.do]
			if !ok {
				continue
			}
			line := fmt.Sprintf("%.0f %s", now.Seconds(), name)
			if o.incident != nil {
				address := o.incident.Address
				if address == "" {
					address = "-"
				}
				line += " " + address + " " + o.incident.Fault
				if o.do == end {
					line += " " + o.incident.Ended.Sub(o.incident.Began).String()
				}
			}
			happened = append(happened, line)
		}
	}
	for line := range strings.Lines(script) {
		words := strings.Fields(line)
		if len(words) == 0 {
			continue
		}
		ran, err := time.ParseDuration(words[0] + "s")
		if err != nil {
			t.Fatal(err)
		}
		now := moment{ran, begin.Add(ran)}
		note(ran, b.late(now))
		address := strings.Trim(words[1], "-")
		switch words[2] {
		case "found":
			f, ok := resources.FaultByID(words[3])
			if !ok && words[3] != "unknown" {
				t.Fatalf("no fault is called %s", words[3])
			}
			note(ran, b.examined(address, &Finding{Fault: words[3], Blame: f.Blame, Title: words[3], Document: []byte("{}")}, now))
		default:
			r := probe.Result{Address: address, Took: 0}
			switch words[2] {
			case "ok":
			case "5xx":
				r.Kind = probe.ServerError
			default:
				r.Ended, r.Kind = probe.Connect, wire.Kind(words[2])
			}
			note(ran, b.probed(r, now))
		}
	}
	return happened
}

const begin_ = begin // the word is a variable's in play

func testBook() *book {
	b := newBook(func(string) string { return "not known yet" })
	for _, address := range []string{"", "a", "b", "c"} {
		b.watch(address, time.Minute)
	}
	return b
}

func TestBook(t *testing.T) {
	for _, c := range []struct {
		name, script string
		want         []string
	}{
		{"a flap", `
			0 a ok
			60 a refused
			60 - ok
			63 a ok
			120 a ok`, nil},
		{"a flap that was examined", `
			60 a refused
			60 - ok
			63 a refused
			64 a ok
			66 a found site.refuses-connections
			120 a ok`, nil},
		{"a website's fault", `
			60 a refused
			60 - ok
			63 a refused
			64 a found site.refuses-connections
			70 a refused
			130 a refused
			190 a ok
			193 a ok`, []string{"70 begin a site.refuses-connections", "193 end a site.refuses-connections 2m10s"}},
		{"it comes back for a moment", `
			60 a refused
			60 - ok
			63 a refused
			67 a found site.refuses-connections
			130 a ok
			132 a refused
			190 a ok
			193 a refused
			250 a ok
			253 a ok`, []string{"67 begin a site.refuses-connections", "253 end a site.refuses-connections 3m10s"}},
		{"the connection's answer comes first", `
			60 a timeout
			60 - timeout
			70 a timeout
			75 - timeout
			78 - found provider.no-uplink
			79 b timeout
			85 - timeout
			90 - timeout
			95 - ok
			105 - ok
			106 a ok`, []string{"85 begin - provider.no-uplink", "105 end - provider.no-uplink 35s", "105 release"}},
		{"the connection only flaps", `
			60 a refused
			60 - timeout
			63 a refused
			70 - ok
			72 a refused
			74 a found site.refuses-connections
			75 a refused`, []string{"74 begin a site.refuses-connections"}},
		{"the references are blocked here, and all websites come", `
			0 a ok
			5 - timeout
			15 - timeout
			18 - found ok
			26 - timeout
			60 a 5xx
			61 - timeout
			64 a 5xx
			66 a found site.bad-gateway
			70 a 5xx`, []string{"70 begin a site.bad-gateway"}},
		{"some of the connection is down: addresses that work are still asked", `
			5 - timeout
			6 a ok
			15 - timeout
			18 - found path.ipv6-broken
			26 - timeout
			60 a 5xx
			61 - timeout
			64 a 5xx
			66 a found site.bad-gateway
			70 a 5xx`, []string{"26 begin - path.ipv6-broken", "70 begin a site.bad-gateway"}},
		{"an address shows that the clock is wrong; another shows the same, a third something else", `
			60 a tls-error
			60 - ok
			63 a tls-error
			64 a found clock.wrong
			67 a tls-error
			70 b tls-error
			72 b tls-error
			80 c 5xx
			81 - ok
			85 c 5xx
			87 c found site.bad-gateway
			90 c 5xx
			120 a ok
			125 a ok`, []string{"67 begin - clock.wrong", "90 begin c site.bad-gateway", "125 end - clock.wrong 1m0s", "125 release"}},
		{"the cause is another one later: one incident", `
			60 a 5xx
			60 - ok
			64 a 5xx
			69 a found site.bad-gateway
			130 a timeout
			140 a timeout
			143 a found path.no-route-to-site
			200 a ok
			210 a ok`, []string{"69 begin a site.bad-gateway", "143 amend a path.no-route-to-site", "210 end a path.no-route-to-site 2m20s"}},
		{"what began as a website's trouble is the connection's: one incident", `
			60 a timeout
			60 - ok
			70 a timeout
			81 a found site.no-answer
			90 - timeout
			100 - timeout
			103 - found provider.no-uplink
			111 - timeout
			200 - ok
			210 - ok`, []string{"81 begin a site.no-answer", "111 amend - provider.no-uplink", "210 end - provider.no-uplink 2m20s", "210 release"}},
		{"a website that has been down for long is no part of the connection's trouble", `
			60 a timeout
			60 - ok
			70 a timeout
			81 a found site.no-answer
			900 - timeout
			910 - timeout
			913 - found provider.no-uplink
			921 - timeout
			1000 - ok
			1010 - ok
			1011 a ok
			1021 a ok`, []string{"81 begin a site.no-answer", "921 begin - provider.no-uplink", "1010 end - provider.no-uplink 1m40s", "1010 release", "1021 end a site.no-answer 15m51s"}},
		{"an examination that takes too long is not waited for", `
			60 a timeout
			60 - ok
			70 a timeout
			104 b ok
			105 b ok
			112 a found site.no-answer`, []string{"105 begin a unknown", "112 amend a site.no-answer"}},
		{"it was told too early, and nothing is wrong", `
			60 a timeout
			60 - ok
			70 a timeout
			105 b ok
			112 a found ok
			120 a timeout
			130 a timeout`, []string{"105 begin a unknown", "112 end a unknown 52s"}},
		{"a website that only dislikes programs", `
			60 a 5xx
			60 - ok
			64 a 5xx
			66 a found site.challenges-robots
			70 a 5xx
			130 a 5xx
			600 a 5xx`, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := play(t, testBook(), c.script); !slices.Equal(got, c.want) {
				t.Errorf("happened\n\t%s\nwant\n\t%s", strings.Join(got, "\n\t"), strings.Join(c.want, "\n\t"))
			}
		})
	}
}

// TestResume takes up an incident that lasted when the agent ended.
func TestResume(t *testing.T) {
	b := testBook()
	now := moment{0, time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)}
	began := now.wall.Add(-time.Hour)
	if b.resume(history.Incident{ID: 7, Address: "gone", Began: began}, now) != nil {
		t.Error("an incident of an address that is not watched")
	}
	if i := b.resume(history.Incident{ID: 8, Address: "a", Fault: "site.bad-gateway", Began: began}, now); i == nil || i.ID != 8 {
		t.Fatal("the incident is lost")
	}
	got := play(t, b, `
		1 a 5xx
		61 a ok
		65 a ok`)
	if want := []string{"65 end a site.bad-gateway 1h1m1s"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestMeteredExaminesOnce holds a metered connection to one examination of an incident, however its
// signs change; elsewhere there is another one.
func TestMeteredExaminesOnce(t *testing.T) {
	for _, metered := range []bool{false, true} {
		b := testBook()
		b.metered = metered
		play(t, b, `
			60 a 5xx
			60 - ok
			64 a 5xx
			69 a found site.bad-gateway`)
		exams := 0
		for i := range 10 {
			now := moment{ran: time.Duration(130+60*i) * time.Second}
			for _, o := range b.probed(probe.Result{Address: "a", Ended: probe.Connect, Kind: wire.Timeout}, now) {
				if o.do == lookInto {
					exams++
				}
			}
		}
		if want := map[bool]int{false: 1, true: 0}[metered]; exams != want {
			t.Errorf("metered %v: %d examinations more, want %d", metered, exams, want)
		}
	}
}

func TestPatience(t *testing.T) {
	timeout := probe.Result{Ended: probe.Connect, Kind: wire.Timeout}
	refused := probe.Result{Ended: probe.Connect, Kind: wire.Refused}
	noName := probe.Result{Ended: probe.Name, Kind: probe.LookupFailed}
	for _, c := range []struct {
		r     probe.Result
		blame string
		every time.Duration
		want  time.Duration
	}{
		{timeout, "", time.Minute, 20 * time.Second},
		{refused, "", time.Minute, 6 * time.Second},
		{noName, "", time.Minute, 15 * time.Second},
		{refused, "provider", time.Minute, 20 * time.Second},
		{timeout, "", 10 * time.Second, 5 * time.Second},
		{probe.Result{Ended: probe.TLS, Kind: "expired"}, "website", time.Hour, usualPatience},
	} {
		if got := patience(c.r, c.blame, c.every); got != c.want {
			t.Errorf("%s, blame %q, every %s: %s, want %s", c.r.Kind, c.blame, c.every, got, c.want)
		}
	}
}

// TestEverybodys holds the list of the connection's faults to the catalogue, and to those whom it can
// be about.
func TestEverybodys(t *testing.T) {
	for _, name := range everybodys {
		if !slices.ContainsFunc(resources.Faults(), func(f resources.Fault) bool {
			return f.ID == name || strings.HasSuffix(name, ".") && strings.HasPrefix(f.ID, name)
		}) {
			t.Errorf("no fault is called %s", name)
		}
	}
	for _, f := range resources.Faults() {
		if general(f.ID) && (f.Blame == "website" || f.Blame == "cdn" || f.Blame == "address" || f.Blame == "browser") {
			t.Errorf("%s is %s's and not the connection's", f.ID, f.Blame)
		}
	}
}
