package probe

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform"
)

// Options of a Prober; the zero value asks the system's resolver, trusts its authorities and knows of
// no proxy and no reference.
type Options struct {
	Host       platform.Host
	References diagnostics.References
	Roots      func() *x509.CertPool // nil: the system's
	Now        func() time.Time      // the wall clock that certificates are judged by; nil: time.Now
	Limit      time.Duration         // of one probe; 0: DefaultLimit
	// Lookup is the system's own name lookup, which stands in where the DNS servers alone would not
	// give what programs get; nil means net.DefaultResolver.
	Lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// DefaultLimit of one probe outlasts both tries at a dead DNS server (resolv.conf(5): 5 s each); a
// page that takes longer is given up by people, too.
const DefaultLimit = 10 * time.Second

// bodyLimit is how long a body is read: that its beginning came is what matters.
const bodyLimit = 3 * time.Second

// Prober makes probes; all its methods are safe for concurrent use. Close it in the end.
type Prober struct {
	o       Options
	tls     *tls.Config
	fields  string // of every request
	names   names
	chains  chains
	proxies proxies
	crew    crew
	echoes  echoes
	turn    turn // of the references
	dial    dialFunc
}

// New makes a Prober and begins to load the trusted authorities.
func New(o Options) *Prober {
	if o.Roots == nil {
		wire.WarmRoots()
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Limit <= 0 {
		o.Limit = DefaultLimit
	}
	if o.Lookup == nil {
		o.Lookup = net.DefaultResolver.LookupNetIP
	}
	p := &Prober{o: o, tls: wire.BrowserTLS(), fields: requestFields(), dial: dial}
	p.tls.NextProtos = []string{"http/1.1"}
	p.names.init(o)
	return p
}

// Close frees the sockets. Probes that have to ask for a name after it are void.
func (p *Prober) Close() {
	p.names.close()
	p.echoes.close()
}

// Changed tells that the network is another one, so that nothing is assumed of DNS servers and
// proxies any more.
func (p *Prober) Changed() {
	p.names.forget()
	p.proxies.forget()
}

// Probe goes all steps to the target, which must be one, and says where the way ended. It takes no
// longer than the limit. Due is copied into the result.
func (p *Prober) Probe(ctx context.Context, t diagnostics.Target, due time.Time) Result {
	start := time.Now()
	r := Result{Address: t.Input, At: start, Due: due}
	if r.Address == "" {
		r.Address = t.URL
	}
	ctx, cancel := wire.WithLimit(ctx, p.o.Limit)
	w := way{Prober: p, Result: &r, ctx: ctx, target: t}
	w.walk()
	cancel()
	r.Took = time.Since(start)
	return r
}

// way is one probe under way.
type way struct {
	*Prober
	*Result
	ctx    context.Context
	target diagnostics.Target
	url    *url.URL
	whole  bool // the request line holds the whole URL, as a proxy wants it
	auth   string
}

func (w *way) walk() {
	var err error
	if w.url, err = url.Parse(w.target.URL); err != nil || w.target.None() {
		w.fail(Name, wire.Invalid)
		return
	}
	conn := w.reach()
	if conn == nil {
		return
	}
	defer conn.Close()
	stop := context.AfterFunc(w.ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	defer stop()
	if w.target.Scheme == "https" {
		tc := w.secure(conn)
		if tc == nil {
			return
		}
		conn = tc
		defer tc.Close() // says goodbye
	}
	w.ask(conn)
}

// reach connects to the server, or through the proxy that is set for it.
func (w *way) reach() net.Conn {
	proxy, err := w.proxies.of(w.ctx, w.o.Host, w.url)
	switch {
	case err != nil:
		w.fail(Connect, w.why(err))
		return nil
	case proxy != nil:
		return w.through(proxy)
	}
	addrs := w.lookUp(w.target.Host)
	if len(addrs) == 0 {
		return nil
	}
	start := time.Now()
	conn, server, err := race(w.ctx, w.dial, addrs, uint16(w.target.Port))
	w.Result.Connect = time.Since(start)
	w.Server = server
	if err != nil {
		w.fail(Connect, w.why(err))
		return nil
	}
	return conn
}

// lookUp asks for the addresses of a name; none means that the way has ended here.
func (w *way) lookUp(host string) []netip.Addr {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a.Unmap()}
	}
	start := time.Now()
	addrs, err := w.names.lookUp(w.ctx, strings.TrimSuffix(host, ".")+rooted(host))
	w.Result.DNS = time.Since(start)
	if err != nil {
		w.fail(Name, w.why(err))
		return nil
	}
	return addrs
}

// rooted keeps the final dot, which switches search suffixes off.
func rooted(host string) string {
	if strings.HasSuffix(host, ".") {
		return "."
	}
	return ""
}

// secure makes the handshake and judges the chain.
func (w *way) secure(conn net.Conn) *tls.Conn {
	c := w.tls.Clone()
	name, _, _ := strings.Cut(w.target.Host, "%")
	c.ServerName = strings.TrimSuffix(name, ".")
	start := time.Now()
	seen := &witness{Conn: conn}
	tc := tls.Client(seen, c)
	err := tc.Handshake()
	w.Result.TLS = time.Since(start)
	if err != nil {
		kind := w.why(err)
		if seen.plain && kind != wire.Timeout && kind != wire.Cancelled {
			kind = wire.NotTLS
		}
		w.fail(TLS, kind)
		return nil
	}
	v := w.chains.judge(c.ServerName, tc.ConnectionState().PeerCertificates, w.o)
	w.CertEnds = v.ends
	if v.kind != "" {
		w.fail(TLS, v.kind)
		return nil
	}
	return tc
}

// witness notes whether the first record is TLS at all (RFC 8446 section 5.1).
type witness struct {
	net.Conn
	begun, plain bool
}

func (s *witness) Read(b []byte) (int, error) {
	n, err := s.Conn.Read(b)
	if n > 0 && !s.begun {
		s.begun = true
		s.plain = b[0] < 20 || b[0] > 23
	}
	return n, err
}

// stepError is a failure that this package found by itself.
type stepError struct{ kind wire.Kind }

func (e *stepError) Error() string { return string(e.kind) }

// why says in a stable word why a step failed. The end of the context explains a timeout or a
// closed connection, but not an answer that came just before.
func (w *way) why(err error) wire.Kind { return why(w.ctx, err) }

func why(ctx context.Context, err error) wire.Kind {
	var own *stepError
	if errors.As(err, &own) {
		return own.kind
	}
	kind := wire.Classify(err).Kind
	if ctx.Err() == nil || kind != wire.Timeout && kind != wire.Cancelled && !errors.Is(err, net.ErrClosed) {
		return kind
	}
	if errors.Is(context.Cause(ctx), wire.ErrLimit) {
		return wire.Timeout
	}
	return wire.Cancelled
}
