package change

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"
)

func TestUnboundRemoved(t *testing.T) {
	for _, c := range []struct {
		out            string
		sets, messages int
		ok             bool
	}{
		{"ok removed 3 rrsets, 2 messages and 0 key entries\n", 3, 2, true},
		{"ok removed 1 rrset, 1 message and 1 key entry\n", 1, 1, true},
		{"error no such zone\n", 0, 0, false},
		{"", 0, 0, false},
		{"ok removed 99999999999999999999 rrsets, 2 messages and 0 key entries\n", 0, 0, false},
	} {
		sets, messages, ok := unboundRemoved(c.out)
		if sets != c.sets || messages != c.messages || ok != c.ok {
			t.Errorf("%q: %d, %d, %v", c.out, sets, messages, ok)
		}
	}
}

// tcpLine is a line of /proc/net/tcp as this machine's kernel writes it.
func tcpLine(local, state string) string {
	a := netip.MustParseAddrPort(local)
	raw := a.Addr().AsSlice()
	var b strings.Builder
	for i := 0; i < len(raw); i += 4 {
		fmt.Fprintf(&b, "%08X", binary.NativeEndian.Uint32(raw[i:]))
	}
	return fmt.Sprintf("   0: %s:%04X 0100007F:C350 %s 00000000:00000000 00:00000000 00000000     0        0 1\n", b.String(), a.Port(), state)
}

func TestParseSessions(t *testing.T) {
	text := "  sl  local_address rem_address   st\n" + tcpLine("192.0.2.2:22", "01") + tcpLine("192.0.2.3:22", "0A") +
		tcpLine("192.0.2.4:443", "01") + tcpLine("[2001:db8::5]:3389", "01") + tcpLine("[::ffff:192.0.2.6]:5900", "01")
	var got []string
	for _, a := range parseSessions([]byte(text)) {
		got = append(got, a.String())
	}
	if want := []string{"192.0.2.2", "2001:db8::5", "192.0.2.6"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

func FuzzParseSessions(f *testing.F) {
	f.Add([]byte(tcpLine("192.0.2.2:22", "01")))
	f.Add([]byte(tcpLine("[2001:db8::5]:3389", "01") + "x\n: : : 01\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, a := range parseSessions(b) {
			if !a.IsValid() || a.Is4In6() {
				t.Errorf("%v of %q", a, b)
			}
		}
	})
}

func TestKDEMode(t *testing.T) {
	const file = "[$Version]\nupdate_info=x\n\n[Proxy Settings]\nNoProxyFor=\nProxyType = 1 \r\nhttpProxy=http://a 1\n[Other]\nProxyType=2\n"
	if got := kdeMode([]byte(file)); got != "1" {
		t.Errorf("mode %q", got)
	}
	off := withKDEMode([]byte(file), "0")
	if want := strings.Replace(file, "ProxyType = 1 \r\n", "ProxyType =0\r\n", 1); string(off) != want {
		t.Errorf("%q, want %q", off, want)
	}
	for _, none := range []string{"", "ProxyType=1\n", "[Proxy Settings]\nproxytype=1\n"} {
		if got := kdeMode([]byte(none)); got != "" {
			t.Errorf("%q: mode %q", none, got)
		}
	}
}

func FuzzKDEMode(f *testing.F) {
	f.Add([]byte("[Proxy Settings]\nProxyType=1\n"))
	f.Add([]byte("[Proxy Settings]\nProxyType=1\r\nProxyType"))
	f.Fuzz(func(t *testing.T, b []byte) {
		mode := kdeMode(b)
		if same := withKDEMode(b, mode); mode != "" && strings.Count(string(b), "ProxyType") == 1 && !bytes.Equal(same, b) {
			t.Errorf("%q became %q", b, same)
		}
		off := withKDEMode(b, "0")
		if mode != "" && kdeMode(off) != "0" {
			t.Errorf("%q is %q after", off, kdeMode(off))
		}
		if mode == "" && !bytes.Equal(off, b) {
			t.Errorf("%q became %q", b, off)
		}
	})
}

func TestParseVariables(t *testing.T) {
	const file = "# export http_proxy=http://no.example\nexport http_proxy=http://a.example:1\nHTTPS_PROXY=http://b\nset -gx ALL_PROXY socks5://c\nno_proxy=x\nexport http_proxy=\nmy_http_proxy=1\n"
	want := []Variable{{Name: "http_proxy", Line: 2}, {Name: "HTTPS_PROXY", Line: 3}, {Name: "ALL_PROXY", Line: 4}}
	if got := parseVariables([]byte(file)); !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func FuzzParseVariables(f *testing.F) {
	f.Add([]byte("export http_proxy=http://a.example:1\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, v := range parseVariables(b) {
			if v.Line < 1 || v.Line > bytes.Count(b, []byte("\n"))+1 || !strings.HasSuffix(strings.ToLower(v.Name), "_proxy") {
				t.Errorf("%+v of %q", v, b)
			}
		}
	})
}

func TestNetworksetup(t *testing.T) {
	const services = "An asterisk (*) denotes that a network service is disabled.\nWi-Fi\n*Thunderbolt Bridge\nUSB 10/100/1000 LAN\n"
	if got := parseServices(services); !slices.Equal(got, []string{"Wi-Fi", "USB 10/100/1000 LAN"}) {
		t.Errorf("%q", got)
	}
	for out, want := range map[string]bool{
		"Enabled: Yes\nServer: proxy.example\nPort: 8080\nAuthenticated Proxy Enabled: 0\n": true,
		"Enabled: No\nServer:\nPort: 0\nAuthenticated Proxy Enabled: 0\n":                   false,
		"URL: http://a.example/x.pac\nEnabled: Yes\n":                                       true,
		"URL: (null)\nEnabled: No\n":                                                        false,
		"Auto Proxy Discovery: On\n":                                                        true,
		"Auto Proxy Discovery: Off\n":                                                       false,
		"":                                                                                  false,
	} {
		if got := proxyIsOn(out); got != want {
			t.Errorf("%q is on: %v", out, got)
		}
	}
}

func FuzzNetworksetup(f *testing.F) {
	f.Add("x\nWi-Fi\n*off\n")
	f.Fuzz(func(t *testing.T, out string) {
		proxyIsOn(out)
		for _, s := range parseServices(out) {
			if s == "" || s[0] == '*' || strings.ContainsAny(s, "\n") {
				t.Errorf("%q of %q", s, out)
			}
		}
	})
}

func TestFlagNames(t *testing.T) {
	for flags, want := range map[uint32]string{0: "direct", 1: "direct", 3: "server", 15: "server + script + detection"} {
		if got := flagNames(flags); got != want {
			t.Errorf("%d: %q", flags, got)
		}
	}
}
