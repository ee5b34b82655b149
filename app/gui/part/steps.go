package part

import (
	"slices"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"
)

// Button is something that a step offers to do.
type Button struct {
	Label      string
	Icon       fyne.Resource
	Importance widget.Importance
	Disabled   bool
	Tapped     func()
}

// Status says how far the work on a step is. Its zero value shows nothing.
type Status struct {
	State    State   // Waiting is idle, Running works, OK is done, Failed did not work
	Text     string  // what is being done, or what came of it
	Progress float64 // 0 to 1 while running; negative where it is not known
	Undo     func()  // takes back what was done; nil where there is nothing to take back
	UndoText string  // on the button for it
}

// Step is one thing to do, for the person or for somebody else.
type Step struct {
	Title, Text string
	Who         string // who does it: "you", "owner"
	Buttons     []Button
	Status      Status
}

// Steps shows what to do, as numbered steps.
type Steps struct {
	widget.BaseWidget
	motion  bool
	rows    []*stepRow
	content *fyne.Container
}

// NewSteps returns an empty list of steps.
func NewSteps() *Steps {
	s := &Steps{content: container.New(layout.NewCustomPaddedVBoxLayout(16))}
	s.ExtendBaseWidget(s)
	return s
}

// SetSteps shows these steps. A step that was there before, by its title, keeps its widgets, so
// that the keyboard focus stays where it is.
func (s *Steps) SetSteps(steps []Step) {
	old := s.rows
	s.rows = nil
	for i, step := range steps {
		var row *stepRow
		if at := slices.IndexFunc(old, func(r *stepRow) bool { return r.step.Title == step.Title }); at >= 0 {
			row = old[at]
			old = slices.Delete(slices.Clone(old), at, at+1)
		} else {
			row = newStepRow()
			row.status.sign.SetMotion(s.motion)
		}
		row.set(i+1, step)
		s.rows = append(s.rows, row)
	}
	for _, gone := range old {
		gone.leaveFocus(nil)
	}
	objects := make([]fyne.CanvasObject, len(s.rows))
	for i, row := range s.rows {
		objects[i] = row.content
	}
	if !slices.Equal(objects, s.content.Objects) {
		s.content.Objects = objects
		s.content.Refresh()
	}
}

// SetMotion says whether the sign of a running step may breathe.
func (s *Steps) SetMotion(motion bool) {
	s.motion = motion
	for _, row := range s.rows {
		row.status.sign.SetMotion(motion)
	}
}

// CreateRenderer implements fyne.Widget.
func (s *Steps) CreateRenderer() fyne.WidgetRenderer {
	s.ExtendBaseWidget(s)
	return widget.NewSimpleRenderer(s.content)
}

// stepRow is one step and its widgets.
type stepRow struct {
	number      int
	step        Step
	badge       *stepNumber
	title, text *widget.Label
	who         *chip
	buttons     []*Push
	row         *fyne.Container // of the buttons
	frame       *fyne.Container // around that row
	tight       *fyne.Container // around the text
	status      *stepStatus
	content     *fyne.Container
}

func newStepRow() *stepRow {
	r := &stepRow{badge: newStepNumber(), title: widget.NewLabel(""), text: widget.NewLabel(""), who: newChip(), status: newStepStatus()}
	r.title.TextStyle.Bold = true
	r.title.Wrapping, r.text.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord
	r.row = container.New(&flowLayout{})
	r.frame = container.New(insetLayout{}, r.row)
	r.tight = container.New(tightLayout{}, r.text)
	head := container.New(headLayout{}, r.title, r.who)
	body := container.New(layout.NewCustomPaddedVBoxLayout(0), head, r.tight,
		r.frame, r.status.content)
	r.content = container.New(stepLayout{}, r.badge, body)
	return r
}

// set shows a step, and touches only what changed.
func (r *stepRow) set(number int, step Step) {
	r.step = step
	if r.number != number {
		r.number = number
		r.badge.set(number)
	}
	setText(r.title, step.Title)
	setText(r.text, step.Text)
	setVisible(r.tight, step.Text != "")
	r.who.set(step.Who)
	r.setButtons(step.Buttons)
	r.status.set(step.Status)
}

// setButtons fits the row of buttons to those of the step; the focus stays on the place it had.
func (r *stepRow) setButtons(buttons []Button) {
	count := len(r.buttons)
	for len(r.buttons) < len(buttons) {
		r.buttons = append(r.buttons, NewPush("", nil, nil))
	}
	for i, b := range buttons {
		w := r.buttons[i]
		changed := w.Text != b.Label || w.Importance != b.Importance || w.Icon != b.Icon
		w.Text, w.Importance, w.Icon, w.OnTapped = b.Label, b.Importance, b.Icon, holding(w, b.Tapped)
		if changed {
			w.Refresh()
		}
		switch {
		case b.Disabled && !w.Disabled():
			w.Disable()
		case !b.Disabled && w.Disabled():
			w.Enable()
		}
	}
	gone := r.buttons[len(buttons):]
	r.buttons = r.buttons[:len(buttons)]
	if count != len(buttons) {
		r.row.Objects = nil
		for _, w := range r.buttons {
			r.row.Objects = append(r.row.Objects, w)
		}
		r.row.Refresh()
		r.content.Refresh()
	}
	setVisible(r.frame, len(buttons) > 0)
	for _, w := range gone {
		r.moveFocus(w)
	}
}

// moveFocus hands the focus of a button that goes away to the last that stays.
func (r *stepRow) moveFocus(gone *Push) {
	var to fyne.Focusable
	if n := len(r.buttons); n > 0 {
		to = r.buttons[n-1]
	}
	passFocus(gone, to)
}

// leaveFocus takes the focus from a step that goes away.
func (r *stepRow) leaveFocus(to fyne.Focusable) {
	for _, w := range append(slices.Clone(r.buttons), r.status.undo) {
		passFocus(w, to)
	}
}

// passFocus moves the focus from one object to another (to none when nil) if the one has it.
func passFocus(from, to fyne.Focusable) {
	c := fyne.CurrentApp().Driver().CanvasForObject(from.(fyne.CanvasObject))
	if c == nil || c.Focused() != from {
		return
	}
	if to == nil {
		c.Unfocus()
		return
	}
	c.Focus(to)
}

func setText(l *widget.Label, text string) {
	if l.Text != text {
		l.SetText(text)
	}
}
