//go:build !windows && !darwin

package wire

import "crypto/x509"

// loadRoots honours SSL_CERT_FILE and SSL_CERT_DIR, as crypto/x509 does by itself here. Without
// any authority nothing is trusted.
func loadRoots() *x509.CertPool {
	pool, err := x509.SystemCertPool()
	if err != nil {
		return x509.NewCertPool()
	}
	return pool
}
