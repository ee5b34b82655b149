package checks

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// missingPublic is how many public servers are asked for a name that does not exist.
	missingPublic = 2
	missingCount  = 3
	// interceptLimit is how long an answer from an address where nobody listens is waited for.
	interceptLimit = 500 * ms
)

// nobody is an address of TEST-NET-1 (RFC 5737), which no network routes.
var nobody = netip.MustParseAddrPort("192.0.2.1:53")

func runMissingNames(ctx context.Context, env *diagnostics.Env) (v MissingReport, err error) {
	for range missingCount {
		v.Names = append(v.Names, randomLabel()+".com")
	}
	var configured, public []netip.AddrPort
	if r := resolversFor(env, v.Names[0]); len(r) > 0 {
		configured = append(configured, r[0].Addr)
	}
	for _, addr := range firstAnchors(env, missingPublic) {
		public = append(public, netip.AddrPortFrom(addr, 53))
	}
	if len(configured)+len(public) == 0 {
		return v, notApplicable("no DNS server is configured")
	}
	var all sync.WaitGroup
	all.Go(func() { v.Configured = askAll(ctx, configured, v.Names) })
	all.Go(func() { v.Public = askAll(ctx, public, v.Names[:1]) })
	all.Wait()
	return v, nil
}

// askAll asks every server for the IPv4 address of every name at once; server by server.
func askAll(ctx context.Context, servers []netip.AddrPort, names []string) []wire.Answer {
	var all sync.WaitGroup
	answers := make([]wire.Answer, len(servers)*len(names))
	for i, server := range servers {
		for j, name := range names {
			all.Go(func() {
				answers[i*len(names)+j] = wire.Query(ctx, server, wire.UDP, wire.Question{Name: name, Type: "A"}, wire.QueryOptions{Limit: dnsLimit - 200*ms})
			})
		}
	}
	all.Wait()
	return answers
}

// randomLabel is 12 to 16 random letters: as long as Chromium's own probe for the same purpose
// grew to, so that nobody can have registered it.
func randomLabel() string {
	b := make([]byte, 12+rand.IntN(5))
	for i := range b {
		b[i] = byte('a' + rand.IntN(26))
	}
	return string(b)
}

func runInterception(ctx context.Context, env *diagnostics.Env) (v InterceptReport, err error) {
	name := controlName(env.References)
	if name == "" {
		return v, notApplicable("no names of references are configured")
	}
	if env.Family == diagnostics.IPv6 {
		return v, notApplicable("the examination is limited to IPv6")
	}
	// Whatever answers in others' name is nearer than they are, or asks somebody as far away as
	// they are: it is overdue when an anchor has answered the same question long before.
	listening, overdue := context.WithCancel(ctx)
	defer overdue()
	var both sync.WaitGroup
	if anchors := firstAnchors(env, 1); len(anchors) > 0 {
		both.Go(func() {
			a := wire.Query(ctx, netip.AddrPortFrom(anchors[0], 53), wire.UDP, wire.Question{Name: name, Type: "A"}, wire.QueryOptions{Limit: interceptLimit})
			v.Control = &a
			if a.Answered() {
				sleep(listening, max(a.Took.Duration(), leastOverdue))
				overdue()
			}
		})
	}
	v.Silent = wire.Query(listening, nobody, wire.UDP, wire.Question{Name: name, Type: "A"}, wire.QueryOptions{Tries: []time.Duration{0, interceptLimit / 2}, Limit: interceptLimit})
	overdue()
	both.Wait()
	if v.Silent.Fail.Is(wire.Cancelled) && ctx.Err() == nil {
		v.Silent.Fail = &wire.Failure{Kind: wire.Timeout, Text: "no answer long after an anchor's"}
	}
	v.Answers = v.Silent.Answered()
	return v, nil
}

// sleep waits for d or the end of ctx.
func sleep(ctx context.Context, d time.Duration) {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}
