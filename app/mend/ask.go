package mend

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/waymend/waymend/app/changes"
	"github.com/waymend/waymend/diagnostics/remedy"
)

// clearings are the remedies for browsers, by what they clear of the site.
var clearings = map[string]remedy.Clearing{
	remedy.ClearBrowsers:    {Caches: true},
	remedy.ClearSiteCookies: {Cookies: true},
	remedy.ClearSiteCache:   {Pages: true},
	remedy.ClearSiteHSTS:    {HSTS: true},
}

// Clears reports whether a fix clears something in browsers.
func Clears(id string) bool { _, ok := clearings[id]; return ok }

// NeedsSite reports whether a fix is about one website, which has to be named.
func NeedsSite(id string) bool {
	return slices.Contains([]string{remedy.ClearSiteCookies, remedy.ClearSiteCache, remedy.ClearSiteHSTS, "remove-hosts-entry"}, id)
}

// AsksFirst reports whether a person is to agree before the fix is done: it clears browsers, or its
// risk is above low.
func AsksFirst(f Fix) bool {
	return Clears(f.ID) || f.Plan.Risk != remedy.RiskNone && f.Plan.Risk != remedy.RiskLow
}

// Asked is a fix that was asked for. Err says why there is none to do.
type Asked struct {
	Fix
	Err error
}

// PlanAsked plans what a person asked for by name. closed says that those browsers are closed of which
// that cannot be told.
func (k Kit) PlanAsked(ctx context.Context, id string, target remedy.Target, closed bool) Asked {
	return k.planAsked(ctx, id, target, closed, false)
}

// StoresToo reports whether a fix can take what sites have stored themselves as well.
func StoresToo(id string) bool { return id == remedy.ClearBrowsers || id == remedy.ClearSiteCookies }

// PlanStored is PlanAsked for a fix that is to take, where it can, what the site has stored itself as
// well; of all sites, if it is about none.
func (k Kit) PlanStored(ctx context.Context, id string, target remedy.Target, closed bool) Asked {
	return k.planAsked(ctx, id, target, closed, StoresToo(id))
}

func (k Kit) planAsked(ctx context.Context, id string, target remedy.Target, closed, stored bool) Asked {
	c, ok := clearings[id]
	if !ok || NeedsSite(id) && target.Host == "" {
		f, err := k.Plan(ctx, id, target)
		return Asked{f, err}
	}
	c.Closed, c.Storage = closed, stored
	if NeedsSite(id) {
		c.Site = target.Host
	}
	p, err := remedy.PlanClearing(ctx, k.Host, id, c)
	return Asked{Fix{id, p}, err}
}

// PlanReset plans the one-click reset: the caches of all browsers found and the DNS cache; with a
// website in the target, its cookies too.
func (k Kit) PlanReset(ctx context.Context, target remedy.Target, closed bool) []Asked {
	c := remedy.Clearing{Caches: true, Cookies: target.Host != "", Site: target.Host, Closed: closed}
	p, err := remedy.PlanClearing(ctx, k.Host, remedy.ClearBrowsers, c)
	return []Asked{{Fix{remedy.ClearBrowsers, p}, err}, k.PlanAsked(ctx, "flush-dns", remedy.Target{}, false)}
}

// Idle reports whether there was nothing to do, or no way to do it, so that nothing is amiss.
func (a Asked) Idle() bool {
	return errors.Is(a.Err, remedy.ErrNothing) || errors.Is(a.Err, remedy.ErrNotHere) || a.Err == nil && len(a.Plan.Lines) == 0
}

// UndoUntil is when an entry of the log cannot be taken back any more; zero when there is no end.
func UndoUntil(e changes.Entry) time.Time {
	if remedy.ClearingOf(e.Undo) == "" {
		return time.Time{}
	}
	return e.When.Add(UndoFor)
}

// CanUndo reports whether an entry of the log can be taken back, as far as the log knows.
func CanUndo(e changes.Entry) bool {
	until := UndoUntil(e)
	return e.State != changes.Undone && !e.Undo.Empty() && (until.IsZero() || time.Now().Before(until))
}
