package change

import (
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"strconv"
	"strings"
)

// sessionPorts are those at which people work from afar: SSH, remote desktop, VNC.
var sessionPorts = map[uint64]bool{22: true, 3389: true, 5900: true, 5901: true}

// parseSessions reads /proc/net/tcp or tcp6 (proc(5)) and returns this computer's addresses of the open
// connections to such ports. The kernel writes addresses in words of four bytes, in the machine's
// order.
func parseSessions(b []byte) (list []netip.Addr) {
	for line := range strings.Lines(string(b)) {
		f := strings.Fields(line)
		if len(f) < 4 || f[3] != "01" { // TCP_ESTABLISHED
			continue
		}
		addr, port, ok := strings.Cut(f[1], ":")
		n, err := strconv.ParseUint(port, 16, 16)
		if !ok || err != nil || !sessionPorts[n] {
			continue
		}
		raw, err := hex.DecodeString(addr)
		if err != nil || len(raw) != 4 && len(raw) != 16 {
			continue
		}
		for i := 0; i < len(raw); i += 4 {
			binary.NativeEndian.PutUint32(raw[i:], binary.BigEndian.Uint32(raw[i:]))
		}
		a, _ := netip.AddrFromSlice(raw)
		list = append(list, a.Unmap())
	}
	return list
}
