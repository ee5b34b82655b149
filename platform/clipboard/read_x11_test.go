//go:build !windows && !darwin

package clipboard

import (
	"context"
	"errors"
	"fmt"
	"net"
	"testing"
	"time"
)

func TestNoDisplay(t *testing.T) {
	t.Setenv("DISPLAY", "")
	if text, err := Read(context.Background()); !errors.Is(err, ErrNone) || text != "" {
		t.Errorf("%q, %v", text, err)
	}
}

// TestSilentServer asks a display that takes connections and says nothing.
func TestSilentServer(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("DISPLAY", fmt.Sprintf("127.0.0.1:%d", l.Addr().(*net.TCPAddr).Port-6000)) // X11's first port
	ctx, cancel := context.WithTimeout(context.Background(), 50*time.Millisecond)
	defer cancel()
	if text, err := Read(ctx); !errors.Is(err, context.DeadlineExceeded) || text != "" {
		t.Errorf("%q, %v", text, err)
	}
}
