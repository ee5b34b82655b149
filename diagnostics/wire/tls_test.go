package wire

import (
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
	"slices"
	"sync"
	"testing"
	"time"
)

// noon is the time at which the tests' certificates are judged.
var noon = time.Date(2026, 6, 15, 12, 0, 0, 0, time.UTC)

// issuer is a certificate with its key.
type issuer struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

var serial = big.NewInt(1)

// certify makes a certificate signed by parent, or by itself for nil. It is valid for a month
// around noon.
func certify(name string, parent *issuer, change func(*x509.Certificate)) *issuer {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err)
	}
	serial.Add(serial, big.NewInt(1))
	c := &x509.Certificate{
		SerialNumber: new(big.Int).Set(serial), Subject: pkix.Name{CommonName: name},
		NotBefore: noon.AddDate(0, 0, -15), NotAfter: noon.AddDate(0, 0, 15),
		BasicConstraintsValid: true,
	}
	if change != nil {
		change(c)
	}
	up := &issuer{c, key}
	if parent != nil {
		up = parent
	}
	der, err := x509.CreateCertificate(rand.Reader, c, up.cert, key.Public(), up.key)
	if err != nil {
		panic(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		panic(err)
	}
	return &issuer{made, key}
}

func authority(c *x509.Certificate) { c.IsCA, c.KeyUsage = true, x509.KeyUsageCertSign }

func forHost(names ...string) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		c.DNSNames, c.ExtKeyUsage = names, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
}

// both applies several changes.
func both(changes ...func(*x509.Certificate)) func(*x509.Certificate) {
	return func(c *x509.Certificate) {
		for _, f := range changes {
			f(c)
		}
	}
}

func valid(from, to int) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.NotBefore, c.NotAfter = noon.AddDate(0, 0, from), noon.AddDate(0, 0, to) }
}

func organisation(o string) func(*x509.Certificate) {
	return func(c *x509.Certificate) { c.Subject.Organization = []string{o} }
}

func aia(c *x509.Certificate) { c.IssuingCertificateURL = []string{"http://ca.example/i.crt"} }

// pki is a trusted root with an intermediate and an untrusted root.
type pki struct {
	root, middle, stranger *issuer
	pool                   *x509.CertPool
}

var testPKI = sync.OnceValue(func() pki {
	long := valid(-3000, 3000)
	p := pki{
		root:     certify("Trusted Root", nil, both(authority, long, organisation("Good Org"))),
		stranger: certify("Stranger Root", nil, both(authority, long)),
		pool:     x509.NewCertPool(),
	}
	p.middle = certify("Trusted Middle", p.root, both(authority, long))
	p.pool.AddCert(p.root.cert)
	return p
})

func tlsCert(chain ...*issuer) tls.Certificate {
	c := tls.Certificate{PrivateKey: chain[0].key}
	for _, i := range chain {
		c.Certificate = append(c.Certificate, i.cert.Raw)
	}
	return c
}

// site is a certificate that is right in every respect for example.com and 127.0.0.1.
var site = sync.OnceValue(func() tls.Certificate {
	p := testPKI()
	return tlsCert(certify("example.com", p.middle, both(forHost("example.com"), func(c *x509.Certificate) {
		c.IPAddresses = []net.IP{net.IPv4(127, 0, 0, 1)}
	})), p.middle)
})

func TestJudge(t *testing.T) {
	p := testPKI()
	old := certify("Old Middle", p.root, both(authority, valid(-100, -5)))
	second := certify("Second Middle", p.middle, both(authority))
	narrow := certify("Narrow", p.root, both(authority, func(c *x509.Certificate) { c.PermittedDNSDomains = []string{"example.org"} }))
	orgMiddle := certify("X1", p.root, both(authority, organisation("Good Org")))
	plainIssuing := certify("Some Issuing CA", p.stranger, authority)
	fake := certify("Trusted Root", nil, both(authority, organisation("Good Org")))
	leaf := func(by *issuer, change ...func(*x509.Certificate)) *issuer {
		return certify("example.com", by, both(append([]func(*x509.Certificate){forHost("example.com")}, change...)...))
	}
	cases := []struct {
		name    string
		chain   []*issuer
		want    []Problem
		forTime bool
	}{
		{"right", []*issuer{leaf(p.middle), p.middle}, nil, false},
		{"right, with root and rubbish", []*issuer{leaf(p.middle), p.stranger, p.middle, p.root}, nil, false},
		{"expired", []*issuer{leaf(p.middle, valid(-40, -1)), p.middle}, []Problem{Expired}, true},
		{"not yet valid", []*issuer{leaf(p.middle, valid(1, 40)), p.middle}, []Problem{NotYetValid}, true},
		{"link expired", []*issuer{leaf(old, valid(-50, 5)), old}, []Problem{Expired}, true},
		{"wrong name", []*issuer{certify("x", p.middle, forHost("example.org")), p.middle}, []Problem{WrongName}, false},
		{"name only in the subject", []*issuer{certify("example.com", p.middle, nil), p.middle}, []Problem{WrongName}, false},
		{"expired, wrong name", []*issuer{certify("x", p.middle, both(forHost("example.org"), valid(-40, -1))), p.middle}, []Problem{Expired, WrongName}, false},
		{"self-signed", []*issuer{leaf(nil)}, []Problem{SelfSigned}, false},
		{"self-signed, expired, wrong name", []*issuer{certify("x", nil, both(forHost("localhost"), valid(-40, -1)))}, []Problem{Expired, SelfSigned, WrongName}, false},
		{"private root, sent", []*issuer{leaf(p.stranger), p.stranger}, []Problem{UnknownAuthority}, false},
		{"private root, not sent", []*issuer{leaf(p.stranger)}, []Problem{UnknownAuthority}, false},
		{"private link, root not sent", []*issuer{leaf(plainIssuing), plainIssuing}, []Problem{UnknownAuthority}, false},
		{"root with a trusted one's name", []*issuer{leaf(fake), fake}, []Problem{UnknownAuthority}, false},
		{"link left out, address given", []*issuer{leaf(p.middle, aia)}, []Problem{IncompleteChain}, false},
		{"link left out, same organisation", []*issuer{leaf(orgMiddle)}, []Problem{IncompleteChain}, false},
		{"link left out, customary name", []*issuer{leaf(plainIssuing)}, []Problem{IncompleteChain}, false},
		{"wrong link sent", []*issuer{leaf(second, aia), p.middle}, []Problem{IncompleteChain}, false},
		{"link left out, expired", []*issuer{leaf(p.middle, aia, valid(-40, -1))}, []Problem{Expired, IncompleteChain}, false},
		{"for clients", []*issuer{certify("x", p.middle, func(c *x509.Certificate) {
			c.DNSNames, c.ExtKeyUsage = []string{"example.com"}, []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
		}), p.middle}, []Problem{BadUsage}, false},
		{"link may not issue for the name", []*issuer{leaf(narrow), narrow}, []Problem{BadUsage}, false},
		{"link is no authority", []*issuer{leaf(leaf(p.middle)), leaf(p.middle), p.middle}, []Problem{UnknownAuthority}, false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var sent []*x509.Certificate
			for _, i := range c.chain {
				sent = append(sent, i.cert)
			}
			h := Handshake{OK: true}
			h.judge(sent, TLSOptions{ServerName: "example.com.", Roots: p.pool, Now: noon})
			if !slices.Equal(h.Problems, c.want) || h.TrustedButForTime != c.forTime || h.Trusted() != (c.want == nil) {
				t.Errorf("%v, for time %v", h.Problems, h.TrustedButForTime)
			}
			if h.Trusted() && h.Root != "CN=Trusted Root,O=Good Org" {
				t.Errorf("root %q", h.Root)
			}
		})
	}
}

// tlsServer makes handshakes by config and then serves by f.
func tlsServer(config *tls.Config, f func(*tls.Conn)) func(net.Conn) {
	if config.Certificates == nil {
		config.Certificates = []tls.Certificate{site()}
	}
	return func(c net.Conn) {
		tc := tls.Server(c, config)
		if tc.Handshake() == nil && f != nil {
			f(tc)
		}
	}
}

func TestStartTLS(t *testing.T) {
	var names sync.Map
	hello := func(i *tls.ClientHelloInfo) (*tls.Config, error) {
		names.Store(i.ServerName, true)
		return nil, nil
	}
	wait := func(c *tls.Conn) { _, _ = c.Read(make([]byte, 1)) }
	cases := []struct {
		name  string
		serve func(net.Conn)
		o     TLSOptions
		kind  Kind
		check func(h Handshake) bool
	}{
		{"right", tlsServer(&tls.Config{NextProtos: []string{"h2"}, GetConfigForClient: hello}, wait), TLSOptions{ALPN: []string{"h2", "http/1.1"}}, "",
			func(h Handshake) bool {
				return h.Trusted() && h.Version == "TLS 1.3" && h.ALPN == "h2" && len(h.Chain) == 2 && h.Chain[0].Names[0] == "example.com"
			}},
		{"by address", tlsServer(&tls.Config{}, wait), TLSOptions{ServerName: "127.0.0.1"}, "", Handshake.Trusted},
		{"without name", tlsServer(&tls.Config{GetConfigForClient: hello}, wait), TLSOptions{NoSNI: true}, "",
			func(h Handshake) bool { _, asked := names.Load(""); return h.Trusted() && asked }},
		{"1.2", tlsServer(&tls.Config{MaxVersion: tls.VersionTLS12}, wait), TLSOptions{}, "", func(h Handshake) bool { return h.Version == "TLS 1.2" }},
		{"too old", tlsServer(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, wait), TLSOptions{}, ProtocolVersion, nil},
		{"old, asked so", tlsServer(&tls.Config{MinVersion: tls.VersionTLS10, MaxVersion: tls.VersionTLS11}, wait), TLSOptions{MinVersion: tls.VersionTLS10}, "",
			func(h Handshake) bool { return h.OK && h.Version == "TLS 1.1" }},
		{"without forward secrecy", tlsServer(&tls.Config{MaxVersion: tls.VersionTLS12, CipherSuites: []uint16{tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA}}, wait), TLSOptions{}, "", Handshake.Trusted},
		{"client certificate, 1.2", tlsServer(&tls.Config{MaxVersion: tls.VersionTLS12, ClientAuth: tls.RequireAnyClientCert}, wait), TLSOptions{}, ClientCert,
			func(h Handshake) bool { return h.ClientCertAsked && len(h.Chain) == 2 }},
		{"client certificate, 1.3", tlsServer(&tls.Config{ClientAuth: tls.RequireAnyClientCert}, wait), TLSOptions{}, "",
			func(h Handshake) bool { return h.ClientCertAsked && h.OK }},
		{"alert", tlsServer(&tls.Config{GetConfigForClient: func(*tls.ClientHelloInfo) (*tls.Config, error) { return nil, fmt.Errorf("no") }}, nil), TLSOptions{}, Alert,
			func(h Handshake) bool { return h.Fail.Alert == 80 }},
		{"no common protocol", tlsServer(&tls.Config{NextProtos: []string{"spdy"}}, nil), TLSOptions{ALPN: []string{"h2"}}, Alert, func(h Handshake) bool { return h.Fail.Alert == 120 }},
		{"HTTP", func(c net.Conn) {
			_, _ = c.Read(make([]byte, 5000))
			_, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\x1b[31m\r\n\r\n"))
		}, TLSOptions{}, NotTLS, func(h Handshake) bool { return h.Sample == "HTTP/1.1 400 Bad Request" }},
		{"SSH", func(c net.Conn) {
			_, _ = c.Write([]byte("SSH-2.0-x\r\n"))
			_, _ = c.Read(make([]byte, 5000))
		}, TLSOptions{}, NotTLS, func(h Handshake) bool { return h.Sample == "SSH-2.0-x" }},
		{"a few letters", func(c net.Conn) { _, _ = c.Write([]byte("hi")); _, _ = c.Read(make([]byte, 5000)) }, TLSOptions{}, NotTLS, nil},
		{"closed", func(c net.Conn) { _, _ = c.Read(make([]byte, 5000)) }, TLSOptions{}, EOF, nil},
		{"reset", func(c net.Conn) { _, _ = c.Read(make([]byte, 5000)); reset(c) }, TLSOptions{}, Reset, nil},
		{"silent", func(c net.Conn) { time.Sleep(time.Minute) }, TLSOptions{Limit: 30 * time.Millisecond}, Timeout, nil},
		{"garbage in a record", func(c net.Conn) {
			_, _ = c.Read(make([]byte, 5000))
			_, _ = c.Write([]byte{22, 3, 3, 0, 4, 2, 0, 0, 0})
		}, TLSOptions{}, BadTLS, nil},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if c.o.ServerName == "" {
				c.o.ServerName = "example.com"
			}
			c.o.Roots, c.o.Now = testPKI().pool, noon
			conn, h := StartTLS(context.Background(), dial(t, listen(t, c.serve)), c.o)
			if conn != nil {
				conn.Close()
			}
			if (conn == nil) != (c.kind != "") || h.OK != (c.kind == "") || c.kind != "" && !h.Fail.Is(c.kind) || c.check != nil && !c.check(h) {
				t.Errorf("%+v %+v", h, h.Fail)
			}
		})
	}
}

func TestSystemRoots(t *testing.T) {
	WarmRoots()
	var h Handshake
	h.judge([]*x509.Certificate{testPKI().stranger.cert}, TLSOptions{ServerName: "example.com", Now: noon})
	if !h.Has(SelfSigned) {
		t.Errorf("%v", h.Problems)
	}
}

// FuzzJudge builds chains out of parsed certificates in any order and with any damage.
func FuzzJudge(f *testing.F) {
	p := testPKI()
	leaf := certify("example.com", p.middle, both(forHost("example.com"), aia))
	f.Add(leaf.cert.Raw, p.middle.cert.Raw, p.root.cert.Raw, "example.com", int64(0))
	f.Add(p.stranger.cert.Raw, p.stranger.cert.Raw, leaf.cert.Raw, "127.0.0.1", int64(1e9))
	f.Add(leaf.cert.Raw, leaf.cert.Raw, []byte{}, "[::1%eth0]", int64(-1e9))
	f.Fuzz(func(t *testing.T, a, b, c []byte, name string, seconds int64) {
		sent := parseChain([][]byte{a, b, c})
		if len(sent) == 0 {
			return
		}
		h := Handshake{OK: true}
		h.judge(sent, TLSOptions{ServerName: name, Roots: p.pool, Now: noon.Add(time.Duration(seconds) * time.Second)})
		if h.Trusted() && h.Root == "" || h.TrustedButForTime && h.Root == "" {
			t.Errorf("trusted without a root: %+v", h)
		}
		for _, c := range h.Chain {
			for _, s := range append([]string{c.Subject, c.Issuer, c.IssuerURL}, c.Names...) {
				if s != Printable(s, maxText) {
					t.Errorf("not printable: %q", s)
				}
			}
		}
	})
}
