package platform

import (
	"fmt"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func address(t testing.TB, s string) *url.URL {
	t.Helper()
	u, err := url.Parse(s)
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func fixture(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// hostsFiles are texts of hosts files and what they say about example.com and www.example.com.
var hostsFiles = []struct {
	text string
	want []string // "line address name"
}{
	{"", nil},
	{"127.0.0.1 localhost\n", nil},
	{"203.0.113.1 example.com\n", []string{"1 203.0.113.1 example.com"}},
	{"203.0.113.1\texample.com www.example.com\r\n2001:db8::1 www.example.com", []string{
		"1 203.0.113.1 example.com", "1 203.0.113.1 www.example.com", "2 2001:db8::1 www.example.com"}},
	{"# 203.0.113.1 example.com\n  203.0.113.2   EXAMPLE.com.  # old\n", []string{"2 203.0.113.2 example.com"}},
	{"203.0.113.1 other.example.com notexample.com example.com.evil.test\n", nil},
	{"203.0.113.1 example.com#comment", []string{"1 203.0.113.1 example.com"}},
	{"fe80::1%lo0 example.com", []string{"1 fe80::1%lo0 example.com"}},
	{"\ufeff127.0.0.1 example.com", []string{"1 127.0.0.1 example.com"}},
	{"0 example.com\n999.1.1.1 example.com\nexample.com\n", nil},
	{"0.0.0.0 a b c d e f g www.example.com", []string{"1 0.0.0.0 www.example.com"}},
	{"203.0.113.1 " + strings.Repeat("x", 100000) + " example.com", []string{"1 203.0.113.1 example.com"}},
	{"\x00\xff\n203.0.113.1\x00example.com\n", nil},
}

func TestParseHosts(t *testing.T) {
	for _, tt := range hostsFiles {
		var got []string
		for _, e := range parseHosts([]byte(tt.text), "hosts", []string{"Example.com", "www.example.com."}) {
			got = append(got, fmt.Sprint(e.Line, e.Addr, e.Name))
			if e.File != "hosts" {
				t.Errorf("file %q", e.File)
			}
		}
		for i := range tt.want {
			f := strings.Fields(tt.want[i])
			var line int
			fmt.Sscan(f[0], &line)
			tt.want[i] = fmt.Sprint(line, netip.MustParseAddr(f[1]), f[2])
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%.60q: %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestHostsFile(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "hosts")
	big := strings.Repeat("0.0.0.0 ads.example\n", 300000) // 6 MB: what lies past the bound is not read
	if err := os.WriteFile(file, []byte("203.0.113.1 example.com\n"+big+"203.0.113.9 example.com\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	got, err := hostsIn(file)(t.Context(), []string{"example.com"})
	if err != nil || len(got) != 1 || got[0].Line != 1 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := hostsIn(filepath.Join(dir, "missing"))(t.Context(), []string{"example.com"}); err != nil || len(got) != 0 {
		t.Errorf("missing file: %+v, %v", got, err)
	}
	if _, err := hostsIn(dir)(t.Context(), []string{"example.com"}); err == nil {
		t.Error("a directory is read")
	}
}

var resolvConfs = []struct {
	text string
	want resolvConf
}{
	{"", resolvConf{}},
	{"nameserver 192.168.1.1\n", resolvConf{servers: addrs("192.168.1.1")}},
	{"# made by hand\n; too\nnameserver 127.0.0.53 # stub\noptions edns0 trust-ad\nsearch lan\n",
		resolvConf{servers: addrs("127.0.0.53"), options: []string{"edns0", "trust-ad"}, search: []string{"lan"}}},
	{"nameserver fe80::1%eth0\r\nnameserver 2001:db8::53\r\n", resolvConf{servers: addrs("fe80::1%eth0", "2001:db8::53")}},
	{"nameserver 1.1.1.1\nnameserver 8.8.8.8\nnameserver 9.9.9.9\nnameserver 4.4.4.4\n", resolvConf{servers: addrs("1.1.1.1", "8.8.8.8", "9.9.9.9")}},
	{"nameserver dns.example\nnameserver\nnameserver 10.0.0.1\n", resolvConf{servers: addrs("10.0.0.1")}},
	{"domain a.example\nsearch b.example c.example\n", resolvConf{search: []string{"b.example", "c.example"}}},
	{"options timeout:1\noptions ndots:5\n", resolvConf{options: []string{"timeout:1", "ndots:5"}}},
	{"\x00\xff nameserver 1.1.1.1", resolvConf{}},
}

func addrs(list ...string) (out []netip.Addr) {
	for _, s := range list {
		out = append(out, netip.MustParseAddr(s))
	}
	return out
}

func TestParseResolvConf(t *testing.T) {
	for _, tt := range resolvConfs {
		if got := parseResolvConf([]byte(tt.text)); !reflect.DeepEqual(got, tt.want) {
			t.Errorf("%q: %+v, want %+v", tt.text, got, tt.want)
		}
	}
	list := parseResolvConf([]byte("nameserver 127.0.0.53\nnameserver fe80::1%eth0")).resolvers("file")
	if len(list) != 2 || !list[0].Stub || list[1].Stub || list[1].Link != "eth0" || list[0].Addr.Port() != 53 {
		t.Errorf("%+v", list)
	}
}

// describe writes a resolver in one line.
func describe(r Resolver) string {
	s := fmt.Sprintf("%v %s", r.Addr, r.Link)
	if len(r.Domains) > 0 {
		s += " only " + strings.Join(r.Domains, ",")
	}
	if len(r.Search) > 0 {
		s += " search " + strings.Join(r.Search, ",")
	}
	if r.Stub {
		s += " stub"
	}
	return s
}

func TestParseScutilDNS(t *testing.T) {
	for file, want := range map[string][]string{
		"scutil-dns-home.txt":  {"192.168.1.1:53 en0 search lan", "[2001:db8:1::1]:53 en0 search lan"},
		"scutil-dns-vpn.txt":   {"192.168.1.1:53 en0 search home.arpa", "10.8.0.1:53 utun4 only corp.example", "127.0.0.1:5354  only dev.example stub"},
		"scutil-dns-none.txt":  nil,
		"scutil-proxy-pac.txt": nil,
	} {
		var got []string
		for _, r := range parseScutilDNS(fixture(t, file)) {
			got = append(got, describe(r))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", file, got, want)
		}
	}
}

func TestResolvedList(t *testing.T) {
	servers := [][]any{
		{int32(0), int32(2), []byte{9, 9, 9, 9}, uint16(853), "dns.quad9.net"},
		{int32(2), int32(2), []byte{192, 168, 1, 1}, uint16(0), ""},
		{int32(2), int32(10), netip.MustParseAddr("fe80::1").AsSlice(), uint16(0), ""},
		{int32(7), int32(2), []byte{10, 8, 0, 1}, uint16(0), ""},
		{int32(8), int32(2), []byte{10, 9, 0, 1}, uint16(0), ""},
		{int32(2), int32(2), []byte{1, 2}, uint16(0), ""},
		{"odd"},
	}
	domains := [][]any{
		{int32(2), "lan", false}, {int32(7), "corp.example", true}, {int32(8), ".", true}, {int32(8), "all.example", false}, {int32(2)},
	}
	name := func(i int) string { return fmt.Sprintf("if%d", i) }
	takesAll := func(i int32) bool { return i == 2 }
	var got []string
	for _, r := range resolvedList(servers, domains, name, takesAll) {
		got = append(got, describe(r))
	}
	want := []string{
		"9.9.9.9:853 ", "192.168.1.1:53 if2 search lan", "[fe80::1%if2]:53 if2 search lan",
		"10.8.0.1:53 if7 only corp.example", "10.9.0.1:53 if8 search all.example",
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
	if got := resolvedList("odd", 7, name, takesAll); len(got) != 0 {
		t.Errorf("%+v", got)
	}
}

func TestNetworkManagerList(t *testing.T) {
	var got []string
	for _, r := range networkManagerList([]map[string]any{
		{"nameservers": []string{"192.168.1.1", "garbage"}, "interface": "wlan0", "domains": []string{"lan"}},
		{"nameservers": []string{"10.8.0.1"}, "interface": "tun0", "domains": []string{"", "corp.example", "a\x1b[2J"}, "vpn": true},
		{"nameservers": 7},
	}) {
		got = append(got, describe(r))
	}
	if want := []string{"192.168.1.1:53 wlan0 search lan", "10.8.0.1:53 tun0 only corp.example search corp.example"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func FuzzText(f *testing.F) {
	for _, tt := range hostsFiles {
		f.Add([]byte(tt.text))
	}
	for _, tt := range resolvConfs {
		f.Add([]byte(tt.text))
	}
	files, _ := filepath.Glob("testdata/*.txt")
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	u := address(f, "https://www.example.com/")
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, e := range parseHosts(b, "hosts", []string{"example.com"}) {
			if e.Name != "example.com" || !e.Addr.IsValid() || e.Line < 1 {
				t.Fatalf("%+v", e)
			}
		}
		lists := [][]Resolver{parseResolvConf(b).resolvers("file"), parseScutilDNS(b)}
		for _, r := range slices.Concat(lists...) {
			if !r.Addr.IsValid() {
				t.Fatalf("%+v", r)
			}
		}
		settings := parseScutilProxy(b)
		for _, parse := range []func([]byte) (setting, bool){parseGsettings, parseKioslaverc} {
			if s, ok := parse(b); ok {
				settings = append(settings, s)
			}
		}
		settings = append(settings, windowsSettings(Proxy{}, string(b), string(b), "", detectsProxy(b))...)
		for _, s := range settings {
			if p := s.proxy(u); p.URL != "" && strings.Contains(p.URL, "@") {
				t.Fatalf("credentials in %q", p.URL)
			}
		}
	})
}
