// Package demo plays sick websites on this computer's loopback, so that the program can be tried
// without any network. The sites are real servers that really misbehave; they are examined by the
// same code as any other address. This package examines nothing and judges nothing itself.
package demo

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"sync"

	"github.com/waymend/waymend/app/examine"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/platform"
)

// Scenario is one website that can be played.
type Scenario struct {
	ID    string // "nginx-502": what the person types
	Title string // key of the catalogue of texts: "demo.nginx-502.title"
	Fault string // what an examination should find: "site.bad-gateway"
}

// List returns all scenarios, the healthy one first.
func List() []Scenario {
	list := make([]Scenario, len(plays))
	for i, p := range plays {
		list[i] = p.scenario()
	}
	return list
}

// Site is a website that is being played, until Close or the end of Start's context.
type Site struct {
	Scenario Scenario
	URL      string // https://localhost:PORT/…
	// Roots are the system's trusted authorities and the one that was made for this site.
	Roots *x509.CertPool

	profiles  []platform.BrowserProfile
	listeners []net.Listener
	server    *http.Server // nil when raw connections are played
	ctx       context.Context
	stop      context.CancelFunc

	mu    sync.Mutex
	conns map[net.Conn]struct{}
}

// Start plays a scenario on a free port of 127.0.0.1, and of ::1 where there is one.
func Start(ctx context.Context, id string) (*Site, error) {
	p, ok := find(id)
	if !ok {
		return nil, fmt.Errorf("there is no demo called %q", id)
	}
	ca, err := newAuthority()
	if err != nil {
		return nil, fmt.Errorf("making a certificate authority: %w", err)
	}
	config, err := p.tlsConfig(ca)
	if err != nil {
		return nil, fmt.Errorf("making a certificate: %w", err)
	}
	listeners, port, err := listen()
	if err != nil {
		return nil, fmt.Errorf("listening on loopback: %w", err)
	}
	s := &Site{
		Scenario:  p.scenario(),
		URL:       fmt.Sprintf("https://localhost:%d%s", port, p.path()),
		Roots:     ca.trusted(),
		profiles:  p.profiles,
		listeners: listeners,
		conns:     make(map[net.Conn]struct{}),
	}
	s.ctx, s.stop = context.WithCancel(ctx)
	s.serve(p, config)
	context.AfterFunc(s.ctx, s.shut)
	return s, nil
}

// Env returns the surroundings of an examination of the site. The demo must work without any network
// and must not use one: it is examined on a computer of which nothing is known, except in some
// scenarios a made-up browser, and with nothing to compare with.
func (s *Site) Env(set settings.Settings, options examine.Options) (*diagnostics.Env, error) {
	target, err := diagnostics.ParseTarget(s.URL)
	if err != nil {
		return nil, err
	}
	set.References = diagnostics.References{}
	env := examine.NewEnv(target, set, options)
	env.Host = platform.Host{OS: runtime.GOOS}
	if s.profiles != nil {
		env.Host.Browsers = func(context.Context, string) ([]platform.BrowserProfile, error) { return s.profiles, nil }
	}
	env.Roots = func() *x509.CertPool { return s.Roots }
	return env, nil
}

// Close ends the site and all its connections.
func (s *Site) Close() { s.stop(); s.shut() }
