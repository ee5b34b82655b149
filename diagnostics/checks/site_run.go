package checks

import (
	"context"
	"net/netip"
	"net/url"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// maxFirst is how many addresses are asked for the page; the others only have to prove
	// themselves, so that requests are left for repeats and redirects.
	maxFirst = 4
	// atOnce is how many requests go out together at the start when the site has few addresses.
	atOnce = 3
	// maxTries is how often one address is tried without a reason to doubt the answers.
	maxTries = 3
	// kept is how many requests are left for HTTPVariants.
	kept = 1
	// Repeats of a failure: when, after the first try ended, and how late they may end.
	firstRepeat  = 300 * ms
	secondRepeat = 800 * ms
	quickAnswer  = 500 * ms
	repeatsEnd   = 1200 * ms
	// spread is the pause between requests that look for differing answers.
	spread = 120 * ms
)

// siteRun is one run of Site.
type siteRun struct {
	env   *diagnostics.Env
	url   *url.URL
	began time.Time
	watch *watch

	mu    sync.Mutex
	spare int // requests that were reserved and never sent
}

func runSite(ctx context.Context, env *diagnostics.Env) (v SiteReport, err error) {
	defer func() {
		for _, key := range []string{noteNoConnect, noteNoTLS, noteStalled, noteSiteFailed} {
			env.Board.Close(key)
		}
	}()
	u, err := targetURL(env)
	if err != nil {
		return v, err
	}
	v.URL = env.Target.URL
	addrs, err := siteAddresses(ctx, env)
	if err != nil {
		return v, err
	}
	if len(addrs) > maxAddresses {
		v.More = len(addrs) - maxAddresses
		addrs = addrs[:maxAddresses]
	}
	s := &siteRun{env: env, url: u, began: time.Now()}
	v.Rows = s.rows(ctx, addrs)
	return v, nil
}

// siteAddresses waits for the target's addresses.
func siteAddresses(ctx context.Context, env *diagnostics.Env) ([]netip.Addr, error) {
	if a, ok := env.Target.IP(); ok {
		if !env.Family.Allows(a) {
			return nil, notApplicable("the address is of the family that is left out")
		}
		return []netip.Addr{a.Unmap()}, nil
	}
	found, ok := env.Board.Wait(ctx, noteAddresses)
	if !ok {
		return nil, notApplicable("no address of the site is known")
	}
	var addrs []netip.Addr
	for _, a := range found.([]netip.Addr) {
		if env.Family.Allows(a) {
			addrs = append(addrs, a)
		}
	}
	if len(addrs) == 0 {
		return nil, notApplicable("the site has no address of the family that is examined")
	}
	return addrs, nil
}

// rows examines all addresses at once.
func (s *siteRun) rows(ctx context.Context, addrs []netip.Addr) []Row {
	rows := make([]Row, len(addrs))
	ends := make([]netip.AddrPort, len(addrs))
	for i, a := range addrs {
		ends[i] = netip.AddrPortFrom(a.Unmap(), urlPort(s.url))
		rows[i].Addr = ends[i]
	}
	s.watch = newWatch(s.env.Board, ends)
	plans := s.plan(addrs)
	var all sync.WaitGroup
	for i, a := range addrs {
		all.Go(func() { rows[i].Attempts = s.row(ctx, i, a, plans[i]) })
	}
	all.Wait()
	return rows
}

// rowPlan says how one address is tried.
type rowPlan struct {
	ask    bool // at all
	extra  int  // repeats that start together with the first attempt
	repeat bool // the first address of its family: worth repeats
}

// plan shares the first requests out: one per address in their order, then repeats.
func (s *siteRun) plan(addrs []netip.Addr) []rowPlan {
	plans := make([]rowPlan, len(addrs))
	asked := 0
	seen := map[bool]bool{}
	for i, a := range addrs {
		if asked < maxFirst && s.env.Asks.Take(s.env.Target.Host) {
			plans[i].ask = true
			asked++
		}
		four := a.Unmap().Is4()
		plans[i].repeat = plans[i].ask && !seen[four] && !s.env.Quick
		seen[four] = true
	}
	for i := 0; asked < atOnce && i < maxTries-1; i++ {
		for j := range plans {
			if plans[j].repeat && asked < atOnce && s.take() {
				plans[j].extra++
				asked++
			}
		}
	}
	return plans
}

// take reserves one more request, leaving what is kept for others.
func (s *siteRun) take() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.spare > 0 {
		s.spare--
		return true
	}
	host := s.env.Target.Host
	return s.env.Asks.Left(host) > kept && s.env.Asks.Take(host)
}

// unused gives a reserved request back.
func (s *siteRun) unused() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.spare++
}

// row examines one address: the first attempt and its companions, then what their answers call for.
func (s *siteRun) row(ctx context.Context, i int, addr netip.Addr, p rowPlan) []wire.Attempt {
	list := make([]wire.Attempt, 1+p.extra)
	asking := make(chan struct{}) // closed when the first attempt asks, or ends without
	var together sync.WaitGroup
	for k := range p.extra {
		together.Go(func() { list[1+k] = s.again(ctx, addr, asking) })
	}
	list[0] = s.first(ctx, i, addr, p.ask, asking)
	ended := time.Now()
	together.Wait()
	if !p.repeat || !worthRepeating(list[0]) {
		return list
	}
	if bad(list[0]) {
		list = append(list, s.repeats(ctx, addr, list[0], ended, maxTries-len(list))...)
	}
	if differ(list) {
		list = append(list, s.more(ctx, addr)...)
	}
	return list
}

// first is the attempt that the board is told about.
func (s *siteRun) first(ctx context.Context, i int, addr netip.Addr, ask bool, asking chan struct{}) wire.Attempt {
	v := request(addr, s.url)
	w := s.watch.rows[i]
	v.connected, v.secured, v.progress = w.didConnect, w.didSecure, &w.progress
	var once sync.Once
	release := func() { once.Do(func() { close(asking) }) }
	defer release()
	v.ask = func() bool {
		release()
		if ask {
			w.didAsk()
		}
		return ask
	}
	a := v.try(ctx, s.env, s.began)
	w.ended(a)
	if ask && a.Exchange == nil {
		s.unused()
	}
	return a
}

// headStart lets the first request leave before those that accompany it: where requests are
// rationed it shall be the one that is served.
const headStart = 3 * ms

// again is an attempt that takes a request reserved for it, not before the first one does.
func (s *siteRun) again(ctx context.Context, addr netip.Addr, asking <-chan struct{}) wire.Attempt {
	v := request(addr, s.url)
	v.ask = func() bool {
		select {
		case <-asking:
			return pause(ctx, headStart)
		case <-ctx.Done():
			return false
		}
	}
	a := v.try(ctx, s.env, s.began)
	if a.Exchange == nil {
		s.unused()
	}
	return a
}

// worthRepeating reports whether another try could tell anything, and would not make things worse.
func worthRepeating(a wire.Attempt) bool {
	if a.Fail() != nil && !a.Fail().Real() {
		return false
	}
	if h := a.Handshake; h != nil && h.OK && !h.Trusted() {
		return false
	}
	if f := a.Connect.Fail; f.Is(wire.NetUnreachable, wire.NoFamily, wire.NoPort, wire.Denied, wire.Blocked, wire.Invalid) && !f.Offender.IsValid() {
		return false // this computer itself said no, and will again
	}
	x := a.Exchange
	return x == nil || x.Status != 429 && x.Header.Get("Retry-After") == "" && !redirects(a)
}

// repeats tries a bad address again, at moments counted from the end of the first try, as far as
// the tries can end in time.
func (s *siteRun) repeats(ctx context.Context, addr netip.Addr, first wire.Attempt, ended time.Time, n int) []wire.Attempt {
	var moments []time.Duration
	for _, m := range []time.Duration{firstRepeat, secondRepeat} {
		if len(moments) < n && (spent(first) <= quickAnswer || m+spent(first) <= repeatsEnd) && s.take() {
			moments = append(moments, m)
		}
	}
	return s.later(ctx, addr, ended, moments)
}

// more asks as often as may be, to see how many of the answers are good.
func (s *siteRun) more(ctx context.Context, addr netip.Addr) []wire.Attempt {
	var moments []time.Duration
	for len(moments) < diagnostics.RequestsPerHost && s.take() {
		moments = append(moments, time.Duration(len(moments))*spread)
	}
	return s.later(ctx, addr, time.Now(), moments)
}

// later makes one attempt at each moment since start; those that could not be made are left out.
func (s *siteRun) later(ctx context.Context, addr netip.Addr, start time.Time, moments []time.Duration) []wire.Attempt {
	list := make([]wire.Attempt, len(moments))
	var all sync.WaitGroup
	for i, m := range moments {
		all.Go(func() {
			if !pause(ctx, time.Until(start.Add(m))) {
				return
			}
			v := request(addr, s.url)
			v.ask = always
			if list[i] = v.try(ctx, s.env, s.began); list[i].Exchange == nil {
				s.unused()
			}
		})
	}
	all.Wait()
	made := list[:0]
	for _, a := range list {
		if a.Addr.IsValid() {
			made = append(made, a)
		}
	}
	return made
}

// differ reports whether some attempts on one address went well and some badly.
func differ(list []wire.Attempt) bool {
	good, ill := 0, 0
	for _, a := range list {
		switch {
		case a.Fail() != nil && !a.Fail().Real():
		case bad(a):
			ill++
		default:
			good++
		}
	}
	return good > 0 && ill > 0
}

// pause waits and reports whether ctx is still on.
func pause(ctx context.Context, d time.Duration) bool {
	sleep(ctx, d)
	return ctx.Err() == nil
}
