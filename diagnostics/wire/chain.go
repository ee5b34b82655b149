package wire

import (
	"bytes"
	"crypto/sha256"
	"crypto/x509"
	"encoding/hex"
	"errors"
	"slices"
	"strings"
	"time"
)

// Bounds of what is kept and looked at of a chain.
const (
	maxChain       = 8  // certificates kept in a Handshake
	maxJudged      = 16 // certificates used to build a chain
	maxNames       = 20
	maxNameLen     = 120
	weakSignatures = "MD2-RSA MD5-RSA SHA1-RSA DSA-SHA1 ECDSA-SHA1"

	// judgeLimit is a hundred times what any honest chain takes. Authorities of one name with huge
	// keys would take a minute at all the moments that are tried.
	judgeLimit = 500 * time.Millisecond
)

// parseChain parses what the server sent; crypto/tls has parsed each before.
func parseChain(raw [][]byte) []*x509.Certificate {
	var chain []*x509.Certificate
	for _, der := range raw[:min(len(raw), maxJudged)] {
		c, err := x509.ParseCertificate(der)
		if err != nil {
			break
		}
		chain = append(chain, c)
	}
	return chain
}

// judge fills in what was sent and everything that is wrong with it.
func (h *Handshake) judge(sent []*x509.Certificate, o TLSOptions) {
	for _, c := range sent[:min(len(sent), maxChain)] {
		h.Chain = append(h.Chain, describe(c))
	}
	j := judged(sent, o)
	h.Problems, h.Root = j.problems, j.root
	h.TrustedButForTime = len(h.Problems) > 0
	for _, p := range h.Problems {
		h.TrustedButForTime = h.TrustedButForTime && (p == Expired || p == NotYetValid)
	}
}

// Judge tells everything that is wrong with a chain as it was sent, leaf first, for the name and the
// time of o (whose Now must be set), and when the first certificate of the trusted chain ends.
func Judge(sent []*x509.Certificate, o TLSOptions) (problems []Problem, ends time.Time) {
	if len(sent) == 0 {
		return []Problem{BadUsage}, ends
	}
	j := judged(sent[:min(len(sent), maxJudged)], o)
	return j.problems, j.ends
}

func judged(sent []*x509.Certificate, o TLSOptions) judgement {
	j := judgement{sent: sent, leaf: sent[0], now: o.Now, roots: rootsOr(o.Roots), until: time.Now().Add(judgeLimit)}
	j.trust()
	if name := strings.TrimSuffix(o.ServerName, "."); name != "" && j.leaf.VerifyHostname(hostForVerify(name)) != nil {
		j.add(WrongName)
	}
	return j
}

// hostForVerify drops the zone, which no certificate holds.
func hostForVerify(name string) string {
	name, _, _ = strings.Cut(name, "%")
	return name
}

func describe(c *x509.Certificate) Cert {
	sum := sha256.Sum256(c.Raw)
	d := Cert{
		Subject: nameOf(c.Subject.String()), Issuer: nameOf(c.Issuer.String()),
		NotBefore: c.NotBefore, NotAfter: c.NotAfter,
		CA: c.IsCA, SelfSigned: selfSigned(c), SHA256: hex.EncodeToString(sum[:]),
	}
	for _, n := range c.DNSNames[:min(len(c.DNSNames), maxNames)] {
		d.Names = append(d.Names, nameOf(n))
	}
	for _, ip := range c.IPAddresses[:min(len(c.IPAddresses), maxNames-len(d.Names))] {
		d.Names = append(d.Names, ip.String())
	}
	if len(c.IssuingCertificateURL) > 0 {
		d.IssuerURL = Printable(c.IssuingCertificateURL[0], maxText)
	}
	return d
}

func nameOf(s string) string { return Printable(s, maxNameLen) }

// judgement collects the problems of one chain.
type judgement struct {
	sent     []*x509.Certificate
	leaf     *x509.Certificate
	now      time.Time
	roots    *x509.CertPool
	until    time.Time // when to give up looking for reasons
	problems []Problem
	root     string
	ends     time.Time // of the trusted chain's validity, or of the leaf's
}

func (j *judgement) late() bool { return time.Now().After(j.until) }

func (j *judgement) add(p Problem) {
	if !slices.Contains(j.problems, p) {
		j.problems = append(j.problems, p)
	}
}

// trust looks for a chain to a trusted root: as things are, then at another time, then for another
// purpose, so that each obstacle shows by itself.
func (j *judgement) trust() {
	any := []x509.ExtKeyUsage{x509.ExtKeyUsageAny}
	if chain, err := j.verify(j.now, nil); err == nil {
		j.trusted(chain)
		return
	}
	times := j.moments()
	for _, usage := range [][]x509.ExtKeyUsage{nil, any} {
		if usage != nil {
			times = append([]time.Time{j.now}, times...)
		}
		for _, t := range times {
			if j.late() {
				break
			}
			if chain, err := j.verify(t, usage); err == nil {
				if usage != nil {
					j.add(BadUsage)
				}
				j.trusted(chain)
				return
			}
		}
	}
	j.window(j.leaf.NotBefore, j.leaf.NotAfter)
	j.untrusted(times)
}

func (j *judgement) verify(t time.Time, usage []x509.ExtKeyUsage) ([]*x509.Certificate, error) {
	between := x509.NewCertPool()
	for _, c := range j.sent[1:] {
		between.AddCert(c)
	}
	chains, err := j.leaf.Verify(x509.VerifyOptions{Roots: j.roots, Intermediates: between, CurrentTime: t, KeyUsages: usage})
	if err != nil {
		return nil, err
	}
	return chains[0], nil
}

// trusted notes the root and judges the validity of the whole chain at this computer's time.
func (j *judgement) trusted(chain []*x509.Certificate) {
	j.root = nameOf(chain[len(chain)-1].Subject.String())
	from, to := chain[0].NotBefore, chain[0].NotAfter
	for _, c := range chain[1:] {
		if c.NotBefore.After(from) {
			from = c.NotBefore
		}
		if c.NotAfter.Before(to) {
			to = c.NotAfter
		}
	}
	j.window(from, to)
}

func (j *judgement) window(from, to time.Time) {
	j.ends = to
	if j.now.After(to) {
		j.add(Expired)
	}
	if j.now.Before(from) {
		j.add(NotYetValid)
	}
}

// moments are the times within the leaf's validity at which another certificate's begins or ends:
// if the chain was ever valid, then at one of them.
func (j *judgement) moments() []time.Time {
	times := []time.Time{j.leaf.NotAfter, j.leaf.NotBefore}
	for _, c := range j.sent[1:] {
		for _, t := range []time.Time{c.NotBefore, c.NotAfter} {
			inside := t.After(j.leaf.NotBefore) && t.Before(j.leaf.NotAfter)
			if inside && !slices.ContainsFunc(times, t.Equal) {
				times = append(times, t)
			}
		}
	}
	return times
}

// untrusted finds out why no chain leads to a trusted root at any time.
func (j *judgement) untrusted(times []time.Time) {
	if j.late() {
		j.add(UnknownAuthority)
		return
	}
	_, err := j.verify(times[len(times)-1], nil)
	var invalid x509.CertificateInvalidError
	if errors.As(err, &invalid) && invalid.Reason != x509.Expired {
		j.add(BadUsage)
		return
	}
	top, whole := j.climb()
	switch {
	case whole && top == j.leaf:
		j.add(SelfSigned)
	case whole:
		j.add(UnknownAuthority)
	case j.linkMissing(top):
		j.add(IncompleteChain)
	default:
		j.add(UnknownAuthority)
	}
}

// climb follows the issuers among what was sent, as far as they go. whole reports that they end
// in a certificate that vouches for itself. A weak signature on the way is a problem of its own.
func (j *judgement) climb() (top *x509.Certificate, whole bool) {
	top = j.leaf
	for range j.sent {
		if selfSigned(top) {
			return top, true
		}
		if strings.Contains(weakSignatures, top.SignatureAlgorithm.String()) {
			j.add(BadUsage)
		}
		i := slices.IndexFunc(j.sent, func(c *x509.Certificate) bool { return c != top && issued(c, top) })
		if i < 0 {
			return top, false
		}
		top = j.sent[i]
	}
	return top, false
}

// issued reports whether issuer's key signed c, or would have if the signature were not too weak
// to be looked at.
func issued(issuer, c *x509.Certificate) bool {
	if !bytes.Equal(issuer.RawSubject, c.RawIssuer) {
		return false
	}
	err := issuer.CheckSignature(c.SignatureAlgorithm, c.RawTBSCertificate, c.Signature)
	var weak x509.InsecureAlgorithmError
	return err == nil || errors.As(err, &weak)
}

func selfSigned(c *x509.Certificate) bool {
	return bytes.Equal(c.RawSubject, c.RawIssuer) && issued(c, c)
}

// linkMissing reports whether the issuer of top, which was not sent, is a link to a trusted root
// rather than an authority that nobody here knows: nothing but its certificate could prove it. An
// address to get that from speaks for it, since public authorities must give one and private ones
// hardly do; so does a trusted root of the same organisation; and so do the customary names. Above
// an intermediate certificate that was sent the address says nothing: there it leads to the root.
func (j *judgement) linkMissing(top *x509.Certificate) bool {
	if top == j.leaf && len(top.IssuingCertificateURL) > 0 {
		return true
	}
	if j.sameOrganisation(top) {
		return true
	}
	if top != j.leaf {
		return false
	}
	name := strings.ToLower(top.Issuer.CommonName)
	for _, word := range []string{"intermediate", "issuing", "subordinate", "sub ca", "subca"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return false
}

// sameOrganisation reports whether a trusted root belongs to the organisation that issued c.
// Pools whose roots only the operating system knows hold no names to compare.
func (j *judgement) sameOrganisation(c *x509.Certificate) bool {
	if len(c.Issuer.Organization) == 0 || j.roots == nil || bytes.Equal(c.RawIssuer, c.RawSubject) {
		return false
	}
	want := []byte(c.Issuer.Organization[0])
	//lint:ignore SA1019 incomplete only for the pools of Windows and macOS; nothing else lists a pool
	for _, raw := range j.roots.Subjects() {
		if bytes.Contains(raw, want) && len(want) > 3 && !bytes.Equal(raw, c.RawIssuer) {
			return true
		}
	}
	return false
}
