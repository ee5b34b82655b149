package tray

import (
	"time"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

// command is what a line of the menu does when it is chosen.
type command int

const (
	nothing command = iota
	separator
	check
	reset
	show // the window, at an address
	pause
	resume
	open
	quit
)

// item is one line of the menu.
type item struct {
	Do      command
	Text    string
	Address string // for show
	Off     bool   // it can be read, not chosen
	Hidden  bool
}

// The menu has places that stay, so that a line that changes under the pointer is never another
// command: a desktop may send a click for a menu that it fetched a while ago. Between two separators
// there is always a line, because they cannot be hidden. There are no sub-menus: Cinnamon's panel
// leaves them out (fyne-io/fyne#4843).
const (
	answerPlace  = 0
	checkPlace   = 2
	resetPlace   = 3
	addressPlace = 5
	addresses    = 5 // of the last few
	pausePlace   = addressPlace + addresses + 1
	openPlace    = pausePlace + 1
	quitPlace    = pausePlace + 2
	places       = quitPlace + 1
)

// A line that is longer makes some menus wider than the screen. Runes.
const longest = 60

// menu is the whole menu for a status.
func menu(s control.Status, lang string, now time.Time) (m [places]item) {
	say := func(key string) string { return resources.Text(lang, key, nil) }
	m[answerPlace] = item{Text: answer(s, lang, now), Off: true}
	m[answerPlace+1].Do = separator

	m[checkPlace] = item{Do: check, Text: say("tray.check")}
	if s.Health == control.Working {
		m[checkPlace] = item{Do: check, Text: say("tray.checking"), Off: true}
	}
	m[resetPlace] = item{Do: reset, Text: say("tray.reset")}
	m[resetPlace+1].Do = separator

	last := lastFew(s.Targets)
	for i := range addresses {
		place := &m[addressPlace+i]
		if i < len(last) {
			*place = item{Do: show, Text: line(last[i], lang), Address: last[i].Address}
		} else {
			*place = item{Hidden: true}
		}
	}
	if len(last) == 0 {
		m[addressPlace] = item{Text: say("tray.no-addresses"), Off: true}
	}
	m[addressPlace+addresses].Do = separator

	m[pausePlace] = item{Do: pause, Text: say("tray.pause")}
	if paused(s, now) {
		m[pausePlace] = item{Do: resume, Text: say("tray.resume")}
	}
	m[openPlace] = item{Do: open, Text: say("tray.open")}
	m[quitPlace] = item{Do: quit, Text: say("tray.quit")}
	return m
}

func paused(s control.Status, now time.Time) bool { return s.Paused.After(now) }

// answer is the last answer in one line.
func answer(s control.Status, lang string, now time.Time) string {
	key := "tray.unknown"
	switch {
	case paused(s, now):
		key = "tray.paused"
	case s.Title != "":
		return wire.Printable(s.Title, longest)
	case s.Health == control.Working:
		key = "tray.checking"
	}
	return resources.Text(lang, key, nil)
}

// lastFew are the addresses that are watched, those in trouble first.
func lastFew(all []control.Watched) (list []control.Watched) {
	for _, trouble := range []bool{true, false} {
		for _, w := range all {
			if w.Address != "" && (w.Health == control.Trouble) == trouble && len(list) < addresses {
				list = append(list, w)
			}
		}
	}
	return list
}

// line names an address, and says in words that it is in trouble.
func line(w control.Watched, lang string) string {
	address := wire.Printable(w.Address, longest-20)
	if w.Health != control.Trouble {
		return address
	}
	return resources.Text(lang, "tray.address.trouble", map[string]string{"address": address})
}
