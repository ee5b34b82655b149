package verdict

import (
	"net/netip"
	"testing"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// Without any network the answer stands at once, but not for a name that may be this computer.
func TestSettledWithoutNetwork(t *testing.T) {
	loopback := netip.MustParseAddr("127.0.0.1")
	nowhere := wire.Failure{Kind: wire.NetUnreachable}
	unreached := checks.AnchorReport{Anchors: []checks.AnchorResult{{Attempt: wire.Attempt{Connect: wire.Connect{Fail: &nowhere}}}}}
	unplugged := map[diagnostics.ID]any{
		checks.Links.ID: checks.LinkList{Links: []platform.Link{{Kind: platform.WiFi}}}, checks.Routes.ID: checks.RouteList{}, checks.OtherLinks.ID: nil, checks.RouterEcho.ID: nil,
		checks.Anchors4.ID: unreached, checks.Anchors6.ID: unreached,
	}
	named := checks.HostsEntries{Entries: []platform.HostsEntry{{Addr: loopback, Name: "localhost"}}}
	for _, c := range []struct {
		name  string
		more  map[diagnostics.ID]any
		wants bool
	}{
		{"the hosts file was not read yet", nil, false},
		{"not in the hosts file", map[diagnostics.ID]any{checks.HostsFile.ID: checks.HostsEntries{}}, true},
		{"in the hosts file, not looked up yet", map[diagnostics.ID]any{checks.HostsFile.ID: named}, false},
		{"in the hosts file, no server knows it, not looked up yet", map[diagnostics.ID]any{
			checks.HostsFile.ID: named, checks.ConfiguredServers.ID: checks.ServerList{Servers: []checks.Server{{}}}, checks.PublicServers.ID: nil,
			checks.SecureServers.ID: nil, checks.MissingNames.ID: nil,
		}, false},
		{"this computer, not asked yet", map[diagnostics.ID]any{checks.HostsFile.ID: named, checks.SystemLookup.ID: checks.Lookup{Addrs: []netip.Addr{loopback}}}, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			target, err := diagnostics.ParseTarget("http://localhost:1/")
			if err != nil {
				t.Fatal(err)
			}
			facts := diagnostics.Facts{Target: target}
			for _, values := range []map[diagnostics.ID]any{unplugged, c.more} {
				for id, v := range values {
					facts = facts.With(diagnostics.Fact{ID: id, Value: v})
				}
			}
			if done, _ := Settled(facts, 0); done != c.wants {
				t.Errorf("settled: %v", done)
			}
		})
	}
}
