//go:build lab && linux

package lab

import (
	"crypto"
	"time"

	"github.com/miekg/dns"
)

// signer signs the answers of one zone with a single key (RFC 4035), as they are asked for.
// It makes no proofs of absence: scenarios ask for names that exist.
type signer struct {
	dnskey   *dns.DNSKEY
	key      crypto.Signer
	from, to time.Duration // validity of signatures relative to now
}

// Sign signs a name's zone on all its servers; signatures are valid between from and to, relative to now.
// It returns the DS record to trust.
func (w *World) Sign(name string, from, to time.Duration) *dns.DS {
	k := &dns.DNSKEY{Hdr: dns.RR_Header{Name: apex(name), Rrtype: dns.TypeDNSKEY, Class: dns.ClassINET, Ttl: 3600},
		Flags: 257, Protocol: 3, Algorithm: dns.ECDSAP256SHA256}
	priv, err := k.Generate(256)
	w.check(err)
	s := &signer{dnskey: k, from: from, to: to}
	s.key, _ = priv.(crypto.Signer)
	for _, at := range []string{ns1Server, ns2Server} {
		w.At(at, name, func(z *Zone) { z.Sign = s })
	}
	return k.ToDS(dns.SHA256)
}

// sign adds a signature to every record set of the answer.
func (s *signer) sign(m *dns.Msg) {
	for _, sec := range []*[]dns.RR{&m.Answer, &m.Ns} {
		sets := map[dns.RR_Header][]dns.RR{}
		for _, rr := range *sec {
			h := *rr.Header()
			h.Rdlength, h.Ttl = 0, 0
			sets[h] = append(sets[h], rr)
		}
		for _, set := range sets {
			now := time.Now()
			sig := &dns.RRSIG{Hdr: dns.RR_Header{Ttl: set[0].Header().Ttl}, Algorithm: s.dnskey.Algorithm,
				KeyTag: s.dnskey.KeyTag(), SignerName: s.dnskey.Hdr.Name,
				Inception: uint32(now.Add(s.from).Unix()), Expiration: uint32(now.Add(s.to).Unix())}
			if sig.Sign(s.key, set) == nil {
				*sec = append(*sec, sig)
			}
		}
	}
}
