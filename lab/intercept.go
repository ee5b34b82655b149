//go:build lab && linux

package lab

import (
	"crypto/tls"
	"io"
	"net"
	"net/netip"
	"sync"

	"golang.org/x/sys/unix"
)

// interceptPort is where the router's interceptor takes redirected connections.
const interceptPort = "8443"

// intercept makes the router open every TLS connection of IPv4, as a content filter does: it
// shows the client a certificate of its own for the asked name and passes the inside on.
func (w *World) intercept(by *authority) {
	l, err := w.Router.Listen("0.0.0.0:" + interceptPort)
	if w.check(err); err != nil {
		return
	}
	w.onDown(func() { l.Close() })
	w.Cmd(w.Router, "iptables -t nat -A PREROUTING -i lan -p tcp --dport 443 -j REDIRECT --to-ports "+interceptPort+"\nip6tables -A FORWARD -p tcp --dport 443 -j REJECT --reject-with tcp-reset")
	m := &interceptor{world: w, by: by, certs: map[string]*tls.Certificate{}}
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go m.serve(c)
		}
	}()
}

type interceptor struct {
	world *World
	by    *authority
	mu    sync.Mutex
	certs map[string]*tls.Certificate
}

func (m *interceptor) serve(c net.Conn) {
	defer c.Close()
	dst, err := originalDestination(c.(*net.TCPConn))
	if err != nil {
		return
	}
	inner := tls.Server(c, &tls.Config{NextProtos: []string{"http/1.1"}, GetCertificate: func(h *tls.ClientHelloInfo) (*tls.Certificate, error) {
		name := h.ServerName
		if name == "" {
			name = dst.Addr().String()
		}
		return m.certificate(name), nil
	}})
	if inner.Handshake() != nil {
		return
	}
	up, err := m.world.Router.Dial("tcp", dst.String())
	if err != nil {
		return
	}
	defer up.Close()
	// What the interceptor itself trusts is not the lab's matter.
	outer := tls.Client(up, &tls.Config{ServerName: inner.ConnectionState().ServerName, InsecureSkipVerify: true, NextProtos: []string{"http/1.1"}})
	go func() { io.Copy(outer, inner); outer.CloseWrite() }()
	io.Copy(inner, outer)
}

func (m *interceptor) certificate(name string) *tls.Certificate {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.certs[name] == nil {
		p := m.world.Cert(Cert{Names: []string{name}, Issuer: m.by})
		m.certs[name] = &p.TLS
	}
	return m.certs[name]
}

// originalDestination is where a redirected connection wanted to go.
func originalDestination(c *net.TCPConn) (netip.AddrPort, error) {
	raw, err := c.SyscallConn()
	if err != nil {
		return netip.AddrPort{}, err
	}
	var addr [4]byte
	var port uint16
	err2 := raw.Control(func(fd uintptr) {
		const soOriginalDst = 80 // linux/netfilter_ipv4.h
		// The kernel fills in a sockaddr_in; this call returns a buffer of that size.
		var m *unix.IPv6Mreq
		if m, err = unix.GetsockoptIPv6Mreq(int(fd), unix.IPPROTO_IP, soOriginalDst); err == nil {
			port = uint16(m.Multiaddr[2])<<8 | uint16(m.Multiaddr[3])
			copy(addr[:], m.Multiaddr[4:8])
		}
	})
	if err == nil {
		err = err2
	}
	return netip.AddrPortFrom(netip.AddrFrom4(addr), port), err
}
