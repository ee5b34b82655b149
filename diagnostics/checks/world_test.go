package checks

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/platform"
)

// zoneText is what a made-up DNS server knows: records in the presentation format, by what is asked.
type zoneText struct {
	records string
	rcode   int  // for everything that is not in records
	bogus   bool // SERVFAIL unless checking is disabled
	refuse  bool // REFUSED when recursion is desired: an authoritative server
	silent  map[string]bool
}

// answer looks names up, follows no alias, and adds delegations to the authority section.
func (z zoneText) answer(q *dns.Msg) *dns.Msg {
	m := new(dns.Msg).SetReply(q)
	m.RecursionAvailable, m.Authoritative = !z.refuse, z.refuse
	name := dns.CanonicalName(q.Question[0].Name)
	known := false
	for line := range strings.Lines(z.records) {
		rr, err := dns.NewRR(line)
		if err != nil || rr == nil {
			continue
		}
		owner := dns.CanonicalName(rr.Header().Name)
		known = known || owner == name
		if owner == name && (rr.Header().Rrtype == q.Question[0].Qtype || rr.Header().Rrtype == dns.TypeCNAME) {
			m.Answer = append(m.Answer, rr)
		}
	}
	switch {
	case z.refuse && q.RecursionDesired:
		m.Rcode, m.Answer = dns.RcodeRefused, nil
	case z.bogus && !q.CheckingDisabled:
		m.Rcode, m.Answer = dns.RcodeServerFailure, nil
	case !known:
		m.Rcode = z.rcode
	}
	return m
}

func (z zoneText) handler() dns.Handler {
	return dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		if !z.silent[w.LocalAddr().Network()] && !z.silent[strings.TrimSuffix(dns.CanonicalName(q.Question[0].Name), ".")] {
			_ = w.WriteMsg(z.answer(q))
		}
	})
}

// serveDNS answers over UDP and TCP at the address (port 0: any) until the test ends.
func serveDNS(t *testing.T, addr string, h dns.Handler) netip.AddrPort {
	t.Helper()
	udp, err := net.ListenPacket("udp", addr)
	if err != nil {
		t.Fatal(err)
	}
	tcp, err := net.Listen("tcp", udp.LocalAddr().String())
	if err != nil {
		t.Fatal(err)
	}
	var running sync.WaitGroup
	servers := []*dns.Server{{PacketConn: udp, Handler: h}, {Listener: tcp, Handler: h}}
	for _, s := range servers {
		up := make(chan struct{})
		s.NotifyStartedFunc = func() { close(up) }
		running.Go(func() { _ = s.ActivateAndServe() })
		<-up
	}
	t.Cleanup(func() {
		for _, s := range servers {
			_ = s.Shutdown()
		}
		running.Wait()
	})
	return netip.MustParseAddrPort(udp.LocalAddr().String())
}

// authority signs certificates that the test's checks trust.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	pool *x509.CertPool
}

var testAuthority = sync.OnceValue(func() *authority {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Root of the Tests"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, key.Public(), key)
	if err != nil {
		panic(err)
	}
	a := &authority{key: key, pool: x509.NewCertPool()}
	a.cert, _ = x509.ParseCertificate(der)
	a.pool.AddCert(a.cert)
	return a
})

func (a *authority) leaf(t *testing.T, names ...string) tls.Certificate {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: names[0]}, DNSNames: names,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}, NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, key.Public(), a.key)
	if err != nil {
		t.Fatal(err)
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}
}

// serveHTTP runs a web server at the address until the test ends, over TLS when names are given.
func serveHTTP(t *testing.T, addr string, h http.Handler, names ...string) netip.AddrPort {
	t.Helper()
	l, err := net.Listen("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	s := &httptest.Server{Listener: l, EnableHTTP2: true, Config: &http.Server{Handler: h}}
	if len(names) > 0 {
		s.TLS = &tls.Config{Certificates: []tls.Certificate{testAuthority().leaf(t, names...)}}
		s.StartTLS()
	} else {
		s.Start()
	}
	t.Cleanup(s.Close)
	return netip.MustParseAddrPort(l.Addr().String())
}

// doh answers DNS over HTTPS (RFC 8484) out of the zone, and counts connections by their far ends.
func doh(z zoneText, seen *sync.Map) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if seen != nil {
			seen.Store(r.RemoteAddr, true)
		}
		if r.Method != http.MethodPost || r.Header.Get("Content-Type") != "application/dns-message" {
			http.Error(w, "only POST of DNS messages", http.StatusBadRequest)
			return
		}
		b, _ := io.ReadAll(io.LimitReader(r.Body, dns.MaxMsgSize))
		q := new(dns.Msg)
		if err := q.Unpack(b); err != nil || len(q.Question) != 1 {
			http.Error(w, fmt.Sprintf("%d bytes: %v", len(b), err), http.StatusBadRequest)
			return
		}
		b, _ = z.answer(q).Pack()
		w.Header().Set("Content-Type", "application/dns-message")
		_, _ = w.Write(b)
	})
}

// testEnv is an environment with the given references, a trusting pool and nothing of the system's.
func testEnv(t *testing.T, target string, anchors ...diagnostics.Anchor) *diagnostics.Env {
	t.Helper()
	env := &diagnostics.Env{
		References: diagnostics.References{Anchors: anchors},
		Roots:      func() *x509.CertPool { return testAuthority().pool },
		Now:        time.Now,
		Board:      new(diagnostics.Board),
		Lookup:     system{}.lookup,
	}
	if target != "" {
		var err error
		if env.Target, err = diagnostics.ParseTarget(target); err != nil {
			t.Fatal(err)
		}
	}
	return env
}

// anchor is an operator at two addresses whose name over HTTPS is its own in example.
func anchor(operator, v4, v6 string) diagnostics.Anchor {
	a := diagnostics.Anchor{Operator: operator, DoH: (&url.URL{Scheme: "https", Host: "doh." + strings.ToLower(operator) + ".example", Path: "/dns-query"}).String()}
	a.V4, _ = netip.ParseAddr(v4)
	a.V6, _ = netip.ParseAddr(v6)
	return a
}

// configured makes the fact of Resolvers.
func configured(env *diagnostics.Env, l ...platform.Resolver) {
	env.Facts = env.Facts.With(diagnostics.Fact{ID: Resolvers.ID, Station: Resolvers.Station, State: diagnostics.OK, Value: ResolverList{Resolvers: l}})
}

// routed makes the fact of Routes.
func routed(env *diagnostics.Env, l ...platform.Route) {
	env.Facts = env.Facts.With(diagnostics.Fact{ID: Routes.ID, Station: Routes.Station, State: diagnostics.OK, Value: RouteList{Routes: l}})
}
