//go:build lab && linux

package tray

import (
	"fmt"
	"image/color"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/app/control"
)

// colours are those of the icons, as resources draws them.
var colours = map[control.Health]color.NRGBA{
	control.Well:    {0x12, 0x96, 0x4B, 0xFF},
	control.Working: {0x3B, 0x7D, 0xF0, 0xFF},
	control.Trouble: {0xE5, 0x48, 0x3D, 0xFF},
	control.Unclear: {0x80, 0x83, 0x8A, 0xFF},
}

// enough pixels of a colour are an icon; letters that are smoothed have a few of any colour.
const enough = 60

var watched = []control.Watched{{}, {Address: "example.org", Health: control.Well}, {Address: "https://files.example.net/a_b?c=d&e", Health: control.Trouble}}

func well() control.Status {
	return control.Status{Health: control.Well, Title: "Everything that is watched works", Targets: watched}
}

// TestTray has a person use the tray: no panel, a panel, a panel that ends and comes again.
func TestTray(t *testing.T) {
	t.Parallel()
	d := newDesk(t, true, panelSize)
	p := d.show()
	p.after("shown false", func() {})
	p.status(well())

	d.startPanel()
	d.Wait("the tray", func() bool { return p.said("shown true") == 1 })
	p.icon(control.Well)

	p.states()
	p.choices()

	p.after("shown false", d.endPanel)
	p.status(control.Status{Health: control.Trouble, Title: "example.org does not answer", Targets: watched})
	p.after("shown true", d.startPanel)
	p.icon(control.Trouble)
	if p.title() != "Waymend: example.org does not answer" {
		t.Error(p.title())
	}

	p.after("quit", func() { p.choose(1, "Quit") })
	p.Wait("the end", func() bool { return p.said("end <nil>") == 1 })
}

// icon waits for the icon of a state and returns nothing else than that it is there.
func (p *program) icon(h control.Health) {
	p.t.Helper()
	p.Wait("the icon for "+string(h), func() bool { _, n := p.find(colours[h]); return n >= enough })
}

func (p *program) states() {
	for h := range colours {
		title := "What is said of " + string(h)
		p.status(control.Status{Health: h, Title: title, Targets: watched})
		p.icon(h)
		p.Wait("the title", func() bool { return p.title() == "Waymend: "+title })
		if l := p.menu()[0]; l.label != title || l.enabled {
			p.t.Errorf("%s: the first line is %+v", h, l)
		}
		p.keep("state-" + string(h))
	}
	p.status(control.Status{Health: control.Well, Paused: time.Now().Add(time.Hour), Title: "old", Targets: watched})
	p.icon(control.Unclear)
	p.status(well())
	p.icon(control.Well)
}

// choices chooses every line, by pointer and keyboard.
func (p *program) choices() {
	want := []string{"Everything that is watched works", "Check now", "Reset caches and DNS",
		"https://files.example.net/a_b?c=d&e – trouble", "example.org", "Pause background checks", "Open Waymend", "Quit"}
	var have []string
	p.Wait("the menu", func() bool {
		have = nil
		for _, l := range p.menu() {
			have = append(have, l.label)
		}
		return len(have) == len(want)
	})
	if strings.Join(have, "\n") != strings.Join(want, "\n") {
		p.t.Errorf("the menu is\n%s", strings.Join(have, "\n"))
	}
	for i, c := range []struct{ label, says string }{
		{"Check now", "check"}, {"Reset caches and DNS", "reset"}, {"example.org", "show example.org"},
		{"https://files.example.net/a_b?c=d&e – trouble", "show https://files.example.net/a_b?c=d&e"},
		{"Pause background checks", "pause"}, {"Open Waymend", "open"},
	} {
		p.after(c.says, func() { p.choose(1+i%2*2, c.label) })
	}
	s := well()
	s.Paused = time.Now().Add(time.Hour)
	p.status(s)
	p.icon(control.Unclear)
	p.after("resume", func() { p.choose(1, "Resume background checks") })
	p.status(well())
	p.icon(control.Well)
}

// choose opens the menu with a button of the pointer and walks to a line with the keyboard, which
// leaves out the lines that cannot be chosen.
func (p *program) choose(button int, label string) {
	p.t.Helper()
	downs := 0
	for _, l := range p.menu() {
		if l.enabled {
			downs++
		}
		if l.label == label {
			break
		}
	}
	var x, y int
	for _, c := range colours {
		if at, n := p.find(c); n >= enough {
			x, y = at.X, at.Y
		}
	}
	p.Must("xdotool", "mousemove", strconv.Itoa(x), strconv.Itoa(y), "click", strconv.Itoa(button))
	p.Wait("the open menu", p.opened)
	time.Sleep(100 * time.Millisecond) // a menu takes the keyboard a moment after it is mapped
	p.keep(fmt.Sprintf("menu-%d", button))
	for range downs {
		p.Key("Down")
	}
	p.Key("Return")
	p.Must("xdotool", "mousemove", "600", "400")
	p.Wait("the closed menu", func() bool { return !p.opened() })
}

// opened reports whether there is something larger than a tooltip on the black ground.
func (p *program) opened() bool {
	m, n := p.picture(), 0
	for y := panelSize + 2; y < m.Bounds().Dy(); y += 2 {
		for x := 0; x < m.Bounds().Dx(); x += 2 {
			if r, _, _, _ := m.At(x, y).RGBA(); r > 0x1000 {
				n++
			}
		}
	}
	return n > 5000
}

// TestLook keeps pictures of the icons on light and dark panels of several sizes, for the eye, when
// TRAY_KEEP names a folder.
func TestLook(t *testing.T) {
	if os.Getenv("TRAY_KEEP") == "" {
		t.Skip("pictures of the tray are for the eye: TRAY_KEEP=DIR keeps them")
	}
	for _, size := range []int{22, 32, 48} {
		for _, dark := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d,dark=%v", size, dark), func(t *testing.T) {
				d := newDesk(t, dark, size)
				d.startPanel()
				p := d.show()
				for h := range colours {
					p.status(control.Status{Health: h, Title: string(h), Targets: watched})
					p.icon(h)
					p.keep(fmt.Sprintf("look-%d-%v-%s", size, dark, h))
				}
			})
		}
	}
}

// TestIdle measures what a tray costs that nobody uses.
func TestIdle(t *testing.T) {
	t.Parallel()
	for _, panel := range []bool{false, true} {
		t.Run(fmt.Sprintf("panel=%v", panel), func(t *testing.T) {
			t.Parallel()
			d := newDesk(t, true, panelSize)
			p := d.show()
			p.after("shown false", func() {})
			if panel {
				p.after("shown true", d.startPanel)
				p.status(well())
				p.icon(control.Well)
			}
			time.Sleep(time.Second) // starting is over
			pid := p.cmd.Process.Pid
			woken, used := switches(t, pid), ticks(t, pid)
			const long = 20 * time.Second
			time.Sleep(long)
			woken, used = switches(t, pid)-woken, ticks(t, pid)-used
			t.Logf("panel %v: %d KB resident; in %v %d wake-ups, %d hundredths of a second of a core", panel, resident(t, pid), long, woken, used)
			if woken > 20 || used > 2 { // the bar for the whole agent is a hundred
				t.Errorf("it is not idle: %d wake-ups, %d hundredths", woken, used)
			}
		})
	}
}

// ticks is the time in hundredths of a second that a process has run (proc_pid_stat(5)).
func ticks(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	f := strings.Fields(string(b[strings.LastIndexByte(string(b), ')')+2:]))
	user, _ := strconv.Atoi(f[11])
	system, _ := strconv.Atoi(f[12])
	return user + system
}

// switches is how often the threads of a process have been put to sleep or aside.
func switches(t *testing.T, pid int) (n int) {
	t.Helper()
	files, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/status", pid))
	for _, f := range files {
		b, _ := os.ReadFile(f)
		for line := range strings.Lines(string(b)) {
			if name, v, ok := strings.Cut(line, "ctxt_switches:"); ok && name != "" {
				c, _ := strconv.Atoi(strings.TrimSpace(v))
				n += c
			}
		}
	}
	return n
}

// resident is the memory of a process in KB.
func resident(t *testing.T, pid int) int {
	t.Helper()
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(b)) {
		if v, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			n, _ := strconv.Atoi(strings.Fields(v)[0])
			return n
		}
	}
	return 0
}
