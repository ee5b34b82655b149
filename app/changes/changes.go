// Package changes is the log of everything that this program changed on the computer: what, when, what
// it was before and is now, how much room it gave, and how it is taken back. A person can read the
// file, one line of JSON an event.
//
// Every event is one write that has reached the disk before the next change begins, so a log that was
// cut off by a crash loses no more than its last line, and what was half done is known as begun. The
// log does nothing itself; package remedy changes and takes back.
package changes

import (
	"bufio"
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/waymend/waymend/diagnostics/remedy"
)

// Bounds of the log.
const (
	// maxFile is how long the file may grow before the oldest entries go; that is some thousand fixes.
	maxFile = 1 << 20
	// maxLine bounds one event; an undo with its arguments has a hundredth of it.
	maxLine = 64 << 10
)

// Errors that callers tell apart.
var (
	ErrUnknown = errors.New("changes: there is no such entry")
	ErrNoUndo  = errors.New("changes: that cannot be taken back")
	ErrUndone  = errors.New("changes: that has been taken back already")
)

// Log is the file. The zero value keeps nothing.
type Log struct{ Path string }

// State is how an entry ended.
type State string

// States of entries.
const (
	Begun  State = "begun" // it goes on at this moment, or the program was ended in its middle
	Done   State = "done"
	Failed State = "failed" // stopped by an error; what was changed before is listed
	Undone State = "undone"
)

// Entry is one application of one remedy.
type Entry struct {
	ID      string        `json:"id"`
	When    time.Time     `json:"when"`
	Remedy  string        `json:"remedy"`
	Target  remedy.Target `json:"target"`
	Plan    []remedy.Line `json:"plan,omitempty"` // what was to change
	State   State         `json:"state"`
	Changes []Change      `json:"changes,omitempty"` // what did
	Refused []remedy.Line `json:"refused,omitempty"` // what was left alone, and why
	Bytes   int64         `json:"bytes,omitempty"`
	Error   string        `json:"error,omitempty"`
	Undo    remedy.Undo   `json:"undo"`
	Undone  time.Time     `json:"undone,omitzero"`
}

// Change is one thing that was changed.
type Change struct {
	When   time.Time   `json:"when"`
	What   string      `json:"what"` // the verb of a step, or the key of the sentence about it
	Line   remedy.Line `json:"line"`
	Before string      `json:"before,omitempty"`
	After  string      `json:"after,omitempty"`
	Bytes  int64       `json:"bytes,omitempty"`
	Proved bool        `json:"proved,omitempty"`
}

// event is one line of the file.
type event struct {
	ID     string         `json:"id"`
	When   time.Time      `json:"when"`
	Event  string         `json:"event"` // "begin", "change", "refused", "end", "undone"
	Remedy string         `json:"remedy,omitempty"`
	Target *remedy.Target `json:"target,omitempty"`
	Plan   []remedy.Line  `json:"plan,omitempty"`
	Change *Change        `json:"change,omitempty"`
	Line   *remedy.Line   `json:"line,omitempty"` // of what was refused
	Undo   *remedy.Undo   `json:"undo,omitempty"`
	Error  string         `json:"error,omitempty"`
}

// Apply applies a plan of the remedy and writes down what happens. It refuses to change what it cannot
// write down first. The error is that of the remedy; the id names the entry.
func (l Log) Apply(ctx context.Context, h remedy.Host, r remedy.Remedy, p remedy.Plan, tell func(remedy.Progress)) (id string, undo remedy.Undo, err error) {
	id = newID()
	if err := l.write(event{ID: id, Event: "begin", Remedy: r.ID, Target: &p.Target, Plan: p.Lines}); err != nil {
		return "", remedy.Undo{}, err
	}
	if err := l.refused(id, p.Refused); err != nil {
		return id, remedy.Undo{}, err
	}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	undo, err = r.Apply(ctx, h, p, func(pr remedy.Progress) {
		if pr.Number > 0 {
			if err := l.write(event{ID: id, Event: "change", Change: changeOf(pr), Undo: pr.Undo}); err != nil {
				stop(err) // no further change without a record
			}
		}
		if err := l.refused(id, pr.Refused); err != nil {
			stop(err)
		}
		if tell != nil {
			tell(pr)
		}
	})
	end := event{ID: id, Event: "end"}
	if !undo.Empty() {
		end.Undo = &undo
	}
	if err != nil {
		end.Error = clip(err.Error())
	}
	return id, undo, errors.Join(err, l.write(end))
}

// maxRefused bounds how many refusals of one fix are written down; more say nothing new.
const maxRefused = 100

// refused writes down what is left alone.
func (l Log) refused(id string, lines []remedy.Line) error {
	for _, line := range lines[:min(len(lines), maxRefused)] {
		values := map[string]string{}
		for k, v := range line.Values {
			values[k] = clip(v)
		}
		if err := l.write(event{ID: id, Event: "refused", Line: &remedy.Line{Key: line.Key, Values: values}}); err != nil {
			return err
		}
	}
	return nil
}

func changeOf(p remedy.Progress) *Change {
	c := Change{When: time.Now().UTC(), What: p.Line.Key, Line: p.Line, Bytes: p.Bytes}
	if d := p.Done; d != nil {
		c.What, c.Before, c.After, c.Proved = string(d.Step.Verb), clip(d.Before), clip(d.After), d.Proved
	}
	return &c
}

// Undo takes an entry back and writes that down; "" means the newest that can be taken back. What
// follows from a fix that was ended in its middle can be taken back as far as it came.
func (l Log) Undo(ctx context.Context, h remedy.Host, id string, tell func(remedy.Progress)) (Entry, error) {
	list, err := l.Entries()
	if err != nil {
		return Entry{}, err
	}
	i := slices.IndexFunc(list, func(e Entry) bool {
		return e.ID == id || id == "" && e.State != Undone && !e.Undo.Empty()
	})
	if i < 0 {
		return Entry{}, ErrUnknown
	}
	e := list[i]
	if e.State == Undone {
		return e, ErrUndone
	}
	r, ok := remedy.Find(e.Remedy)
	if !ok || r.Revert == nil || e.Undo.Empty() {
		return e, ErrNoUndo
	}
	if err := r.Revert(ctx, h, e.Undo, tell); err != nil {
		return e, err
	}
	e.State, e.Undone = Undone, time.Now().UTC()
	return e, l.write(event{ID: e.ID, Event: "undone"})
}

// Entries lists what was changed, the newest first. Lines that cannot be read are passed over.
func (l Log) Entries() ([]Entry, error) {
	if l.Path == "" {
		return nil, nil
	}
	f, err := l.open(os.O_RDONLY)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return read(f), nil
}

// read folds events into entries.
func read(f io.Reader) []Entry {
	var list []Entry
	at := map[string]int{}
	for raw := range eventsOf(f) {
		var e event
		if json.Unmarshal(raw, &e) != nil || e.ID == "" {
			continue
		}
		i, known := at[e.ID]
		if !known && e.Event == "begin" {
			at[e.ID] = len(list)
			list = append(list, Entry{ID: e.ID, When: e.When, Remedy: e.Remedy, State: Begun, Plan: e.Plan})
			if e.Target != nil {
				list[len(list)-1].Target = *e.Target
			}
			continue
		}
		if known {
			list[i].add(e)
		}
	}
	slices.Reverse(list)
	return list
}

func (e *Entry) add(ev event) {
	switch ev.Event {
	case "change":
		if ev.Change != nil {
			e.Changes = append(e.Changes, *ev.Change)
			e.Bytes += ev.Change.Bytes
		}
		if u := ev.Undo; u != nil { // later changes are taken back first
			e.Undo.Remedy = u.Remedy
			e.Undo.Steps = slices.Concat(u.Steps, e.Undo.Steps)
			if len(u.Data) > 0 {
				e.Undo.Data = u.Data
			}
		}
	case "refused":
		if ev.Line != nil {
			e.Refused = append(e.Refused, *ev.Line)
		}
	case "end":
		e.State, e.Error = Done, ev.Error
		if ev.Error != "" {
			e.State = Failed
		}
		if ev.Undo != nil {
			e.Undo = *ev.Undo
		}
	case "undone":
		e.State, e.Undone = Undone, ev.When
	}
}

// eventsOf yields the lines that are short enough to be events.
func eventsOf(f io.Reader) func(func([]byte) bool) {
	return func(yield func([]byte) bool) {
		r := bufio.NewReaderSize(io.LimitReader(f, 4*maxFile), maxLine)
		for {
			line, err := r.ReadSlice('\n')
			long := false
			for errors.Is(err, bufio.ErrBufferFull) {
				long = true
				_, err = r.ReadSlice('\n')
			}
			if !long && len(bytes.TrimSpace(line)) > 0 && !yield(line) || err != nil {
				return
			}
		}
	}
}

func clip(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), 2000)], "")
}

func newID() string { return strings.ToLower(rand.Text()[:10]) }

// write adds one line and waits until it has reached the disk.
func (l Log) write(e event) error {
	if l.Path == "" {
		return nil
	}
	e.When = time.Now().UTC()
	line, err := json.Marshal(e)
	if err == nil && len(line) >= maxLine {
		err = errors.New("the event is too long")
	}
	if err == nil {
		err = l.put(append(line, '\n'))
	}
	if err != nil {
		return fmt.Errorf("the log of changes cannot be written: %w", err)
	}
	return nil
}

func (l Log) put(line []byte) error {
	if err := os.MkdirAll(filepath.Dir(l.Path), 0o700); err != nil {
		return err
	}
	unlock, err := lock(l.Path + ".lock")
	if err != nil {
		return err
	}
	defer unlock()
	f, err := l.open(os.O_RDWR | os.O_CREATE)
	if err != nil {
		return err
	}
	defer f.Close()
	size, err := f.Seek(0, io.SeekEnd)
	if err != nil {
		return err
	}
	if size > 0 { // a line that was cut off must not swallow this one
		last := make([]byte, 1)
		if _, err := f.ReadAt(last, size-1); err != nil {
			return err
		}
		if last[0] != '\n' {
			line = append([]byte{'\n'}, line...)
		}
	}
	if size+int64(len(line)) > maxFile {
		return l.shorten(f, line)
	}
	if _, err := f.WriteAt(line, size); err != nil {
		return err
	}
	return f.Sync()
}

// shorten replaces the file by one with the newest half of it and the line.
func (l Log) shorten(f *os.File, line []byte) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	var lines [][]byte
	size := 0
	for raw := range eventsOf(f) {
		lines = append(lines, append(bytes.Clone(bytes.TrimRight(raw, "\n")), '\n')) // the reader reuses raw
		size += len(raw)
	}
	for len(lines) > 0 && size > maxFile/2 {
		size -= len(lines[0])
		lines = lines[1:]
	}
	lines = append(lines, bytes.TrimLeft(line, "\n"))
	short, err := os.CreateTemp(filepath.Dir(l.Path), ".changes-*") // made for this account alone
	if err != nil {
		return err
	}
	_, err = short.Write(slices.Concat(lines...))
	if err == nil {
		err = short.Sync()
	}
	err = errors.Join(err, short.Close())
	if err == nil {
		f.Close() // Windows renames over no open file
		err = os.Rename(short.Name(), l.Path)
	}
	if err != nil {
		os.Remove(short.Name())
	}
	return err
}

// open opens the file if it is one; a pipe could keep the program waiting.
func (l Log) open(flags int) (*os.File, error) {
	if info, err := os.Lstat(l.Path); err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not an ordinary file", l.Path)
	}
	return os.OpenFile(l.Path, flags, 0o600)
}

// Found notes how an entry can be taken back whose process was ended before it could say so.
func (l Log) Found(id string, u remedy.Undo) error {
	return l.write(event{ID: id, Event: "change", Undo: &u})
}

// Lock keeps other processes of this program from what the file stands for, until unlock is called or
// this process ends. It fails when another one keeps it for seconds.
func Lock(path string) (unlock func(), err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	return lock(path)
}
