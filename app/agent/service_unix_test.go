//go:build !windows

package agent

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestSafe refuses a program that others could replace.
func TestSafe(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, who alone has safe programs")
	}
	if err := safe("/bin/sh"); err != nil {
		t.Errorf("/bin/sh: %v", err)
	}
	if err := safe("/nonexistent"); err == nil {
		t.Error("a program that is not there")
	}
	program := filepath.Join(t.TempDir(), "waymend") // below /tmp, where everybody writes
	if err := os.WriteFile(program, nil, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := safe(program); !errors.Is(err, ErrUnsafe) {
		t.Errorf("below %s: %v", os.TempDir(), err)
	}
}

// TestProgram is ended by the manager, and by itself.
func TestProgram(t *testing.T) {
	failed := errors.New("on purpose")
	p := newProgram(func(ctx context.Context) error { <-ctx.Done(); return failed })
	if err := p.Start(nil); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(nil); !errors.Is(err, failed) {
		t.Errorf("stopped: %v", err)
	}
	p = newProgram(func(context.Context) error { return failed })
	if err := p.Start(nil); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { p.wait(); close(ended) }()
	select {
	case <-ended:
	case <-time.After(time.Minute):
		t.Fatal("it waits although it has ended")
	}
	if err := p.Stop(nil); !errors.Is(err, failed) {
		t.Errorf("ended: %v", err)
	}
}
