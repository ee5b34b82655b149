package platform

import (
	"encoding/binary"
	"strconv"
)

// genlRequest is the payload of a generic netlink request: struct genlmsghdr and attributes.
func genlRequest(command uint8, attrs []byte) []byte {
	return append([]byte{command, 1, 0, 0}, attrs...)
}

func nlAttr(typ uint16, value []byte) []byte {
	b := binary.NativeEndian.AppendUint16(nil, uint16(4+len(value)))
	b = binary.NativeEndian.AppendUint16(b, typ)
	b = append(b, value...)
	for len(b)%4 != 0 {
		b = append(b, 0)
	}
	return b
}

func nlPut32(v uint32) []byte { return binary.NativeEndian.AppendUint32(nil, v) }

// genlFamily finds the number of a family in the controller's answer, 0 if there is none.
func genlFamily(b []byte) uint16 {
	const control = 16 // GENL_ID_CTRL
	for typ, m := range nlMessages(b) {
		if typ != control || len(m) < 4 {
			continue
		}
		for typ, v := range nlAttrs(m[4:]) {
			if typ == 1 { // CTRL_ATTR_FAMILY_ID
				return uint16(nlU32(v))
			}
		}
	}
	return 0
}

// radio is one link that nl80211 knows.
type radio struct {
	index int
	phy   string
	ssid  string
}

func parseRadios(b []byte) (list []radio) {
	for _, m := range nlMessages(b) {
		if len(m) < 4 {
			continue
		}
		var r radio
		station := false
		for typ, v := range nlAttrs(m[4:]) {
			switch typ {
			case 1: // NL80211_ATTR_WIPHY
				if r.phy == "" {
					r.phy = "phy" + strconv.Itoa(int(nlU32(v)))
				}
			case 2: // NL80211_ATTR_WIPHY_NAME
				r.phy = nlString(v)
			case 3: // NL80211_ATTR_IFINDEX
				r.index = int(nlU32(v))
			case 5: // NL80211_ATTR_IFTYPE; 2 is a station, others are access points and monitors
				station = nlU32(v) == 2
			case 52: // NL80211_ATTR_SSID
				r.ssid = printable(string(v)) // any 32 bytes, from a stranger
			}
		}
		if r.index != 0 && station {
			list = append(list, r)
		}
	}
	return list
}

// parseSignal finds the strength of the access point's signal in dBm, 0 if unknown.
func parseSignal(b []byte) int {
	for _, m := range nlMessages(b) {
		if len(m) < 4 {
			continue
		}
		for typ, v := range nlAttrs(m[4:]) {
			if typ != 21 { // NL80211_ATTR_STA_INFO
				continue
			}
			for typ, v := range nlAttrs(v) {
				if typ == 7 && len(v) == 1 { // NL80211_STA_INFO_SIGNAL
					return int(int8(v[0]))
				}
			}
		}
	}
	return 0
}
