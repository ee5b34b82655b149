package trace

import (
	"encoding/binary"
	"strconv"
)

// classify says what an ICMP error means for a probe of a protocol; atTarget tells that the target
// itself sent it.
func classify(typ, code int, six, atTarget bool) (k kind, letters string, ok bool) {
	switch {
	case !six && typ == exceeded4 && code == 0, six && typ == exceeded6 && code == 0:
		return exceeded, "", true
	case !six && typ == unreachable4 && code == codeFragment4, six && typ == tooBig6:
		return tooBig, "", true
	case !six && typ == unreachable4, six && typ == unreachable6:
		if port := codePort4; atTarget && (code == port && !six || code == codePort6 && six) {
			return reached, "", true
		}
		return unreachable, codeLetters(code, six), true
	}
	return 0, "", false
}

// Codes of unreachability, as traceroute writes them.
const (
	NetUnreachable  = "!N"
	HostUnreachable = "!H"
	NoProtocol      = "!P"
	Prohibited      = "!X"
	PortUnreachable = "!p"
)

func codeLetters(code int, six bool) string {
	if six {
		switch code {
		case 0:
			return NetUnreachable
		case 1, 5, 6:
			return Prohibited
		case 2, 3:
			return HostUnreachable
		case codePort6:
			return PortUnreachable
		}
		return "!" + strconv.Itoa(code)
	}
	switch code {
	case 0, 6, 11:
		return NetUnreachable
	case 1, 7, 8, 12:
		return HostUnreachable
	case 2:
		return NoProtocol
	case codePort4:
		return PortUnreachable
	case 9, 10, 13:
		return Prohibited
	}
	return "!" + strconv.Itoa(code)
}

// Label is one entry of an MPLS label stack (RFC 4950).
type Label struct {
	Label uint32 `json:"label"`
	Class uint8  `json:"class,omitempty"`
	Last  bool   `json:"last,omitempty"` // the bottom of the stack
	TTL   uint8  `json:"ttl"`
}

// Extensions of ICMP messages (RFC 4884, RFC 4950).
const (
	extensionVersion = 2
	classMPLS        = 1
	typeIncoming     = 1
	maxLabels        = 16
)

// readLabels reads the MPLS labels out of an extension structure.
func readLabels(b []byte) (list []Label) {
	if len(b) < 4 || b[0]>>4 != extensionVersion {
		return nil
	}
	if sum := binary.BigEndian.Uint16(b[2:]); sum != 0 && checksum(b) != 0 {
		return nil
	}
	for b = b[4:]; len(b) >= 4; {
		size := int(binary.BigEndian.Uint16(b))
		if size < 4 || size > len(b) {
			return list
		}
		if b[2] == classMPLS && b[3] == typeIncoming {
			for entry := b[4:size]; len(entry) >= 4 && len(list) < maxLabels; entry = entry[4:] {
				v := binary.BigEndian.Uint32(entry)
				list = append(list, Label{Label: v >> 12, Class: uint8(v>>9) & 7, Last: v>>8&1 == 1, TTL: uint8(v)})
			}
		}
		b = b[size:]
	}
	return list
}
