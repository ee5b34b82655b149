package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"net/url"
	"strconv"
)

// Numbers of SOCKS version 5 (RFC 1928, RFC 1929).
const (
	socksVersion     = 5
	socksNoAuth      = 0
	socksPassword    = 2
	socksNoMethod    = 0xff
	socksConnect     = 1
	socksIPv4        = 1
	socksName        = 3
	socksIPv6        = 4
	socksAuthVersion = 1
)

// socksReplies are the proxy's words for why it could not connect.
var socksReplies = map[byte]struct {
	kind Kind
	text string
}{
	1: {Other, "general failure"},
	2: {Denied, "not allowed by the rules"},
	3: {NetUnreachable, "network unreachable"},
	4: {HostUnreachable, "host unreachable"},
	5: {Refused, "connection refused"},
	6: {Timeout, "time to live expired"},
	7: {Unsupported, "command not supported"},
	8: {NoFamily, "address type not supported"},
}

// socks opens a tunnel through a SOCKS5 proxy, which looks the name up itself.
func (e *exchange) socks(ctx context.Context, target string, user *url.Userinfo) bool {
	stop := interrupt(ctx, e.conn)
	defer stop()
	err := e.socksGreet(user)
	if err == nil {
		err = e.socksConnect(target)
	}
	if err == nil && !stop() {
		e.Fail = ended(ctx, "proxy")
		return false
	}
	e.Complete = err == nil
	if err != nil {
		e.Fail = failed(ctx, "proxy", err)
	}
	return err == nil
}

// socksGreet agrees on a method and signs in.
func (e *exchange) socksGreet(user *url.Userinfo) error {
	methods := []byte{socksNoAuth}
	if user != nil {
		methods = append(methods, socksPassword)
	}
	answer, err := e.socksAsk(append([]byte{socksVersion, byte(len(methods))}, methods...), 2)
	switch {
	case err != nil:
		return err
	case answer[0] != socksVersion:
		return &stepError{Other, fmt.Sprintf("the answer begins with %q, which is not SOCKS5", Printable(string(answer), 4))}
	case answer[1] == socksNoMethod || answer[1] == socksPassword && user == nil:
		return &stepError{Denied, "the proxy wants a user name and password"}
	case answer[1] == socksNoAuth:
		return nil
	case answer[1] != socksPassword:
		return &stepError{Unsupported, fmt.Sprintf("the proxy wants sign-in method %d", answer[1])}
	}
	name := user.Username()
	password, _ := user.Password()
	if len(name) > 255 || len(password) > 255 {
		return &stepError{Invalid, "the proxy's user name or password is too long"}
	}
	msg := append([]byte{socksAuthVersion, byte(len(name))}, name...)
	msg = append(append(msg, byte(len(password))), password...)
	if answer, err = e.socksAsk(msg, 2); err != nil {
		return err
	}
	if answer[1] != 0 {
		return &stepError{Denied, "the proxy rejects the user name or password"}
	}
	return nil
}

// socksConnect asks for the tunnel and reads the answer with the address at its end.
func (e *exchange) socksConnect(target string) error {
	msg, err := socksRequest(target)
	if err != nil {
		return err
	}
	answer, err := e.socksAsk(msg, 4)
	if err != nil {
		return err
	}
	if answer[0] != socksVersion {
		return &stepError{Other, "the proxy's answer is not SOCKS5"}
	}
	if answer[1] != 0 {
		r, known := socksReplies[answer[1]]
		if !known {
			r.kind, r.text = Other, fmt.Sprintf("error %d", answer[1])
		}
		return &stepError{r.kind, "the proxy says: " + r.text}
	}
	rest := map[byte]int{socksIPv4: 4, socksIPv6: 16}[answer[3]]
	if answer[3] == socksName {
		n, err := e.socksRead(1)
		if err != nil {
			return err
		}
		rest = int(n[0])
	}
	_, err = e.socksRead(rest + 2)
	return err
}

func socksRequest(target string) ([]byte, error) {
	host, portText, err := net.SplitHostPort(target)
	if err != nil {
		return nil, &stepError{Invalid, "not a host and port"}
	}
	port, err := strconv.ParseUint(portText, 10, 16)
	if err != nil || len(host) > 255 {
		return nil, &stepError{Invalid, "not a host and port"}
	}
	msg := []byte{socksVersion, socksConnect, 0}
	if a, err := netip.ParseAddr(host); err != nil {
		msg = append(append(msg, socksName, byte(len(host))), host...)
	} else if a = a.Unmap(); a.Is4() {
		msg = append(append(msg, socksIPv4), a.AsSlice()...)
	} else {
		msg = append(append(msg, socksIPv6), a.AsSlice()...)
	}
	return append(msg, byte(port>>8), byte(port)), nil
}

func (e *exchange) socksAsk(msg []byte, n int) ([]byte, error) {
	if _, err := e.conn.Write(msg); err != nil {
		return nil, err
	}
	e.note(&e.sent)
	return e.socksRead(n)
}

func (e *exchange) socksRead(n int) ([]byte, error) {
	b := make([]byte, n)
	_, err := io.ReadFull(e.conn, b)
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		err = &stepError{EOF, "the proxy closed the connection"}
	} else if err == nil {
		e.note(&e.first)
	}
	return b, err
}
