package wire

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
)

func TestClassify(t *testing.T) {
	dialError := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	for _, c := range []struct {
		err  error
		want Kind
	}{
		{dialError(syscall.ECONNREFUSED), Refused},
		{dialError(syscall.ECONNRESET), Reset},
		{dialError(syscall.ENETUNREACH), NetUnreachable},
		{dialError(syscall.EHOSTUNREACH), HostUnreachable},
		{dialError(syscall.EADDRNOTAVAIL), NoPort},
		{dialError(syscall.EAFNOSUPPORT), NoFamily},
		{dialError(syscall.ETIMEDOUT), Timeout},
		{dialError(syscall.EMFILE), NoFiles},
		{dialError(syscall.EMSGSIZE), TooBig},
		{dialError(syscall.ENOTDIR), Other},
		{os.ErrDeadlineExceeded, Timeout},
		{context.DeadlineExceeded, Timeout},
		{context.Canceled, Cancelled},
		{ErrLimit, Timeout},
		{io.EOF, EOF},
		{fmt.Errorf("reading: %w", io.ErrUnexpectedEOF), EOF},
		{errors.New("tls: something odd"), BadTLS},
		{tls.RecordHeaderError{Msg: "x"}, BadTLS},
		{os.ErrPermission, Denied},
		{errors.New("anything"), Other},
	} {
		if f := Classify(c.err); !f.Is(c.want) || f.Text == "" {
			t.Errorf("%v: %+v, want %s", c.err, f, c.want)
		}
	}
	if Classify(nil) != nil {
		t.Error("no error is a failure")
	}
	if f := Classify(errors.New("a\x1b[31mb\u202e")); f.Text != "ab" {
		t.Errorf("%q", f.Text)
	}
}
