package notify

import (
	"errors"
	"strings"
	"testing"
	"time"
	"unicode/utf16"
)

func TestFill(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", ""}, {"abc", "abc"}, {"1234567", "1234567"}, {"12345678", "123456…"}, {"12345🙂🙂", "12345…"}, {"1234🙂8", "1234🙂8"},
	} {
		room := [8]uint16{9, 9, 9, 9, 9, 9, 9, 9}
		fill(room[:], c.in)
		text, rest, _ := strings.Cut(string(utf16.Decode(room[:])), "\x00")
		if text != c.want || strings.Trim(rest, "\x00") != "" || room[7] != 0 {
			t.Errorf("%q: %q, then %q", c.in, text, rest)
		}
	}
}

// TestBalloon shows notes with the shell that is there.
func TestBalloon(t *testing.T) {
	n := New("Waymend")
	defer n.Close()
	if err := n.Withdraw(t.Context(), 1); err != nil {
		t.Error("nothing to withdraw:", err)
	}
	note := Note{ID: 1, Title: "$(calc) „quoted“ <b>", Body: strings.Repeat("A", 1<<20), Urgency: Critical, Actions: []Action{{"open", "Show details"}}}
	if err := n.Show(t.Context(), note); errors.Is(err, ErrUnsupported) {
		t.Skip("no shell shows notes here")
	} else if err != nil {
		t.Fatal(err)
	}
	for id := range uint64(7) { // one in the place of the first, and more than are shown at once
		note.ID = id
		if err := n.Show(t.Context(), note); err != nil {
			t.Fatal(id, err)
		}
	}
	// The shell tells of a click like this.
	procPostMessage.Call(uintptr(n.system.window), messageIcon, uintptr(8), balloonClicked)
	select {
	case p := <-n.Picked():
		if p != (Pick{6, "open"}) {
			t.Error(p)
		}
	case <-time.After(5 * time.Second):
		t.Error("the click did not arrive")
	}
	if err := n.Withdraw(t.Context(), 5); err != nil {
		t.Error(err)
	}
}
