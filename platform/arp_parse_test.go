package platform

import (
	"net"
	"net/netip"
	"testing"
)

func TestARPReply(t *testing.T) {
	addr := netip.MustParseAddr("192.168.1.1")
	mac := net.HardwareAddr{2, 0, 0, 0, 0, 7}
	ask := arpRequest(mac, netip.MustParseAddr("192.168.1.10"), addr)
	reply := arpRequest(mac, addr, netip.MustParseAddr("192.168.1.10"))
	reply[7] = arpReplies
	other := arpRequest(mac, netip.MustParseAddr("192.168.1.9"), addr)
	other[7] = arpReplies
	for _, c := range []struct {
		name string
		b    []byte
		want string
	}{
		{"a reply", reply, "02:00:00:00:00:07"},
		{"padded to the least frame", append(append([]byte(nil), reply...), make([]byte, 18)...), "02:00:00:00:00:07"},
		{"our own question", ask, ""},
		{"another's address", other, ""},
		{"cut", reply[:27], ""},
		{"nothing", nil, ""},
	} {
		if got, ok := parseARPReply(c.b, addr); got != c.want || ok != (c.want != "") {
			t.Errorf("%s: %q %v", c.name, got, ok)
		}
	}
}

func FuzzARPReply(f *testing.F) {
	addr := netip.MustParseAddr("192.168.1.1")
	reply := arpRequest(net.HardwareAddr{2, 0, 0, 0, 0, 7}, addr, addr)
	reply[7] = arpReplies
	f.Add(reply)
	f.Fuzz(func(t *testing.T, b []byte) {
		if mac, ok := parseARPReply(b, addr); ok && len(mac) != 17 {
			t.Errorf("%q", mac)
		}
	})
}
