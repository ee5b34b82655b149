package cli

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"github.com/waymend/waymend/app/report"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample is an answer with everything in it.
func sample() report.Document {
	return report.Document{
		Target: &report.Target{
			URL:  "https://xn--pypal-4ve.example/a-long-path/that-does-not-fit-into-a-narrow-terminal?and=more",
			Host: "xn--pypal-4ve.example", Unicode: "pаypal.example", Note: "This name mixes letters of different scripts that look alike.",
		},
		ElapsedMs: 231.4,
		Verdict: report.Verdict{
			Fault: "site.bad-gateway", Confidence: 0.94, Sure: "certain",
			Title: "The website is broken, not your computer", Explanation: "A server of the site answered 502 Bad Gateway: “the application behind it is down”.",
			Evidence: []report.Evidence{{Check: "site.addresses", Text: "nginx at 203.0.113.7 answered 502 Bad Gateway three times in a row"}},
			Clears:   []report.Evidence{{Check: "provider.anchors4", Text: "4 of 4 well-known addresses answer over IPv4"}},
			Also:     []report.Also{{Title: "IPv6 leads nowhere", Sure: "likely"}},
			Remedies: []report.Remedy{{Title: "Wait a few minutes and try again", Text: "Such faults often pass by themselves.", Who: "you"}, {Title: "Tell the website's owner", Text: "Say when it happened.", Who: "owner"}},
		},
		Stations: []report.Station{
			{Name: "This browser", State: "skipped"},
			{Name: "This computer", State: "ok", Summary: "eth0, 192.168.1.10"},
			{Name: "Router", State: "ok", Summary: "answers in 1.2 ms"},
			{Name: "Internet provider", State: "warning", Summary: "IPv6 leads nowhere"},
			{Name: "DNS", State: "ok", Summary: "203.0.113.7"},
			{Name: "CDN", State: "unknown"},
			{Name: "Website", State: "fault", Summary: "502 Bad Gateway"},
		},
		Checks: []report.Check{
			{ID: "site.addresses", State: "failed", StartedMs: 30, ElapsedMs: 201, Summary: "203.0.113.7: 502 Bad Gateway, 3 times"},
			{ID: "router.echo", State: "ok", StartedMs: 0.4, ElapsedMs: 21, Summary: "192.168.1.1 answers in 1.2 ms"},
			{ID: "site.ports", State: "skipped", Summary: "not needed"},
			{ID: "computer.firewall", State: "unknown", StartedMs: 2, ElapsedMs: 1, Summary: "could not be measured: no permission"},
		},
	}
}

func TestAnswerGolden(t *testing.T) {
	for name, p := range map[string]printer{
		"wide.txt":   {width: 100, screen: screen{}},
		"narrow.txt": {width: 30, screen: screen{}},
		"ascii.txt":  {width: 80, screen: screen{ascii: true}},
		"color.txt":  {width: 80, screen: screen{color: true}},
	} {
		var out bytes.Buffer
		p.out, p.lang = &out, "en"
		p.target(sample().Target)
		p.answer(sample(), true)
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, out.Bytes(), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || out.String() != string(want) {
			t.Errorf("%s differs (%v); see it with -update and git diff", name, err)
		}
		for _, line := range strings.Split(out.String(), "\n") {
			if !p.screen.color && columns(line) > p.width {
				t.Errorf("%s: %d columns: %q", name, columns(line), line)
			}
			if p.screen.ascii && strings.ContainsFunc(line, func(r rune) bool { return r > unicode.MaxASCII }) {
				t.Errorf("%s: not ASCII: %q", name, line)
			}
		}
	}
}

func TestColourIsNeverTheOnlySign(t *testing.T) {
	for _, ascii := range []bool{false, true} {
		s := screen{ascii: ascii}
		seen := map[string]string{}
		for _, state := range []string{"ok", "warning", "fault", "unknown", "skipped", ""} {
			sign, _ := s.mark(state)
			if other, taken := seen[sign]; taken || columns(sign) != 1 {
				t.Errorf("ascii %v: %q and %q look alike", ascii, state, other)
			}
			seen[sign] = state
		}
	}
}

func TestWrap(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"", 20, ""},
		{"one two three", 8, "one two|three"},
		{"one two three", 100, "one two three"},
		{"  a\n b\t c ", 20, "a b c"},
		{strings.Repeat("x", 20), 8, "xxxxxxxx|xxxxxxxx|xxxx"},
		{"ab " + strings.Repeat("x", 10), 8, "ab xxxxx|xxxxx"},
		{"日本語日本語", 8, "日本語日|本語"},
		{"a b", 1, "a b"},
	} {
		if got := strings.Join(wrap(c.text, c.width), "|"); got != c.want {
			t.Errorf("wrap(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestCut(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{{"short", 10, "short"}, {"exactly", 7, "exactly"}, {"too long", 5, "too…"}, {"日本語", 4, "日…"}, {"", 0, ""}} {
		if got := (screen{}).cut(c.text, c.most); got != c.want || columns(got) > c.most {
			t.Errorf("cut(%q, %d) = %q, want %q", c.text, c.most, got, c.want)
		}
	}
}

func FuzzWrap(f *testing.F) {
	f.Add("one two three", 8)
	f.Add("日本語日本語 "+strings.Repeat("x", 100), 11)
	f.Add("e\u0301\u0301\u0301", 1)
	f.Fuzz(func(t *testing.T, text string, width int) {
		if width < 8 || width > 200 || len(text) > 1<<12 {
			return
		}
		lines := wrap(text, width)
		for _, l := range lines {
			if columns(l) > width {
				t.Errorf("%q is wider than %s", l, strconv.Itoa(width))
			}
		}
		if got, want := strings.Join(strings.Fields(strings.Join(lines, "")), ""), strings.Join(strings.Fields(text), ""); got != want {
			t.Errorf("%q became %q", want, got)
		}
	})
}
