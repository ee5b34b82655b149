package checks

import (
	"sync"
	"testing"

	"github.com/waymend/waymend/diagnostics/wire"
)

func TestPortsAgainstARoute(t *testing.T) {
	ownAddrs(t, "10.0.0.1/32")
	ip(t, "route", "add", "prohibit", "203.0.113.90")
	t.Cleanup(func() { ip(t, "route", "del", "prohibit", "203.0.113.90") })
	env := siteEnv(t, "https://site.test/", "203.0.113.90")
	var all sync.WaitGroup
	all.Go(func() { examineQuietly(t, env, Site) })
	ports := *env
	v := examine(t, &ports, Ports)
	all.Wait()
	if v.UDP == nil || !v.UDP.Is(wire.Denied) {
		t.Errorf("%+v", v.UDP)
	}
}
