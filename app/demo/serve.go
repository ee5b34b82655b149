package demo

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"time"
)

// listen opens the same free port on both loopback addresses; on 127.0.0.1 alone where there is no
// IPv6 loopback.
func listen() ([]net.Listener, int, error) {
	const tries = 20 // the port may be taken on the other address
	var last error
	for range tries {
		four, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			return nil, 0, err
		}
		port := four.Addr().(*net.TCPAddr).Port
		six, err := net.ListenTCP("tcp6", &net.TCPAddr{IP: net.IPv6loopback, Port: port})
		if err == nil {
			return []net.Listener{four, six}, port, nil
		}
		if !haveIPv6() {
			return []net.Listener{four}, port, nil
		}
		last = errors.Join(err, four.Close())
	}
	return nil, 0, last
}

func haveIPv6() bool {
	l, err := net.ListenTCP("tcp6", &net.TCPAddr{IP: net.IPv6loopback})
	if err != nil {
		return false
	}
	_ = l.Close()
	return true
}

// serve starts answering, as an HTTP server or connection by connection.
func (s *Site) serve(p play, config *tls.Config) {
	if p.raw != nil {
		for _, l := range s.listeners {
			go s.accept(l, config, p.raw)
		}
		return
	}
	s.server = &http.Server{
		Handler:     p.handler(),
		TLSConfig:   config,
		ErrorLog:    log.New(io.Discard, "", 0), // refused certificates are the point of some scenarios
		BaseContext: func(net.Listener) context.Context { return s.ctx },

		ReadHeaderTimeout: time.Minute,
	}
	if config.MaxVersion != 0 { // HTTP/2 forbids the old versions of TLS (RFC 9113 section 9.2)
		s.server.Protocols = new(http.Protocols)
		s.server.Protocols.SetHTTP1(true)
	}
	for _, l := range s.listeners {
		if p.plain {
			go func() { _ = s.server.Serve(l) }()
		} else {
			go func() { _ = s.server.ServeTLS(l, "", "") }()
		}
	}
}

// accept hands each connection to raw and closes it afterwards.
func (s *Site) accept(l net.Listener, config *tls.Config, raw func(context.Context, net.Conn, *tls.Config)) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		if !s.keep(conn) {
			_ = conn.Close()
			return
		}
		go func() {
			defer s.drop(conn)
			raw(s.ctx, conn, config)
		}()
	}
}

func (s *Site) keep(c net.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	s.conns[c] = struct{}{}
	return true
}

func (s *Site) drop(c net.Conn) {
	_ = c.Close()
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.conns, c)
}

// shut closes everything that is open; it may be called again.
func (s *Site) shut() {
	for _, l := range s.listeners {
		_ = l.Close()
	}
	if s.server != nil {
		_ = s.server.Close()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for c := range s.conns {
		_ = c.Close()
	}
}
