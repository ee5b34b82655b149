package agent

import (
	"context"
	"sync"

	"github.com/waymend/waymend/app/export"
	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics/probe"
)

// outlet hands what is seen to the monitoring that the settings name, and changes over when they name
// another.
type outlet struct {
	ctx           context.Context
	version, seen string
	tell          func(string) // what keeps it from handing on, in a sentence

	mu   sync.Mutex
	to   *export.Exporter // nil while nobody is named
	now  settings.Watch   // what to was made of
	end  func()
	work sync.WaitGroup
}

// use follows the settings.
func (o *outlet) use(w settings.Watch) {
	o.mu.Lock()
	defer o.mu.Unlock()
	addresses := make([]string, len(w.Addresses))
	for i, a := range w.Addresses {
		addresses[i] = a.Address
	}
	if w.OTLP == o.now.OTLP && w.Prometheus == o.now.Prometheus && w.Names == o.now.Names {
		o.to.Watches(addresses)
		return
	}
	if o.now = w; o.end != nil {
		o.end()
		o.work.Wait() // a port must be free before it is taken again
	}
	options := export.Options{Watch: w, Dir: settings.Unsent(), Version: o.version, Seen: o.seen, Tell: o.tell}
	if w.OTLP != "" {
		options.Instance = export.Instance(options.Dir)
	}
	if o.to, o.end = export.New(options), nil; o.to == nil {
		return
	}
	ctx, cancel := context.WithCancel(o.ctx)
	o.end = cancel
	to := o.to
	o.work.Go(func() { to.Run(ctx) })
}

func (o *outlet) present() *export.Exporter {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.to
}

func (o *outlet) probe(r probe.Result)        { o.present().Probes([]probe.Result{r}) }
func (o *outlet) incident(i history.Incident) { o.present().Incident(i) }

// close ends it, once what was at hand is kept.
func (o *outlet) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.end != nil {
		o.end()
	}
	o.work.Wait()
}
