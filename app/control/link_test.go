package control

import "testing"

func TestLinkAndBack(t *testing.T) {
	for _, address := range []string{"https://example.com/", "https://example.com/a?b=c&d=e+f#g", "example.com/%20 x", "[2001:db8::1]:8443", "ä.example/ö"} {
		if got, err := ParseLink(Wish{Address: address}.Link()); err != nil || got.Address != address {
			t.Errorf("%q comes back as %+v, %v", address, got, err)
		}
	}
	for _, wish := range []Wish{{Page: History}, {Page: Reset}, {Page: History, Incident: 41}} {
		if got, err := ParseLink(wish.Link()); err != nil || got != wish {
			t.Errorf("%+v comes back as %+v, %v", wish, got, err)
		}
	}
}
