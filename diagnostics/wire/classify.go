package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"os"
	"reflect"
	"strings"
	"syscall"
	"time"

	"golang.org/x/net/http2"
)

// ErrLimit is the cause of a context whose step ran out of its own time, as made by WithLimit.
var ErrLimit = errors.New("the step's own time limit passed")

// WithLimit bounds ctx to d, which makes a step that is still waiting then fail with Timeout. The
// end of any other context, whether by cancellation or by deadline, makes it fail with Cancelled.
// A d of zero or less sets no limit.
func WithLimit(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	if d <= 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, d, ErrLimit)
}

// Failure's text and phase lengths.
const maxText = 200

// Classify says in our words why err happened. It returns nil for a nil error.
func Classify(err error) *Failure {
	if err == nil {
		return nil
	}
	var own *stepError
	if errors.As(err, &own) {
		return &Failure{Kind: own.kind, Text: Printable(own.text, maxText)}
	}
	var errno syscall.Errno
	if errors.As(err, &errno) {
		if k, ok := errnoKinds[errno]; ok {
			return &Failure{Kind: k, Text: Printable(errno.Error(), maxText)}
		}
	}
	f := &Failure{Kind: Other, Text: Printable(innermost(err).Error(), maxText)}
	var timeout net.Error
	switch {
	case errors.Is(err, context.Canceled):
		f.Kind = Cancelled
	case errors.Is(err, ErrLimit), errors.Is(err, os.ErrDeadlineExceeded), errors.Is(err, context.DeadlineExceeded):
		f.Kind = Timeout
	case isHTTP2(err):
		f.Kind = HTTP2
	case classifyTLS(err, f):
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		f.Kind = EOF
	case errors.Is(err, os.ErrPermission):
		f.Kind = Denied
	case errors.As(err, &timeout) && timeout.Timeout():
		f.Kind = Timeout
	}
	return f
}

// stepError is a failure that this package found by itself.
type stepError struct {
	kind Kind
	text string
}

func (e *stepError) Error() string { return e.text }

// failed classifies the error of a step that ran under ctx. The end of ctx explains a timeout or
// a closed connection, but not an answer that came just before.
func failed(ctx context.Context, phase string, err error) *Failure {
	f := Classify(err)
	if f == nil {
		return nil
	}
	f.Phase = phase
	if ctx.Err() == nil || f.Kind != Timeout && f.Kind != Cancelled && !errors.Is(err, net.ErrClosed) {
		return f
	}
	return ended(ctx, phase)
}

// ended is the failure of a step whose context is over.
func ended(ctx context.Context, phase string) *Failure {
	if errors.Is(context.Cause(ctx), ErrLimit) {
		return &Failure{Kind: Timeout, Phase: phase, Text: "nothing came in time"}
	}
	return &Failure{Kind: Cancelled, Phase: phase, Text: "the examination ended first"}
}

// innermost unwraps the layers that only repeat addresses.
func innermost(err error) error {
	for {
		next := errors.Unwrap(err)
		if next == nil {
			return err
		}
		err = next
	}
}

func isHTTP2(err error) bool {
	var stream http2.StreamError
	//lint:ignore SA1019 the error of the HTTP/2 connections that are made here
	var goAway http2.GoAwayError
	var conn http2.ConnectionError
	if errors.As(err, &stream) || errors.As(err, &goAway) || errors.As(err, &conn) {
		return true
	}
	return strings.HasPrefix(innermost(err).Error(), "http2: ")
}

// TLS alerts with a meaning of their own here (RFC 8446 section 6.2).
const (
	alertBadCertificate      = 42
	alertHandshakeFailure    = 40
	alertProtocolVersion     = 70
	alertCertificateRequired = 116
)

// classifyTLS recognises crypto/tls's errors. Their types are mostly unexported: a received alert
// is a number inside a net.OpError of the operation "remote error".
func classifyTLS(err error, f *Failure) bool {
	var header tls.RecordHeaderError
	if errors.As(err, &header) {
		f.Kind = BadTLS
		return true
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Op == "remote error" && op.Err != nil {
		if v := reflect.ValueOf(op.Err); v.Kind() == reflect.Uint8 {
			f.Kind, f.Alert = Alert, int(v.Uint())
			switch f.Alert {
			case alertProtocolVersion:
				f.Kind = ProtocolVersion
			case alertCertificateRequired:
				f.Kind = ClientCert
			}
			return true
		}
	}
	text := err.Error()
	switch {
	case strings.Contains(text, "tls: server selected unsupported protocol version"),
		strings.Contains(text, "tls: protocol version not supported"):
		f.Kind = ProtocolVersion
	case strings.Contains(text, "tls: "), strings.Contains(text, "x509: "):
		f.Kind = BadTLS
	default:
		return false
	}
	return true
}
