package platform

import (
	"slices"
	"testing"
)

// message is one netlink message.
func message(typ uint16, payload []byte) []byte {
	b := nlPut32(uint32(16 + len(payload)))
	b = append(b, byte(typ), byte(typ>>8), 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	return append(b, payload...)
}

func TestRadios(t *testing.T) {
	radioOf := func(index, kind uint32, ssid string) []byte {
		attrs := slices.Concat(nlAttr(1, nlPut32(3)), nlAttr(3, nlPut32(index)), nlAttr(5, nlPut32(kind)))
		if ssid != "" {
			attrs = append(attrs, nlAttr(52, []byte(ssid))...)
		}
		return message(35, genlRequest(7, attrs))
	}
	b := slices.Concat(radioOf(4, 2, "Caf\xc3\xa9 \x1b[2J\xff"), radioOf(5, 3, "access point"), radioOf(6, 2, ""))
	want := []radio{{4, "phy3", "Café \ufffd[2J\ufffd"}, {6, "phy3", ""}}
	if got := parseRadios(b); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	family := message(16, genlRequest(1, slices.Concat(nlAttr(2, []byte("nl80211\x00")), nlAttr(1, []byte{35, 0}))))
	if got := genlFamily(family); got != 35 {
		t.Errorf("family %d", got)
	}
	station := message(35, genlRequest(19, nlAttr(21, nlAttr(7, []byte{0xC8}))))
	if got := parseSignal(station); got != -56 {
		t.Errorf("signal %d", got)
	}
	for n := range b {
		parseRadios(b[:n]) // cut anywhere: no panic
	}
}
