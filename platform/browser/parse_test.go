package browser

import (
	"encoding/binary"
	"encoding/json"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

var prefsFiles = []struct {
	text string
	want map[string]string
}{
	{``, map[string]string{}},
	{`user_pref("network.trr.mode", 3);`, map[string]string{"network.trr.mode": "3"}},
	{"user_pref(\"network.trr.mode\", 2);\nuser_pref(\"network.trr.mode\", -1);", map[string]string{"network.trr.mode": "-1"}},
	{`  user_pref( "network.trr.uri" , "https://a/\"q\"\\\x41\u0042\n" ) ;`, map[string]string{"network.trr.uri": "https://a/\"q\"\\AB\n"}},
	{`user_pref('network.trr.uri', 'a,b)');`, map[string]string{"network.trr.uri": "a,b)"}},
	{`user_pref("network.trr.on", true);`, map[string]string{"network.trr.on": "true"}},
	{`user_pref("other", 3);`, map[string]string{}},
	{`// user_pref("network.trr.mode", 3);`, map[string]string{}},
	{`user_pref("network.trr.mode", run());`, map[string]string{}},
	{`user_pref("network.trr.mode"`, map[string]string{}},
	{`user_pref("network.trr.uri", "never ends`, map[string]string{}},
	{`user_pref("network.trr.uri", "\u12`, map[string]string{}},
}

func TestParsePrefs(t *testing.T) {
	for _, tt := range prefsFiles {
		if got := parsePrefs([]byte(tt.text), "network.trr."); !maps.Equal(got, tt.want) {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestGeckoSettings(t *testing.T) {
	for _, tt := range []struct {
		prefs, policy string
		want          Settings
	}{
		{"", "", Settings{}},
		{"network.trr.mode=0", "", Settings{}},
		{"network.trr.mode=0 doh-rollout.mode=2 doh-rollout.uri=https://r.example/q", "", Settings{DoHMode: "automatic", DoHURL: "https://r.example/q"}},
		{"network.trr.mode=5 network.trr.uri=https://a.example", "", Settings{DoHMode: "off"}},
		{"network.proxy.type=0", "", Settings{ProxyMode: "direct"}},
		{"network.proxy.type=1 network.proxy.socks=2001:db8::1 network.proxy.socks_port=1080", "", Settings{ProxyMode: "fixed", Proxy: "socks5://[2001:db8::1]:1080"}},
		{"network.proxy.type=1 network.proxy.http=h.example network.proxy.http_port=99999", "", Settings{ProxyMode: "fixed", Proxy: "http://h.example"}},
		{"network.proxy.type=2 network.proxy.autoconfig_url=http://u:p@h.example/p.pac", "", Settings{ProxyMode: "script", Proxy: "http://h.example/p.pac"}},
		{"network.proxy.type=4", "", Settings{ProxyMode: "detect"}},
		{"network.proxy.type=5", "", Settings{ProxyMode: "system"}},
		{"", `{"DNSOverHTTPS":{"Enabled":true,"ProviderURL":"https://p.example/q","Fallback":false}}`, Settings{DoHMode: "secure", DoHURL: "https://p.example/q", Managed: true}},
		{"network.trr.mode=5", `{"DNSOverHTTPS":{"Enabled":true}}`, Settings{DoHMode: "off"}},
		{"network.trr.mode=3", `{"DNSOverHTTPS":{"Enabled":0,"Locked":1}}`, Settings{DoHMode: "off", Managed: true}},
		{"", `{"Proxy":{"Mode":"manual","SOCKSProxy":"s.example:1080"}}`, Settings{ProxyMode: "fixed", Proxy: "socks5://s.example:1080", Managed: true}},
		{"", `{"Proxy":{"Mode":"autoConfig","AutoConfigURL":"http://h.example/p.pac"}}`, Settings{ProxyMode: "script", Proxy: "http://h.example/p.pac", Managed: true}},
		{"", `{"Proxy":[1,2]}`, Settings{}},
	} {
		var js strings.Builder
		for _, f := range strings.Fields(tt.prefs) {
			k, v, _ := strings.Cut(f, "=")
			b, _ := json.Marshal(v)
			js.WriteString("user_pref(\"" + k + "\", " + string(b) + ");\n")
		}
		files := map[string]string{".zen/profiles.ini": "[Profile0]\nPath=p\n", ".zen/p/prefs.js": js.String()}
		s, _ := home(t, "linux", files)
		s.Policy = func(string) map[string]any {
			var m map[string]any
			_ = json.Unmarshal([]byte(tt.policy), &m)
			return m
		}
		p := s.Profiles(t.Context())[0]
		family := *p.Family
		family.Registry = "x"
		p.Family = &family
		if got := s.Settings(p); got != tt.want {
			t.Errorf("%s %s: %+v, want %+v", tt.prefs, tt.policy, got, tt.want)
		}
	}
}

func TestFixedServer(t *testing.T) {
	for list, want := range map[string]string{
		"":                             "",
		"a.example:80":                 "http://a.example:80",
		"http=a.example:1":             "http://a.example:1",
		"socks=s.example:1;https=b:2":  "http://b:2",
		"socks=s.example:1":            "socks5://s.example:1",
		"socks5://u:p@s.example:1":     "socks5://s.example:1",
		"https://p.example:443,direct": "https://p.example:443",
		"http://[bad":                  "",
		"\x1b[2Jp.example:1":           "",
	} {
		if got := fixedServer(list); got != want {
			t.Errorf("%q: %q, want %q", list, got, want)
		}
	}
}

// jar writes a file of Safari's with one page.
func jar(cookies ...[]byte) []byte {
	page := []byte{0, 0, 1, 0}
	page = binary.LittleEndian.AppendUint32(page, uint32(len(cookies)))
	at := 8 + 4*len(cookies) + 4
	for _, c := range cookies {
		page = binary.LittleEndian.AppendUint32(page, uint32(at))
		at += len(c)
	}
	page = append(page, 0, 0, 0, 0)
	for _, c := range cookies {
		page = append(page, c...)
	}
	b := binary.BigEndian.AppendUint32([]byte("cook"), 1)
	b = binary.BigEndian.AppendUint32(b, uint32(len(page)))
	return append(append(b, page...), 0, 0, 0, 0, 0, 0, 0, 0)
}

func safariCookie(domain, name, path, value string, expires time.Time) []byte {
	b := make([]byte, 56)
	text := []byte{}
	for i, s := range []string{domain, name, path, value} {
		binary.LittleEndian.PutUint32(b[16+4*i:], uint32(56+len(text)))
		text = append(append(text, s...), 0)
	}
	binary.LittleEndian.PutUint64(b[40:], math.Float64bits(float64(expires.Unix()-978307200)))
	binary.LittleEndian.PutUint32(b, uint32(56+len(text)))
	return append(b, text...)
}

func TestBinaryCookies(t *testing.T) {
	later := now.Add(time.Hour)
	b := jar(
		safariCookie(".example.com", "a", "/", "12345", later),
		safariCookie("www.example.com", "bb", "/shop", "1", later),
		safariCookie("www.example.com", "old", "/", "1", now.Add(-time.Hour)),
		safariCookie("notexample.com", "x", "/", "1", later),
	)
	got, err := parseBinaryCookies(b, "www.example.com", now)
	if want := []cookie{{"/", 7}, {"/shop", 4}}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	for n := range b {
		parseBinaryCookies(b[:n], "www.example.com", now) // cut anywhere: no panic
	}
	if _, err := parseBinaryCookies([]byte("cake"), "www.example.com", now); err == nil {
		t.Error("cake is taken for a jar")
	}
}

func FuzzParsers(f *testing.F) {
	for _, tt := range prefsFiles {
		f.Add([]byte(tt.text))
	}
	f.Add([]byte("[Profile0]\nName=a\nPath=b\n"))
	f.Add([]byte(`{"profile":{"info_cache":{"Default":{"name":"Home"}}},"dns_over_https":{"mode":"secure"},"proxy":{"mode":"fixed_servers","server":"a:1"}}`))
	f.Add(jar(safariCookie(".example.com", "a", "/", "12345", now.Add(time.Hour))))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, s := range parseINI(b) {
			if s.values == nil {
				t.Fatal("section without values")
			}
		}
		prefs := parsePrefs(b, "network.", "doh-rollout.")
		var out Settings
		out.geckoDoH(prefs)
		out.geckoProxy(prefs)
		var p chromiumProxy
		if json.Unmarshal(b, &p) == nil {
			out.proxy(p)
		}
		out.doh("secure", string(b))
		for _, s := range []string{out.DoHURL, out.Proxy, fixedServer(string(b))} {
			if strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Fatalf("unprintable %q", s)
			}
		}
		list, _ := parseBinaryCookies(b, "www.example.com", now)
		if got := largest(list); got.Bytes < 0 || got.Count > len(list) {
			t.Fatalf("%+v", got)
		}
	})
}

func FuzzDatabase(f *testing.F) {
	dir := f.TempDir()
	file := filepath.Join(dir, "Cookies")
	database(f, file, "", chromiumSchema, chromiumRow("www.example.com", "", "a", "1", "/", 0, 0))
	b, err := os.ReadFile(file)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		s, home := home(t, "linux", map[string]string{".config/opera/Preferences": "{}"})
		put(t, filepath.Join(home, ".config/opera/Cookies"), string(b))
		for _, r := range s.Reports(t.Context(), "www.example.com") {
			if r.Jar.Bytes < 0 || r.Jar.Count < 0 || r.Jar.Count > maxCookies {
				t.Fatalf("%+v", r)
			}
		}
	})
}
