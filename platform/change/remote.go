package change

import (
	"net/netip"
	"os"
	"slices"
	"strings"

	"github.com/waymend/waymend/platform"
)

// sessionOver reports whether the terminal that this program runs in came over the link by SSH
// (SSH_CONNECTION of ssh(1): the client's address and port, then this side's).
func sessionOver(l platform.Link) bool {
	words := strings.Fields(os.Getenv("SSH_CONNECTION"))
	if len(words) != 4 {
		return false
	}
	here, err := netip.ParseAddr(words[2])
	return err == nil && isOn(l, here)
}

func isOn(l platform.Link, a netip.Addr) bool {
	a = a.Unmap().WithZone("")
	return slices.ContainsFunc(l.Addrs, func(p netip.Prefix) bool { return p.Addr().Unmap().WithZone("") == a })
}
