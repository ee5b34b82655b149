package mend

import (
	"context"
	"errors"
	"slices"

	"github.com/waymend/waymend/diagnostics/remedy"
	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/clean"
)

// InTheWay lists one profile for each running browser that keeps something of the plans from being
// done.
func (k Kit) InTheWay(ctx context.Context, asked []Asked) (list []browser.Profile) {
	if k.Host.Cleaner == nil {
		return nil
	}
	running := func(p browser.Profile) func(remedy.Line) bool {
		return func(l remedy.Line) bool {
			return l.Key == clean.IsRunning.Key() && l.Values["browser"] == p.Browser && l.Values["profile"] == p.Name
		}
	}
	for _, p := range k.Host.Cleaner.System.Profiles(ctx) {
		if !slices.ContainsFunc(asked, func(a Asked) bool { return slices.ContainsFunc(a.Plan.Refused, running(p)) }) {
			continue
		}
		if !slices.ContainsFunc(list, func(o browser.Profile) bool { return together(o, p) }) {
			list = append(list, p)
		}
	}
	return list
}

// together reports whether two profiles are open in the same process: Chromium's share one.
func together(a, b browser.Profile) bool {
	return a.Dir == b.Dir || a.Root == b.Root && a.Family.Engine == browser.Chromium
}

// Close asks the browser of a profile to close as its own menu does, and waits until it has. It forces
// nothing; of the errors, WhyOpen makes sentences.
func (k Kit) Close(ctx context.Context, p browser.Profile) error {
	if k.Host.Cleaner == nil {
		return browser.ErrByHand
	}
	return k.Host.Cleaner.System.Close(ctx, p)
}

// WhyOpen is why a browser is still open.
func WhyOpen(err error, p browser.Profile, lang string) string {
	key := "clean.close.still-open"
	if errors.Is(err, browser.ErrByHand) {
		key = "clean.close.ask"
	}
	return Words(remedy.Line{Key: key, Values: map[string]string{"browser": p.Browser}}, lang)
}
