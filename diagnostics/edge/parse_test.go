package edge

import (
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

const noon = "Sun, 22 Nov 2026 12:00:00 GMT"

var retryAfters = []struct {
	value, date string
	want        time.Duration
}{
	{"", noon, 0},
	{"120", "", 2 * time.Minute},
	{" 5 ", noon, 5 * time.Second},
	{"0", noon, 0},
	{"-5", noon, 0},
	{"1.5", noon, 0},
	{"99999999999999999999999999", "", longestWait},
	{"604800", "", longestWait},
	{"Sun, 22 Nov 2026 12:10:00 GMT", noon, 10 * time.Minute},
	{"Sun, 22 Nov 2026 11:00:00 GMT", noon, 0},
	{"Fri, 31 Dec 9999 23:59:59 GMT", noon, longestWait},
	{"Sun, 22 Nov 2026 12:10:00 GMT", "", 0},
	{"Sun, 22 Nov 2026 12:10:00 GMT", "yesterday", 0},
	{"soon", noon, 0},
}

func TestRetryAfter(t *testing.T) {
	for _, c := range retryAfters {
		if got := retryAfter(c.value, c.date); got != c.want {
			t.Errorf("retryAfter(%q, %q) = %s, want %s", c.value, c.date, got, c.want)
		}
	}
}

var lists = []struct {
	value string
	want  []member
}{
	{"", nil},
	{"ExampleCDN", []member{{"ExampleCDN", map[string]string{}}}},
	{
		`r34.example.net; error=http_request_error, ExampleCDN;received-status=400`,
		[]member{
			{"r34.example.net", map[string]string{"error": "http_request_error"}},
			{"ExampleCDN", map[string]string{"received-status": "400"}},
		},
	},
	{
		`"a, b; c"; details="say \"no\", please"; hit`,
		[]member{{"a, b; c", map[string]string{"details": `say "no", please`, "hit": "?1"}}},
	},
	{`Cache; hit=?0;Fwd=miss`, []member{{"Cache", map[string]string{"hit": "?0", "fwd": "miss"}}}},
	{`first; a=1, second; =2, third`, []member{
		{"first", map[string]string{"a": "1"}},
		{"second", map[string]string{}},
	}},
	{`open; details="never closed`, []member{{"open", map[string]string{}}}},
	{`one two, three`, []member{{"one", map[string]string{}}}},
}

func TestParseList(t *testing.T) {
	for _, c := range lists {
		if got := parseList([]string{c.value}); !reflect.DeepEqual(got, c.want) {
			t.Errorf("parseList(%q) = %v, want %v", c.value, got, c.want)
		}
	}
	two := parseList([]string{"a; x", "b"})
	if len(two) != 2 || two[1].name != "b" {
		t.Errorf("two header lines: %v", two)
	}
	if many := parseList([]string{strings.Repeat("a,", 1000)}); len(many) != maxMembers {
		t.Errorf("%d members kept, want %d", len(many), maxMembers)
	}
}

var vias = []struct {
	value string
	want  []Hop
}{
	{"", nil},
	{"1.1 vegur", []Hop{{Protocol: "1.1", Name: "vegur"}}},
	{"1.1 varnish, 1.1 varnish", []Hop{{Protocol: "1.1", Name: "varnish"}, {Protocol: "1.1", Name: "varnish"}}},
	{"1.1 0a.cloudfront.net (CloudFront)", []Hop{{Protocol: "1.1", Name: "0a.cloudfront.net", Comment: "CloudFront"}}},
	{"HTTP/2 a.example:80 (one, two (three)), 2 fly.io", []Hop{
		{Protocol: "HTTP/2", Name: "a.example:80", Comment: "one, two (three)"},
		{Protocol: "2", Name: "fly.io"},
	}},
	{"lonely", []Hop{{Name: "lonely"}}},
	{" , ,1.1  spaced ", []Hop{{Protocol: "1.1", Name: "spaced"}}},
	{"1.1 open (never closed, 1.1 hidden", []Hop{{Protocol: "1.1", Name: "open", Comment: "never closed, 1.1 hidden"}}},
}

func TestParseVia(t *testing.T) {
	for _, c := range vias {
		for i := range c.want {
			c.want[i].Header = "Via"
		}
		if got := parseVia([]string{c.value}); !reflect.DeepEqual(got, c.want) {
			t.Errorf("parseVia(%q) = %+v, want %+v", c.value, got, c.want)
		}
	}
}

func TestChain(t *testing.T) {
	h := http.Header{
		"Server":       {"gunicorn"},
		"Via":          {"1.1 varnish"},
		"X-Served-By":  {"cache-iad-1-IAD, cache-fra-2-FRA"},
		"X-Cache":      {"MISS, HIT"},
		"Proxy-Status": {"edge.example; error=connection_refused; received-status=502"},
		"Cache-Status": {"front.example; fwd=miss"},
	}
	want := []Hop{
		{Header: "Server", Name: "gunicorn"},
		{Header: "Via", Name: "varnish", Protocol: "1.1"},
		{Header: "X-Served-By", Name: "cache-iad-1-IAD", Cache: "MISS"},
		{Header: "X-Served-By", Name: "cache-fra-2-FRA", Cache: "HIT"},
		{Header: "Cache-Status", Name: "front.example", Cache: "miss"},
		{Header: "Proxy-Status", Name: "edge.example", Error: "connection_refused", Received: 502},
	}
	if got := Recognise(Answer{Status: 502, Header: h}).Via; !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	h = http.Header{"Server": {"cloudflare"}, "Via": {"1.1 varnish"}, "X-Cache": {"HIT from proxy.example"}}
	want = []Hop{
		{Header: "Via", Name: "varnish", Protocol: "1.1"},
		{Header: "X-Cache", Name: "proxy.example", Cache: "HIT"},
		{Header: "Server", Name: "cloudflare"},
	}
	if got := Recognise(Answer{Status: 200, Header: h}).Via; !slices.Equal(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
}

func TestCached(t *testing.T) {
	for _, c := range []struct {
		header, value string
		want          bool
	}{
		{"Age", "0", false},
		{"Age", "12", true},
		{"Age", "-12", false},
		{"X-Cache", "MISS", false},
		{"X-Cache", "MISS, HIT", true},
		{"X-Cache", "Error from cloudfront", false},
		{"X-Cache", "Hit from cloudfront", true},
		{"X-Cache", "RefreshHit from cloudfront", true},
		{"X-Cache", "TCP_MEM_HIT from a1-2-3-4.deploy.akamaitechnologies.com", true},
		{"X-Cache", "CONFIG_NOCACHE", false},
		{"Cf-Cache-Status", "DYNAMIC", false},
		{"Cf-Cache-Status", "STALE", true},
		{"X-Varnish", "32770", false},
		{"X-Varnish", "32770 3", true},
		{"Cache-Status", "a; fwd=miss, b; hit", true},
		{"Cache-Status", "a; hit=?0", false},
	} {
		w := Recognise(Answer{Status: 502, Header: http.Header{c.header: {c.value}}})
		if w.Cached != c.want {
			t.Errorf("%s: %s: cached %t, want %t", c.header, c.value, w.Cached, c.want)
		}
	}
}

func TestFlatten(t *testing.T) {
	for in, want := range map[string]string{
		"":                           "",
		" \r\n a \t\r\n b\n":         "a b",
		"Reference&#32;&#35;18&#46;": "Reference #18.",
		"&#x41;&#X62;&#;&#x;&#":      "Ab&#;&#x;&#",
		"&#0;&#300;&#000000000065;":  "&#0;&#300;&#000000000065;",
		"&amp;&lt;":                  "&amp;&lt;",
		"a&#32; &#10;b":              "a b",
	} {
		if got := flatten([]byte(in)); got != want {
			t.Errorf("flatten(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestScannerFindsWhatContainsFinds(t *testing.T) {
	literals := []string{"he", "she", "his", "hers", "e", "ushers!", "aab", "ab", "b"}
	s := newScanner(literals)
	for _, text := range []string{"", "ushers", "ushers!", "aaab", "xhisx", "hhhe", "aaaaaaaa", "shis"} {
		found := s.scan(text)
		for i, l := range literals {
			if want := strings.Contains(text, l); found[i] != want {
				t.Errorf("%q in %q: %t, want %t", l, text, found[i], want)
			}
		}
	}
}

func TestNothingRawGetsOut(t *testing.T) {
	evil := "\x1b]0;owned\x07\x1b[2J\u202e\xff" + strings.Repeat("a", 10_000)
	h := http.Header{}
	for _, name := range []string{
		"Server", "Via", "X-Cache", "X-Served-By", "Cf-Ray", "X-Amz-Cf-Id", "X-Amz-Cf-Pop", "X-Request-Id",
		"Proxy-Status", "Cache-Status", "X-Vercel-Id", "X-77-Pop", "Retry-After", "Age",
	} {
		h[name] = []string{evil, `"` + evil + `"; error=connection_refused`}
	}
	body := "<p>XID: " + evil + "<h3>Guru Meditation:</h3><p>Varnish cache server</p>"
	for _, status := range []int{0, 200, 403, 502, 503} {
		checkClean(t, Recognise(Answer{Status: status, Header: h, Body: []byte(body)}))
	}
}

// checkClean fails unless every text is printable ASCII within its bound.
func checkClean(t *testing.T, w Writer) {
	t.Helper()
	texts := map[string]int{w.Vendor: maxName, w.RequestID: maxID, w.Location: maxName}
	for _, h := range w.Via {
		for _, s := range []string{h.Name, h.Protocol, h.Comment, h.Cache, h.Error} {
			texts[s] = maxName
		}
	}
	for s, limit := range texts {
		bad := strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r > '~' })
		if bad || len(s) > limit || !utf8.ValidString(s) {
			t.Errorf("text %.200q got out", s)
		}
	}
	if len(w.Via) > maxHops || w.RetryAfter < 0 || w.RetryAfter > longestWait || w.Age < 0 {
		t.Errorf("out of bounds: %d hops, retry %s, age %s", len(w.Via), w.RetryAfter, w.Age)
	}
}

func TestColumns(t *testing.T) {
	const (
		good = `<i class="cf-icon-error-container"></i><i class="cf-icon-ok"></i><span>Working</span></div>`
		bad  = `<i class="cf-icon-error-container"></i><i class="cf-icon-error"></i><span>Error</span></div>`
	)
	column := func(name, state string) string { return `<div id="cf-` + name + `-status" class="x">` + state }
	for _, c := range []struct {
		page                      string
		browser, cloudflare, host bool
	}{
		{"", false, false, false},
		{column("browser", good) + column("cloudflare", good) + column("host", bad), false, false, true},
		{column("browser", good) + column("cloudflare", bad) + column("host", good), false, true, false},
		{column("host", bad) + column("cloudflare", good) + column("browser", bad), true, false, true},
		{`<div class="cf-host-status cf-error">h</div>`, false, false, true},
		{`<div class="cf-cloudflare-status">Here Cloudflare Working</div><div class="cf-host-status">h Host Error</div>`, false, false, true},
		{column("host", good) + strings.Repeat(" x", longestColumn) + bad, false, false, false},
	} {
		b, cf, h := columns(c.page)
		if b != c.browser || cf != c.cloudflare || h != c.host {
			t.Errorf("columns(%.300s) = %t %t %t", c.page, b, cf, h)
		}
	}
}
