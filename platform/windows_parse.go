package platform

import (
	"strings"
)

// Operational states and types of adapters (ifdef.h, ipifcons.h).
const (
	winUp             = 1
	winDown           = 2
	winDormant        = 5
	winNotPresent     = 6
	winLowerLayerDown = 7

	winEthernet = 6
	winPPP      = 23
	winLoopback = 24
	winVirtual  = 53
	winWiFi     = 71
	winTunnel   = 131
	winWWAN     = 243
	winWWAN2    = 244
)

// windowsState reads an adapter's operational status: one that is listed is enabled; when it is
// down, nothing is joined at its other end.
func windowsState(status uint32) (up bool, c Carrier) {
	switch status {
	case winUp, winDormant:
		return true, CarrierYes
	case winDown, winLowerLayerDown:
		return true, CarrierNo
	case winNotPresent:
		return false, CarrierUnknown
	}
	return true, CarrierUnknown
}

// tunnelWords and virtualWords are found in descriptions of adapters.
var (
	tunnelWords  = []string{"wintun", "wireguard", "tap-windows", "openvpn", "vpn", "anyconnect", "tailscale", "zerotier", "fortinet", "pangp", "juniper", "sonicwall", "tunnel", "wan miniport"}
	virtualWords = []string{"hyper-v", "vethernet", "virtualbox", "vmware", "docker", "wsl", "npcap", "loopback", "wi-fi direct", "bluetooth", "teredo", "isatap", "6to4", "kernel debug"}
)

// windowsKind judges an adapter by its type and, since VPN programs and hypervisors call theirs
// Ethernet, by its names. An adapter with a gateway is a way out, whatever it is called: inside a
// guest the Hyper-V adapter is the network card.
func windowsKind(typ uint32, name, description string, exit bool) (kind LinkKind, virtual bool) {
	text := strings.ToLower(name + " " + description)
	has := func(list []string) bool {
		for _, w := range list {
			if strings.Contains(text, w) {
				return true
			}
		}
		return false
	}
	virtual = has(virtualWords) && !exit
	switch typ {
	case winLoopback:
		return Loopback, false
	case winWiFi:
		return WiFi, virtual
	case winWWAN, winWWAN2:
		return Cellular, false
	case winPPP:
		return Tunnel, false
	case winTunnel, winVirtual:
		return Tunnel, virtual
	case winEthernet:
		if has(tunnelWords) {
			return Tunnel, virtual
		}
		return Ethernet, virtual
	}
	return OtherLink, virtual
}
