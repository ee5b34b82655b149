package platform

import (
	"net/netip"
	"testing"
)

func TestLinuxLinkKinds(t *testing.T) {
	for _, tt := range []struct {
		link    nlLink
		addr    string
		exit    bool
		kind    LinkKind
		virtual bool
	}{
		{nlLink{name: "lo", hardware: arpLoopback, flags: iffLoopback}, "127.0.0.1/8", false, Loopback, false},
		{nlLink{name: "enp3s0", hardware: arpEther}, "", false, Ethernet, false},
		{nlLink{name: "wlp2s0", hardware: arpEther}, "", false, WiFi, false},
		{nlLink{name: "wwan0", hardware: arpRawIP}, "", false, Cellular, false},
		{nlLink{name: "wg0", hardware: arpNone, kind: "wireguard"}, "10.8.0.2/32", true, Tunnel, false},
		{nlLink{name: "tun0", hardware: arpNone, kind: "tun"}, "", false, Tunnel, false},
		{nlLink{name: "eth0", hardware: arpNone, kind: "tun"}, "", true, Ethernet, false},
		{nlLink{name: "tap0", hardware: arpEther, kind: "tun"}, "", false, Tunnel, false},
		{nlLink{name: "vnet3", hardware: arpEther, kind: "tun", master: 9}, "", false, Ethernet, true},
		{nlLink{name: "ppp0", hardware: arpPPP}, "", true, Tunnel, false},
		{nlLink{name: "sit0", hardware: 776, kind: "sit"}, "", false, Tunnel, false},
		{nlLink{name: "dummy0", hardware: arpEther, kind: "dummy"}, "", false, Ethernet, true},
		{nlLink{name: "dummy0", hardware: arpEther, kind: "dummy"}, "", true, Ethernet, false},
		{nlLink{name: "eth0", hardware: arpEther, kind: "veth"}, "", false, Ethernet, false},
		{nlLink{name: "veth7a", hardware: arpEther, kind: "veth"}, "", false, Ethernet, true},
		{nlLink{name: "veth7a", hardware: arpEther, kind: "veth"}, "192.168.1.10/24", false, Ethernet, false},
		{nlLink{name: "cali123", hardware: arpEther, kind: "veth"}, "169.254.1.1/32", false, Ethernet, true},
		{nlLink{name: "virbr0", hardware: arpEther, kind: "bridge"}, "192.168.122.1/24", false, Ethernet, true},
		{nlLink{name: "br0", hardware: arpEther, kind: "bridge"}, "192.168.1.10/24", true, Ethernet, false},
		{nlLink{name: "bond0", hardware: arpEther, kind: "bond"}, "", false, Ethernet, false},
		{nlLink{name: "vmnet8", hardware: arpEther}, "192.168.5.1/24", false, Ethernet, true},
	} {
		tt.link.index = 5
		var addrs []nlLinkAddr
		if tt.addr != "" {
			addrs = append(addrs, nlLinkAddr{link: 5, prefix: netip.MustParsePrefix(tt.addr)})
		}
		got := linuxLinks([]nlLink{tt.link}, addrs, map[int]bool{5: tt.exit})[0]
		if got.Kind != tt.kind || got.Virtual != tt.virtual {
			t.Errorf("%+v: %s, virtual %v; want %s, %v", tt.link, got.Kind, got.Virtual, tt.kind, tt.virtual)
		}
	}
}

func TestBridgeWithCard(t *testing.T) {
	links := linuxLinks([]nlLink{
		{index: 1, name: "br0", hardware: arpEther, kind: "bridge"},
		{index: 2, name: "enp3s0", hardware: arpEther, master: 1},
	}, nil, nil)
	if links[0].Virtual {
		t.Error("a bridge with a network card is called virtual")
	}
}

func TestCarrier(t *testing.T) {
	for _, tt := range []struct {
		up        bool
		operstate uint8
		carrier   int
		want      Carrier
	}{
		{false, operDown, 0, CarrierUnknown},
		{true, operUp, 1, CarrierYes},
		{true, operDown, 0, CarrierNo},
		{true, operDown, 1, CarrierYes}, // the state lags behind
		{true, operUp, 0, CarrierNo},
		{true, operLowerDown, 1, CarrierNo},
		{true, 0, 1, CarrierYes},
		{true, 0, -1, CarrierUnknown},
		{true, operDown, -1, CarrierNo},
	} {
		l := nlLink{operstate: tt.operstate, carrier: tt.carrier}
		if tt.up {
			l.flags = iffUp
		}
		if got := l.carrierState(); got != tt.want {
			t.Errorf("%+v: %q, want %q", tt, got, tt.want)
		}
	}
}

func TestBSDRoutes(t *testing.T) {
	const host, scoped = bsdUp | 4, bsdUp | bsdScoped
	for _, tt := range []struct {
		dst, mask, gateway string
		flags              int
		want               string // destination, gateway, kind, table
	}{
		{"0.0.0.0", "0.0.0.0", "192.168.1.1", bsdUp, "0.0.0.0/0 192.168.1.1 unicast "},
		{"0.0.0.0", "", "192.168.1.1", bsdUp, "0.0.0.0/0 192.168.1.1 unicast "},
		{"0.0.0.0", "0.0.0.0", "192.168.1.1", 0, ""},
		{"0.0.0.0", "0.0.0.0", "10.0.0.1", scoped, "0.0.0.0/0 10.0.0.1 unicast scoped"},
		{"0.0.0.0", "128.0.0.0", "10.8.0.1", bsdUp, "0.0.0.0/1 10.8.0.1 unicast "},
		{"::", "::", "fe80::1", bsdUp, "::/0 fe80::1%en0 unicast "},
		{"::", "::", "", bsdUp, "::/0 invalid IP unicast "},
		{"192.168.1.0", "255.255.255.0", "", bsdUp, ""},
		{"203.0.113.7", "", "", host | bsdReject, "203.0.113.7/32 invalid IP unreachable "},
		{"203.0.113.0", "255.255.255.0", "", bsdUp | bsdBlackhole, "203.0.113.0/24 invalid IP blackhole "},
		{"127.0.0.0", "255.0.0.0", "127.0.0.1", bsdUp | bsdReject, ""},
		{"192.168.1.1", "", "", host | bsdLink, ""},
	} {
		addr := func(s string) netip.Addr { a, _ := netip.ParseAddr(s); return a }
		got := ""
		if r, ok := bsdRoute(addr(tt.dst), addr(tt.mask), addr(tt.gateway), tt.flags, "en0"); ok {
			got = r.Dst.String() + " " + r.Gateway.String() + " " + string(r.Kind) + " " + r.Table
		}
		if got != tt.want {
			t.Errorf("%+v: %q", tt, got)
		}
	}
}

func TestBSDLinks(t *testing.T) {
	for _, tt := range []struct {
		name      string
		media     uint32
		reachable bool
		kind      LinkKind
		virtual   bool
	}{
		{"en0", mediaWiFi, true, WiFi, false},
		{"en5", mediaEther, false, Ethernet, false},
		{"utun0", 0, false, Tunnel, true},
		{"utun4", 0, true, Tunnel, false},
		{"awdl0", mediaWiFi, false, OtherLink, true},
		{"bridge100", mediaEther, false, Ethernet, true},
		{"pdp_ip0", 0, false, Cellular, false},
	} {
		if kind, virtual := bsdLinkKind(tt.name, tt.media, false, tt.reachable); kind != tt.kind || virtual != tt.virtual {
			t.Errorf("%+v: %s, %v", tt, kind, virtual)
		}
	}
	for status, want := range map[uint32]Carrier{0: CarrierUnknown, mediaValid: CarrierNo, mediaValid | mediaActive: CarrierYes} {
		if got := bsdCarrier(status); got != want {
			t.Errorf("status %d: %q", status, got)
		}
	}
}

func TestWindowsKinds(t *testing.T) {
	for _, tt := range []struct {
		typ               uint32
		name, description string
		exit              bool
		kind              LinkKind
		virtual           bool
	}{
		{winEthernet, "Ethernet", "Intel(R) Ethernet Connection I219-V", false, Ethernet, false},
		{winWiFi, "WLAN", "Intel(R) Wi-Fi 6 AX201 160MHz", true, WiFi, false},
		{winWiFi, "LAN-Verbindung* 1", "Microsoft Wi-Fi Direct Virtual Adapter", false, WiFi, true},
		{winEthernet, "vEthernet (Default Switch)", "Hyper-V Virtual Ethernet Adapter", false, Ethernet, true},
		{winEthernet, "Ethernet", "Microsoft Hyper-V Network Adapter", true, Ethernet, false},
		{winVirtual, "wg0", "WireGuard Tunnel", true, Tunnel, false},
		{winEthernet, "Ethernet 3", "TAP-Windows Adapter V9", false, Tunnel, false},
		{winPPP, "VPN", "WAN Miniport (PPPOE)", false, Tunnel, false},
		{winLoopback, "Loopback Pseudo-Interface 1", "Software Loopback Interface 1", false, Loopback, false},
		{winTunnel, "Teredo", "Microsoft Teredo Tunneling Adapter", false, Tunnel, true},
	} {
		if kind, virtual := windowsKind(tt.typ, tt.name, tt.description, tt.exit); kind != tt.kind || virtual != tt.virtual {
			t.Errorf("%+v: %s, %v", tt, kind, virtual)
		}
	}
	for status, want := range map[uint32]Carrier{winUp: CarrierYes, winDown: CarrierNo, winLowerLayerDown: CarrierNo, winNotPresent: CarrierUnknown, 4: CarrierUnknown} {
		if _, got := windowsState(status); got != want {
			t.Errorf("status %d: %q", status, got)
		}
	}
}
