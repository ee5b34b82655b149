package agent

import (
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

// world is a small internet in which an injected fault decides what a probe and an examination see.
type world struct {
	mu      sync.Mutex
	begin   time.Time
	faults  []fault
	flaps   map[string][]time.Duration // one bad probe of the address, the first after that
	lookers int                        // examinations under way
	most    int
	probes  int
	exams   int
	late    []time.Duration
	hangs   map[string]bool // probes of these addresses never end
}

// fault is trouble of one address, or of the connection ("").
type fault struct {
	address  string
	from, to time.Duration
	id       string // of the catalogue
	ended    probe.Step
	kind     wire.Kind
	takes    time.Duration
}

func (f fault) on(address string, at time.Duration) bool {
	return (f.address == "" || f.address == address) && at >= f.from && at < f.to
}

// at is the fault that an address feels; the connection's comes first.
func (w *world) at(address string, at time.Duration) (found fault, ok bool) {
	for _, f := range w.faults {
		if f.on(address, at) && (!ok || f.address == "") {
			found, ok = f, true
		}
	}
	return found, ok
}

func (w *world) Changed() {}
func (w *world) Close()   {}

func (w *world) ProbeAll(ctx context.Context, jobs []probe.Job, got func(int, probe.Result)) {
	var all sync.WaitGroup
	var one sync.Mutex
	for i, j := range jobs {
		all.Go(func() {
			r := w.probe(ctx, j)
			one.Lock()
			defer one.Unlock()
			got(i, r)
		})
	}
	all.Wait()
}

func (w *world) probe(ctx context.Context, j probe.Job) probe.Result {
	w.mu.Lock()
	now := time.Now()
	address := j.Target.Input
	r := probe.Result{Address: address, At: now, Due: j.Due}
	w.probes++
	w.late = append(w.late, now.Round(0).Sub(j.Due))
	f, ill := w.at(address, now.Sub(w.begin))
	flaps := w.flaps[address]
	flap := !ill && len(flaps) > 0 && now.Sub(w.begin) >= flaps[0]
	if len(flaps) > 0 && now.Sub(w.begin) >= flaps[0] {
		w.flaps[address] = flaps[1:]
	}
	hangs := w.hangs[address]
	w.mu.Unlock()
	took := 40 * time.Millisecond
	switch {
	case hangs:
		<-make(chan struct{})
	case ill:
		r.Ended, r.Kind, took = f.ended, f.kind, f.takes
	case flap:
		r.Ended, r.Kind = probe.Connect, wire.Reset
	}
	select {
	case <-time.After(took):
	case <-ctx.Done():
		r.Ended, r.Kind = probe.Connect, wire.Timeout
		if context.Cause(ctx) != wire.ErrLimit {
			r.Kind = wire.Cancelled
		}
	}
	r.Took = time.Since(now)
	return r
}

func (w *world) examine(ctx context.Context, t diagnostics.Target, _ settings.Settings) *Finding {
	w.mu.Lock()
	w.exams++
	w.lookers++
	w.most = max(w.most, w.lookers)
	w.mu.Unlock()
	defer func() { w.mu.Lock(); w.lookers--; w.mu.Unlock() }()
	time.Sleep(3 * time.Second)
	w.mu.Lock()
	defer w.mu.Unlock()
	id := "ok"
	if f, ill := w.at(t.Input, time.Since(w.begin)); ill {
		id = f.id
	}
	known, ok := resources.FaultByID(id)
	if !ok {
		panic("no fault is called " + id)
	}
	return &Finding{Fault: id, Blame: known.Blame, Title: "title of " + id, Sure: 0.9, Document: []byte("document of " + id)}
}

// memory is a history in memory.
type memory struct {
	mu        sync.Mutex
	incidents []kept
	results   int
	broken    error
	adds      int
}

type kept struct {
	history.Incident
	closed   time.Time // when End came
	document string
	amended  int
}

func (m *memory) Add(_ context.Context, list []probe.Result) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.adds++
	if m.broken != nil {
		return m.broken
	}
	m.results += len(list)
	return nil
}

func (m *memory) Begin(_ context.Context, i history.Incident, document []byte) (int64, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return 0, m.broken
	}
	i.ID = int64(len(m.incidents) + 1)
	m.incidents = append(m.incidents, kept{Incident: i, document: string(document)})
	return i.ID, nil
}

func (m *memory) change(id int64, f func(*kept)) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.broken != nil {
		return m.broken
	}
	if id < 1 || int(id) > len(m.incidents) {
		return history.ErrUnknown
	}
	f(&m.incidents[id-1])
	return nil
}

func (m *memory) Amend(_ context.Context, i history.Incident) error {
	return m.change(i.ID, func(k *kept) { k.Incident, k.amended = i, k.amended+1 })
}

func (m *memory) End(_ context.Context, id int64, at time.Time) error {
	return m.change(id, func(k *kept) { k.Ended, k.closed = at, time.Now() })
}

func (m *memory) SetExamination(_ context.Context, id int64, document []byte) error {
	return m.change(id, func(k *kept) { k.document = string(document) })
}

func (m *memory) Lasting(context.Context) (list []history.Incident, err error) {
	for _, k := range m.all() {
		if k.Ended.IsZero() {
			list = append(list, k.Incident)
		}
	}
	return list, nil
}

func (m *memory) Thin(context.Context, time.Time) error { return nil }

func (m *memory) all() []kept {
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Clone(m.incidents)
}

// watch are settings that watch n addresses at such an interval.
func watch(n int, every time.Duration) settings.Settings {
	s := settings.Defaults()
	s.Watch.Every = every
	for i := range n {
		s.Watch.Addresses = append(s.Watch.Addresses, settings.Watched{Address: site(i)})
	}
	return s
}

func site(i int) string { return fmt.Sprintf("https://site%d.example/", i) }

// fixture is an agent in a world.
type fixture struct {
	*Agent
	world   *world
	memory  *memory
	notices []Notice
	mu      sync.Mutex
}

func newFixture(w *world, s settings.Settings, change func(*Options)) *fixture {
	f := &fixture{world: w, memory: &memory{}}
	w.begin = time.Now()
	o := Options{
		Settings: s, Load: func() (settings.Settings, error) { return s, nil }, Lang: "en", Version: "test",
		NewProber: func(settings.Settings) Prober { return w }, Examine: w.examine, Store: f.memory,
		Notify: func(_ context.Context, n Notice) {
			f.mu.Lock()
			defer f.mu.Unlock()
			f.notices = append(f.notices, n)
		},
	}
	if change != nil {
		change(&o)
	}
	f.Agent = New(o)
	return f
}

// run lets the agent run for so long, and then ends it.
func (f *fixture) run(t *testing.T, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	f.Run(ctx)
	synctest.Wait()
}

// pseudo is a number from 0 to 1 that depends on nothing but its arguments.
func pseudo(values ...any) float64 {
	h := fnv.New64a()
	fmt.Fprint(h, values...)
	return share(fmt.Sprint(h.Sum64()))
}
