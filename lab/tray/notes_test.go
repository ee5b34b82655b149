//go:build lab && linux

package tray

import (
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"os/exec"
	"strconv"
	"strings"
	"testing"
)

// dunst answers by the name that the message bus also starts it by, so the test starts it itself only
// to be able to kill it.
func (d *desk) startDunst() *exec.Cmd {
	d.t.Helper()
	d.Write(".config/dunst/dunstrc", "[global]\nmarkup = full\nstack_duplicates = false\nindicate_hidden = false\nenable_recursive_icon_lookup = false\n[urgency_low]\ntimeout = 0\n[urgency_normal]\ntimeout = 0\n[urgency_critical]\ntimeout = 0\n")
	c := d.Background(exec.Command("dunst"))
	d.Wait("dunst", func() bool { return d.owned("org.freedesktop.Notifications") })
	return c
}

func (d *desk) owned(name string) bool {
	return fmt.Sprint(d.call("org.freedesktop.DBus", "/org/freedesktop/DBus", "org.freedesktop.DBus", "NameHasOwner", "s", name)) == "[true]"
}

// displayed is how many notes can be seen.
func (d *desk) displayed() string {
	out, _ := d.Run("dunstctl", "count", "displayed")
	return strings.TrimSpace(out)
}

// last is the note that dunst closed last, as it says itself.
func (d *desk) last() (title, body string) {
	d.t.Helper()
	var h struct {
		Data [][]map[string]struct{ Data any }
	}
	out := d.Must("dunstctl", "history")
	if err := json.Unmarshal([]byte(out), &h); err != nil || len(h.Data) == 0 || len(h.Data[0]) == 0 {
		d.t.Fatal(err, out)
	}
	n := h.Data[0][0]
	return fmt.Sprint(n["summary"].Data), fmt.Sprint(n["body"].Data)
}

func note(id uint64, title, body string) map[string]any {
	return map[string]any{"note": map[string]any{"ID": id, "Title": title, "Body": body, "Urgency": 2,
		"Actions": []map[string]string{{"ID": "open", "Label": "Show details"}, {"ID": "later", "Label": "Later"}}}}
}

// TestNotes shows notes with dunst, which is killed in between.
func TestNotes(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true, panelSize)
	daemon := d.startDunst()
	p := d.show()
	p.after("noted <nil>", func() { p.order(note(7, "example.org does not answer", "It is the website.")) })
	d.Wait("one note", func() bool { return d.displayed() == "1" })
	d.keep("note")
	p.after("noted <nil>", func() { p.order(note(7, "example.org is back", "It was away for 4 minutes.")) })
	p.after("noted <nil>", func() { p.order(note(8, "example.net does not answer", "")) })
	d.Wait("two notes, one in the place of the first", func() bool { return d.displayed() == "2" })

	// dunst does what its default action is when it is told to, as when it is clicked.
	p.after("picked 7 open", func() { d.Must("dunstctl", "action", "0") })
	d.Wait("one note", func() bool { return d.displayed() == "1" })
	if title, body := d.last(); title != "example.org is back" || body != "It was away for 4 minutes." {
		t.Error(title, body)
	}
	p.order(map[string]any{"withdraw": 8})
	d.Wait("no note", func() bool { return d.displayed() == "0" })

	// The pointer clicks on the note itself.
	p.after("noted <nil>", func() { p.order(note(9, "Click", "me")) })
	var at image.Point
	d.Wait("the note on the screen", func() (there bool) {
		middle, n := d.find(color.NRGBA{0x90, 0, 0, 0xFF}) // the ground of urgent notes
		at, there = middle, n > 5000
		return there
	})
	p.after("picked 9 open", func() { d.Must("xdotool", "mousemove", strconv.Itoa(at.X), strconv.Itoa(at.Y), "click", "2") })

	daemon.Process.Kill()
	d.Wait("the end of dunst", func() bool { return !d.owned("org.freedesktop.Notifications") })
	p.after("noted <nil>", func() { p.order(note(7, "After the end", "The message bus starts it again.")) })
	d.Wait("the note of a new dunst", func() bool { return d.displayed() == "1" })
	p.after("picked 7 open", func() { d.Must("dunstctl", "action", "0") })
}

// TestNotesHostile shows that a text stays a text.
func TestNotesHostile(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true, panelSize)
	d.startDunst()
	p := d.show()
	for i, c := range []struct{ text, title, body string }{
		{`$(touch /tmp/x) ` + "`id`" + ` "two" 'one' „Router“ %s %n {{.x}} \n`, `$(touch /tmp/x) ` + "`id`" + ` "two" 'one' „Router“ %s %n {{.x}} \n`, ""},
		{`<b>bold</b> <img src="/x"/> &amp; ]]>`, `<b>bold</b> <img src="/x"/> &amp; ]]>`, `&lt;b&gt;bold&lt;/b&gt; &lt;img src="/x"/&gt; &amp;amp; ]]&gt;`},
		{"two\nlines\x00\x07 \u202egnp.exe", "two lines gnp.exe", ""},
		{strings.Repeat("A", 1<<20), strings.Repeat("A", 119) + "…", strings.Repeat("A", 399) + "…"},
	} {
		id := uint64(100 + i)
		p.after("noted <nil>", func() { p.order(note(id, c.text, c.text)) })
		p.after("withdrawn <nil>", func() { p.order(map[string]any{"withdraw": id}) })
		d.Wait("no note", func() bool { return d.displayed() == "0" })
		if c.body == "" {
			c.body = c.title
		}
		if title, body := d.last(); title != c.title || body != c.body {
			t.Errorf("%.90q is shown as\n%q\n%q", c.text, title, body)
		}
	}
}
