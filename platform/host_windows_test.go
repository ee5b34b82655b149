package platform

import (
	"slices"
	"testing"
)

// TestHere asks this computer itself; whatever it is, it has a loopback link.
func TestHere(t *testing.T) {
	h := New()
	links, err := h.Links(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(links, func(l Link) bool { return l.Kind == Loopback }) {
		t.Errorf("no loopback link in %+v", links)
	}
	routes, err := h.Routes(t.Context())
	if err != nil {
		t.Error(err)
	}
	for _, r := range routes {
		if !slices.ContainsFunc(links, func(l Link) bool { return l.Name == r.Link }) {
			t.Errorf("route %+v leaves by an unknown link", r)
		}
	}
	if _, err := h.Resolvers(t.Context()); err != nil {
		t.Error(err)
	}
	if _, err := h.Proxies(t.Context(), address(t, "https://www.example.com/")); err != nil {
		t.Error(err)
	}
	if _, err := h.Hosts(t.Context(), []string{"localhost"}); err != nil {
		t.Error(err)
	}
	if _, err := h.Browsers(t.Context(), "www.example.com"); err != nil {
		t.Error(err)
	}
}
