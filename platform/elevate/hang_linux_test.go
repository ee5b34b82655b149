package elevate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/waymend/waymend/platform/change"
)

// TestHangs: a pkexec that never asks, and whose child keeps the pipe open after its end, is given up.
func TestHangs(t *testing.T) {
	pkexec := filepath.Join(t.TempDir(), "pkexec")
	if err := os.WriteFile(pkexec, []byte("#!/bin/sh\nsleep 60 &\nsleep 60\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	w := way{consent: 100*time.Millisecond - (change.Step{Verb: change.FlushNscd}).Limit(),
		elevated: func(ctx context.Context, steps []change.Step, each func(change.Done)) error {
			return viaPkexec(ctx, pkexec, "/bin/false", steps, each)
		}}
	began := time.Now()
	err := w.run(t.Context(), []change.Step{{Verb: change.FlushNscd}}, func(change.Done) { t.Error("something was done") })
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("%v", err)
	}
	if took := time.Since(began); took > 30*time.Second { // its own end comes after sixty
		t.Errorf("waited for %v", took)
	}
}
