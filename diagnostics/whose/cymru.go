package whose

import (
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/waymend/waymend/diagnostics/wire"
)

// originName is the name whose TXT record tells the networks that announce an address.
func originName(a netip.Addr) string {
	if a.Is4() {
		b := a.As4()
		parts := []string{}
		for _, x := range slices.Backward(b[:]) {
			parts = append(parts, strconv.Itoa(int(x)))
		}
		return strings.Join(parts, ".") + ".origin.asn.cymru.com."
	}
	const digits = "0123456789abcdef"
	var name strings.Builder
	b := a.As16()
	for _, x := range slices.Backward(b[:]) {
		name.Write([]byte{digits[x&15], '.', digits[x>>4], '.'})
	}
	return name.String() + "origin6.asn.cymru.com."
}

// networkName is the name whose TXT record tells what a network calls itself.
func networkName(as uint32) string {
	return "AS" + strconv.FormatUint(uint64(as), 10) + ".asn.cymru.com."
}

// readOrigin reads "23028 | 216.90.108.0/24 | US | arin | 1998-09-25", where several networks may be
// named; 0 when there is none.
func readOrigin(text string) uint32 {
	list, _, _ := strings.Cut(text, "|")
	words := strings.Fields(list)
	if len(words) == 0 {
		return 0
	}
	as, err := strconv.ParseUint(words[0], 10, 32)
	if err != nil {
		return 0
	}
	return uint32(as)
}

// readNetwork reads "23028 | US | arin | 2002-01-04 | TEAMCYMRU, US"; "" when that is about another.
func readNetwork(text string, as uint32) string {
	fields := strings.SplitN(text, "|", 5)
	if len(fields) < 5 || strings.TrimSpace(fields[0]) != strconv.FormatUint(uint64(as), 10) {
		return ""
	}
	return wire.Printable(strings.TrimSpace(fields[4]), maxName)
}
