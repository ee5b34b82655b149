package agent

import (
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics/probe"
)

// TestOutletFollowsSettings moves the port of Prometheus while it runs, and closes it.
func TestOutletFollowsSettings(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	o := &outlet{ctx: ctx, version: "test", seen: "person"}
	defer o.close()
	o.use(settings.Watch{})
	o.probe(probe.Result{}) // to nobody
	ports := []string{freePort(t), freePort(t)}
	for _, port := range ports {
		o.use(settings.Watch{Prometheus: port, Addresses: []settings.Watched{{Address: "a.example"}}})
		o.probe(probe.Result{Address: "a.example", At: time.Now(), Status: 200})
		if text := scrape(t, port); !strings.Contains(text, `httpcheck_status{http_url="https://a.example/"`) {
			t.Errorf("on %s: %s", port, text)
		}
	}
	o.use(settings.Watch{Prometheus: ports[1]})
	if text := scrape(t, ports[1]); strings.Contains(text, "a.example") {
		t.Errorf("an address that is not watched any more is told: %s", text)
	}
	o.use(settings.Watch{})
	for _, port := range ports {
		if c, err := net.Dial("tcp", port); err == nil {
			c.Close()
			t.Errorf("%s is still open", port)
		}
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

func scrape(t *testing.T, port string) string {
	t.Helper()
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		resp, err := http.Get("http://" + port + "/metrics")
		if err == nil {
			text, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			return string(text)
		}
		if time.Now().After(limit) {
			t.Fatal(err)
		}
	}
}
