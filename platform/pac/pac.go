// Package pac fetches and evaluates proxy auto-configuration scripts: JavaScript that answers,
// for an address, which proxies to use. It is not a browser: a script sees the standard helper
// functions and nothing else, and has one second.
//
// A script comes from the network and is not to be trusted with time or memory.
package pac

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"time"
)

// Bounds. Real scripts have a few kilobytes; browsers give up on scripts of more than a megabyte
// (Chromium's kDefaultMaxResponseBytes).
const (
	MaxScript = 1 << 20
	FetchTime = 3 * time.Second
	RunTime   = time.Second
	maxChain  = 16
)

// Env is the world as a script sees it. The zero Env is the real one.
type Env struct {
	// Lookup resolves a host name; nil means the system's resolver.
	Lookup func(ctx context.Context, host string) ([]netip.Addr, error)
	// MyAddr is this computer's address; nil means the one that leads to the internet.
	MyAddr func() netip.Addr
	// Now is the wall clock; nil means time.Now.
	Now func() time.Time
}

func (e Env) lookup(ctx context.Context, host string) []netip.Addr {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}
	}
	look := e.Lookup
	if look == nil {
		look = func(ctx context.Context, host string) ([]netip.Addr, error) {
			return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
		}
	}
	addrs, err := look(ctx, host)
	if err != nil {
		return nil
	}
	return addrs
}

func (e Env) myAddr() netip.Addr {
	if e.MyAddr != nil {
		return e.MyAddr()
	}
	// Connecting a UDP socket chooses the source address and sends nothing.
	for _, to := range []string{"192.0.2.1:9", "[2001:db8::1]:9"} {
		c, err := net.Dial("udp", to)
		if err != nil {
			continue
		}
		c.Close()
		if a, ok := c.LocalAddr().(*net.UDPAddr); ok {
			return a.AddrPort().Addr().Unmap()
		}
	}
	return netip.AddrFrom4([4]byte{127, 0, 0, 1})
}

func (e Env) now() time.Time {
	if e.Now != nil {
		return e.Now()
	}
	return time.Now()
}

// Find fetches the script at address and returns what it answers for u, in order: "DIRECT",
// "PROXY host:port", "HTTPS host:port", "SOCKS5 host:port". The error says in one clause why the
// script could not be fetched or evaluated.
func Find(ctx context.Context, address string, u *url.URL) ([]string, error) {
	script, err := Fetch(ctx, address)
	if err != nil {
		return nil, err
	}
	return Evaluate(ctx, string(script), u, Env{})
}

// Fetch reads the script at an http, https or file address.
func Fetch(ctx context.Context, address string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, FetchTime)
	defer cancel()
	u, err := url.Parse(address)
	if err != nil {
		return nil, errors.New("the script's address cannot be read")
	}
	var b []byte
	switch u.Scheme {
	case "http", "https":
		b, err = fetchHTTP(ctx, u)
	case "file":
		b, err = readFile(localPath(u))
	default:
		return nil, errors.New("the script's address is neither http, https nor file")
	}
	if err != nil {
		return nil, fmt.Errorf("the script cannot be fetched: %w", plain(err))
	}
	if len(b) > MaxScript {
		return nil, errors.New("the script is larger than 1 MB")
	}
	return b, nil
}

func fetchHTTP(ctx context.Context, u *url.URL) ([]byte, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return nil, err
	}
	req.Header.Set("Accept", "application/x-ns-proxy-autoconfig, */*;q=0.8")
	transport := &http.Transport{MaxResponseHeaderBytes: 64 << 10, DisableKeepAlives: true} // and no proxy
	defer transport.CloseIdleConnections()
	resp, err := (&http.Client{Transport: transport}).Do(req)
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the server answered %d", resp.StatusCode)
	}
	return io.ReadAll(io.LimitReader(resp.Body, MaxScript+1))
}

func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("not an ordinary file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, MaxScript+1))
}

// plain takes the address, which may hold credentials, out of an error of net/http.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}
