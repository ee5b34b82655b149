package part

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// stepStatus is the line below a step's buttons: a sign, a text, how far it is, and Undo.
type stepStatus struct {
	sign    *Badge
	text    *widget.Label
	bar     *widget.ProgressBar
	undo    *Push
	content *fyne.Container
}

func newStepStatus() *stepStatus {
	s := &stepStatus{
		sign: NewBadge(Waiting, false, false),
		text: widget.NewLabel(""), undo: NewPush("", Icon("undo"), nil),
		bar: widget.NewProgressBar(),
	}
	s.text.Wrapping = fyne.TextWrapWord
	s.bar.TextFormatter = func() string { return "" } // the text beside it says more
	s.content = container.New(statusLayout{s})
	s.content.Objects = []fyne.CanvasObject{s.sign, s.text, s.bar, s.undo}
	return s
}

// set shows a status, and touches only what changed.
func (s *stepStatus) set(now Status) {
	running := now.State == Running
	s.sign.SetState(now.State)
	setText(s.text, now.Text)
	known := running && now.Progress >= 0
	if known && s.bar.Value != now.Progress {
		s.bar.SetValue(now.Progress)
	}
	s.undo.OnTapped = holding(s.undo, now.Undo)
	if s.undo.Text != now.UndoText {
		s.undo.SetText(now.UndoText)
	}
	changed := s.show(s.sign, now.State != Waiting) // every one of them must be asked
	changed = s.show(s.text, now.Text != "") || changed
	changed = s.show(s.bar, known) || changed
	changed = s.show(s.undo, now.Undo != nil) || changed
	changed = s.show(s.content, now.State != Waiting || now.Text != "" || now.Undo != nil) || changed
	if changed {
		s.content.Refresh()
	}
}

func (s *stepStatus) show(o fyne.CanvasObject, visible bool) (changed bool) {
	changed = o.Visible() != visible
	if changed && !visible && o == s.undo {
		passFocus(s.undo, nil)
	}
	setVisible(o, visible)
	return changed
}

// statusLayout puts sign and text in one line, a bar below them, and Undo below that.
type statusLayout struct{ s *stepStatus }

func (l statusLayout) place(width float32, put bool) float32 {
	s, u, y := l.s, unit(), float32(0)
	at := func(o fyne.CanvasObject, x, width, height float32) {
		if put {
			o.Move(fyne.NewPos(x, y))
			o.Resize(fyne.NewSize(width, height))
		}
	}
	indent := float32(0)
	if s.sign.Visible() {
		indent = 3 * u
	}
	if s.text.Visible() {
		at(s.text, indent, width-indent, s.text.MinSize().Height)
		line := fyne.MeasureText("Äg", theme.Size(theme.SizeNameText), fyne.TextStyle{}).Height
		y += theme.Size(theme.SizeNameInnerPadding) + (line-2*u)/2
		at(s.sign, u, 2*u, 2*u)
		y += s.text.MinSize().Height - theme.Size(theme.SizeNameInnerPadding) - (line-2*u)/2
	}
	if s.bar.Visible() {
		at(s.bar, u, min(width-2*u, 40*u), u)
		y += 2 * u
	}
	if s.undo.Visible() {
		at(s.undo, u, s.undo.MinSize().Width, s.undo.MinSize().Height)
		y += s.undo.MinSize().Height
	}
	return y
}

func (l statusLayout) Layout(_ []fyne.CanvasObject, size fyne.Size) { l.place(size.Width, true) }

func (l statusLayout) MinSize([]fyne.CanvasObject) fyne.Size {
	return fyne.NewSize(l.s.undo.MinSize().Width, l.place(0, false))
}

// stepNumber is a number in a disc.
type stepNumber struct {
	widget.BaseWidget
	disc *canvas.Circle
	text *canvas.Text
}

func newStepNumber() *stepNumber {
	n := &stepNumber{disc: canvas.NewCircle(nil), text: canvas.NewText("", nil)}
	n.text.Alignment, n.text.TextStyle.Bold = fyne.TextAlignCenter, true
	n.ExtendBaseWidget(n)
	return n
}

func (n *stepNumber) set(number int) {
	n.text.Text = strconv.Itoa(number)
	n.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (n *stepNumber) CreateRenderer() fyne.WidgetRenderer {
	n.ExtendBaseWidget(n)
	return newPainted(container.NewStack(n.disc, n.text), func() {
		l := lookOf(n)
		n.disc.FillColor = l.color(theme.ColorNamePrimary)
		n.text.Color, n.text.TextSize = l.color(theme.ColorNameForegroundOnPrimary), l.size(SizeSmall)
	})
}

// chip is a short word in a rounded frame.
type chip struct {
	widget.BaseWidget
	frame *canvas.Rectangle
	text  *canvas.Text
}

func newChip() *chip {
	c := &chip{frame: canvas.NewRectangle(nil), text: canvas.NewText("", nil)}
	c.ExtendBaseWidget(c)
	return c
}

func (c *chip) set(text string) {
	if c.text.Text != text {
		c.text.Text = text
		c.Refresh()
	}
	setVisible(c, text != "")
}

// CreateRenderer implements fyne.Widget.
func (c *chip) CreateRenderer() fyne.WidgetRenderer {
	c.ExtendBaseWidget(c)
	inner := container.New(chipLayout{}, c.text)
	return newPainted(container.NewStack(c.frame, inner), func() {
		l := lookOf(c)
		c.frame.FillColor, c.frame.CornerRadius = l.color(ColorChosen), l.grid(1.5)
		c.text.Color, c.text.TextSize = l.color(theme.ColorNameForeground), l.size(SizeSmall)
	})
}

// chipLayout leaves room around the word.
type chipLayout struct{}

func (chipLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	u := unit()
	return o[0].MinSize().AddWidthHeight(2*u, u)
}

func (chipLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	u := unit()
	o[0].Move(fyne.NewPos(u, u/2))
	o[0].Resize(size.SubtractWidthHeight(2*u, u))
}

// painted draws one object, and takes colours from the theme whenever it is drawn anew.
type painted struct {
	content *fyne.Container
	paint   func()
}

func newPainted(content *fyne.Container, paint func()) painted {
	paint()
	return painted{content, paint}
}

func (p painted) Destroy()                     {}
func (p painted) MinSize() fyne.Size           { return p.content.MinSize() }
func (p painted) Layout(size fyne.Size)        { p.content.Resize(size) }
func (p painted) Objects() []fyne.CanvasObject { return []fyne.CanvasObject{p.content} }
func (p painted) Refresh()                     { p.paint(); p.content.Refresh() }

// stepLayout puts a step's number to the left of everything else.
type stepLayout struct{}

// stepDisc is the size of the number, in units of the grid.
const stepDisc = 3.5

func (stepLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[1].MinSize().AddWidthHeight(stepDisc*unit(), 0)
}

func (stepLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	u := unit()
	o[0].Move(fyne.NewPos(0, u/2))
	o[0].Resize(fyne.NewSquareSize(stepDisc * u))
	o[1].Move(fyne.NewPos(stepDisc*u, 0))
	o[1].Resize(fyne.NewSize(size.Width-stepDisc*u, size.Height))
}

// headLayout puts the chip behind the title, or at the right end of a title that needs the width.
type headLayout struct{}

func (headLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	size := o[0].MinSize()
	if o[1].Visible() {
		size.Width += o[1].MinSize().Width
	}
	return size
}

func (headLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	title, who := o[0].(*widget.Label), o[1]
	width := size.Width
	if who.Visible() {
		small := who.MinSize()
		width -= small.Width
		text := fyne.MeasureText(title.Text, theme.Size(theme.SizeNameText), title.TextStyle).Width
		text += 2*theme.Size(theme.SizeNameInnerPadding) + 1
		line := fyne.MeasureText("Äg", theme.Size(theme.SizeNameText), title.TextStyle).Height
		who.Move(fyne.NewPos(min(text, width), theme.Size(theme.SizeNameInnerPadding)+(line-small.Height)/2))
		who.Resize(small)
	}
	title.Move(fyne.NewPos(0, 0))
	title.Resize(fyne.NewSize(width, size.Height))
}

// tightLayout draws a text closer to what is above it than labels stand.
type tightLayout struct{}

func (tightLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[0].MinSize().SubtractWidthHeight(0, unit())
}

func (tightLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	u := unit()
	o[0].Move(fyne.NewPos(0, -u))
	o[0].Resize(size.AddWidthHeight(0, u))
}

// insetLayout keeps its one object half a unit of the grid from above and below, and one from the
// left, where the texts of labels begin.
type insetLayout struct{}

func (insetLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	u := unit()
	return o[0].MinSize().AddWidthHeight(u, u)
}

func (insetLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	u := unit()
	o[0].Move(fyne.NewPos(u, u/2))
	o[0].Resize(size.SubtractWidthHeight(u, u))
}

// Flow puts objects one after the other, in as many lines as they need.
func Flow(objects ...fyne.CanvasObject) *fyne.Container {
	return container.New(&flowLayout{}, objects...)
}

// flowLayout puts objects one after the other, in as many lines as they need.
type flowLayout struct {
	height float32 // at the width of the last layout
}

func (f *flowLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	if !slices.ContainsFunc(o, fyne.CanvasObject.Visible) {
		return fyne.Size{}
	}
	size := fyne.NewSize(0, f.height)
	for _, one := range o {
		if one.Visible() {
			size = size.Max(one.MinSize())
		}
	}
	return size
}

func (f *flowLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x, y, line, gap := float32(0), float32(0), float32(0), unit()
	for _, one := range o {
		if !one.Visible() {
			continue
		}
		need := one.MinSize()
		if x > 0 && x+need.Width > size.Width {
			x, y, line = 0, y+line+gap, 0
		}
		one.Move(fyne.NewPos(x, y))
		one.Resize(fyne.NewSize(min(need.Width, size.Width), need.Height))
		x, line = x+need.Width+gap, max(line, need.Height)
	}
	f.height = y + line
}
