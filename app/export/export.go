// Package export hands what the background checks see to the monitoring that an organisation has: by
// OTLP over HTTP to any OpenTelemetry collector, and at an address of this computer itself to a
// Prometheus that scrapes it. Both are off unless the settings name them. The metrics have the names
// that existing dashboards know: those of the collector's httpcheck receiver, or blackbox_exporter's.
//
// It holds the last result of each address and nothing else; it never makes a check wait, and what the
// collector does not take is kept in a bounded folder until it does.
package export

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// sendEvery is how often metrics leave. Dashboards of minutes need no more.
	sendEvery = time.Minute
	// mostEvents bounds the incidents that wait to be sent; a flood of them is one story.
	mostEvents = 200
)

// Options say where things go.
type Options struct {
	Watch   settings.Watch // OTLP, Prometheus, Names
	Dir     string         // where what could not be sent waits; "" keeps nothing
	Version string
	// Instance tells this computer apart from others without naming it, a random UUID.
	Instance string
	// Seen is "person" or "machine": whose view of the network it is.
	Seen string
	// Tell is told in a sentence, once, that nothing can answer at /metrics; nil for nobody.
	Tell func(string)
}

// Exporter takes results in and hands them on. Its methods may be called from any goroutine and return
// at once.
type Exporter struct {
	o       Options
	queue   queue
	wake    chan struct{} // an incident waits
	mu      sync.Mutex
	last    map[string]*series // by address
	labels  map[string]string  // of the addresses that are watched: what they are called outside
	active  map[incidentKey]history.Incident
	events  []event
	memory  []message // where the disk takes none
	trouble error
}

// series is what is known of one address.
type series struct {
	probe.Result
	shown         string // the address without secrets
	probes, wrong uint64
	sent          time.Time // the probe that left last
}

// incidentKey tells incidents apart, also those that the history has no number for yet.
type incidentKey struct {
	address string
	began   int64
}

// What becomes of an incident.
const (
	began   = "began"
	changed = "changed"
	ended   = "ended"
)

// event is an incident that began, changed or ended.
type event struct {
	at   time.Time
	what string
	history.Incident
}

// New returns an exporter, or nil when the settings name nobody to hand anything to.
func New(o Options) *Exporter {
	if o.Watch.OTLP == "" && o.Watch.Prometheus == "" {
		return nil
	}
	e := &Exporter{o: o, queue: queue{dir: o.Dir}, wake: make(chan struct{}, 1), last: map[string]*series{}, active: map[incidentKey]history.Incident{}}
	addresses := make([]string, len(o.Watch.Addresses))
	for i, a := range o.Watch.Addresses {
		addresses[i] = a.Address
	}
	e.labels = labels(addresses)
	return e
}

// Probes takes the results of a tick in.
func (e *Exporter) Probes(list []probe.Result) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, r := range list {
		s := e.last[r.Address]
		if s == nil {
			if len(e.last) > settings.MaxWatched {
				continue
			}
			s = &series{shown: e.label(r.Address)}
			e.last[r.Address] = s
		}
		s.Result = r
		if s.probes++; !r.Well() {
			s.wrong++
		}
	}
}

// Watches forgets the addresses that are not watched any more.
func (e *Exporter) Watches(addresses []string) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	for address := range e.last {
		if address != "" && !slices.Contains(addresses, address) {
			delete(e.last, address)
		}
	}
	e.labels = labels(addresses)
	for address, s := range e.last {
		s.shown = e.label(address)
	}
}

// labels calls each address something of its own: those that differ only in what is hidden are numbered,
// for a metric must not be there twice.
func labels(addresses []string) map[string]string {
	named, times := map[string]string{}, map[string]int{}
	for _, address := range addresses {
		if _, again := named[address]; again {
			continue
		}
		label := discreet(address)
		if times[label]++; times[label] > 1 {
			label += "#" + strconv.Itoa(times[label])
		}
		named[address] = label
	}
	return named
}

// label is what an address is called outside.
func (e *Exporter) label(address string) string {
	if label, ok := e.labels[address]; ok {
		return label
	}
	return discreet(address)
}

// Incident takes an incident in that began, changed or ended.
func (e *Exporter) Incident(i history.Incident) {
	if e == nil {
		return
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	key := incidentKey{i.Address, i.Began.UnixNano()}
	at, what := i.Known, began
	if _, known := e.active[key]; known {
		at, what = time.Now(), changed
	}
	if e.active[key] = i; !i.Ended.IsZero() {
		at, what = i.Ended, ended
		delete(e.active, key)
	}
	if e.o.Watch.OTLP == "" {
		return
	}
	if len(e.events) >= mostEvents {
		e.events = e.events[1:]
	}
	e.events = append(e.events, event{at, what, i})
	select {
	case e.wake <- struct{}{}:
	default:
	}
}

// Trouble is why the last sending or listening failed, nil when it did not.
func (e *Exporter) Trouble() error {
	if e == nil {
		return nil
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.trouble
}

func (e *Exporter) note(err error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.trouble = err
}

// Run sends and serves until ctx ends. It is nil-safe, like the rest.
func (e *Exporter) Run(ctx context.Context) {
	if e == nil {
		return
	}
	var both sync.WaitGroup
	if e.o.Watch.Prometheus != "" {
		both.Go(func() { e.serve(ctx) })
	}
	if e.o.Watch.OTLP != "" {
		both.Go(func() { e.send(ctx) })
	}
	both.Wait()
}

// all lists what is known in a steady order.
func (e *Exporter) all() (list []series) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range e.last {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b series) int { return strings.Compare(a.shown, b.shown) })
	return list
}

// incidents lists those that last, in a steady order.
func (e *Exporter) incidents() (list []history.Incident) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, i := range e.active {
		i.Address = e.label(i.Address)
		list = append(list, i)
	}
	slices.SortFunc(list, func(a, b history.Incident) int {
		return cmp.Or(a.Began.Compare(b.Began), strings.Compare(a.Address, b.Address))
	})
	return list
}

// discreet is an address as it may leave this computer: without a person's name or password, and without
// the values of its query.
func discreet(address string) string {
	if address == "" {
		return ""
	}
	t, err := diagnostics.ParseTarget(address)
	if err != nil {
		return ""
	}
	u, err := url.Parse(t.URL)
	if err != nil {
		return wire.Printable(t.Host, 255)
	}
	u.User, u.Fragment = nil, ""
	if u.RawQuery != "" {
		hidden := url.Values{}
		for key := range u.Query() {
			hidden.Set(key, "REDACTED")
		}
		u.RawQuery = hidden.Encode()
	}
	return wire.Printable(u.String(), 2048)
}

// kindOf is a short, stable word for what was wrong: "dns_timeout", "tls_expired"; "" when nothing was.
func kindOf(r probe.Result) string {
	if r.Well() {
		return ""
	}
	if r.Kind == probe.ServerError {
		return "http_server_error"
	}
	return string(r.Ended) + "_" + strings.ReplaceAll(string(r.Kind), "-", "_")
}

func number(ok bool) int64 {
	if ok {
		return 1
	}
	return 0
}

// secure reports whether an address is asked over TLS.
func (s series) secure() bool { return strings.HasPrefix(s.shown, "https:") }
