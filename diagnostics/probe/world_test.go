package probe

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"fmt"
	"math/big"
	"net"
	"net/http"
	"net/netip"
	"testing"
	"time"

	"github.com/miekg/dns"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/platform"
	"github.com/waymend/waymend/platform/fake"
)

// world is a made-up computer beside one DNS server and servers on loopback.
type world struct {
	t       *testing.T
	options fake.Options
	prober  *Prober
	ca      *x509.Certificate
	caKey   *ecdsa.PrivateKey
}

// newWorld answers all names below "up.test" with 127.0.0.1; "no.test" does not exist.
func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t}
	w.options.Proxies = []platform.Proxy{}
	w.options.Hosts = []platform.HostsEntry{}
	w.dns(usualDNS)
	w.caKey = key(t)
	w.ca = w.sign(&x509.Certificate{Subject: pkix.Name{CommonName: "Test Root"}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageCertSign}, nil, w.caKey)
	return w
}

// begin makes the prober; what is set later does not count.
func (w *world) begin(change func(*Options)) *Prober {
	w.t.Helper()
	o := Options{Host: fake.Host(w.options), Limit: 3 * time.Second, Roots: func() *x509.CertPool {
		pool := x509.NewCertPool()
		pool.AddCert(w.ca)
		return pool
	}, Lookup: func(context.Context, string, string) ([]netip.Addr, error) {
		return nil, &net.DNSError{Err: "the system's lookup was asked", IsTemporary: true}
	}}
	if change != nil {
		change(&o)
	}
	w.prober = New(o)
	w.prober.names.sources = func() sources { return sources{dnsOnly: true} }
	w.prober.names.stamp = func() string { return "" }
	w.t.Cleanup(w.prober.Close)
	return w.prober
}

func key(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func (w *world) sign(c, by *x509.Certificate, k *ecdsa.PrivateKey) *x509.Certificate {
	w.t.Helper()
	c.SerialNumber = big.NewInt(time.Now().UnixNano())
	if c.NotAfter.IsZero() {
		c.NotAfter = time.Now().Add(24 * time.Hour)
	}
	if c.NotBefore.IsZero() {
		c.NotBefore = c.NotAfter.Add(-48 * time.Hour)
	}
	if by == nil {
		by = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, &k.PublicKey, w.caKey)
	if err != nil {
		w.t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		w.t.Fatal(err)
	}
	return parsed
}

// certificate is the authority's for a name, until an hour before or after now.
func (w *world) certificate(name string, left time.Duration) *tls.Config {
	k := key(w.t)
	c := w.sign(&x509.Certificate{Subject: pkix.Name{CommonName: name}, DNSNames: []string{name}, NotAfter: time.Now().Add(left).Truncate(time.Second),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}, w.ca, k)
	return &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{c.Raw}, PrivateKey: k}}}
}

// tcp serves each connection until the test ends, and returns the port.
func tcp(t *testing.T, serve func(net.Conn)) int {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	t.Cleanup(func() { cancel(); _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			stop := context.AfterFunc(ctx, func() { _ = c.Close() })
			go func() {
				defer stop()
				defer c.Close()
				serve(c)
			}()
		}
	}()
	return l.Addr().(*net.TCPAddr).Port
}

// over serves within TLS.
func over(config *tls.Config, serve func(net.Conn)) func(net.Conn) {
	return func(c net.Conn) {
		tc := tls.Server(c, config)
		defer tc.Close()
		if tc.Handshake() == nil {
			serve(tc)
		}
	}
}

// says reads a request and writes an answer.
func says(answer string) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
			_, _ = c.Write([]byte(answer))
		}
	}
}

// silent says nothing until the other side has gone.
func silent(c net.Conn) { _, _ = bufio.NewReader(c).Peek(1 << 16) }

const page = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"

// dns makes a server the only one of this computer.
func (w *world) dns(answer func(q *dns.Msg) []*dns.Msg) netip.AddrPort {
	w.t.Helper()
	at := dnsServer(w.t, answer)
	w.options.Resolvers = []platform.Resolver{{Addr: at, Source: "/etc/resolv.conf"}}
	return at
}

// dnsServer answers each question with any number of messages, over UDP and TCP.
func dnsServer(t *testing.T, answer func(q *dns.Msg) []*dns.Msg) netip.AddrPort {
	t.Helper()
	handler := dns.HandlerFunc(func(rw dns.ResponseWriter, q *dns.Msg) {
		for _, m := range answer(q) {
			_, stream := rw.RemoteAddr().(*net.TCPAddr)
			if stream {
				m.Truncated = false
			}
			_ = rw.WriteMsg(m)
		}
	})
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	pc, err := net.ListenPacket("udp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []*dns.Server{{Listener: l, Handler: handler}, {PacketConn: pc, Handler: handler}} {
		up := make(chan struct{})
		s.NotifyStartedFunc = func() { close(up) }
		go func() { _ = s.ActivateAndServe() }()
		<-up
		t.Cleanup(func() { _ = s.Shutdown() })
	}
	return l.Addr().(*net.TCPAddr).AddrPort()
}

// usualDNS knows what the tests need.
func usualDNS(q *dns.Msg) []*dns.Msg {
	switch q.Question[0].Name {
	case "no.test.":
		return one(q, dns.RcodeNameError)
	case "broken.test.":
		return one(q, dns.RcodeServerFailure)
	case "empty.test.":
		return one(q, dns.RcodeSuccess)
	case "silent.test.":
		return nil
	case "alias.test.":
		return one(q, dns.RcodeSuccess, "alias.test. 60 CNAME up.test.", "up.test. 60 A 127.0.0.1")
	}
	return one(q, dns.RcodeSuccess, q.Question[0].Name+" 60 A 127.0.0.1")
}

// one is a single answer; addresses of the other family are left out.
func one(q *dns.Msg, code int, records ...string) []*dns.Msg {
	m := new(dns.Msg).SetRcode(q, code)
	for _, s := range records {
		rr, err := dns.NewRR(s)
		if err != nil {
			panic(err)
		}
		if t := rr.Header().Rrtype; t == q.Question[0].Qtype || t == dns.TypeCNAME {
			m.Answer = append(m.Answer, rr)
		}
	}
	return []*dns.Msg{m}
}

func target(t *testing.T, format string, args ...any) diagnostics.Target {
	t.Helper()
	x, err := diagnostics.ParseTarget(fmt.Sprintf(format, args...))
	if err != nil {
		t.Fatal(err)
	}
	return x
}
