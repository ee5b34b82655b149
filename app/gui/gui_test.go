package gui

import (
	"context"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/platform/change"
	"github.com/waymend/waymend/platform/launch"
	"github.com/waymend/waymend/resources"
)

// testWindow is a window on Fyne's driver for tests. What other goroutines post waits until the test
// lets it through, on the test's own goroutine.
type testWindow struct {
	*window
	t      *testing.T
	posted chan func()
	opened []string // what was opened outside

	atLogin     bool
	refuseLogin error

	told chan string // what the background checks were asked
}

func openTestWindow(t *testing.T, set settings.Settings) *testWindow {
	t.Helper()
	home := t.TempDir()
	for _, name := range []string{"HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_CACHE_HOME", "AppData", "LocalAppData", "USERPROFILE"} {
		t.Setenv(name, home)
	}
	if set.Language == "" {
		set.Language = "en"
	}
	w := &testWindow{t: t, posted: make(chan func(), 1000)}
	w.window = newWindow(test.NewTempApp(t), set, "test")
	w.window.do = func(f func()) { w.posted <- f }
	w.kit.Host.System, w.kit.Host.Do = change.System{}, nil // nothing of this computer is changed but its own HOME
	w.outside = outside{
		browsers: func() []launch.Browser { return []launch.Browser{{ID: "firefox", Name: "Firefox"}} },
		open: func(b launch.Browser, url string, private bool) error {
			w.opened = append(w.opened, b.Name+" "+url)
			return nil
		},
		url:        func(url string) error { w.opened = append(w.opened, url); return nil },
		file:       func(string) error { return nil },
		folder:     func(string) error { return nil },
		restart:    func(context.Context) error { return nil },
		reloadKeys: func(string) string { return "Ctrl+F5" },
		still:      func() bool { return true },
		tray:       func(context.Context) bool { return false },
		atLogin:    func() (bool, error) { return w.atLogin, nil },
		setAtLogin: func(on bool) error {
			if w.refuseLogin != nil {
				return w.refuseLogin
			}
			w.atLogin = on
			return nil
		},
	}
	told := func(what string) func(context.Context) error {
		return func(context.Context) error { w.told <- what; return nil }
	}
	w.told = make(chan string, 100)
	w.schedule = schedule{
		start:  func() error { w.told <- "start"; return nil },
		follow: func(ctx context.Context, _ func(control.Status)) error { return control.ErrAbsent },
		check:  func(ctx context.Context, address string) error { return told("check " + address)(ctx) },
		pause:  func(ctx context.Context, until time.Time) error { return told("pause")(ctx) },
		resume: told("resume"), reload: told("reload"), quit: told("quit"),
	}
	t.Cleanup(func() { w.window.close(); w.settle() })
	return w
}

// settle lets everything through that goroutines of the window post, until they have ended.
func (w *testWindow) settle() {
	done := make(chan struct{})
	go func() { w.background.Wait(); close(done) }()
	for {
		select {
		case f := <-w.posted:
			f()
		case <-done:
			for len(w.posted) > 0 {
				(<-w.posted)()
			}
			return
		}
	}
}

// until lets posts through until the condition holds.
func (w *testWindow) until(what string, holds func() bool) {
	w.t.Helper()
	limit := time.After(30 * time.Second)
	for !holds() {
		select {
		case f := <-w.posted:
			f()
		case <-limit:
			w.t.Fatalf("waited in vain until %s", what)
		}
	}
}

// texts are all words that can be seen in the window.
func (w *testWindow) texts() []string {
	var list []string
	walk(w.win.Content(), func(o fyne.CanvasObject) {
		switch o := o.(type) {
		case *widget.Label:
			list = append(list, o.Text)
		case *widget.Button:
			list = append(list, o.Text)
		case *part.Push:
			list = append(list, o.Text)
		}
	})
	return list
}

func (w *testWindow) sees(text string) bool {
	for _, s := range w.texts() {
		if strings.Contains(s, text) {
			return true
		}
	}
	return false
}

// walk visits all objects that are shown.
func walk(o fyne.CanvasObject, visit func(fyne.CanvasObject)) {
	if !o.Visible() {
		return
	}
	visit(o)
	switch o := o.(type) {
	case *fyne.Container:
		for _, child := range o.Objects {
			walk(child, visit)
		}
	case *container.Scroll:
		walk(o.Content, visit)
	case fyne.Widget:
		for _, child := range test.WidgetRenderer(o).Objects() {
			walk(child, visit)
		}
	}
}

func TestDemoFromClickToAnswer(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	if !w.sees(w.say("window.welcome")) {
		t.Error("an empty window does not say what to do")
	}
	w.play("nginx-502")
	if !w.state.exam.running || !w.view.check.stopping {
		t.Error("nothing runs, or it cannot be stopped")
	}
	w.until("there is an answer", func() bool { return w.state.exam.document != nil })
	if got := w.state.exam.document.Verdict.Fault; got != "site.bad-gateway" {
		t.Errorf("the answer is %s", got)
	}
	for _, want := range []string{w.state.exam.document.Verdict.Title, "502 Bad Gateway", w.say("window.again"), w.say("remedy.contact-owner.title")} {
		if !w.sees(want) {
			t.Errorf("%q is not on the screen:\n%s", want, strings.Join(w.texts(), "\n"))
		}
	}
	if w.sees(w.say("window.welcome")) {
		t.Error("the welcome is still there")
	}
	w.settle()
	if len(w.state.kept) != 0 {
		t.Error("an example is kept among the person's answers")
	}
}

func TestStopKeepsWhatIsKnown(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	w.play("timeout")
	w.until("something is known", func() bool { return len(w.state.exam.facts) > 2 })
	w.escape()
	w.until("it has stopped", func() bool { return !w.state.exam.running })
	if !w.state.exam.stopped || w.state.exam.document == nil || !w.sees(w.say("window.stopped")) {
		t.Errorf("after Escape: %+v", w.state.exam.stopped)
	}
}

// A second examination while one runs takes its place; what the first still posts changes nothing.
func TestSecondTakesThePlaceOfTheFirst(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	w.play("timeout")
	w.play("healthy")
	w.until("there is an answer", func() bool { return w.state.exam.document != nil })
	w.settle()
	if got := w.state.exam.document.Verdict.Fault; got != "ok" || w.state.exam.demo != "healthy" {
		t.Errorf("%s for %s", got, w.state.exam.demo)
	}
}

func TestBadAddressIsASentence(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	for _, typed := range []string{"mailto:a@example.com", "http://", "exa mple.com/ä b", strings.Repeat("a", 9000)} {
		w.view.check.entry.SetText(typed)
		w.view.check.submit()
		if w.state.notice.text == "" || !w.state.notice.fault || w.state.exam.running {
			t.Errorf("%.40q: notice %+v, running %v", typed, w.state.notice, w.state.exam.running)
		}
		if !w.sees(w.state.notice.text) {
			t.Errorf("%.40q: the sentence is not on the screen", typed)
		}
		w.escape()
	}
}

// A long address is examined whole, though only its beginning is shown, and its beginning can be
// changed.
func TestLongAddress(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	entry, long := w.view.check.entry, "http://example.com/"+strings.Repeat("ä", 3000)
	entry.SetText(long)
	if got := len([]rune(entry.Text)); got > mostShown {
		t.Errorf("%d characters are shown", got)
	}
	if entry.address() != long {
		t.Errorf("examined: %.60q…", entry.address())
	}
	entry.SetText("x" + strings.Replace(entry.Text, ellipsis, ellipsis+"y", 1))
	if want := "x" + long + "y"; entry.address() != want {
		t.Errorf("after a change: %.60q…", entry.address())
	}
	entry.SetText("example.com")
	if entry.SetText("wait" + ellipsis); entry.address() != "wait"+ellipsis {
		t.Errorf("another text gets the end of the last: %.60q", entry.address())
	}
}

// Every language builds every page without a text that is missing, and keeps the answer and what was
// typed.
func TestLanguagesAtRunTime(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	w.play("nginx-502")
	w.until("there is an answer", func() bool { return w.state.exam.document != nil })
	w.view.check.entry.SetText("example.com")
	seen := map[string]bool{}
	for _, lang := range resources.Languages() {
		w.choose(func(s *settings.Settings) { s.Language = lang })
		for p := range places {
			w.visit(p)
			for _, text := range w.texts() {
				for _, prefix := range []string{"window.", "cli.", "report.", "station.", "remedy.", "fault.", "demo.", "check."} {
					if strings.HasPrefix(text, prefix) && !strings.Contains(text, " ") {
						t.Errorf("%s, page %d: the text %q is missing", lang, p, text)
					}
				}
				if strings.Contains(text, "{{") {
					t.Errorf("%s, page %d: %q is not filled in", lang, p, text)
				}
			}
		}
		w.visit(placeCheck)
		title := w.state.exam.document.Verdict.Title
		if seen[title] || !w.sees(title) {
			t.Errorf("%s: the answer is still %q", lang, title)
		}
		seen[title] = true
		if w.view.check.entry.Text != "example.com" {
			t.Errorf("%s: what was typed is lost", lang)
		}
	}
	w.settle()
	if set, err := settings.Load(w.file); err != nil || set.Language != "zh-Hans" {
		t.Errorf("written down: %q, %v", set.Language, err)
	}
}

// Whoever is to do something gets at least one button for it.
func TestEveryStepForThePersonHasAButton(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	w.apply(found{browsers: w.outside.browsers()})
	w.play("nginx-502")
	w.until("there is an answer", func() bool { return w.state.exam.document != nil })
	w.state.exam.demo = "" // as if it were a real address
	for _, f := range resources.Faults() {
		d := *w.state.exam.document
		for _, r := range f.Remedies {
			d.Verdict.Remedies = append(d.Verdict.Remedies[:0:0], reportRemedy(r))
			w.state.exam.document = &d
			for _, step := range w.steps(&w.state) {
				if r.Who == "you" && len(step.Buttons) == 0 {
					t.Errorf("%s: the step %q has no button", f.ID, r.ID)
				}
				for _, b := range step.Buttons {
					if b.Label == "" || strings.HasPrefix(b.Label, "window.") || b.Tapped == nil {
						t.Errorf("%s: %s: button %+v", f.ID, r.ID, b.Label)
					}
				}
			}
		}
	}
}

func TestKeys(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	for i, s := range shortcuts()[2:7] {
		w.win.Canvas().(fyne.Shortcutable).TypedShortcut(s.combination())
		if int(w.state.place) != i {
			t.Errorf("Ctrl+%d leads to place %d", i+1, w.state.place)
		}
	}
	w.view.check.entry.SetText("old address")
	w.win.Canvas().(fyne.Shortcutable).TypedShortcut(shortcuts()[0].combination())
	if w.state.place != placeCheck || w.win.Canvas().Focused() != w.view.check.entry {
		t.Error("Ctrl+L does not lead to the address")
	}
	test.Type(w.view.check.entry, "n")
	if w.view.check.entry.Text != "n" {
		t.Errorf("typing after Ctrl+L gives %q", w.view.check.entry.Text)
	}
	// The window's keys work while the address has the keyboard; the field keeps its own.
	w.view.check.entry.TypedShortcut(shortcuts()[6].combination())
	if w.state.place != placeSettings {
		t.Error("the field swallows the window's keys")
	}
}

func TestKeptAnswersOpenAgain(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	w.settings().Timeout = 2 * time.Second
	w.examine("http://127.0.0.1:1/")
	w.until("there is an answer", func() bool { return w.state.exam.document != nil })
	w.settle()
	if len(w.state.kept) != 1 {
		t.Fatalf("%d answers are kept", len(w.state.kept))
	}
	fault := w.state.exam.document.Verdict.Fault
	w.examine("http://127.0.0.1:1/")
	w.until("there is an answer", func() bool { return w.state.exam.document != nil && !w.state.exam.running })
	w.settle()
	w.visit(placeHistory)
	if !w.sees(w.state.kept[0].Short) {
		t.Error("the kept answer is not on the page")
	}
	w.open(w.state.kept[1])
	w.settle()
	if w.state.place != placeCheck || w.state.exam.document.Verdict.Fault != fault {
		t.Errorf("opened %+v at place %d", w.state.exam.document.Verdict.Fault, w.state.place)
	}
	if list := w.state.addresses(); len(list) != 1 || list[0] != "http://127.0.0.1:1/" {
		t.Errorf("remembered addresses: %v", list)
	}
}

func TestNothingIsKeptWhenTold(t *testing.T) {
	set := settings.Defaults()
	set.Forget = true
	w := openTestWindow(t, set)
	w.examine("http://127.0.0.1:1/")
	w.until("there is an answer", func() bool { return w.state.exam.document != nil })
	w.settle()
	if entries, _ := w.store.List(); len(entries) != 0 {
		t.Errorf("%d answers are kept", len(entries))
	}
}

func TestClipboardIsOffered(t *testing.T) {
	for text, want := range map[string]string{
		"https://example.com/a":            "https://example.com/a",
		" http://example.com \n":           "http://example.com",
		"ERR_CONNECTION_RESET":             "ERR_CONNECTION_RESET",
		"my password":                      "",
		"example":                          "",
		"hunter2":                          "",
		strings.Repeat("https://a/", 4000): "",
	} {
		w := openTestWindow(t, settings.Defaults())
		w.view.check.offer(text)
		if got := w.view.check.entry.Text; got != want {
			t.Errorf("%.40q is offered as %q", text, got)
		}
	}
}
