package part

import (
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// Points are texts under one heading.
type Points struct {
	Heading string
	Texts   []string
}

// Evidence lists what speaks for an answer, as bullets with wrapped text under small headings.
type Evidence struct {
	widget.BaseWidget
	groups  []Points
	content *fyne.Container
}

// NewEvidence returns an empty list.
func NewEvidence() *Evidence {
	e := &Evidence{content: container.New(layout.NewCustomPaddedVBoxLayout(0))}
	e.ExtendBaseWidget(e)
	return e
}

// SetPoints shows these groups; one without texts is left out.
func (e *Evidence) SetPoints(groups ...Points) {
	if slices.EqualFunc(groups, e.groups, func(a, b Points) bool {
		return a.Heading == b.Heading && slices.Equal(a.Texts, b.Texts)
	}) {
		return
	}
	e.groups = slices.Clone(groups)
	e.content.RemoveAll()
	for _, g := range groups {
		if len(g.Texts) == 0 {
			continue
		}
		heading := widget.NewLabelWithStyle(g.Heading, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
		heading.SizeName, heading.Wrapping = SizeSmall, fyne.TextWrapWord
		e.content.Add(heading)
		for _, text := range g.Texts {
			label := widget.NewLabel(text)
			label.Wrapping = fyne.TextWrapWord
			e.content.Add(container.New(bulletLayout{}, widget.NewLabel("•"), label))
		}
	}
	e.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (e *Evidence) CreateRenderer() fyne.WidgetRenderer {
	e.ExtendBaseWidget(e)
	return widget.NewSimpleRenderer(e.content)
}

// bulletLayout puts a text beside its bullet, one text close below the other.
type bulletLayout struct{}

func (bulletLayout) MinSize(o []fyne.CanvasObject) fyne.Size {
	u := unit()
	return o[1].MinSize().AddWidthHeight(2*u, -u)
}

func (bulletLayout) Layout(o []fyne.CanvasObject, size fyne.Size) {
	u := unit()
	for i, x := range []float32{0, 2 * u} {
		o[i].Move(fyne.NewPos(x, -u/2))
		o[i].Resize(fyne.NewSize(size.Width-x, size.Height+u))
	}
}

// unit is one unit of the grid, for layouts.
func unit() float32 {
	return look{theme: fyne.CurrentApp().Settings().Theme()}.grid(1)
}

// joint is how far two labels must overlap for their texts to follow each other like lines.
func joint() float32 {
	return 2*theme.Size(theme.SizeNameInnerPadding) - theme.Size(theme.SizeNameLineSpacing)
}

// Fold is a section whose title opens and closes it. It stays as it was left while its content
// changes.
type Fold struct {
	widget.BaseWidget

	OnToggle func(open bool) // told of every change that a person made
	Motion   bool            // whether opening and closing may move

	title   string
	content fyne.CanvasObject
	open    bool
	shown   float32 // how much of the content is let out, 0 to 1
	motion  *fyne.Animation
	head    *foldHead
	clip    *container.Clip
}

// foldMotion is how long opening and closing take with motion.
const foldMotion = 150 * time.Millisecond

// NewFold returns a closed section.
func NewFold(title string, content fyne.CanvasObject) *Fold {
	f := &Fold{title: title, content: content}
	f.head = newFoldHead(title, f.toggle)
	f.clip = container.NewClip(content)
	f.clip.ExtendBaseWidget(f.clip) // or it does not hear of its first size
	f.clip.Hide()
	f.ExtendBaseWidget(f)
	return f
}

// SetTitle replaces the title.
func (f *Fold) SetTitle(title string) {
	if title != f.title {
		f.title = title
		f.head.title = title
		f.head.Refresh()
		f.Refresh()
	}
}

// Open tells whether the section is open.
func (f *Fold) Open() bool { return f.open }

// SetOpen opens or closes the section without motion.
func (f *Fold) SetOpen(open bool) {
	if open == f.open {
		return
	}
	f.stop()
	f.turn(open)
	f.let(f.goal())
}

func (f *Fold) goal() float32 {
	if f.open {
		return 1
	}
	return 0
}

// turn sets the direction; how much is let out follows.
func (f *Fold) turn(open bool) {
	f.open = open
	f.head.open = open
	f.head.Refresh()
}

// toggle is what a click or a key does.
func (f *Fold) toggle() {
	f.stop()
	f.turn(!f.open)
	if f.Motion {
		from, to := f.shown, f.goal()
		f.motion = fyne.NewAnimation(foldMotion, func(done float32) { f.let(from + (to-from)*done) })
		f.motion.Curve = fyne.AnimationEaseOut
		f.motion.Start()
	} else {
		f.let(f.goal())
	}
	if f.OnToggle != nil {
		f.OnToggle(f.open)
	}
}

func (f *Fold) stop() {
	if f.motion != nil {
		f.motion.Stop()
		f.motion = nil
	}
}

// let shows this part of the content's height.
func (f *Fold) let(shown float32) {
	f.shown = shown
	setVisible(f.clip, shown > 0)
	f.Refresh()
}

// CreateRenderer implements fyne.Widget.
func (f *Fold) CreateRenderer() fyne.WidgetRenderer {
	f.ExtendBaseWidget(f)
	return &foldRenderer{f}
}

type foldRenderer struct{ f *Fold }

func (r *foldRenderer) Destroy() { r.f.stop() }

func (r *foldRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.f.head, r.f.clip}
}

func (r *foldRenderer) MinSize() fyne.Size {
	head := r.f.head.MinSize()
	if r.f.shown == 0 {
		return head
	}
	body := r.f.content.MinSize()
	return fyne.NewSize(max(head.Width, body.Width), head.Height+body.Height*r.f.shown)
}

func (r *foldRenderer) Layout(size fyne.Size) {
	head := r.f.head.MinSize().Height
	r.f.head.Resize(fyne.NewSize(size.Width, head))
	r.f.clip.Move(fyne.NewPos(0, head))
	r.f.clip.Resize(fyne.NewSize(size.Width, max(size.Height-head, 0)))
}

func (r *foldRenderer) Refresh() {
	r.Layout(r.f.Size())
	canvas.Refresh(r.f)
}

// foldHead is the button with the chevron and the title.
type foldHead struct {
	widget.BaseWidget
	title         string
	tapped        func()
	open          bool
	focused, over bool
	back          *canvas.Rectangle
	chevron       *canvas.Image
	text          *widget.Label
}

var (
	_ fyne.Focusable    = (*foldHead)(nil)
	_ desktop.Hoverable = (*foldHead)(nil)
)

func newFoldHead(title string, tapped func()) *foldHead {
	h := &foldHead{title: title, tapped: tapped, back: canvas.NewRectangle(nil), text: widget.NewLabel(title)}
	h.back.CornerRadius = 8
	h.text.TextStyle.Bold = true
	h.text.Truncation = fyne.TextTruncateEllipsis
	h.chevron = &canvas.Image{FillMode: canvas.ImageFillContain}
	h.ExtendBaseWidget(h)
	return h
}

// Tapped opens or closes the section.
func (h *foldHead) Tapped(*fyne.PointEvent) {
	if c := fyne.CurrentApp().Driver().CanvasForObject(h); c != nil {
		c.Focus(h)
	}
	h.tapped()
}

// TypedKey does what a click does, with Enter and with Space; the arrows open and close.
func (h *foldHead) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeySpace, fyne.KeyReturn, fyne.KeyEnter:
		h.tapped()
	case fyne.KeyRight, fyne.KeyDown:
		if !h.open {
			h.tapped()
		}
	case fyne.KeyLeft, fyne.KeyUp:
		if h.open {
			h.tapped()
		}
	default:
		LeaveKey(h, e)
	}
}

func (h *foldHead) TypedRune(rune)                 {}
func (h *foldHead) FocusGained()                   { h.focused = true; h.Refresh(); Reveal(h) }
func (h *foldHead) FocusLost()                     { h.focused = false; h.Refresh() }
func (h *foldHead) MouseIn(*desktop.MouseEvent)    { h.over = true; h.Refresh() }
func (h *foldHead) MouseMoved(*desktop.MouseEvent) {}
func (h *foldHead) MouseOut()                      { h.over = false; h.Refresh() }
func (h *foldHead) Cursor() desktop.Cursor         { return desktop.PointerCursor }

// CreateRenderer implements fyne.Widget.
func (h *foldHead) CreateRenderer() fyne.WidgetRenderer {
	h.ExtendBaseWidget(h)
	r := headRenderer{h}
	r.paint()
	return r
}

type headRenderer struct{ h *foldHead }

func (r headRenderer) Destroy() {}

func (r headRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.h.back, r.h.chevron, r.h.text}
}

func (r headRenderer) MinSize() fyne.Size {
	u := lookOf(r.h).grid(1)
	return r.h.text.MinSize().AddWidthHeight(3.5*u, u/2)
}

func (r headRenderer) Layout(size fyne.Size) {
	u := lookOf(r.h).grid(1)
	tall := r.h.text.MinSize().Height
	r.h.back.Resize(size)
	r.h.chevron.Move(fyne.NewPos(u, (size.Height-2.5*u)/2))
	r.h.chevron.Resize(fyne.NewSquareSize(2.5 * u))
	r.h.text.Move(fyne.NewPos(3.5*u, (size.Height-tall)/2))
	r.h.text.Resize(fyne.NewSize(size.Width-3.5*u, tall))
}

func (r headRenderer) Refresh() {
	r.paint()
	canvas.Refresh(r.h)
}

func (r headRenderer) paint() {
	h := r.h
	if h.text.Text != h.title {
		h.text.SetText(h.title)
	}
	icon := "chevron"
	if h.open {
		icon = "chevron-down"
	}
	h.chevron.Resource = Icon(icon)
	h.chevron.Refresh()
	h.back.FillColor, h.back.StrokeWidth, h.back.StrokeColor = nil, 0, nil
	if h.over {
		h.back.FillColor = lookOf(h).color(theme.ColorNameHover)
	}
	if h.focused {
		h.back.StrokeWidth, h.back.StrokeColor = 2, lookOf(h).color(ColorRing)
	}
	h.back.Refresh()
}
