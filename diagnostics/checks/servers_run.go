package checks

import (
	"context"
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

const (
	// maxResolvers is how many configured servers are asked; systems themselves use three.
	maxResolvers = 6
	// tcpAfter is when a server that has said nothing over UDP is asked over TCP: after the
	// second try over UDP had its chance.
	tcpAfter = 900 * ms
	// familyStagger is how long one family of a server is waited for before the other is tried.
	familyStagger = 300 * ms
	// forgeryWait is how much later than a forged answer the true one may come: anchors are near
	// almost everywhere, and the echoes take as long anyway.
	forgeryWait = 70 * ms
)

// ask puts one question to one server over UDP and listens on for answers that contradict the first.
func ask(ctx context.Context, server netip.AddrPort, name, kind string, listen time.Duration) wire.Answer {
	return wire.Query(ctx, server, wire.UDP, wire.Question{Name: name, Type: kind}, wire.QueryOptions{Limit: dnsLimit, Listen: listen})
}

// interview puts the target's name to a server, and the control name unless it is empty: all
// questions at the same moment over UDP, and what follows from the answers.
func interview(ctx context.Context, s *Server, name, control string, listen time.Duration) {
	var (
		all    sync.WaitGroup
		alive  = make(chan struct{}) // closed by the first answer over UDP
		once   sync.Once
		silent = make(chan struct{}) // closed when A over UDP has ended in vain
		guide  wire.Answer
	)
	put := func(into *wire.Answer, name, kind string, listen time.Duration) {
		*into = ask(ctx, s.Addr, name, kind, listen)
		if into.Answered() {
			once.Do(func() { close(alive) })
		}
	}
	all.Go(func() {
		put(&s.A, name, "A", listen)
		if !s.A.Answered() {
			close(silent)
		}
		if s.A.RCode == "SERVFAIL" {
			s.CD = unchecked(ctx, s.Addr, name, "A")
		}
	})
	all.Go(func() { put(&s.AAAA, name, "AAAA", 0) })
	if control != "" {
		s.Control = &guide
		all.Go(func() { put(&guide, control, "A", 0) })
	}
	all.Go(func() {
		late := time.NewTimer(tcpAfter)
		defer late.Stop()
		select {
		case <-late.C:
		case <-silent:
		case <-alive:
			return
		case <-ctx.Done():
			return
		}
		tcp := wire.Query(ctx, s.Addr, wire.TCP, wire.Question{Name: name, Type: "A"}, wire.QueryOptions{Limit: dnsLimit - tcpAfter})
		s.TCP = &tcp
	})
	all.Wait()
	if s.AAAA.RCode == "SERVFAIL" && s.CD == nil {
		s.CD = unchecked(ctx, s.Addr, name, "AAAA")
	}
}

// unchecked asks again without DNSSEC validation (the CD bit, RFC 4035 section 3.2.2).
func unchecked(ctx context.Context, server netip.AddrPort, name, kind string) *wire.Answer {
	a := wire.Query(ctx, server, wire.UDP, wire.Question{Name: name, Type: kind, CD: true}, wire.QueryOptions{Limit: dnsLimit})
	return &a
}

// controlNames are names that surely exist: those of the anchors' DNS over HTTPS, then those of
// the sign-in probes.
func controlNames(r diagnostics.References) (secure, plain []string) {
	for _, a := range r.Anchors {
		if u, err := url.Parse(a.DoH); err == nil && u.Hostname() != "" {
			secure = append(secure, u.Hostname())
		}
	}
	for _, p := range r.SignIn {
		if u, err := url.Parse(p.URL); err == nil && u.Hostname() != "" {
			plain = append(plain, u.Hostname())
		}
	}
	return secure, plain
}

// controlName is the first of the control names, "" when there are no references.
func controlName(r diagnostics.References) string {
	secure, plain := controlNames(r)
	for _, name := range append(secure, plain...) {
		return name
	}
	return ""
}

// resolversFor are the configured servers that the system would ask for the name, each once.
func resolversFor(env *diagnostics.Env, name string) (l []platform.Resolver) {
	configured, _ := Resolvers.From(env.Facts)
	for _, r := range configured.Resolvers {
		known := slices.ContainsFunc(l, func(x platform.Resolver) bool { return x.Addr == r.Addr })
		if r.Addr.IsValid() && !known && len(l) < maxResolvers && servesName(r.Domains, name) {
			l = append(l, r)
		}
	}
	return l
}

// servesName reports whether a resolver for those domains is asked for the name.
func servesName(domains []string, name string) bool {
	for _, d := range domains {
		d = strings.ToLower(strings.Trim(strings.TrimPrefix(d, "~"), "."))
		if d == "" || name == d || strings.HasSuffix(name, "."+d) {
			return true
		}
	}
	return len(domains) == 0
}

func runConfiguredServers(ctx context.Context, env *diagnostics.Env) (v ServerList, err error) {
	defer lookupsOf(env).end(env)
	name, err := askedName(env)
	if err != nil {
		return v, err
	}
	resolvers := resolversFor(env, name)
	if len(resolvers) == 0 {
		return v, notApplicable("no DNS server is configured")
	}
	v.Servers = make([]Server, len(resolvers))
	found := make(chan []netip.Addr, len(resolvers))
	var asked, noted sync.WaitGroup
	for i := range resolvers {
		v.Servers[i] = Server{Addr: resolvers[i].Addr, Resolver: &resolvers[i]}
		asked.Go(func() {
			interview(ctx, &v.Servers[i], name, controlName(env.References), 0)
			found <- v.Servers[i].Addrs()
		})
	}
	noted.Go(func() { noteFound(ctx, env, found) })
	asked.Wait()
	close(found)
	noted.Wait()
	return v, nil
}

// noteFound leaves the first addresses that a server gave on the board, unless the system's own
// lookup brings some within its head start.
func noteFound(ctx context.Context, env *diagnostics.Env, found <-chan []netip.Addr) {
	for addrs := range found {
		addrs = slices.DeleteFunc(addrs, func(a netip.Addr) bool { return !env.Family.Allows(a) })
		if len(addrs) > 0 {
			ctx, cancel := context.WithTimeout(ctx, lookupHeadStart)
			defer cancel()
			if _, ok := env.Board.Wait(ctx, noteSystem); !ok {
				env.Board.Put(noteAddresses, addrs)
			}
			return
		}
	}
}

func runControlNames(ctx context.Context, env *diagnostics.Env) (v ServerList, err error) {
	if _, literal := env.Target.IP(); !env.Target.None() && !literal {
		return v, notApplicable("the servers are asked for a name that surely exists beside the target's")
	}
	secure, plain := controlNames(env.References)
	names := append(secure, plain...)
	if len(names) == 0 {
		return v, notApplicable("no names of references are configured")
	}
	resolvers := resolversFor(env, names[0])
	if len(resolvers) == 0 {
		return v, notApplicable("no DNS server is configured")
	}
	var all sync.WaitGroup
	v.Servers = make([]Server, len(resolvers))
	for i := range resolvers {
		s := &v.Servers[i]
		*s = Server{Addr: resolvers[i].Addr, Resolver: &resolvers[i]}
		all.Go(func() { interview(ctx, s, names[0], names[min(1, len(names)-1)], 0) })
		if env.Quick {
			continue
		}
		s.More = make([]wire.Answer, len(plain))
		for j, name := range plain {
			all.Go(func() { s.More[j] = ask(ctx, s.Addr, name, "A", 0) })
		}
	}
	all.Wait()
	return v, nil
}

func runPublicServers(ctx context.Context, env *diagnostics.Env) (v ServerList, err error) {
	return askAnchors(ctx, env, func(ctx context.Context, a diagnostics.Anchor, name string) Server {
		addrs := anchorAddrs(env, a)
		s, _ := firstOf(ctx, familyStagger, len(addrs), func(ctx context.Context, i int) (Server, bool) {
			s := Server{Addr: netip.AddrPortFrom(addrs[i], 53), Operator: a.Operator}
			interview(ctx, &s, name, controlName(env.References), forgeryWait)
			return s, s.Alive()
		})
		return s
	})
}

func runSecureServers(ctx context.Context, env *diagnostics.Env) (v ServerList, err error) {
	return askAnchors(ctx, env, func(ctx context.Context, a diagnostics.Anchor, name string) (first Server) {
		for i, addr := range anchorAddrs(env, a) {
			s := askSecurely(ctx, env, a, addr, name)
			if i == 0 || s.Answered() {
				first = s
			}
			if s.Answered() {
				break
			}
		}
		return first
	})
}

// askSecurely asks over the anchor's connection, once its operator has proven to be at its end.
func askSecurely(ctx context.Context, env *diagnostics.Env, a diagnostics.Anchor, addr netip.Addr, name string) Server {
	o := open(ctx, env, a, addr)
	s := Server{Addr: netip.AddrPortFrom(addr, 443), Operator: a.Operator, Open: &o.attempt}
	if o.doh == nil {
		return s
	}
	var both sync.WaitGroup
	both.Go(func() { s.A = o.doh.Ask(ctx, wire.Question{Name: name, Type: "A"}) })
	both.Go(func() { s.AAAA = o.doh.Ask(ctx, wire.Question{Name: name, Type: "AAAA"}) })
	both.Wait()
	return s
}

// askAnchors runs one way of asking for the target's name for all operators at once.
func askAnchors(ctx context.Context, env *diagnostics.Env, f func(context.Context, diagnostics.Anchor, string) Server) (v ServerList, err error) {
	name, err := askedName(env)
	if err != nil {
		return v, err
	}
	var all sync.WaitGroup
	servers := make([]Server, len(env.References.Anchors))
	for i, a := range env.References.Anchors {
		if len(anchorAddrs(env, a)) > 0 {
			all.Go(func() { servers[i] = f(ctx, a, name) })
		}
	}
	all.Wait()
	v.Servers = slices.DeleteFunc(servers, func(s Server) bool { return !s.Addr.IsValid() })
	if len(v.Servers) == 0 {
		return v, notApplicable("no anchors are configured")
	}
	return v, nil
}
