package wire

import (
	"crypto/x509"
	"sync"
)

// systemRoots loads the system's trusted authorities once: reading some 140 certificates takes
// longer than all other work of a handshake.
var systemRoots = sync.OnceValue(loadRoots)

// WarmRoots begins to load the system's trusted authorities, so that they are there when the
// first handshake is to be judged. It returns at once.
func WarmRoots() { go systemRoots() }

// rootsOr returns the pool, or the system's for nil.
func rootsOr(pool *x509.CertPool) *x509.CertPool {
	if pool != nil {
		return pool
	}
	return systemRoots()
}
