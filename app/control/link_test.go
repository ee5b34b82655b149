package control

import "testing"

func TestLinkAndBack(t *testing.T) {
	for _, address := range []string{"https://example.com/", "https://example.com/a?b=c&d=e+f#g", "example.com/%20 x", "[2001:db8::1]:8443", "ä.example/ö"} {
		if got, err := ParseLink(Link(address)); err != nil || got != address {
			t.Errorf("%q comes back as %q, %v", address, got, err)
		}
	}
}
