package pac

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

// world is a small one: three names, one address, a Wednesday.
func world() Env {
	return Env{
		Lookup: func(_ context.Context, host string) ([]netip.Addr, error) {
			switch host {
			case "www.example.com":
				return []netip.Addr{netip.MustParseAddr("2001:db8::80"), netip.MustParseAddr("203.0.113.80")}, nil
			case "intranet":
				return []netip.Addr{netip.MustParseAddr("10.1.2.3")}, nil
			case "six.example.com":
				return []netip.Addr{netip.MustParseAddr("2001:db8::6")}, nil
			}
			return nil, errors.New("no such host")
		},
		MyAddr: func() netip.Addr { return netip.MustParseAddr("192.168.1.10") },
		Now:    func() time.Time { return time.Date(2026, time.March, 4, 12, 30, 15, 0, time.UTC) },
	}
}

func address(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

// expressions are evaluated as the condition of a script.
var expressions = []struct {
	code string
	want bool
}{
	{`isPlainHostName("intranet")`, true},
	{`isPlainHostName("www.example.com")`, false},
	{`dnsDomainIs("www.example.com", ".example.com")`, true},
	{`dnsDomainIs("www.EXAMPLE.com", ".Example.com")`, true},
	{`dnsDomainIs("www", ".example.com")`, false},
	{`localHostOrDomainIs("www", "www.example.com")`, true},
	{`localHostOrDomainIs("www.example.com", "www.example.com")`, true},
	{`localHostOrDomainIs("www.mcom.com", "www.example.com")`, false},
	{`localHostOrDomainIs("ww", "www.example.com")`, false},
	{`isResolvable("www.example.com")`, true},
	{`isResolvable("six.example.com")`, false},
	{`isResolvableEx("six.example.com")`, true},
	{`isResolvable("missing.example.com")`, false},
	{`isInNet("www.example.com", "203.0.113.0", "255.255.255.0")`, true},
	{`isInNet("198.51.100.7", "203.0.113.0", "255.255.255.0")`, false},
	{`isInNet("missing.example.com", "0.0.0.0", "0.0.0.0")`, false},
	{`isInNet("10.1.2.3", "10.0.0.0", "garbage")`, false},
	{`isInNetEx("six.example.com", "2001:db8::/32")`, true},
	{`dnsResolve("intranet") === "10.1.2.3"`, true},
	{`dnsResolve("missing.example.com") === null`, true},
	{`dnsResolveEx("www.example.com") === "2001:db8::80;203.0.113.80"`, true},
	{`myIpAddress() === "192.168.1.10"`, true},
	{`dnsDomainLevels("www.example.com") === 2`, true},
	{`shExpMatch("http://home.example.com/people/ari/index.html", "*/ari/*")`, true},
	{`shExpMatch("abc", "a?c")`, true},
	{`shExpMatch("abc", "a*b")`, false},
	{`shExpMatch("a[b]c", "a[b]c")`, true},
	{`shExpMatch("", "")`, true},
	{`shExpMatch("", "*")`, true},
	{`weekdayRange("WED", "GMT")`, true},
	{`weekdayRange("MON", "FRI", "GMT")`, true},
	{`weekdayRange("SAT", "WED", "GMT")`, true},
	{`weekdayRange("THU", "TUE", "GMT")`, false},
	{`weekdayRange("NON", "GMT")`, false},
	{`weekdayRange()`, false},
	{`timeRange(12, "GMT")`, true},
	{`timeRange(11, 12, "GMT")`, true},
	{`timeRange(9, 11, "GMT")`, false},
	{`timeRange(12, 0, 12, 30, "GMT")`, true},
	{`timeRange(12, 0, 0, 12, 30, 14, "GMT")`, false},
	{`timeRange(22, 13, "GMT")`, true},
	{`timeRange("noon", "GMT")`, false},
	{`dateRange(4, "GMT")`, true},
	{`dateRange("MAR", "GMT")`, true},
	{`dateRange(2026, "GMT")`, true},
	{`dateRange(2025, "GMT")`, false},
	{`dateRange(1, 15, "GMT")`, true},
	{`dateRange("NOV", "MAR", "GMT")`, true},
	{`dateRange("APR", "OCT", "GMT")`, false},
	{`dateRange(1, "MAR", 4, "MAR", "GMT")`, true},
	{`dateRange("JUN", 2025, "FEB", 2026, "GMT")`, false},
	{`dateRange(24, "DEC", 2025, 4, "MAR", 2026, "GMT")`, true},
	{`dateRange(1, "MAR", "GMT")`, false},
	{`url === "https://www.example.com/" && host === "www.example.com"`, true},
}

func TestHelpers(t *testing.T) {
	u := address(t, "https://someone:secret@www.example.com/private?q=1#f")
	for _, tt := range expressions {
		script := `function FindProxyForURL(url, host) { return (` + tt.code + `) ? "PROXY yes:1" : "DIRECT" }`
		got, err := Evaluate(t.Context(), script, u, world())
		want := []string{"DIRECT"}
		if tt.want {
			want = []string{"PROXY yes:1"}
		}
		if err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %q, %v; want %v", tt.code, got, err, tt.want)
		}
	}
}

// answers are what FindProxyForURL may return.
var answers = []struct {
	script string
	want   []string
	err    string // part of the error
}{
	{`"DIRECT"`, []string{"DIRECT"}, ""},
	{`""`, []string{"DIRECT"}, ""},
	{`"PROXY a.example:8080; PROXY b.example:8081;DIRECT"`, []string{"PROXY a.example:8080", "PROXY b.example:8081", "DIRECT"}, ""},
	{`"proxy a:1;socks5 [2001:db8::1]:1080"`, []string{"PROXY a:1", "SOCKS5 [2001:db8::1]:1080"}, ""},
	{`"HTTPS proxy.example"`, []string{"HTTPS proxy.example"}, ""},
	{`"PROXY a:1\r\n; FROB x:1; DIRECT"`, []string{"PROXY a:1", "DIRECT"}, ""},
	{`"PROXY \u001b[31m:1"`, nil, "means nothing"},
	{`"PROXY a:b"`, nil, "means nothing"},
	{`"PROXY"`, nil, "means nothing"},
	{`null`, nil, "not text"},
	{`undefined`, nil, "not text"},
	{`42`, nil, "not text"},
	{`{}`, nil, "not text"},
	{`missing()`, nil, "the script fails"},
	{`(() => { throw new Error("\u001b[2J boom") })()`, nil, "boom"},
}

func TestAnswers(t *testing.T) {
	for _, tt := range answers {
		script := `var FindProxyForURL = function (url, host) { return ` + tt.script + ` }`
		got, err := Evaluate(t.Context(), script, address(t, "http://www.example.com/"), world())
		if !slices.Equal(got, tt.want) || (err != nil) != (tt.err != "") || err != nil && !strings.Contains(err.Error(), tt.err) {
			t.Errorf("%s: %q, %v", tt.script, got, err)
		}
		if err != nil && strings.ContainsFunc(err.Error(), func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%s: unprintable error %q", tt.script, err)
		}
	}
}

// hostile scripts must end with an error, soon and in little memory.
var hostile = map[string]string{
	"empty":            "",
	"syntax":           "function {",
	"no function":      "var x = 1",
	"not a function":   "FindProxyForURL = 7",
	"endless":          "function FindProxyForURL() { for (;;); }",
	"endless outside":  "for (;;);",
	"endless lookup":   "function FindProxyForURL() { for (;;) dnsResolve('www.example.com'); }",
	"recursion":        "function FindProxyForURL() { return FindProxyForURL() }",
	"mutual recursion": "var o = {get a() { return this.a }}; function FindProxyForURL() { return o.a }",
	"toString":         "function FindProxyForURL() { var a = []; a[0] = a; a.toString = function () { return this + '' }; return a + '' }",
	"doubling":         "function FindProxyForURL() { var s = 'x'; for (;;) s += s; }",
	"repeat":           "function FindProxyForURL() { return 'x'.repeat(1e9) }",
	"arrays":           "function FindProxyForURL() { var a = []; for (;;) a.push(new Array(1e6).fill(1)); }",
	"buffer":           "function FindProxyForURL() { return new ArrayBuffer(2e9) }",
	"replace":          "function FindProxyForURL() { var s = 'x'.repeat(1e6); return s.replace(/x/g, s) }",
	"join":             "function FindProxyForURL() { var s = 'x'.repeat(1e6); return new Array(1e6).join(s) }",
	"regexp":           "function FindProxyForURL() { return /^(a+)+$/.test('a'.repeat(40) + 'b') + '' }",
	"look-ahead":       "function FindProxyForURL() { return /^(?=(a+)+$)(b)\\2/.test('a'.repeat(40) + 'b') + '' }",
	"sort":             "function FindProxyForURL() { [3, 1, 2].sort(function () { for (;;); }) }",
	"brackets":         "var x = " + strings.Repeat("(", 200000),
	"arrays in arrays": "var x = " + strings.Repeat("[", 200000),
	"blocks":           strings.Repeat("{", 200000),
	"negations":        "var x = " + strings.Repeat("!", 900000) + "1",
	"assignments":      strings.Repeat("a=", 400000) + "1",
	"sums":             "var x = " + strings.Repeat("1+", 400000) + "1",
	"conditions":       strings.Repeat("if(1)", 150000),
	"choices":          "var x = " + strings.Repeat("1?1:", 200000) + "1",
	"arrows":           "var x = " + strings.Repeat("a=>", 300000) + "1",
	"templates":        "var x = " + strings.Repeat("`${", 200000),
	"classes":          strings.Repeat("class A extends ", 60000),
	"regexp groups":    "var x = /" + strings.Repeat("(", 100000) + "/",
	"json":             "JSON.parse('['.repeat(1e6))",
	"eval":             "eval('('.repeat(1e6))",
	"modules":          "import('os').then(function (m) { globalThis.FindProxyForURL = m.exec })",
	"standard library": "function FindProxyForURL() { return std.loadFile('/etc/passwd') + os.getcwd() }",
	"binary":           "\x00\xff\xfe\x80",
	"late promise":     "Promise.resolve().then(function f() { Promise.resolve().then(f) }); for (;;);",
	"waiting":          "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
}

func TestHostile(t *testing.T) {
	for name, script := range hostile {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Evaluate(t.Context(), script, address(t, "http://www.example.com/"), world())
			if err == nil {
				t.Errorf("answer %q", got)
			}
		})
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Evaluate(ctx, "for (;;);", address(t, "http://a/"), world()); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}

func TestFetch(t *testing.T) {
	const script = `function FindProxyForURL(url, host) { return "PROXY p:3128" }`
	mux := http.NewServeMux()
	mux.HandleFunc("/proxy.pac", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(script)) })
	mux.HandleFunc("/huge", func(w http.ResponseWriter, _ *http.Request) {
		for range 64 {
			if _, err := w.Write(make([]byte, 64<<10)); err != nil {
				return
			}
		}
	})
	mux.HandleFunc("/hangs", func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	server := httptest.NewServer(mux)
	defer server.Close()
	file := filepath.Join(t.TempDir(), "proxy.pac")
	if err := os.WriteFile(file, []byte(script), 0o600); err != nil {
		t.Fatal(err)
	}
	short, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	for _, tt := range []struct {
		ctx          context.Context
		address, err string
	}{
		{t.Context(), server.URL + "/proxy.pac", ""},
		{t.Context(), "file://" + filepath.ToSlash(file), ""},
		{t.Context(), "file:///" + strings.TrimPrefix(filepath.ToSlash(file), "/"), ""},
		{t.Context(), server.URL + "/missing", "answered 404"},
		{t.Context(), server.URL + "/huge", "larger than"},
		{short, server.URL + "/hangs", "deadline"},
		{t.Context(), "file:///nowhere/proxy.pac", "cannot be fetched"},
		{t.Context(), "ftp://a/proxy.pac", "neither"},
		{t.Context(), "http://%zz/", "cannot be read"},
		{t.Context(), "http://someone:secret@127.0.0.1:1/", "cannot be fetched"},
	} {
		got, err := Find(tt.ctx, tt.address, address(t, "http://www.example.com/"))
		if tt.err == "" && (err != nil || !slices.Equal(got, []string{"PROXY p:3128"})) {
			t.Errorf("%s: %q, %v", tt.address, got, err)
		}
		if tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err) || strings.Contains(err.Error(), "secret")) {
			t.Errorf("%s: error %v, want %q", tt.address, err, tt.err)
		}
	}
}

func FuzzEvaluate(f *testing.F) {
	for _, tt := range answers {
		f.Add(`function FindProxyForURL(url, host) { return ` + tt.script + ` }`)
	}
	for _, tt := range expressions[:20] {
		f.Add(`function FindProxyForURL(url, host) { return ` + tt.code + ` ? "DIRECT" : "PROXY a:1" }`)
	}
	u := address(f, "https://www.example.com/")
	f.Fuzz(func(t *testing.T, script string) {
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
		defer cancel()
		list, err := Evaluate(ctx, script, u, world())
		if (err == nil) != (len(list) > 0) {
			t.Fatalf("%q, %v", list, err)
		}
		for _, e := range list {
			if strings.ContainsFunc(e, func(r rune) bool { return r < ' ' || r > '~' }) {
				t.Fatalf("unprintable %q", e)
			}
		}
	})
}

func FuzzDates(f *testing.F) {
	f.Add("NOV", "MAR", "GMT")
	f.Add("1", "15", "2026")
	f.Fuzz(func(t *testing.T, a, b, c string) {
		now := world().now()
		if weekdayRange(now, []string{a}) && !slices.Contains(weekdays, strings.ToUpper(a)) {
			t.Fatalf("%q is no day", a)
		}
		timeRange(now, []string{a, b, c})
		dateRange(now, []string{a, b, c})
	})
}
