package tray

import (
	"context"
	"errors"
	"net"
	"path/filepath"
	"testing"
	"time"
)

// TestNoBus ends soon, in order and by itself where no message bus answers.
func TestNoBus(t *testing.T) {
	silent := filepath.Join(t.TempDir(), "silent")
	l, err := net.Listen("unix", silent)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	rude := filepath.Join(t.TempDir(), "rude")
	r, err := net.Listen("unix", rude)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	go func() {
		for {
			c, err := r.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	for name, address := range map[string]string{
		"missing": "unix:path=/nonexistent/bus", "garbage": "???", "silent": "unix:path=" + silent, "rude": "unix:path=" + rude,
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
			if Available(t.Context()) {
				t.Error("a tray without a message bus")
			}
			ran.Store(false) // the library was not reached, so that it can be tried again
			var told []bool
			if err := Run(t.Context(), Options{Lang: "en", Shown: func(has bool) { told = append(told, has) }}); !errors.Is(err, ErrUnsupported) {
				t.Error(err)
			}
			if len(told) != 1 || told[0] {
				t.Error("told", told)
			}
		})
	}
}

// TestWatchEnds closes the channel when the context ends while a bus is silent.
func TestWatchEnds(t *testing.T) {
	silent := filepath.Join(t.TempDir(), "silent")
	l, err := net.Listen("unix", silent)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+silent)
	ctx, cancel := context.WithCancel(t.Context())
	c := Watch(ctx)
	cancel()
	select {
	case has, ok := <-c:
		if ok {
			t.Error("told", has)
		}
	case <-time.After(30 * time.Second):
		t.Fatal("it hangs")
	}
}
