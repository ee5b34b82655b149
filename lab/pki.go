//go:build lab && linux

package lab

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// authority is a certification authority with one intermediate, as the public ones are built.
type authority struct {
	root, inter  *x509.Certificate
	rootKey, key *ecdsa.PrivateKey
}

// Publicly trusted authorities of the lab. There are several because unrelated sites
// have unrelated issuers; one issuer for all is what an intercepting product looks like.
const (
	trustSites = iota // ordinary websites
	trustCDN          // Cloudflare and other delivery networks
	trustGoogle
	trustQuad9
	trustCount
)

var authorities = sync.OnceValue(func() []*authority {
	return []*authority{
		newAuthority("Letters Encrypted", "Common Ground Root X1", "R11"),
		newAuthority("Edge Trust Services", "Edge Trust Root", "Edge TLS CA 2"),
		newAuthority("Search Trust Services", "STS Root R4", "WE2"),
		newAuthority("Digital Seal Inc", "Digital Seal Global Root G3", "Digital Seal TLS Hybrid ECC CA1"),
	}
})

func serial() *big.Int {
	n, _ := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 120)) // crypto/rand does not fail
	return n
}

func newKey() *ecdsa.PrivateKey {
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		panic(err) // cannot happen with a standard curve
	}
	return k
}

func sign(t, parent *x509.Certificate, pub *ecdsa.PublicKey, by *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, t, parent, pub, by)
	if err == nil {
		t, err = x509.ParseCertificate(der)
	}
	if err != nil {
		panic(err) // our own templates are at fault, not the world
	}
	return t
}

func newAuthority(org, root, inter string) *authority {
	tmpl := func(cn string) *x509.Certificate {
		return &x509.Certificate{
			SerialNumber: serial(), Subject: pkix.Name{Country: []string{"XX"}, Organization: []string{org}, CommonName: cn},
			NotBefore: time.Date(2005, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2065, 1, 1, 0, 0, 0, 0, time.UTC),
			IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
		}
	}
	a := &authority{rootKey: newKey(), key: newKey()}
	a.root = tmpl(root)
	a.root = sign(a.root, a.root, &a.rootKey.PublicKey, a.rootKey)
	a.inter = sign(tmpl(inter), a.root, &a.key.PublicKey, a.rootKey)
	return a
}

// Cert says what certificate to make; the zero value with names is a good one.
type Cert struct {
	Names      []string      // DNS names and IP literals
	From, To   time.Duration // validity relative to the world's clock; both 0: 30 days ago to 60 days ahead
	Trust      int           // which public authority signs
	Issuer     *authority    // another authority than a public one
	SelfSigned bool
	LeafOnly   bool // the server forgets the intermediate
}

// Pair is a certificate with its key, as files for a server and as a value for Go.
type Pair struct {
	Chain, Key, Both string // PEM files; Both holds chain and key, as HAProxy wants it
	TLS              tls.Certificate
}

// Cert makes a certificate and writes its files.
func (w *World) Cert(c Cert) Pair {
	if c.From == 0 && c.To == 0 {
		c.From, c.To = -30*24*time.Hour, 60*24*time.Hour
	}
	by := c.Issuer
	if by == nil {
		by = authorities()[c.Trust]
	}
	now := time.Now().Add(w.Shift)
	t := &x509.Certificate{
		SerialNumber: serial(), Subject: pkix.Name{CommonName: c.Names[0]},
		NotBefore: now.Add(c.From), NotAfter: now.Add(c.To), BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	for _, n := range c.Names {
		if ip := net.ParseIP(n); ip != nil {
			t.IPAddresses = append(t.IPAddresses, ip)
		} else {
			t.DNSNames = append(t.DNSNames, n)
		}
	}
	key := newKey()
	var leaf *x509.Certificate
	if c.SelfSigned {
		leaf = sign(t, t, &key.PublicKey, key)
	} else {
		t.IssuingCertificateURL = []string{"http://" + issuerHost + "/inter.der"}
		leaf = sign(t, by.inter, &key.PublicKey, by.key)
	}
	chain := [][]byte{leaf.Raw}
	if !c.SelfSigned && !c.LeafOnly {
		chain = append(chain, by.inter.Raw)
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	w.check(err)
	keyPEM := pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})
	chainPEM := certPEM(chain...)
	w.certs++
	base := filepath.Join(w.Dir, "cert-"+big.NewInt(int64(w.certs)).String())
	p := Pair{Chain: base + ".pem", Key: base + ".key", Both: base + ".both",
		TLS: tls.Certificate{Certificate: chain, PrivateKey: key, Leaf: leaf}}
	w.check(os.WriteFile(p.Chain, chainPEM, 0o644))
	w.check(os.WriteFile(p.Key, keyPEM, 0o600))
	w.check(os.WriteFile(p.Both, append(chainPEM, keyPEM...), 0o600))
	return p
}

func certPEM(ders ...[]byte) (out []byte) {
	for _, d := range ders {
		out = append(out, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: d})...)
	}
	return out
}

// bundle is what the client trusts: the public roots of the lab and, when given, others installed on it.
func bundle(extra ...*authority) (out []byte) {
	for _, a := range append(authorities()[:trustCount:trustCount], extra...) {
		out = append(out, certPEM(a.root.Raw)...)
	}
	return out
}
