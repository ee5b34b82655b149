package platform

import (
	"context"
	"errors"
	"testing"
	"time"
)

// TestChanges registers with the system, hears nothing while nothing changes, and ends with the
// context.
func TestChanges(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	ended := make(chan error, 1)
	go func() { ended <- changes(ctx, func() {}) }()
	select {
	case err := <-ended:
		t.Fatalf("it does not listen: %v", err)
	case <-time.After(500 * time.Millisecond):
	}
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("ended with %v", err)
		}
	case <-time.After(10 * time.Second):
		t.Error("it goes on after its context")
	}
}

func TestSlept(t *testing.T) {
	before := slept()
	time.Sleep(100 * time.Millisecond)
	if after := slept(); before < 0 || after-before > 50*time.Millisecond || before-after > 50*time.Millisecond {
		t.Errorf("slept %s, then %s, while it was awake", before, after)
	}
}

// TestMeteredHere asks the real network list manager: whatever it answers, asking twice does no harm.
func TestMeteredHere(t *testing.T) {
	first, firstErr := metered(t.Context())
	second, secondErr := metered(t.Context())
	if first != second || (firstErr == nil) != (secondErr == nil) {
		t.Errorf("%v, %v and then %v, %v", first, firstErr, second, secondErr)
	}
	t.Logf("metered %v, %v", first, firstErr)
}
