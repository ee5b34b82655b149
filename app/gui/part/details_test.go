package part

import (
	"strings"
	"testing"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/widget"
)

func sampleSteps() []Step {
	return []Step{
		{Title: "Try again in a few minutes", Text: "Such faults are often mended by the site's owner within the hour.", Who: "you",
			Buttons: []Button{{Label: "Check again", Icon: Icon("repeat"), Importance: widget.HighImportance}, {Label: "Open in another browser"}, {Label: "Open in a private window", Disabled: true}}},
		{Title: "Clear what the browser remembers of this site, its cookies and its stored pages", Text: "Signing in again will be needed.", Who: "you",
			Buttons: []Button{{Label: "Clear"}}, Status: Status{State: Running, Text: "Firefox is being cleared", Progress: 0.4}},
		{Title: "Reset DNS", Who: "you", Buttons: []Button{{Label: "Reset"}}, Status: Status{State: Running, Text: "Waiting for the network", Progress: -1}},
		{Title: "Use another resolver", Who: "you", Status: Status{State: OK, Text: "Done. The page comes now.", Undo: func() {}, UndoText: "Undo"}},
		{Title: "Restart the router", Status: Status{State: Failed, Text: "It did not answer, so nothing was changed. Pull its plug, wait ten seconds, and put it in again."}},
		{Title: "Tell the owner", Text: "The message holds what was measured.", Who: "owner of the website", Buttons: []Button{{Label: "Copy message", Icon: Icon("copy")}}},
	}
}

func sampleEvidence() *Evidence {
	e := NewEvidence()
	e.SetPoints(
		Points{"What was seen", []string{"The website answered 502 Bad Gateway, three times in a row, the last time a second ago.", "Other websites answer."}},
		Points{"What speaks against it", nil},
		Points{"What was not seen", []string{"The way behind the CDN."}})
	return e
}

func TestStepsMarkup(t *testing.T) {
	for name, width := range map[string]float32{"wide": 800, "narrow": 320} {
		t.Run(name, func(t *testing.T) {
			wear(t, Theme{Variant: Light})
			s := NewSteps()
			s.SetSteps(sampleSteps())
			w := showIn(t, s, width)
			test.AssertRendersToMarkup(t, "steps-"+name+".xml", w.Canvas())
		})
	}
}

func TestEvidenceMarkup(t *testing.T) {
	wear(t, Theme{Variant: Light})
	fold := NewFold("Why Waymend says so", sampleEvidence())
	fold.SetOpen(true)
	w := showIn(t, fold, 360)
	test.AssertRendersToMarkup(t, "evidence.xml", w.Canvas())
}

// focusedLabel is the label of the button that has the focus.
func focusedLabel(c fyne.Canvas) string {
	if b, ok := c.Focused().(*Push); ok {
		return b.Text
	}
	return ""
}

func TestStepsKeepTheFocus(t *testing.T) {
	for name, c := range map[string]struct {
		change func([]Step) []Step
		want   string
	}{
		"nothing changes":      {func(s []Step) []Step { return s }, "Clear"},
		"the label changes":    {func(s []Step) []Step { s[1].Buttons[0].Label = "Clear again"; return s }, "Clear again"},
		"a button is added":    {func(s []Step) []Step { s[1].Buttons = append(s[1].Buttons, Button{Label: "More"}); return s }, "Clear"},
		"a step comes first":   {func(s []Step) []Step { return append([]Step{{Title: "New"}}, s...) }, "Clear"},
		"another step goes":    {func(s []Step) []Step { return s[1:] }, "Clear"},
		"the work is done":     {func(s []Step) []Step { s[1].Status = Status{State: OK, Text: "Done"}; return s }, "Clear"},
		"the button goes":      {func(s []Step) []Step { s[1].Buttons = nil; return s }, ""},
		"its own step goes":    {func(s []Step) []Step { return s[:1] }, ""},
		"there is no step now": {func(s []Step) []Step { return nil }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			wear(t, Theme{})
			s := NewSteps()
			s.SetSteps(sampleSteps())
			w := showIn(t, s, 600)
			w.Canvas().Focus(s.rows[1].buttons[0])
			steps := c.change(sampleSteps())
			s.SetSteps(steps)
			if got := focusedLabel(w.Canvas()); got != c.want {
				t.Errorf("the focus is on %q, want %q", got, c.want)
			}
			if c.want == "" && w.Canvas().Focused() != nil {
				t.Errorf("the focus is on a %T that is not shown", w.Canvas().Focused())
			}
			if len(s.content.Objects) != len(steps) {
				t.Errorf("%d steps are shown of %d", len(s.content.Objects), len(steps))
			}
		})
	}
}

func TestFocusGoesToTheNeighbour(t *testing.T) {
	wear(t, Theme{})
	s := NewSteps()
	s.SetSteps(sampleSteps())
	w := showIn(t, s, 600)
	w.Canvas().Focus(s.rows[0].buttons[1])
	steps := sampleSteps()
	steps[0].Buttons = steps[0].Buttons[:1]
	s.SetSteps(steps)
	if got := focusedLabel(w.Canvas()); got != "Check again" {
		t.Errorf("the focus is on %q", got)
	}
}

func TestStepsByKeyboard(t *testing.T) {
	wear(t, Theme{})
	var done []string
	act := func(what string) func() { return func() { done = append(done, what) } }
	step := Step{Title: "A", Buttons: []Button{{Label: "first", Tapped: act("first")}, {Label: "off", Disabled: true, Tapped: act("off")}, {Label: "second", Tapped: act("second")}},
		Status: Status{State: OK, Undo: act("undo"), UndoText: "Undo"}}
	s := NewSteps()
	s.SetSteps([]Step{step})
	w := showIn(t, s, 600)
	for range 3 {
		w.Canvas().FocusNext()
		press(w.Canvas().Focused(), fyne.KeyReturn)
	}
	if got := strings.Join(done, " "); got != "first second undo" {
		t.Errorf("Tab and Enter did: %s", got)
	}
	w.Canvas().Focus(s.rows[0].status.undo)
	step.Status = Status{}
	s.SetSteps([]Step{step})
	if w.Canvas().Focused() != nil || s.rows[0].status.content.Visible() {
		t.Error("the focus stays on an Undo that is gone, or its line is still shown")
	}
}

func TestFoldByKeyboard(t *testing.T) {
	wear(t, Theme{})
	content := widget.NewLabel("content")
	fold := NewFold("Title", content)
	var told []bool
	fold.OnToggle = func(open bool) { told = append(told, open) }
	w := showIn(t, container.NewVBox(fold), 300)
	w.Canvas().FocusNext()
	if w.Canvas().Focused() != fold.head || fold.head.back.StrokeWidth == 0 {
		t.Fatal("Tab does not come to the title, or no ring shows it")
	}
	shut := fold.MinSize().Height
	for i, c := range []struct {
		key  fyne.KeyName
		open bool
	}{{fyne.KeyReturn, true}, {fyne.KeyRight, true}, {fyne.KeyLeft, false}, {fyne.KeyLeft, false}, {fyne.KeySpace, true}, {fyne.KeyEnter, false}} {
		press(fold.head, c.key)
		if fold.Open() != c.open || fold.clip.Visible() != c.open || (fold.MinSize().Height > shut) != c.open {
			t.Errorf("key %d, %s: open is %v, want %v", i, c.key, fold.Open(), c.open)
		}
	}
	if len(told) != 4 {
		t.Errorf("told of %v", told)
	}
	fold.SetOpen(true)
	fold.SetTitle("Another title")
	if len(told) != 4 || !fold.Open() || fold.head.text.Text != "Another title" {
		t.Error("the page's own changes are reported as a person's, or closed the section")
	}
}

func TestFoldMovesOnlyWhenWanted(t *testing.T) {
	wear(t, Theme{})
	fold := NewFold("Title", widget.NewLabel("content"))
	fold.toggle()
	if fold.motion != nil || fold.shown != 1 {
		t.Error("a section opens with motion that nobody wants")
	}
	fold.Motion = true
	fold.toggle()
	if fold.motion == nil || fold.shown != 0 { // the driver for tests goes to the end at once
		t.Errorf("motion is %v, and %v of the content is shown", fold.motion, fold.shown)
	}
}
