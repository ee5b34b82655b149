package agent

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"time"

	"github.com/waymend/waymend/platform"
)

const (
	// settle is for how long changes of the network are gathered: a new address, its route and its
	// resolver come one after the other.
	settleTime = time.Second
	// lookTime bounds one look at links and routes.
	lookTime = 2 * time.Second
	// listenAgain is the pause before the system is asked anew to tell of changes.
	listenAgain = 5 * time.Minute
	// meteredStretch is how many times as long all intervals are where the connection costs by volume.
	meteredStretch = 5
)

// watchNetwork has everything checked when the network is another one.
func (a *Agent) watchNetwork(ctx context.Context) {
	events := make(chan struct{}, 1)
	a.work.Go(func() {
		for ctx.Err() == nil {
			_ = a.o.Host.Changes(ctx, func() {
				select {
				case events <- struct{}{}:
				default:
				}
			})
			sleep(ctx, listenAgain)
		}
	})
	was := fingerprint(ctx, a.o.Host)
	for {
		select {
		case <-ctx.Done():
			return
		case <-events:
		}
		a.wake() // it may be a waking up
		if !sleep(ctx, settleTime) {
			return
		}
		select {
		case <-events:
		default:
		}
		is := fingerprint(ctx, a.o.Host)
		if is == was || is == 0 {
			continue
		}
		was = is
		a.askMetered(ctx)
		a.mu.Lock()
		a.changedNetwork(a.now())
		a.mu.Unlock()
		a.wake()
	}
}

// changedNetwork has the connection asked at once, and all addresses when it is well. The caller
// holds the lock.
func (a *Agent) changedNetwork(now moment) {
	a.recheck = true
	a.prober.Changed()
	a.table.hurry("", now.ran, 0)
}

// askMetered asks whether the connection costs by volume.
func (a *Agent) askMetered(ctx context.Context) {
	if a.o.Host.Metered == nil {
		return
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	metered, err := a.o.Host.Metered(ctx)
	a.mu.Lock()
	defer a.mu.Unlock()
	if err == nil && metered != a.metered {
		a.setMetered(metered)
	}
}

func (a *Agent) setMetered(metered bool) {
	a.metered, a.book.metered, a.table.stretch = metered, metered, 1
	if metered {
		a.table.stretch = meteredStretch
	}
	for address, e := range a.table.entries {
		a.book.watch(address, a.table.interval(e))
	}
	if !metered {
		a.table.all(a.now().ran)
	}
	a.tellChange()
	a.wake()
}

// fingerprint stands for all that makes this network this one: what goes on inside a link, and links
// that lead nowhere, do not change it. It is 0 when it cannot be had.
func fingerprint(ctx context.Context, h platform.Host) uint64 {
	if h.Links == nil || h.Routes == nil {
		return 0
	}
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	links, err := h.Links(ctx)
	if err != nil {
		return 0
	}
	routes, err := h.Routes(ctx)
	if err != nil {
		return 0
	}
	return fingerprintOf(links, routes)
}

func fingerprintOf(links []platform.Link, routes []platform.Route) uint64 {
	var lines []string
	for _, l := range links {
		if l.Virtual || l.Kind == platform.Loopback || !l.Up {
			continue
		}
		ssid := ""
		if l.Wireless != nil {
			ssid = l.Wireless.SSID
		}
		lines = append(lines, fmt.Sprintln("link", l.Name, l.MAC, l.Carrier == platform.CarrierNo, ssid))
		for _, p := range l.Addrs {
			lines = append(lines, fmt.Sprintln("address", l.Name, p))
		}
	}
	for _, r := range routes {
		if r.Default() && r.Table == "" {
			lines = append(lines, fmt.Sprintln("route", r.Dst, r.Gateway, r.Link, r.Metric, r.Kind))
		}
	}
	slices.Sort(lines)
	h := fnv.New64a()
	for _, line := range lines {
		h.Write([]byte(line))
	}
	return h.Sum64()
}
