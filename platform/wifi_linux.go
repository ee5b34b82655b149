package platform

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// addDrivers names the driver of each link that has one (ethtool, works in network namespaces
// where /sys shows another namespace's links).
func addDrivers(links []Link) {
	fd, err := unix.Socket(unix.AF_INET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return
	}
	defer unix.Close(fd)
	for i := range links {
		l := &links[i]
		if l.Detail != "" || l.Kind == Loopback {
			continue
		}
		if info, err := unix.IoctlGetEthtoolDrvinfo(fd, l.Name); err == nil {
			l.Detail = unix.ByteSliceToString(info.Driver[:])
		}
	}
}

// addRadios asks nl80211 which links are radios, what they have joined and how well they hear it.
// A computer without any radio usually lacks the whole family, and nothing happens.
func addRadios(ctx context.Context, links []Link) {
	n, err := openNetlink(ctx, unix.NETLINK_GENERIC)
	if err != nil {
		return
	}
	defer n.close()
	b, err := n.ask(ctx, unix.GENL_ID_CTRL, 0, genlRequest(unix.CTRL_CMD_GETFAMILY, nlAttr(unix.CTRL_ATTR_FAMILY_NAME, []byte("nl80211\x00"))))
	family := genlFamily(b)
	if err != nil || family == 0 {
		return
	}
	b, err = n.ask(ctx, family, unix.NLM_F_DUMP, genlRequest(unix.NL80211_CMD_GET_INTERFACE, nil))
	if err != nil {
		return
	}
	for _, r := range parseRadios(b) {
		for i := range links {
			l := &links[i]
			if l.Index != r.index {
				continue
			}
			l.Kind = WiFi
			l.Wireless = &Wireless{RadioOff: radioOff(r.phy), Joined: r.ssid != "" || l.Carrier == CarrierYes, SSID: r.ssid}
			if l.Wireless.Joined {
				req := genlRequest(unix.NL80211_CMD_GET_STATION, nlAttr(unix.NL80211_ATTR_IFINDEX, nlPut32(uint32(r.index))))
				if b, err = n.ask(ctx, family, unix.NLM_F_DUMP, req); err == nil {
					l.Wireless.RSSI = parseSignal(b)
				}
			}
		}
	}
}

// radioOff reports whether a switch, of hardware or of software, has turned the radio off.
func radioOff(phy string) bool {
	if phy == "" || strings.ContainsAny(phy, "/*?[") {
		return false
	}
	switches, _ := filepath.Glob("/sys/class/ieee80211/" + phy + "/rfkill*/*")
	for _, s := range switches {
		if name := filepath.Base(s); name != "hard" && name != "soft" {
			continue
		}
		if b, err := os.ReadFile(s); err == nil && strings.HasPrefix(string(b), "1") {
			return true
		}
	}
	return false
}
