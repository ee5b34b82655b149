package control

import (
	"context"
	"net"
	"sync"
)

// Scope says for whom a schedule runs.
type Scope string

// The scopes.
const (
	Person  Scope = "person"  // in the session of one account, which alone may ask
	Machine Scope = "machine" // as a service of the system: all may look, administrators may change
)

// gate lets in who may ask, and not more than maxConns at a time.
type gate struct {
	net.Listener
	scope Scope

	mu     sync.Mutex
	open   int
	others int            // of them, of accounts that may only look
	each   map[string]int // of these, by account
}

func (g *gate) Accept() (net.Conn, error) {
	for {
		c, err := g.Listener.Accept()
		if err != nil {
			return nil, err
		}
		account, err := admit(c, g.scope)
		if err != nil || !g.enter(account) {
			c.Close()
			continue
		}
		return &counted{Conn: c, leave: sync.OnceFunc(func() { g.leave(account) })}, nil
	}
}

// enter counts a connection in; account is "" for those who may do everything.
func (g *gate) enter(account string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open >= maxConns || account != "" && (g.others >= maxOthers || g.each[account] >= maxEach) {
		return false
	}
	g.open++
	if account != "" {
		if g.each == nil {
			g.each = map[string]int{}
		}
		g.others++
		g.each[account]++
	}
	return true
}

func (g *gate) leave(account string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
	if account != "" {
		g.others--
		if g.each[account]--; g.each[account] == 0 {
			delete(g.each, account)
		}
	}
}

// counted leaves the gate once, however often it is closed.
type counted struct {
	net.Conn
	leave func()
}

func (c *counted) Close() error {
	c.leave()
	return c.Conn.Close()
}

// peer is the other end of a request.
type peer struct {
	scope Scope
	conn  net.Conn
}

type peerKey struct{}

// MayChange reports whether the other end of a request may change what the schedule does: on a
// person's own line everybody who came in, on the machine's an administrator. ctx is the request's.
func MayChange(ctx context.Context) bool {
	p, ok := ctx.Value(peerKey{}).(peer)
	if !ok {
		return false
	}
	if p.scope == Person {
		return true
	}
	c, ok := p.conn.(*counted)
	return ok && administrator(c.Conn)
}
