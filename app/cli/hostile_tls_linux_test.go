package cli

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// authority signs what the tests need; homes with its certificate trust it.
type authority struct {
	key  *ecdsa.PrivateKey
	cert *x509.Certificate
}

func newAuthority(t *testing.T) *authority {
	t.Helper()
	a := &authority{key: newKey(t)}
	c := a.sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: "Test Root"}, IsCA: true, BasicConstraintsValid: true}, &a.key.PublicKey)
	a.cert = parsed(t, c)
	return a
}

func newKey(t *testing.T) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

func parsed(t *testing.T, der []byte) *x509.Certificate {
	t.Helper()
	c, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// sign fills a template's gaps and signs it; without a certificate of its own the authority signs
// itself.
func (a *authority) sign(t *testing.T, c *x509.Certificate, key crypto.PublicKey) []byte {
	t.Helper()
	c.SerialNumber, _ = rand.Int(rand.Reader, big.NewInt(1<<62))
	if c.NotBefore.IsZero() {
		c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(24*time.Hour)
	}
	parent := a.cert
	if parent == nil {
		parent = c
	}
	der, err := x509.CreateCertificate(rand.Reader, c, parent, key, a.key)
	if err != nil {
		t.Fatal(err)
	}
	return der
}

// leaf is a certificate for 127.0.0.1, changed as the test wants.
func (a *authority) leaf(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	c := &x509.Certificate{Subject: pkix.Name{CommonName: "hostile"}, IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	if change != nil {
		change(c)
	}
	key := newKey(t)
	return tls.Certificate{Certificate: [][]byte{a.sign(t, c, &key.PublicKey)}, PrivateKey: key}
}

// home is one that trusts the authority.
func (a *authority) home(t *testing.T) home {
	t.Helper()
	h := newHome(t)
	file := filepath.Join(h.dir, "roots.pem")
	if err := os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.cert.Raw}), 0o600); err != nil {
		t.Fatal(err)
	}
	h.env = append(h.env, "SSL_CERT_FILE="+file, "SSL_CERT_DIR="+h.dir)
	return h
}

// secured serves over TLS, with the protocols given.
func secured(cert tls.Certificate, serve func(net.Conn), protocols ...string) func(net.Conn) {
	config := &tls.Config{Certificates: []tls.Certificate{cert}, NextProtos: protocols}
	return func(c net.Conn) {
		s := tls.Server(c, config)
		if s.Handshake() == nil {
			serve(s)
		}
	}
}

// repeating reads a little and writes the parts, the last of them again and again.
func repeating(parts ...[]byte) func(net.Conn) {
	return func(c net.Conn) {
		_, _ = c.Read(make([]byte, 4096))
		for i := 0; ; i = min(i+1, len(parts)-1) {
			if _, err := c.Write(parts[i]); err != nil {
				return
			}
		}
	}
}

// record is one TLS record (RFC 8446 section 5.1).
func record(kind byte, body []byte) []byte {
	return append([]byte{kind, 3, 3, byte(len(body) >> 8), byte(len(body))}, body...)
}

func TestHostileTLS(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	a := newAuthority(t)
	page := once(ok200("Content-Length: 5\r\n", "hello"))
	escaped := func(c *x509.Certificate) {
		c.Subject = pkix.Name{CommonName: escapes, Organization: []string{escapes, strings.ToValidUTF8(escapes, "")}}
		c.Subject.CommonName = strings.ToValidUTF8(escapes, "")
		c.Subject.Organization = c.Subject.Organization[1:]
		c.DNSNames = []string{"\x1b]0;PWNED\a.example", "a\r\nb.example", "<script>.example"}
		c.IssuingCertificateURL = []string{"http://\x1b[2J/"}
	}
	fragment := bytes.Repeat([]byte{0}, 16000)
	for _, c := range []hostile{
		{"garbage without end", repeating([]byte(strings.Repeat("a", 65536))), nil},
		{"escapes instead of TLS", repeating([]byte(escapes)), nil},
		{"records without end", repeating(record(22, append([]byte{2, 0xff, 0xff, 0xff}, fragment...)), record(22, fragment)), nil},
		{"empty records without end", repeating(record(22, nil)), nil},
		{"warnings without end", repeating(record(21, []byte{1, 90})), nil},
		{"alerts without end", repeating(record(21, []byte{2, 40})), nil},
		{"an unknown alert", repeating(record(21, []byte{2, 201})), nil},
		{"cipher changes without end", repeating(record(20, []byte{1})), nil},
		{"application data at once", repeating(record(23, fragment)), nil},
		{"a record that never ends", repeating([]byte{22, 3, 3, 0xff, 0xff}, fragment), nil},
		{"one byte a second", func(c net.Conn) {
			for _, b := range bytes.Repeat(record(22, []byte{2, 0, 0, 0}), 10) {
				time.Sleep(time.Second)
				if _, err := c.Write([]byte{b}); err != nil {
					return
				}
			}
		}, nil},
		{"never a word", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, nil},
		{"a certificate of a megabyte", secured(a.leaf(t, func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Value: bytes.Repeat([]byte{7}, 1<<20)}}
		}), page), nil},
		{"a certificate of 250 kB", secured(a.leaf(t, func(c *x509.Certificate) {
			c.ExtraExtensions = []pkix.Extension{{Id: asn1.ObjectIdentifier{1, 2, 3, 4}, Value: bytes.Repeat([]byte{7}, 250<<10)}}
		}), page), []string{"ok"}},
		{"100,000 names", secured(a.leaf(t, func(c *x509.Certificate) { c.DNSNames = names(100000, "name%d.example.com") }), page), nil},
		{"25,000 names", secured(a.leaf(t, func(c *x509.Certificate) { c.DNSNames = names(25000, "%d.e") }), page), []string{"ok"}},
		{"100 certificates", secured(a.chain(t, 100), page), nil},
		{"15 certificates", secured(a.chain(t, 15), page), []string{"ok"}},
		{"the same certificate a hundred times", secured(repeated(a.leaf(t, nil), 100), page), nil},
		{"escapes in the certificate", secured(a.leaf(t, escaped), page), nil},
		{"escapes in a certificate for another", secured(a.leaf(t, func(c *x509.Certificate) { escaped(c); c.IPAddresses = nil }), page), []string{"tls.wrong-name", "site.cert-wrong-name"}},
		{"escapes in a self-signed certificate", secured(newEscaped(t, escaped), page), nil},
		{"a key of 16384 bits", secured(heavyLeaf(t, 16384), page), nil},
		{"15 authorities with keys of 8192 bits", secured(heavyChain(t, 15), page), nil},
		{"names forbidden 25,000 times", secured(a.constrained(t), page), nil},
		{"dates beyond all time", secured(a.leaf(t, func(c *x509.Certificate) {
			c.NotBefore, c.NotAfter = time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
		}), page), nil},
		{"a protocol of escapes", secured(a.leaf(t, nil), page, "\x1b]0;PWNED\a"), nil},
	} {
		t.Run(c.name, func(t *testing.T) { c.check(t, a.home(t), "https://"+listen(t, c.serve)+"/", "website") })
	}
}

func names(n int, format string) (l []string) {
	for i := range n {
		l = append(l, fmt.Sprintf(format, i))
	}
	return l
}

// chain is a leaf below n authorities, the last of them signed by the root.
func (a *authority) chain(t *testing.T, n int) tls.Certificate {
	t.Helper()
	var chain [][]byte
	at := a
	for i := range n {
		next := &authority{key: newKey(t)}
		c := at.sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: fmt.Sprintf("Authority %d", i)}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign}, &next.key.PublicKey)
		next.cert = parsed(t, c)
		chain = append([][]byte{c}, chain...)
		at = next
	}
	leaf := at.leaf(t, nil)
	leaf.Certificate = append(leaf.Certificate, chain...)
	return leaf
}

// constrained is a leaf with many names below an authority that forbids many.
func (a *authority) constrained(t *testing.T) tls.Certificate {
	t.Helper()
	next := &authority{key: newKey(t)}
	c := a.sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: "Constrained"}, IsCA: true, BasicConstraintsValid: true,
		PermittedDNSDomainsCritical: true, ExcludedDNSDomains: names(8000, "%d.x")}, &next.key.PublicKey)
	next.cert = parsed(t, c)
	leaf := next.leaf(t, func(c *x509.Certificate) { c.DNSNames = names(8000, "%d.e") })
	leaf.Certificate = append(leaf.Certificate, c)
	return leaf
}

func repeated(c tls.Certificate, n int) tls.Certificate {
	for range n {
		c.Certificate = append(c.Certificate, c.Certificate[0])
	}
	return c
}

func newEscaped(t *testing.T, change func(*x509.Certificate)) tls.Certificate {
	t.Helper()
	key := newKey(t)
	c := &x509.Certificate{IsCA: true, BasicConstraintsValid: true}
	change(c)
	return tls.Certificate{Certificate: [][]byte{(&authority{key: key}).sign(t, c, &key.PublicKey)}, PrivateKey: key}
}

// heavyBits is the size of the largest RSA keys that crypto/tls accepts.
const heavyBits = 8192

// heavyKey is a public key that takes as long to compute with as can be sent.
func heavyKey(t *testing.T, bits int) *rsa.PublicKey {
	t.Helper()
	n, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), uint(bits)-1))
	if err != nil {
		t.Fatal(err)
	}
	n.SetBit(n, bits-1, 1).SetBit(n, 0, 1)
	return &rsa.PublicKey{N: n, E: 1<<31 - 1}
}

func heavyLeaf(t *testing.T, bits int) tls.Certificate {
	t.Helper()
	key := newKey(t)
	return tls.Certificate{Certificate: [][]byte{(&authority{key: key}).sign(t, &x509.Certificate{Subject: pkix.Name{CommonName: "heavy"}}, heavyKey(t, bits))}, PrivateKey: key}
}

// heavyChain is a leaf with n authorities of one name, each of which may have signed it, for all that
// one can tell without computing.
func heavyChain(t *testing.T, n int) tls.Certificate {
	t.Helper()
	a := &authority{key: newKey(t)}
	name := pkix.Name{CommonName: "heavy"}
	a.cert = parsed(t, a.sign(t, &x509.Certificate{Subject: name, IsCA: true, BasicConstraintsValid: true}, &a.key.PublicKey))
	leaf := a.leaf(t, nil)
	leaf.Certificate[0] = signedByRSA(t, leaf.Certificate[0])
	for i := range n {
		c := &x509.Certificate{Subject: name, IsCA: true, BasicConstraintsValid: true,
			NotBefore: time.Now().Add(-time.Duration(i+1) * time.Minute), NotAfter: time.Now().Add(time.Duration(i+1) * time.Minute)}
		leaf.Certificate = append(leaf.Certificate, signedByRSA(t, a.sign(t, c, heavyKey(t, heavyBits))))
	}
	return leaf
}

// signedByRSA replaces a certificate's signature by a wrong one of a key of heavyBits.
func signedByRSA(t *testing.T, der []byte) []byte {
	t.Helper()
	var c struct {
		TBS struct {
			Version    int `asn1:"optional,explicit,default:0,tag:0"`
			Serial     *big.Int
			Algorithm  pkix.AlgorithmIdentifier
			Issuer     asn1.RawValue
			Validity   asn1.RawValue
			Subject    asn1.RawValue
			Key        asn1.RawValue
			Extensions []pkix.Extension `asn1:"omitempty,optional,explicit,tag:3"`
		}
		Algorithm pkix.AlgorithmIdentifier
		Signature asn1.BitString
	}
	if _, err := asn1.Unmarshal(der, &c); err != nil {
		t.Fatal(err)
	}
	sha256WithRSA := pkix.AlgorithmIdentifier{Algorithm: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 1, 11}, Parameters: asn1.NullRawValue}
	c.TBS.Algorithm, c.Algorithm = sha256WithRSA, sha256WithRSA
	wrong := make([]byte, heavyBits/8)
	_, _ = rand.Read(wrong[1:])
	c.Signature = asn1.BitString{Bytes: wrong, BitLength: 8 * len(wrong)}
	der, err := asn1.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	return der
}
