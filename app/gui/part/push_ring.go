package part

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// FocusGained implements fyne.Focusable.
func (b *Push) FocusGained() {
	b.focused = true
	b.Button.FocusGained()
	Reveal(b)
}

// FocusLost implements fyne.Focusable.
func (b *Push) FocusLost() {
	b.focused = false
	b.Button.FocusLost()
}

// CreateRenderer implements fyne.Widget. It draws Fyne's button, and around it a ring while it has
// the focus: the slight change of colour that Fyne makes is easily overlooked.
func (b *Push) CreateRenderer() fyne.WidgetRenderer {
	b.ExtendBaseWidget(b)
	r := &pushView{WidgetRenderer: b.Button.CreateRenderer(), push: b, ring: canvas.NewRectangle(color.Transparent)}
	r.paint()
	return r
}

type pushView struct {
	fyne.WidgetRenderer
	push *Push
	ring *canvas.Rectangle
}

func (r *pushView) Objects() []fyne.CanvasObject {
	return append(append([]fyne.CanvasObject{}, r.WidgetRenderer.Objects()...), r.ring)
}

func (r *pushView) Layout(size fyne.Size) {
	r.WidgetRenderer.Layout(size)
	r.place(size)
}

func (r *pushView) place(size fyne.Size) {
	out := lookOf(r.push).grid(0.5)
	r.ring.Move(fyne.NewPos(-out, -out))
	r.ring.Resize(size.AddWidthHeight(2*out, 2*out))
}

func (r *pushView) Refresh() {
	r.WidgetRenderer.Refresh()
	r.paint()
}

func (r *pushView) paint() {
	l := lookOf(r.push)
	r.ring.StrokeColor, r.ring.StrokeWidth = l.color(ColorRing), l.grid(0.25)
	r.ring.CornerRadius = l.size(theme.SizeNameInputRadius) + l.grid(0.5)
	r.ring.Hidden = !r.push.focused
	r.place(r.push.Size())
	canvas.Refresh(r.ring)
}
