package platform

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestEnvironmentProxy(t *testing.T) {
	const site, plain = "https://www.example.com/", "http://www.example.com/"
	for _, tt := range []struct {
		env, url string
		want     string // "variable address user error"; "" for no setting
	}{
		{"", site, ""},
		{"HTTPS_PROXY=http://proxy.example:3128", site, "HTTPS_PROXY http://proxy.example:3128"},
		{"https_proxy=proxy.example:3128", site, "https_proxy http://proxy.example:3128"},
		{"https_proxy=http://a.example HTTPS_PROXY=http://b.example:1", site, "HTTPS_PROXY http://b.example:1"},
		{"HTTP_PROXY=http://proxy.example", site, ""},
		{"HTTP_PROXY=http://proxy.example", plain, "HTTP_PROXY http://proxy.example:80"},
		{"HTTP_PROXY=http://proxy.example REQUEST_METHOD=GET", plain, ""},
		{"http_proxy=http://proxy.example REQUEST_METHOD=GET", plain, "http_proxy http://proxy.example:80"},
		{"ALL_PROXY=socks5://[2001:db8::1]", site, "ALL_PROXY socks5://[2001:db8::1]:1080"},
		{"HTTPS_PROXY=http://someone:secret@proxy.example:1", site, "HTTPS_PROXY http://proxy.example:1 someone"},
		{"HTTPS_PROXY=http://proxy.example NO_PROXY=example.com", site, "NO_PROXY "},
		{"HTTPS_PROXY=http://proxy.example no_proxy=.example.com,10.0.0.0/8", site, "NO_PROXY "},
		{"HTTPS_PROXY=http://proxy.example NO_PROXY=*", site, "NO_PROXY "},
		{"HTTPS_PROXY=http://proxy.example NO_PROXY=example.org", site, "HTTPS_PROXY http://proxy.example:80"},
		{"HTTPS_PROXY=http://proxy.example", "https://localhost/", "HTTPS_PROXY "},
		{"HTTPS_PROXY=http://proxy.example", "https://127.0.0.1:8443/", "HTTPS_PROXY "},
		{"HTTPS_PROXY=http://[bad", site, "HTTPS_PROXY  cannot"},
	} {
		env := map[string]string{}
		for _, f := range strings.Fields(tt.env) {
			k, v, _ := strings.Cut(f, "=")
			env[k] = v
		}
		got := ""
		if p, ok := environmentProxy(func(k string) string { return env[k] }, address(t, tt.url)); ok {
			got = p.Detail + " " + p.URL
			if p.User != nil {
				got += " " + p.User.Username()
			}
			if p.Err != "" {
				got += " cannot"
			}
			if p.Source != "environment" || !p.Programs || strings.Contains(p.URL+p.Err, "secret") {
				t.Errorf("%s: %+v", tt.env, p)
			}
		}
		if got != tt.want {
			t.Errorf("%s for %s: %q, want %q", tt.env, tt.url, got, tt.want)
		}
	}
}

// says writes what settings mean for an address.
func says(t *testing.T, settings []setting, address_ string) (list []string) {
	t.Helper()
	for _, s := range settings {
		p := s.proxy(address(t, address_))
		text := fmt.Sprintf("%s %s: %s%s", p.Source, p.Detail, p.URL, p.Script)
		if p.Detect {
			text += "detect"
		}
		if p.User != nil {
			text += " " + p.User.String()
		}
		list = append(list, text)
	}
	return list
}

func only(s setting, ok bool) []setting {
	if !ok {
		return nil
	}
	return []setting{s}
}

func TestDesktopProxies(t *testing.T) {
	const www, intranet = "https://www.example.com/", "http://intranet.example/"
	windows := func(servers, bypass string) []setting {
		return windowsSettings(Proxy{Source: "system"}, servers, bypass, "", false)
	}
	for name, tt := range map[string]struct {
		settings []setting
		url      string
		want     []string
	}{
		"GNOME":              {only(parseGsettings(fixture(t, "gsettings-manual.txt"))), www, []string{"GNOME manual: http://proxy.example:8443 someone:p%27w"}},
		"GNOME exempt":       {only(parseGsettings(fixture(t, "gsettings-manual.txt"))), "http://a.intranet.example/", []string{"GNOME exempt host: "}},
		"GNOME network":      {only(parseGsettings(fixture(t, "gsettings-manual.txt"))), "http://10.2.3.4/", []string{"GNOME exempt host: "}},
		"GNOME pattern":      {only(parseGsettings(fixture(t, "gsettings-manual.txt"))), "http://corp.example/", []string{"GNOME exempt host: "}},
		"GNOME script":       {only(parseGsettings(fixture(t, "gsettings-auto.txt"))), www, []string{"GNOME automatic: http://127.0.0.1:1/proxy.pac"}},
		"GNOME none":         {only(parseGsettings(fixture(t, "gsettings-none.txt"))), www, nil},
		"KDE":                {only(parseKioslaverc(fixture(t, "kioslaverc-manual.txt"))), www, []string{"KDE manual: http://proxy.example:8443 someone:secret"}},
		"KDE plain":          {only(parseKioslaverc(fixture(t, "kioslaverc-manual.txt"))), "http://www.example.com/", []string{"KDE manual: http://proxy.example:8080"}},
		"KDE none":           {only(parseKioslaverc([]byte("[Proxy Settings]\nProxyType=0\n"))), www, []string{"KDE none: "}},
		"KDE exempt":         {only(parseKioslaverc(fixture(t, "kioslaverc-manual.txt"))), intranet, []string{"KDE exempt host: "}},
		"KDE script":         {only(parseKioslaverc(fixture(t, "kioslaverc-auto.txt"))), www, []string{"KDE automatic: file:///etc/proxy.pac"}},
		"KDE detection":      {only(parseKioslaverc([]byte("[Proxy Settings]\nProxyType=3\n"))), www, []string{"KDE automatic: detect"}},
		"macOS":              {parseScutilProxy(fixture(t, "scutil-proxy-manual.txt")), www, []string{"system manual: http://proxy.example:3129"}},
		"macOS exempt":       {parseScutilProxy(fixture(t, "scutil-proxy-manual.txt")), intranet, []string{"system exempt host: "}},
		"macOS short name":   {parseScutilProxy(fixture(t, "scutil-proxy-manual.txt")), "http://printer/", []string{"system exempt host: "}},
		"macOS network":      {parseScutilProxy(fixture(t, "scutil-proxy-manual.txt")), "http://169.254.7.7/", []string{"system exempt host: "}},
		"macOS not below":    {parseScutilProxy(fixture(t, "scutil-proxy-manual.txt")), "http://a.intranet.example/", []string{"system manual: http://proxy.example:3128"}},
		"macOS script":       {parseScutilProxy(fixture(t, "scutil-proxy-pac.txt")), www, []string{"system automatic: http://127.0.0.1:1/proxy.pac", "system automatic: detect"}},
		"macOS none":         {parseScutilProxy(fixture(t, "scutil-proxy-none.txt")), www, nil},
		"Windows":            {windows("proxy.example:8080", ""), www, []string{"system manual: http://proxy.example:8080"}},
		"Windows by scheme":  {windows("http=a.example:1;https=b.example:2;socks=c.example:3", ""), www, []string{"system manual: http://b.example:2"}},
		"Windows socks":      {windows("socks=c.example:3", ""), www, []string{"system manual: socks5://c.example:3"}},
		"Windows local":      {windows("proxy.example:8080", "<local>;*.corp.example"), "http://intranet/", []string{"system exempt host: "}},
		"Windows pattern":    {windows("proxy.example:8080", "192.168.*; *.corp.example"), "http://192.168.7.1/", []string{"system exempt host: "}},
		"Windows loopback":   {windows("proxy.example:8080", ""), "http://127.0.0.1:9/", []string{"system exempt host: "}},
		"Windows unreadable": {windows("http://[bad", ""), www, []string{"system manual: "}},
	} {
		if got := says(t, tt.settings, tt.url); !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", name, got, tt.want)
		}
	}
}

func TestDetectsProxy(t *testing.T) {
	for value, want := range map[string]bool{"": false, "12345678\x09": true, "12345678\x01": false} {
		if detectsProxy([]byte(value)) != want {
			t.Errorf("%q: want %v", value, want)
		}
	}
}

func TestScriptWithoutCredentials(t *testing.T) {
	s := setting{}
	s.Script = "file://someone:secret@host/nowhere/proxy.pac"
	list := applied(t.Context(), []setting{s}, address(t, "http://www.example.com/"))
	if len(list) != 1 || list[0].Err == "" || strings.Contains(list[0].Script+list[0].Err, "secret") {
		t.Errorf("%+v", list)
	}
}
