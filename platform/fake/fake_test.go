package fake

import (
	"context"
	"errors"
	"net/netip"
	"net/url"
	"testing"

	"github.com/waymend/waymend/platform"
)

func TestHealthyHome(t *testing.T) {
	h := Host(Options{})
	routes, err := h.Routes(t.Context())
	if err != nil || len(routes) != 2 || !routes[0].Default() {
		t.Fatalf("%+v, %v", routes, err)
	}
	routes[0].Link = "changed"
	if again, _ := h.Routes(t.Context()); again[0].Link == "changed" {
		t.Error("an answer is not a copy")
	}
	if gw, err := h.Gateway(t.Context()); err != nil || gw != routes[0].Gateway {
		t.Errorf("gateway %v, %v", gw, err)
	}
	if list, err := h.Proxies(t.Context(), &url.URL{}); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

func TestOptions(t *testing.T) {
	broken := errors.New("broken")
	h := Host(Options{
		OS:     "windows",
		Routes: []platform.Route{},
		Hosts:  []platform.HostsEntry{{Addr: netip.MustParseAddr("203.0.113.1"), Name: "example.com"}, {Name: "other.example"}},
		Err:    map[string]error{"Links": broken},
		Lacks:  []string{"Browsers"},
	})
	if h.OS != "windows" || h.Browsers != nil {
		t.Errorf("%+v", h)
	}
	if _, err := h.Links(t.Context()); !errors.Is(err, broken) {
		t.Errorf("error %v", err)
	}
	if list, _ := h.Hosts(t.Context(), []string{"Example.com."}); len(list) != 1 {
		t.Errorf("%+v", list)
	}
	if gw, err := h.Gateway(t.Context()); err != nil || gw.IsValid() {
		t.Errorf("gateway %v, %v", gw, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := h.Routes(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
