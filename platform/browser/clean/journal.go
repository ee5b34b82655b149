package clean

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/tree"
)

// Phases of a clearing.
const (
	applying = "applying" // things are being moved aside
	kept     = "kept"     // they are, and can be put back
	undoing  = "undoing"
	deleting = "deleting"
)

// record is the journal of one clearing. It is written before anything is touched, and is on the
// disk itself before anything happens that it tells of.
type record struct {
	ID          string    `json:"id"`
	Made        time.Time `json:"made"`
	Until       time.Time `json:"until"`
	Phase       string    `json:"phase"`
	Interrupted bool      `json:"interrupted,omitempty"`
	Site        *Site     `json:"site,omitempty"`
	Closed      bool      `json:"closed,omitempty"`
	Steps       []step    `json:"steps"`
}

// step is one item in the journal; what was moved for it lies under its number.
type step struct {
	What    What          `json:"what"`
	Browser string        `json:"browser"`
	Profile string        `json:"profile"`
	Family  string        `json:"family"`
	Root    string        `json:"root"`
	Where   browser.Root  `json:"where"`
	Dir     string        `json:"dir"`
	Place   browser.Place `json:"place"`
	ID      tree.ID       `json:"identity"`
	Files   int64         `json:"files"`
	Bytes   int64         `json:"bytes"`
	Rows    int64         `json:"rows"`
	Hosts   []string      `json:"hosts,omitempty"` // whose HSTS entries went
	Done    bool          `json:"done,omitempty"`
	Refused bool          `json:"refused,omitempty"`
	Undone  bool          `json:"undone,omitempty"`
}

func (s step) item() Item {
	return Item{What: s.What, Browser: s.Browser, Profile: s.Profile, Place: s.Place,
		Files: s.Files, Bytes: s.Bytes, Rows: s.Rows, id: s.ID, names: s.Hosts, profile: s.owner()}
}

// owner is the profile of a step, as far as its locks are concerned.
func (s step) owner() browser.Profile {
	p := browser.Profile{Browser: s.Browser, Name: s.Profile, Root: s.Root, Where: s.Where, Dir: s.Dir}
	for i := range browser.Families {
		if browser.Families[i].ID == s.Family {
			p.Family = &browser.Families[i]
		}
	}
	return p
}

// newRecord journals a plan.
func (c *Cleaner) newRecord(p *Plan) *record {
	now := c.System.Now()
	r := &record{ID: p.ID, Made: now, Until: now.Add(c.Keep), Phase: applying,
		Site: p.request.Site, Closed: p.request.Closed}
	for _, i := range p.Items {
		var hosts []string
		if i.What == HSTS {
			hosts = i.names
		}
		r.Steps = append(r.Steps, step{Hosts: hosts, What: i.What, Browser: i.Browser, Profile: i.Profile, Family: i.profile.Family.ID,
			Root: i.profile.Root, Where: i.profile.Where, Dir: i.profile.Dir, Place: i.Place, ID: i.id,
			Files: i.Files, Bytes: i.Bytes, Rows: i.Rows})
	}
	return r
}

// newID names a clearing.
func newID() string { return strings.ToLower(rand.Text()) }

// isID tells whether newID could have made it.
func isID(id string) bool {
	return len(id) == idLength && strings.Trim(id, "abcdefghijklmnopqrstuvwxyz234567") == ""
}

const (
	idLength = 26
	// holdPrefix begins the names of the directories beside what was cleared.
	holdPrefix = ".waymend-"
)

// holdName is the name of the directories beside what was cleared.
func (r *record) holdName() string { return holdPrefix + r.ID }

func (c *Cleaner) file(id string) string { return filepath.Join(c.Dir, id+".json") }

// save writes a journal in the place of its last version, through to the disk: after a power cut
// there is one or the other, and never less than was done.
func (c *Cleaner) save(r *record) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	b, err := json.MarshalIndent(r, "", "\t")
	if err != nil {
		return err
	}
	next := c.file(r.ID) + ".new"
	if err := writeThrough(next, b); err != nil {
		return errors.Join(err, os.Remove(next))
	}
	if err := os.Rename(next, c.file(r.ID)); err != nil {
		return err
	}
	dir, err := tree.Open(c.Dir)
	if err != nil {
		return err
	}
	return errors.Join(dir.Sync(), dir.Close())
}

// writeThrough writes a file and waits until the disk has it.
func writeThrough(name string, b []byte) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	return errors.Join(err, f.Sync(), f.Close())
}

const maxJournal = 4 << 20

func (c *Cleaner) load(id string) (*record, error) {
	if !isID(id) {
		return nil, fs.ErrNotExist
	}
	info, err := os.Lstat(c.file(id))
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxJournal {
		return nil, Damaged
	}
	b, err := os.ReadFile(c.file(id))
	if err != nil {
		return nil, err
	}
	var r record
	if json.Unmarshal(b, &r) != nil || r.ID != id {
		return nil, Damaged
	}
	return &r, nil
}

// journals lists the clearings that are not over.
func (c *Cleaner) journals() (ids []string) {
	entries, _ := os.ReadDir(c.Dir)
	for _, e := range entries {
		if id, ok := strings.CutSuffix(e.Name(), ".json"); ok {
			ids = append(ids, id)
		}
	}
	return ids
}

// sweep removes what processes left that ended before their journal was written, and so before
// they touched anything.
func (c *Cleaner) sweep() {
	entries, _ := os.ReadDir(c.Dir)
	for _, e := range entries {
		id, ok := strings.CutSuffix(e.Name(), ".lock")
		if !ok {
			continue
		}
		if _, err := os.Lstat(c.file(id)); errors.Is(err, fs.ErrNotExist) {
			_ = ignore(c.alone(id, func() error { // if it is not at work just now
				if _, err := os.Lstat(c.file(id)); err == nil {
					return nil
				}
				return os.Remove(c.file(id) + ".new")
			}))
		}
	}
}

// alone keeps other processes from a clearing while use works on it.
func (c *Cleaner) alone(id string, use func() error) error {
	if err := os.MkdirAll(c.Dir, 0o700); err != nil {
		return err
	}
	f, err := os.OpenFile(filepath.Join(c.Dir, id+".lock"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	if !lockFile(f) {
		return errors.Join(Busy, f.Close())
	}
	err = errors.Join(use(), f.Close())
	if _, gone := os.Lstat(c.file(id)); gone != nil {
		os.Remove(f.Name())
	}
	return err
}

// forget removes a journal when nothing is left of its clearing.
func (c *Cleaner) forget(id string) error { return os.Remove(c.file(id)) }
