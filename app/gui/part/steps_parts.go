package part

import (
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
	undo    *widget.Button
	content *fyne.Container
}

func newStepStatus() *stepStatus {
	s := &stepStatus{
		sign: NewBadge(Waiting, false, false),
		text: widget.NewLabel(""), undo: widget.NewButtonWithIcon("", Icon("undo"), nil),
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
	s.undo.OnTapped = now.Undo
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
	s, unit, y := l.s, Theme{}.Size(SizeGrid), float32(0)
	at := func(o fyne.CanvasObject, x, width, height float32) {
		if put {
			o.Move(fyne.NewPos(x, y))
			o.Resize(fyne.NewSize(width, height))
		}
	}
	indent := float32(0)
	if s.sign.Visible() {
		indent = 3 * unit
	}
	if s.text.Visible() {
		at(s.text, indent, width-indent, s.text.MinSize().Height)
		line := fyne.MeasureText("Äg", theme.Size(theme.SizeNameText), fyne.TextStyle{}).Height
		y += theme.Size(theme.SizeNameInnerPadding) + (line-2*unit)/2
		at(s.sign, unit, 2*unit, 2*unit)
		y += s.text.MinSize().Height - theme.Size(theme.SizeNameInnerPadding) - (line-2*unit)/2
	}
	if s.bar.Visible() {
		at(s.bar, unit, min(width-2*unit, 40*unit), unit)
		y += 2 * unit
	}
	if s.undo.Visible() {
		at(s.undo, unit, s.undo.MinSize().Width, s.undo.MinSize().Height)
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
	return o[0].MinSize().AddWidthHeight(16, 6)
}

func (chipLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.NewPos(8, 3))
	o[0].Resize(size.SubtractWidthHeight(16, 6))
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

const stepDisc = 28

func (stepLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[1].MinSize().AddWidthHeight(stepDisc, 0)
}

func (stepLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.NewPos(0, 4))
	o[0].Resize(fyne.NewSquareSize(stepDisc))
	o[1].Move(fyne.NewPos(stepDisc, 0))
	o[1].Resize(fyne.NewSize(size.Width-stepDisc, size.Height))
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
		who.Move(fyne.NewPos(min(text, width), 6))
		who.Resize(small)
	}
	title.Move(fyne.NewPos(0, 0))
	title.Resize(fyne.NewSize(width, size.Height))
}

// tightLayout draws a text closer to what is above it than labels stand.
type tightLayout struct{}

const tight = 8

func (tightLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	return o[0].MinSize().SubtractWidthHeight(0, tight)
}

func (tightLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	o[0].Move(fyne.NewPos(0, -tight))
	o[0].Resize(size.AddWidthHeight(0, tight))
}

// flowLayout puts objects one after the other, in as many lines as they need.
type flowLayout struct {
	gap    float32
	height float32 // at the width of the last layout
}

func (f *flowLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	size := fyne.NewSize(0, f.height)
	for _, one := range o {
		if one.Visible() {
			size = size.Max(one.MinSize())
		}
	}
	return size
}

func (f *flowLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	x, y, line := float32(0), float32(0), float32(0)
	for _, one := range o {
		if !one.Visible() {
			continue
		}
		need := one.MinSize()
		if x > 0 && x+need.Width > size.Width {
			x, y, line = 0, y+line+f.gap, 0
		}
		one.Move(fyne.NewPos(x, y))
		one.Resize(fyne.NewSize(min(need.Width, size.Width), need.Height))
		x, line = x+need.Width+f.gap, max(line, need.Height)
	}
	f.height = y + line
}
