package platform

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"net/netip"
	"slices"
	"time"

	"golang.org/x/sys/unix"
)

// whoHas puts one ARP question on the link and collects the answers. Two different answers mean
// that two devices claim the address.
func whoHas(ctx context.Context, link string, addr netip.Addr, wait time.Duration) ([]string, error) {
	nic, err := net.InterfaceByName(link)
	if err != nil || len(nic.HardwareAddr) != 6 || !addr.Is4() {
		return nil, errors.ErrUnsupported
	}
	own, err := ownIPv4(nic)
	if err != nil {
		return nil, err
	}
	fd, err := unix.Socket(unix.AF_PACKET, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, int(bigEndian(unix.ETH_P_ARP)))
	if err != nil {
		return nil, err
	}
	defer unix.Close(fd)
	to := &unix.SockaddrLinklayer{Protocol: bigEndian(unix.ETH_P_ARP), Ifindex: nic.Index, Halen: 6, Addr: [8]byte{255, 255, 255, 255, 255, 255}}
	if err := unix.Bind(fd, &unix.SockaddrLinklayer{Protocol: bigEndian(unix.ETH_P_ARP), Ifindex: nic.Index}); err != nil {
		return nil, err
	}
	if err := unix.Sendto(fd, arpRequest(nic.HardwareAddr, own, addr), 0, to); err != nil {
		return nil, err
	}
	return collectARP(ctx, fd, addr, wait), nil
}

// collectARP reads replies until wait is over.
func collectARP(ctx context.Context, fd int, addr netip.Addr, wait time.Duration) (macs []string) {
	end := time.Now().Add(wait)
	b := make([]byte, 128)
	for ctx.Err() == nil {
		left := time.Until(end)
		if left <= 0 {
			break
		}
		tick := unix.NsecToTimeval(int64(min(left, 20*time.Millisecond)))
		if unix.SetsockoptTimeval(fd, unix.SOL_SOCKET, unix.SO_RCVTIMEO, &tick) != nil {
			break
		}
		n, _, err := unix.Recvfrom(fd, b, 0)
		if err != nil {
			continue
		}
		if mac, ok := parseARPReply(b[:n], addr); ok && !slices.Contains(macs, mac) {
			macs = append(macs, mac)
		}
	}
	return macs
}

func ownIPv4(nic *net.Interface) (netip.Addr, error) {
	addrs, err := nic.Addrs()
	if err != nil {
		return netip.Addr{}, err
	}
	for _, a := range addrs {
		if p, err := netip.ParsePrefix(a.String()); err == nil && p.Addr().Is4() {
			return p.Addr(), nil
		}
	}
	return netip.Addr{}, errors.ErrUnsupported
}

func bigEndian(v uint16) uint16 {
	var b [2]byte
	binary.BigEndian.PutUint16(b[:], v)
	return binary.NativeEndian.Uint16(b[:])
}
