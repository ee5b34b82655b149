package change

import (
	"errors"
	"strings"
	"testing"
)

func TestStepText(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	for _, c := range []struct {
		step Step
		text string
	}{
		{Step{Verb: FlushNscd}, "flush-nscd"},
		{Step{Verb: RenewNM, Args: map[string]string{"link": "wlan0"}}, "renew-nm:link=wlan0"},
		{Step{Verb: RenewNM, Args: map[string]string{"link": "eth0.7@x:1"}}, "renew-nm:link=eth0.7%40x%3A1"},
		{Step{Verb: HostsComment, Args: map[string]string{"name": "a.test", "mark": "abcd", "sum": sum}}, "hosts-comment:mark=abcd,name=a.test,sum=" + sum},
		{Step{Verb: ProxyMac, Args: map[string]string{"service": "Wi-Fi 2", "kinds": "web.pac", "state": "off"}}, "proxy-macos:kinds=web.pac,service=Wi-Fi%202,state=off"},
	} {
		if got := c.step.String(); got != c.text {
			t.Errorf("%v is written %q, want %q", c.step, got, c.text)
		}
		if got, err := ParseStep(c.text); err != nil || got.String() != c.text {
			t.Errorf("ParseStep(%q) = %v, %v", c.text, got, err)
		}
	}
}

// TestStepsThatAreRefused: nothing but the closed list, in the one way in which it is written.
func TestStepsThatAreRefused(t *testing.T) {
	sum := strings.Repeat("ab", 32)
	for _, text := range []string{
		"", "sh", "flush-nscd:", "flush-nscd:x=1", "FLUSH-NSCD", " flush-nscd", "renew-nm", "renew-nm:", "renew-nm:link=",
		"renew-nm:link=-x", "renew-nm:link=--help", "renew-nm:link=a%2Fb", "renew-nm:link=..", "renew-nm:link=a%20b", "renew-nm:link=a+b",
		"renew-nm:link=a;b", "renew-nm:link=$(id)", "renew-nm:link=a%0Ab", "renew-nm:link=aaaaaaaaaaaaaaaa", "renew-nm:link=a,link=a",
		"renew-nm:link=a,more=b", "renew-nm:link=%77lan0", "renew-windows:index=0", "renew-windows:index=-1", "renew-windows:index=9999999999",
		"hosts-comment:mark=abcd,name=a%20b,sum=" + sum, "hosts-comment:mark=abcd,name=a.test,sum=ab", "hosts-comment:name=a.test,mark=abcd,sum=" + sum,
		"hosts-restore:mark=..%2Fx,sum=" + sum, "proxy-gnome:mode=always", "proxy-kde:mode=9", "flush-nscd\x00", "flush-nscd\n",
		"proxy-macos:kinds=web,service=-setdnsservers,state=off", "renew-nm:link=" + strings.Repeat("a", maxStep),
	} {
		if s, err := ParseStep(text); !errors.Is(err, ErrStep) {
			t.Errorf("ParseStep(%q) = %v, %v", text, s, err)
		}
	}
	if _, err := Do(t.Context(), Step{Verb: "format-disk"}, false); !errors.Is(err, ErrStep) {
		t.Errorf("an unknown verb: %v", err)
	}
}

func FuzzParseStep(f *testing.F) {
	for _, v := range Verbs() {
		f.Add(string(v))
	}
	f.Add("renew-nm:link=wlan0")
	f.Add("proxy-macos:kinds=web.pac,service=Wi-Fi%202,state=off")
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseStep(text)
		if err != nil {
			return
		}
		if s.String() != text || s.Check() != nil {
			t.Errorf("%q is read as %v", text, s)
		}
		for _, value := range s.Args {
			if value == "" || value[0] == '-' || strings.ContainsAny(value, "\x00\n\r\"$`;|<>\\") {
				t.Errorf("%q lets %q through", text, value)
			}
		}
	})
}
