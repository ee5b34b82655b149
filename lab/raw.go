//go:build lab && linux

package lab

import (
	"bufio"
	"crypto/tls"
	"io"
	"net"
	"net/http"
	"time"
)

// Raw serves TCP connections by hand, for what no real server can be made to do.
func (w *World) Raw(addr string, serve func(net.Conn)) {
	l, err := w.Net.Listen(addr)
	if w.check(err); err != nil {
		return
	}
	w.onDown(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				c.SetDeadline(time.Now().Add(time.Minute)) // so that nothing outlives the world for long
				serve(c)
			}()
		}
	}()
}

// RawTLS is Raw inside TLS with a good certificate, at the usual addresses of a site that it publishes.
// serve gets the connection with its first request read from it.
func (w *World) RawTLS(host string, serve func(c *tls.Conn, q *http.Request)) {
	w.Host(host, Site4, Site6)
	pair := w.Cert(Cert{Names: []string{host}})
	conf := &tls.Config{Certificates: []tls.Certificate{pair.TLS}}
	for _, a := range []string{Site4, Site6} {
		w.Raw(net.JoinHostPort(a, "443"), func(c net.Conn) {
			t := tls.Server(c, conf)
			if q, err := http.ReadRequest(bufio.NewReader(t)); err == nil {
				serve(t, q)
			}
		})
	}
}

// abort ends a connection with RST.
func abort(c net.Conn) {
	if t, ok := c.(*tls.Conn); ok {
		c = t.NetConn()
	}
	c.(*net.TCPConn).SetLinger(0)
	c.Close()
}

// swallow reads until the other side goes away.
func swallow(c net.Conn) { io.Copy(io.Discard, c) }
