// Package clean empties the caches of browsers and removes their cookies, all of them or those of
// one site. It works in steps that can be looked at: a Plan says what would go and changes
// nothing, Apply does it, Undo takes it back until Delete gives the space back, and Resume goes on
// where a process ended in the middle.
//
// What is cleared is first moved aside, by a rename on the same file system, into a private
// directory beside it; a journal in this program's own directory says where. A browser that runs
// is left alone, and so are logins, bookmarks, history, extensions and open tabs, always. The
// package opens no window, asks nothing and closes no browser.
package clean

import (
	"strings"
	"time"

	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/tree"
)

// Cleaner does the work for one account.
type Cleaner struct {
	System browser.System
	// Dir is this program's own directory for its journals. It is made when it is needed.
	Dir string
	// Keep is how long a clearing can be undone.
	Keep time.Duration
}

// What is cleared in one step.
type What string

// Whats. Their texts are "clean.what.<what>".
const (
	Caches   What = "cache"    // everything in one cache
	Pages    What = "pages"    // one site's entries in a cache
	Cookies  What = "cookies"  // rows of a cookie store
	Sessions What = "sessions" // Device Bound Sessions, which would make cookies anew
	HSTS     What = "hsts"     // one site's remembered order to use https
	Storage  What = "storage"  // what sites have stored themselves
	Workers  What = "workers"  // what sites have installed to run in the background
	Left     What = "left"     // what an earlier clearing put aside, its journal lost; only in results of Resume
)

// Key is the key of the text that names it.
func (w What) Key() string { return "clean.what." + string(w) }

// Request is what a person asks for.
type Request struct {
	Profiles []browser.Profile
	// Site limits cookies to one site; pages and HSTS entries are only cleared for one.
	Site *Site
	// Caches are emptied, whatever site they are of.
	Caches bool
	// Cookies are removed: the site's, or all.
	Cookies bool
	// Pages of the site are removed from the caches.
	Pages bool
	// HSTS removes the site's order to use https; only sensible when it is the cause of a fault.
	HSTS bool
	// Storage removes what the site, or every site, has stored itself: drafts, settings, offline
	// copies. It cannot be fetched again, and is only for who asks for it by name. What browsers
	// keep for all sites in one place is refused.
	Storage bool
	// Closed says that the person has closed those browsers of which that cannot be told.
	Closed bool
}

// Item is one thing that would be cleared, or was.
type Item struct {
	What    What
	Browser string
	Profile string
	Place   browser.Place
	Kind    string // of a cache
	Files   int64
	Bytes   int64 // on the disk
	Rows    int64 // of cookies or entries

	profile browser.Profile
	id      tree.ID  // of the directory or file when it was looked at
	names   []string // of the site's files in a cache
}

// Refusal is what is not cleared, and why.
type Refusal struct {
	What    What // "" for a whole profile
	Browser string
	Profile string
	Path    string
	Reason  Reason
	Detail  string // what the system said, or the name that was met; may be ""
}

// Plan is what Apply would do, once, to be shown first.
type Plan struct {
	// ID is what Apply will call the clearing. Who notes it before can have it undone even if
	// Apply does not return.
	ID      string
	Items   []Item
	Refused []Refusal
	Files   int64
	Bytes   int64
	Rows    int64

	request Request
}

// Result is what was done.
type Result struct {
	ID      string // for Undo and Delete; "" when nothing was done
	Done    []Item
	Refused []Refusal
	Files   int64
	Bytes   int64 // moved aside, or given back by Delete
	Rows    int64
	// Until is when Undo ends.
	Until time.Time
	// Interrupted says that an earlier process ended in the middle.
	Interrupted bool
	// Adopted says that the journal of the clearing was lost; what it had put aside is deleted.
	Adopted bool
}

func (p *Plan) add(i Item) {
	p.Items = append(p.Items, i)
	p.Files += i.Files
	p.Bytes += i.Bytes
	p.Rows += i.Rows
}

func (p *Plan) refuse(i Item, why error) { p.Refused = append(p.Refused, refusal(i, why)) }

func (r *Result) add(i Item) {
	r.Done = append(r.Done, i)
	r.Files += i.Files
	r.Bytes += i.Bytes
	r.Rows += i.Rows
}

// refusal turns an error into something that can be said.
func refusal(i Item, why error) Refusal {
	reason, detail := reasonOf(why)
	return Refusal{i.What, i.Browser, i.Profile, i.Place.Path(), reason, detail}
}

// canaries are the names that only a profile holds. A "cache" with one of them, at its top or one
// level down, is none.
var canaries = []string{
	"Preferences", "Secure Preferences", "Local State", "Login Data", "Web Data", "Bookmarks", "History", "Cookies",
	"places.sqlite", "cookies.sqlite", "key4.db", "cert9.db", "logins.json", "logins.db", "prefs.js", "profiles.ini",
}

var canaryNames = func() map[string]bool {
	names := map[string]bool{}
	for _, name := range canaries {
		names[strings.ToLower(name)] = true
	}
	return names
}()

func isCanary(name string) bool {
	return len(name) >= 7 && len(name) <= 18 && canaryNames[strings.ToLower(name)]
}
