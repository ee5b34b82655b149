package probe

import (
	"crypto/sha256"
	"crypto/x509"
	"encoding/binary"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

const (
	// chainKept is how long a judgement holds: what the system trusts may change.
	chainKept = 10 * time.Minute
	// maxChains bounds what is kept; no schedule has so many addresses.
	maxChains = 16 << 10
)

// verdict is what was found about a chain.
type verdict struct {
	kind     wire.Kind // "" when it is trusted for the name
	ends     time.Time
	at       time.Time
	notAfter time.Time // when it has to be judged anew
}

// chains keeps the verdicts on chains that were judged lately: to verify signatures takes longer than
// most of a handshake, and servers show the same chain again and again.
type chains struct {
	mu   sync.Mutex
	seen map[[sha256.Size]byte]verdict
}

func (c *chains) judge(name string, sent []*x509.Certificate, o Options) verdict {
	key := chainKey(name, sent)
	now := o.Now()
	c.mu.Lock()
	v, ok := c.seen[key]
	c.mu.Unlock()
	if ok && !now.Before(v.at) && now.Before(v.notAfter) {
		return v
	}
	t := wire.TLSOptions{ServerName: name, Now: now}
	if o.Roots != nil {
		t.Roots = o.Roots()
	}
	problems, ends := wire.Judge(sent, t)
	v = verdict{ends: ends, at: now, notAfter: now.Add(chainKept)}
	if len(problems) > 0 {
		v.kind = wire.Kind(problems[0])
	} else if ends.Before(v.notAfter) {
		v.notAfter = ends
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen == nil || len(c.seen) >= maxChains {
		c.seen = make(map[[sha256.Size]byte]verdict)
	}
	c.seen[key] = v
	return v
}

// chainKey is the same only for the same name and the same certificates in the same order.
func chainKey(name string, sent []*x509.Certificate) (key [sha256.Size]byte) {
	h := sha256.New()
	var size [8]byte
	put := func(b []byte) {
		binary.BigEndian.PutUint64(size[:], uint64(len(b)))
		h.Write(size[:])
		h.Write(b)
	}
	put([]byte(name))
	for _, cert := range sent {
		put(cert.Raw)
	}
	h.Sum(key[:0])
	return key
}
