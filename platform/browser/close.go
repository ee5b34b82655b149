package browser

import (
	"context"
	"errors"
	"time"
)

// Errors of Close.
var (
	// ErrByHand says that here only the person can close the browser.
	ErrByHand = errors.New("only the person can close this browser")
	// ErrStillOpen says that the browser was asked and has not closed; it may be asking about
	// unsaved work or a download.
	ErrStillOpen = errors.New("the browser has not closed")
)

// CloseTime is what a browser gets to close.
const CloseTime = 15 * time.Second

// Close asks the browser of a profile to close all its windows, as if the person did, and waits
// until it has: not only until its locks are free, since Chromium writes its last cookies after that. It forces nothing: a browser that asks something, or that cannot be asked from
// here, stays open.
func (s System) Close(ctx context.Context, p Profile) error {
	live := s.State(p)
	switch live.State {
	case Stopped:
		return nil
	case Unknown:
		return ErrByHand
	}
	ctx, cancel := context.WithTimeout(ctx, CloseTime)
	defer cancel()
	if err := s.askToClose(ctx, p, live.PID); err != nil {
		return err
	}
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for s.State(p).State != Stopped || !ended(live.PID) {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return ErrStillOpen
		}
	}
	return nil
}
