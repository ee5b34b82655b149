package demo

import (
	"bufio"
	"context"
	"crypto/tls"
	"net"
	"net/http"
	"strings"
)

// silence takes the connection and never says a word.
func silence(ctx context.Context, _ net.Conn, _ *tls.Config) { <-ctx.Done() }

// request shakes hands and reads one request.
func request(ctx context.Context, conn net.Conn, config *tls.Config) (*tls.Conn, bool) {
	secure := tls.Server(conn, config)
	if secure.HandshakeContext(ctx) != nil {
		return secure, false
	}
	_, err := http.ReadRequest(bufio.NewReader(secure))
	return secure, err == nil
}

// hangUp takes the request and closes the connection in good order, without an answer.
func hangUp(ctx context.Context, conn net.Conn, config *tls.Config) {
	secure, _ := request(ctx, conn, config)
	_ = secure.Close()
}

// reset takes the request and cuts the connection.
func reset(ctx context.Context, conn net.Conn, config *tls.Config) {
	if _, ok := request(ctx, conn, config); !ok {
		return
	}
	if c, ok := conn.(*net.TCPConn); ok {
		_ = c.SetLinger(0) // closing then sends RST
	}
}

// truncate promises a page and closes after a third of it.
func truncate(ctx context.Context, conn net.Conn, config *tls.Config) {
	secure, ok := request(ctx, conn, config)
	if !ok {
		return
	}
	_, _ = secure.Write([]byte("HTTP/1.1 200 OK\r\nServer: nginx\r\nContent-Type: text/html\r\nContent-Length: 48000\r\nConnection: close\r\n\r\n" +
		"<!doctype html>\n<title>Half a page</title>\n" + strings.Repeat("<p>This page goes on.</p>\n", 640)))
	_ = secure.Close()
}
