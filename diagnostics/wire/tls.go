package wire

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"time"
)

// TLSOptions say what to ask of a handshake and what to judge its chain by.
type TLSOptions struct {
	ServerName string         // the name to ask for and to judge by, or an IP address
	NoSNI      bool           // keep the name out of the ClientHello; it is still judged by
	Roots      *x509.CertPool // nil: the system's
	Now        time.Time      // zero: the computer's clock
	MinVersion uint16         // 0: TLS 1.2
	MaxVersion uint16         // 0: the newest
	ALPN       []string
	Curves     []tls.CurveID // nil: Go's, as browsers', with a post-quantum one first
	Limit      time.Duration // 0: none besides the context's
}

// StartTLS makes a handshake that completes whatever the certificates are, and judges them by
// itself: all their problems at once. The connection is nil when Handshake.Fail is set, and then
// conn is closed. It must not be used for more than diagnosis unless Handshake.Trusted.
func StartTLS(ctx context.Context, conn net.Conn, o TLSOptions) (*tls.Conn, Handshake) {
	ctx, cancel := WithLimit(ctx, o.Limit)
	defer cancel()
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	h := Handshake{ServerName: o.ServerName}
	var sent []*x509.Certificate
	rec := &recorder{Conn: conn}
	c := tls.Client(rec, o.config(&h, &sent))
	stop := interrupt(ctx, conn)
	defer stop()
	start := time.Now()
	err := c.Handshake()
	h.Took = Since(start)
	rec.done = true
	if len(sent) > 0 {
		h.judge(sent, o)
	}
	switch {
	case err != nil:
		h.Fail = tlsFailure(ctx, err, rec, &h)
	case !stop(): // ctx ended meanwhile and has spoilt the connection's deadlines
		h.Fail = ended(ctx, "handshake")
	}
	if h.Fail != nil {
		_ = conn.Close()
		return nil, h
	}
	s := c.ConnectionState()
	h.OK, h.Version, h.ALPN = true, tls.VersionName(s.Version), Printable(s.NegotiatedProtocol, 32)
	return c, h
}

// config never lets crypto/tls verify: it would stop at the first problem.
func (o TLSOptions) config(h *Handshake, sent *[]*x509.Certificate) *tls.Config {
	c := BrowserTLS()
	c.MaxVersion, c.NextProtos, c.CurvePreferences = o.MaxVersion, o.ALPN, o.Curves
	c.VerifyPeerCertificate = func(raw [][]byte, _ [][]*x509.Certificate) error {
		*sent = parseChain(raw)
		return nil
	}
	c.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		h.ClientCertAsked = true
		return &tls.Certificate{}, nil
	}
	if o.MinVersion != 0 {
		c.MinVersion = max(o.MinVersion, tls.VersionTLS10)
	}
	if c.MaxVersion != 0 && c.MinVersion > c.MaxVersion {
		c.MinVersion = c.MaxVersion
	}
	if !o.NoSNI {
		c.ServerName = o.ServerName
	}
	return c
}

// BrowserTLS offers what browsers offer and verifies nothing by itself: whoever uses it judges the
// chain that came, as StartTLS and Judge do.
func BrowserTLS() *tls.Config {
	return &tls.Config{InsecureSkipVerify: true, MinVersion: tls.VersionTLS12, CipherSuites: browserSuites}
}

// browserSuites are Go's TLS 1.2 suites and those without forward secrecy that browsers still
// accept, so that a server is not called broken that works in every browser.
var browserSuites = []uint16{
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256, tls.TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, tls.TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, tls.TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
	tls.TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA,
	tls.TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA, tls.TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA,
	tls.TLS_RSA_WITH_AES_128_GCM_SHA256, tls.TLS_RSA_WITH_AES_256_GCM_SHA384,
	tls.TLS_RSA_WITH_AES_128_CBC_SHA, tls.TLS_RSA_WITH_AES_256_CBC_SHA,
}

// tlsFailure explains a handshake that did not complete.
func tlsFailure(ctx context.Context, err error, rec *recorder, h *Handshake) *Failure {
	f := failed(ctx, "handshake", err)
	var header tls.RecordHeaderError
	switch {
	case f.Kind == Cancelled || f.Kind == Timeout:
	case len(rec.head) > 0 && !looksLikeTLS(rec.head):
		if errors.As(err, &header) || f.Kind == EOF || f.Kind == BadTLS {
			h.Sample = Printable(string(rec.more()), maxSample)
			f.Kind, f.Text = NotTLS, fmt.Sprintf("what came instead of TLS begins with %q", h.Sample)
		}
	case h.ClientCertAsked && (f.Alert == alertHandshakeFailure || f.Alert == alertBadCertificate):
		f.Kind = ClientCert
	}
	return f
}

const maxSample = 80

// looksLikeTLS checks the type and major version of the first record (RFC 8446 section 5.1).
func looksLikeTLS(b []byte) bool {
	return b[0] >= 20 && b[0] <= 23 && (len(b) < 2 || b[1] == 3)
}

// recorder keeps the first bytes that came, to show what a server spoke instead of TLS.
type recorder struct {
	net.Conn
	head []byte
	done bool
}

func (r *recorder) Read(b []byte) (int, error) {
	n, err := r.Conn.Read(b)
	if !r.done {
		r.head = append(r.head, b[:min(n, maxSample-len(r.head))]...)
	}
	return n, err
}

// more returns what was recorded, with the rest of its first line if that is there already.
func (r *recorder) more() []byte {
	if len(r.head) < maxSample {
		_ = r.SetReadDeadline(time.Now().Add(20 * time.Millisecond))
		r.done = false
		_, _ = io.ReadAtLeast(r, make([]byte, maxSample), maxSample-len(r.head))
	}
	return r.head
}
