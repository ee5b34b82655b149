package change

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// TestHangs: a program that hangs, with a child of its own that keeps its output open, is waited for no
// longer than the step may take, and the error says that.
func TestHangs(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "unbound-control"), []byte("#!/bin/sh\nsleep 60 &\nsleep 60\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	old := folders
	folders = []string{dir}
	t.Cleanup(func() { folders = old })
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	began := time.Now()
	_, err := Do(ctx, Step{Verb: FlushUnbound}, false)
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if took := time.Since(began); took > 30*time.Second { // its own end comes after sixty
		t.Errorf("waited for %v", took)
	}
}

// TestLimits: every step has a bound.
func TestLimits(t *testing.T) {
	for _, v := range Verbs() {
		if l := (Step{Verb: v}).Limit(); l <= 0 || l > time.Minute {
			t.Errorf("%s may take %v", v, l)
		}
	}
}
