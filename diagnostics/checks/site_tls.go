package checks

import (
	"context"
	"crypto/tls"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// variantLimit lets the variants end together with the handshake that was slow 900 ms before.
	variantLimit = 2100 * ms
	// wholeLimit is for a whole page over small segments.
	wholeLimit = 3500 * ms
	// smallMSS passes every tunnel that carries IPv6 (1280 bytes) with room for its headers.
	smallMSS = 1200
)

// harmless are names that no filter has reason to look for; one is not the target's.
var harmless = [2]string{"www.example.com", "www.example.org"}

func runTLSVariants(ctx context.Context, env *diagnostics.Env) (v TLSReport, err error) {
	u, err := targetURL(env)
	if err != nil {
		return v, err
	}
	to, stalled, ok := whatHangs(ctx, env.Board)
	if !ok {
		return v, notApplicable("the site's connections work")
	}
	v.Addr = to
	t := variants{ctx: ctx, env: env, began: time.Now(), to: to, url: u}
	if stalled {
		t.try(&v.SmallMSS, func(r *visit) {
			r.dial.MSS, r.limit = smallMSS, wholeLimit
			r.ask = func() bool { return env.Asks.Take(env.Target.Host) }
		})
		t.all.Wait()
		return v, nil
	}
	name := harmless[0]
	if env.Target.Host == name {
		name = harmless[1]
	}
	t.try(&v.OtherName, func(r *visit) { r.tls.ServerName = name })
	t.try(&v.NoName, func(r *visit) { r.tls.NoSNI = true })
	t.try(&v.SmallMSS, func(r *visit) { r.dial.MSS = smallMSS })
	t.try(&v.Only12, func(r *visit) { r.tls.MaxVersion = tls.VersionTLS12 })
	t.try(&v.Old, func(r *visit) { r.tls.MinVersion = tls.VersionTLS10 })
	t.try(&v.Again, func(*visit) {})
	t.all.Go(func() { v.Plain = t.plain(80) })
	t.all.Wait()
	if v.Again.Handshake != nil && v.Again.Handshake.Fail.Is(wire.NotTLS) {
		v.Plain = t.plain(to.Port())
	}
	return v, nil
}

// whatHangs waits for the first of the notes that call for variants.
func whatHangs(ctx context.Context, b *diagnostics.Board) (to netip.AddrPort, stalled, ok bool) {
	type note struct {
		value any
		ok    bool
		stall bool
	}
	notes := make(chan note, 2)
	for key, stall := range map[string]bool{noteNoTLS: false, noteStalled: true} {
		go func() {
			v, ok := b.Wait(ctx, key)
			notes <- note{v, ok, stall}
		}()
	}
	for range 2 {
		if n := <-notes; n.ok {
			return n.value.(netip.AddrPort), n.stall, true
		}
	}
	return to, false, false
}

// variants are attempts on one address at the same time.
type variants struct {
	ctx   context.Context
	env   *diagnostics.Env
	began time.Time
	to    netip.AddrPort
	url   *url.URL
	all   sync.WaitGroup
}

// try makes one attempt that differs from the usual one by change.
func (t *variants) try(into **wire.Attempt, change func(*visit)) {
	r := visit{addr: t.to, url: t.url, limit: variantLimit}
	change(&r)
	t.all.Go(func() {
		a := r.try(t.ctx, t.env, t.began)
		*into = &a
	})
}

// plain asks for the page over plain HTTP, headers only.
func (t *variants) plain(port uint16) *wire.Attempt {
	u := *t.url
	u.Scheme = "http"
	u.Host = hostWithPort(u.Hostname(), port)
	r := visit{addr: netip.AddrPortFrom(t.to.Addr(), port), url: &u, limit: variantLimit, headOnly: true}
	r.ask = func() bool { return t.env.Asks.Take(t.env.Target.Host) }
	a := r.try(t.ctx, t.env, t.began)
	return &a
}
