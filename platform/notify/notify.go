// Package notify shows notifications by the system's own way and tells which of their actions was
// chosen. It decides nothing: what is worth a notification, and when, is for the agent. Texts are
// never part of a script, a command or markup; whatever is in them is shown as text.
package notify

import (
	"context"
	"errors"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ErrUnsupported is returned when nothing on this system shows notifications.
var ErrUnsupported = errors.New("nothing here shows notifications")

// Urgency is how much a notification may disturb.
type Urgency byte

// Urgencies, as the Desktop Notifications Specification numbers them.
const (
	Low Urgency = iota
	Normal
	Critical
)

// Note is one notification.
type Note struct {
	// ID names what it is about. A note with the ID of one that is still shown takes its place.
	ID      uint64
	Title   string
	Body    string
	Urgency Urgency
	// Actions are buttons, where the system has them; the first is also what a click on the note
	// itself does.
	Actions []Action
}

// Action is one thing that the person can choose.
type Action struct {
	ID    string // comes back in Pick; letters, digits and hyphens
	Label string
}

// Pick is an action that was chosen.
type Pick struct {
	ID     uint64 // of the note
	Action string
}

// Notifier shows notes. It is safe for use by several goroutines.
type Notifier struct {
	name   string
	picked chan Pick
	system system
}

// New returns a notifier for a program with this name. Nothing is reached before the first note.
func New(name string) *Notifier {
	return &Notifier{name: plain(name, 60), picked: make(chan Pick, 8)}
}

// Show shows a note, within ten seconds or the context's time. The error is ErrUnsupported when
// nothing here shows notifications; that may be different a moment later.
func (n *Notifier) Show(ctx context.Context, note Note) error {
	note.Title, note.Body = plain(note.Title, 120), plain(note.Body, 400)
	actions := make([]Action, 0, 3)
	for _, a := range note.Actions[:min(len(note.Actions), cap(actions))] {
		actions = append(actions, Action{a.ID, plain(a.Label, 40)})
	}
	note.Actions = actions
	return n.show(ctx, note)
}

// Picked are the actions that were chosen; their notes are taken away. What nobody reads is dropped after a few.
func (n *Notifier) Picked() <-chan Pick { return n.picked }

// Withdraw takes a note away, if it is still shown.
func (n *Notifier) Withdraw(ctx context.Context, id uint64) error { return n.withdraw(ctx, id) }

// Close lets the system's service go. Notes stay as they are, and no action arrives any more.
func (n *Notifier) Close() { n.close() }

// plain is a text of one line without anything that commands a terminal, a screen reader or the
// direction of writing, at most this many runes long. It reads no more of the text than it needs.
func plain(s string, most int) string {
	var b strings.Builder
	n, space := 0, false
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		bad := r == utf8.RuneError && size == 1
		s = s[size:]
		switch {
		case unicode.IsSpace(r):
			space = n > 0
			continue
		case bad:
			r = '?'
		case !unicode.IsPrint(r):
			continue
		}
		if space && n < most-1 {
			b.WriteByte(' ')
			n++
		}
		if n >= most-1 && (space || len(s) > 0) {
			b.WriteRune('…')
			break
		}
		space = false
		b.WriteRune(r)
		n++
	}
	return b.String()
}
