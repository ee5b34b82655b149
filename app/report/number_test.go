package report

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/resources"
)

func TestMeasure(t *testing.T) {
	for _, c := range []struct{ lang, value, want string }{
		{"en", "1.2 s", "1.2 s"}, {"ja", "1.2 s", "1.2 s"}, {"zh-Hans", "1.2 s", "1.2 s"}, {"C", "1.2 s", "1.2 s"}, {"", "1.2 s", "1.2 s"},
		{"de", "1.2 s", "1,2\u00a0s"}, {"fr", "<0.1 ms", "<0,1\u00a0ms"}, {"es", "9.5 ms", "9,5\u00a0ms"}, {"it", "1.5 MB/s", "1,5 MB/s"},
		{"pl", "0.4 ms", "0,4 ms"}, {"pt-BR", "1.2 s", "1,2 s"}, {"pt_BR", "1.2 s", "1,2 s"}, {"de-AT", "1.2 s", "1,2\u00a0s"}, {"de-CH", "1.2 s", "1.2\u00a0s"},
		{"en", "94 %", "94 %"}, {"de", "94 %", "94\u00a0%"}, {"fr", "94 %", "94\u00a0%"}, {"pt-BR", "94 %", "94%"}, {"pt-BR", "9.5 %", "9,5%"},
		{"de", "21 ms", "21\u00a0ms"}, {"en", "3 days", "3 days"},
		// What is no measured value stays as it is.
		{"de", "1.1.1.1", "1.1.1.1"}, {"de", "1.2", "1.2"}, {"de", "502", "502"}, {"de", "TLS 1.3", "TLS 1.3"}, {"de", "1.18.0 s", "1.18.0 s"},
		{"de", "1. s", "1. s"}, {"de", ".5 s", ".5 s"}, {"de", "1.2 seconds", "1.2 seconds"}, {"de", "", ""}, {"de", "502 Bad Gateway", "502 Bad Gateway"}, {"de", "1.2 s later", "1.2 s later"},
	} {
		if got := Measure(c.lang, c.value); got != c.want {
			t.Errorf("%s: %q became %q, want %q", c.lang, c.value, got, c.want)
		}
	}
}

// TestPercentsAgree holds values to the spacing that the language's own texts have.
func TestPercentsAgree(t *testing.T) {
	for _, lang := range resources.Languages() {
		text := resources.Text(lang, "check.provider.loss.measured", map[string]string{"percent": "7", "sent": "9"})
		if want := Measure(lang, "7 %"); !strings.Contains(text, want) {
			t.Errorf("%s: values are written %q, and in the texts it is %q", lang, want, text)
		}
	}
}

// TestNumbersInAnswers reads a whole answer in a language with a decimal comma; what programs read
// keeps its digits.
func TestNumbersInAnswers(t *testing.T) {
	e := recorded(t, "ok.now")
	d := New(e, "de")
	router := d.Stations[slices.IndexFunc(d.Stations, func(s Station) bool { return s.ID == "router" })]
	if !strings.Contains(router.Summary, ",") || strings.Contains(router.Summary, ".") {
		t.Errorf("the router's summary is %q", router.Summary)
	}
	if text, err := d.JSON(); err != nil || !strings.Contains(string(text), `"elapsed_ms": `+trimmed(d.ElapsedMs)) {
		t.Errorf("the JSON text has no %s (%v)", trimmed(d.ElapsedMs), err)
	}
	if page := d.HTML("de"); !strings.Contains(page, "0,") {
		t.Error("the page has no decimal comma")
	}
}

func trimmed(ms float64) string {
	whole, _, _ := strings.Cut(strings.TrimSpace(strings.ReplaceAll(Span(ms), "s", "")), ".")
	return whole[:1]
}

func TestErrorText(t *testing.T) {
	_, err := diagnostics.ParseTarget("ftp://example.com")
	want := `"ftp://example.com" is not the address of a website: only http and https can be examined`
	if err.Error() != want {
		t.Errorf("%q, want %q", err, want)
	}
	if got := ErrorText(err, "en"); got != want+"." {
		t.Errorf("%q, want %q", got, want+".")
	}
	_, err = diagnostics.ParseTarget("")
	if got := ErrorText(err, "tlh"); !strings.HasPrefix(got, "An address is needed") || !strings.HasPrefix(err.Error(), "an address is needed") {
		t.Errorf("%q, %q", got, err)
	}
	if got := ErrorText(errors.New("no\x1b[31m way"), "de"); got != "no way" {
		t.Errorf("%q", got)
	}
	for _, lang := range resources.Languages() {
		_, err := diagnostics.ParseTarget("example.com:99999")
		if got := ErrorText(err, lang); !strings.Contains(got, "99999") || strings.Contains(got, "{{") {
			t.Errorf("%s: %q", lang, got)
		}
	}
}
