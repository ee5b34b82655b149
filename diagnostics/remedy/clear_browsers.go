package remedy

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/clean"
	"github.com/waymend/waymend/resources"
)

// The remedies for browsers. "clear-browsers" empties all caches; the others are about one website.
const (
	ClearBrowsers    = "clear-browsers"
	ClearSiteCookies = "clear-site-cookies"
	ClearSiteCache   = "clear-site-cache"
	// ClearSiteHSTS removes a website's remembered order to use https: sensible only where that is the
	// cause of the fault, and so never part of another remedy.
	ClearSiteHSTS = "clear-site-hsts"
)

func init() {
	register(ofClearing(ClearBrowsers, func(Target) (Clearing, error) { return Clearing{Caches: true}, nil }))
	register(ofClearing(ClearSiteCookies, func(t Target) (Clearing, error) { return ofSite(t, Clearing{Cookies: true}) }))
	register(ofClearing(ClearSiteCache, func(t Target) (Clearing, error) { return ofSite(t, Clearing{Pages: true}) }))
	register(ofClearing(ClearSiteHSTS, func(t Target) (Clearing, error) { return ofSite(t, Clearing{HSTS: true}) }))
}

// Clearing is what is to go from which profiles.
type Clearing struct {
	// Only limits it to these directories of profiles; nil means all that are found.
	Only    []string
	Site    string // an address or a name; "" for all sites
	Caches  bool   // everything in the caches
	Cookies bool   // the site's, or all
	Pages   bool   // the site's entries in the caches
	HSTS    bool   // the site's remembered order to use https
	Storage bool   // what the site, or all, have stored themselves; only for who asks for it by name
	Closed  bool   // the person has closed those browsers of which that cannot be told
}

func ofSite(t Target, c Clearing) (Clearing, error) {
	if t.Host == "" {
		return c, ErrNothing
	}
	c.Site = t.Host
	return c, nil
}

func ofClearing(id string, of func(Target) (Clearing, error)) Remedy {
	return Remedy{
		ID: id,
		Plan: func(ctx context.Context, h Host, t Target) (Plan, error) {
			c, err := of(t)
			if err != nil {
				return Plan{}, err
			}
			return PlanClearing(ctx, h, id, c)
		},
		Apply:  applyClearing,
		Revert: revertClearing,
	}
}

// PlanClearing looks what a clearing would remove, and names what it leaves alone. The plan can be
// applied by this process only. It may have no lines: Refused says why.
func PlanClearing(ctx context.Context, h Host, id string, c Clearing) (Plan, error) {
	if h.Cleaner == nil {
		return Plan{}, ErrNotHere
	}
	request := clean.Request{Caches: c.Caches, Cookies: c.Cookies, Pages: c.Pages, HSTS: c.HSTS, Storage: c.Storage, Closed: c.Closed}
	if c.Site != "" {
		site, err := clean.ParseHost(c.Site)
		if err != nil {
			return Plan{}, err
		}
		request.Site = &site
	}
	for _, p := range h.Cleaner.System.Profiles(ctx) {
		if c.Only == nil || slices.Contains(c.Only, p.Dir) {
			request.Profiles = append(request.Profiles, p)
		}
	}
	if len(request.Profiles) == 0 {
		return Plan{}, ErrNothing
	}
	found, err := h.Cleaner.Plan(ctx, request)
	if err != nil {
		return Plan{}, err
	}
	if len(found.Items)+len(found.Refused) == 0 {
		return Plan{}, ErrNothing
	}
	p := Plan{Remedy: id, Target: Target{Host: c.Site}, Made: time.Now().UTC(), Undoable: true, Bytes: found.Bytes, held: found}
	if r, ok := Find(id); ok {
		p.Risk = r.Risk
	}
	p.Lines = linesOf(found.Items, c.Site)
	p.Refused = refusals(found.Refused)
	if c.HSTS {
		p.Notes = []Line{{Key: "clean.note.hsts"}}
	}
	return p, nil
}

// linesOf says what goes, one sentence for each kind of thing in each profile.
func linesOf(items []clean.Item, site string) (lines []Line) {
	type group struct{ what, browser, profile string }
	var order []group
	sums := map[group]clean.Item{}
	for _, i := range items {
		g := group{string(i.What), i.Browser, i.Profile}
		sum, known := sums[g]
		if !known {
			order = append(order, g)
		}
		sum.Bytes, sum.Rows, sum.Files = sum.Bytes+i.Bytes, sum.Rows+i.Rows, sum.Files+i.Files
		sums[g] = sum
	}
	for _, g := range order {
		values := map[string]string{"browser": g.browser, "profile": g.profile, "bytes": strconv.FormatInt(sums[g].Bytes, 10), "rows": strconv.FormatInt(sums[g].Rows, 10)}
		if site != "" {
			values["site"] = site
		}
		lines = append(lines, Line{Key: "clean.line." + g.what, Values: values})
	}
	return lines
}

// refusals says what is left alone, and why: once for each browser, profile, reason and file. When it
// was stopped all that was left has the same reason, which is said once.
func refusals(list []clean.Refusal) (lines []Line) {
	for _, r := range list {
		l := Line{Key: r.Reason.Key(), Values: map[string]string{"browser": r.Browser, "profile": r.Profile, "path": r.Path, "detail": r.Detail}}
		if !slices.ContainsFunc(lines, func(o Line) bool {
			return o.Key == l.Key && o.Values["browser"] == r.Browser && o.Values["profile"] == r.Profile &&
				(r.Reason == clean.Stopped || o.Values["path"] == r.Path)
		}) {
			lines = append(lines, l)
		}
	}
	return lines
}

func applyClearing(ctx context.Context, h Host, p Plan, tell func(Progress)) (Undo, error) {
	if p.held == nil || h.Cleaner == nil {
		return Undo{}, ErrPlan
	}
	if tell == nil {
		tell = func(Progress) {}
	}
	total := len(p.held.Items)
	result, err := h.Cleaner.Apply(ctx, p.held, func(now clean.Progress) {
		if now.Item.What != "" { // the last call is about the end
			tell(Progress{Of: total, Line: itemLine(now.Item, p.Target.Host)})
		}
	})
	if since := result.Refused[min(len(p.held.Refused), len(result.Refused)):]; len(since) > 0 {
		defer func() { tell(Progress{Of: total, Line: refusals(since)[0], Refused: refusals(since)}) }()
	}
	if result.ID == "" {
		return Undo{}, errors.Join(err, leftAlone(result.Refused))
	}
	undo := Undo{Remedy: p.Remedy}
	undo.Data, _ = json.Marshal(clearingID{result.ID})
	for n, i := range result.Done {
		tell(Progress{Number: n + 1, Of: total, Line: itemLine(i, p.Target.Host), Bytes: i.Bytes, Undo: &undo})
	}
	return undo, err
}

func itemLine(i clean.Item, site string) Line { return linesOf([]clean.Item{i}, site)[0] }

// clearingID is what an Undo knows of a clearing.
type clearingID struct {
	ID string `json:"id"`
}

// ClearingOf names the clearing that an Undo takes back, for clean.Cleaner.Delete; "" for others.
func ClearingOf(u Undo) string {
	var c clearingID
	_ = json.Unmarshal(u.Data, &c) // not of a clearing
	return c.ID
}

func revertClearing(ctx context.Context, h Host, u Undo, _ func(Progress)) error {
	id := ClearingOf(u)
	if id == "" || h.Cleaner == nil {
		return ErrPlan
	}
	result, err := h.Cleaner.Undo(ctx, id)
	return errors.Join(err, leftAlone(result.Refused))
}

// LeftAlone is the error that names what a clearing, or its undoing, did not touch.
type LeftAlone []Line

// Error is all of it in English.
func (l LeftAlone) Error() string {
	texts := make([]string, len(l))
	for i := range l {
		texts[i] = l[i].Text(resources.English)
	}
	return "left alone: " + strings.Join(texts, " ")
}

func leftAlone(list []clean.Refusal) error {
	if len(list) == 0 {
		return nil
	}
	return LeftAlone(refusals(list))
}

// BrowserScan tells of the profiles of this account, as they are found and measured.
func (h Host) BrowserScan(ctx context.Context, use func(browser.Found)) error {
	if h.Cleaner == nil {
		return ErrNotHere
	}
	return h.Cleaner.System.Scan(ctx, use)
}
