//go:build windows || darwin

package wire

import (
	"crypto/x509"
	"os"
	"path/filepath"
)

// loadRoots lets the system verify, unless SSL_CERT_FILE or SSL_CERT_DIR name authorities to use
// instead, which crypto/x509 ignores on these systems.
func loadRoots() *x509.CertPool {
	var files []string
	if f := os.Getenv("SSL_CERT_FILE"); f != "" {
		files = append(files, f)
	}
	for _, dir := range filepath.SplitList(os.Getenv("SSL_CERT_DIR")) {
		more, _ := filepath.Glob(filepath.Join(dir, "*"))
		files = append(files, more...)
	}
	if len(files) == 0 {
		if pool, err := x509.SystemCertPool(); err == nil {
			return pool
		}
		return nil // the zero pool of x509.VerifyOptions: the system's
	}
	pool := x509.NewCertPool()
	for _, f := range files {
		if pem, err := os.ReadFile(f); err == nil {
			pool.AppendCertsFromPEM(pem)
		}
	}
	return pool
}
