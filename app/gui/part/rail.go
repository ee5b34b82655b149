package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// RailItem is one place in the window as the rail shows it.
type RailItem struct {
	Icon fyne.Resource
	Name string
}

// Rail is the slim bar at the side of the window: an icon over a name for each place, the selected
// one marked. The keys Up and Down move within it, Enter selects.
type Rail struct {
	widget.BaseWidget
	OnSelected func(i int) // a place was tapped or chosen by key; it is selected already

	items   []RailItem
	narrow  bool
	chosen  int
	current int
	hovered int
	focused bool
	view    *railView
}

var (
	_ fyne.Focusable     = (*Rail)(nil)
	_ fyne.Tappable      = (*Rail)(nil)
	_ desktop.Hoverable  = (*Rail)(nil)
	_ desktop.Cursorable = (*Rail)(nil)
)

// NewRail makes a rail with the first place selected.
func NewRail(items []RailItem) *Rail {
	r := &Rail{items: items, hovered: -1}
	r.ExtendBaseWidget(r)
	return r
}

// SetItems shows other places, as when the language changes.
func (r *Rail) SetItems(items []RailItem) {
	r.items = items
	r.chosen = max(0, min(r.chosen, len(items)-1))
	r.current, r.hovered = r.chosen, -1
	r.Refresh()
}

// SetNarrow leaves the names away, or shows them again.
func (r *Rail) SetNarrow(narrow bool) {
	if narrow != r.narrow {
		r.narrow = narrow
		r.Refresh()
	}
}

// Select marks a place. OnSelected is not called.
func (r *Rail) Select(i int) {
	if i >= 0 && i < len(r.items) && i != r.chosen {
		r.chosen, r.current = i, i
		r.repaint()
	}
}

func (r *Rail) choose(i int) {
	if i < 0 || i >= len(r.items) {
		return
	}
	r.Select(i)
	if r.OnSelected != nil {
		r.OnSelected(i)
	}
}

// Tapped implements fyne.Tappable.
func (r *Rail) Tapped(e *fyne.PointEvent) { r.choose(r.at(e.Position)) }

// MouseIn implements desktop.Hoverable.
func (r *Rail) MouseIn(e *desktop.MouseEvent) { r.MouseMoved(e) }

// MouseMoved implements desktop.Hoverable.
func (r *Rail) MouseMoved(e *desktop.MouseEvent) { r.hover(r.at(e.Position)) }

// MouseOut implements desktop.Hoverable.
func (r *Rail) MouseOut() { r.hover(-1) }

func (r *Rail) hover(i int) {
	if i != r.hovered {
		r.hovered = i
		r.repaint()
	}
}

// Cursor implements desktop.Cursorable.
func (r *Rail) Cursor() desktop.Cursor {
	if r.hovered >= 0 {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}

// FocusGained implements fyne.Focusable.
func (r *Rail) FocusGained() {
	r.focused = true
	r.current = r.chosen
	r.repaint()
}

// FocusLost implements fyne.Focusable.
func (r *Rail) FocusLost() {
	r.focused = false
	r.repaint()
}

// TypedRune implements fyne.Focusable.
func (r *Rail) TypedRune(rune) {}

// TypedKey implements fyne.Focusable.
func (r *Rail) TypedKey(e *fyne.KeyEvent) {
	to := r.current
	switch e.Name {
	case fyne.KeyUp:
		to--
	case fyne.KeyDown:
		to++
	case fyne.KeyHome:
		to = 0
	case fyne.KeyEnd:
		to = len(r.items) - 1
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		r.choose(r.current)
		return
	}
	if to >= 0 && to < len(r.items) && to != r.current {
		r.current = to
		r.repaint()
	}
}

func (r *Rail) repaint() {
	if r.view != nil {
		r.view.paint()
	}
}

// The rail's measures in units of the grid.
const (
	railWide     = 11
	railNarrow   = 7
	railRow      = 8.5
	railRowSlim  = 6
	railEdge     = 1 // above the first and under the last
	railIcon     = 3
	railNameRows = 2
)

// cell is the size of one place.
func (r *Rail) cell() fyne.Size {
	l := lookOf(r)
	if r.narrow {
		return fyne.NewSize(l.grid(railNarrow), l.grid(railRowSlim))
	}
	width, lines := l.grid(railWide), 1
	f := r.font()
	for _, p := range r.items {
		width = max(width, f.widest(p.Name)+l.grid(1.5))
	}
	for _, p := range r.items {
		lines = max(lines, len(f.wrap(p.Name, width-l.grid(1.5), railNameRows)))
	}
	return fyne.NewSize(width, l.grid(railRow)+float32(lines-1)*f.height())
}

// font is what names are set in.
func (r *Rail) font() font { return font{size: lookOf(r).size(SizeSmall)} }

// at is the place at a position, or -1.
func (r *Rail) at(pos fyne.Position) int {
	y := pos.Y - lookOf(r).grid(railEdge)
	i := int(y / r.cell().Height)
	if y < 0 || i >= len(r.items) {
		return -1
	}
	return i
}

// CreateRenderer implements fyne.Widget.
func (r *Rail) CreateRenderer() fyne.WidgetRenderer {
	r.view = &railView{rail: r, ground: &canvas.Rectangle{}, edge: &canvas.Rectangle{}, ring: &canvas.Rectangle{},
		chosen: &canvas.Rectangle{}, bar: &canvas.Rectangle{}, hovered: &canvas.Rectangle{}}
	r.view.Refresh()
	return r.view
}

type railView struct {
	rail         *Rail
	ground, edge *canvas.Rectangle
	chosen, bar  *canvas.Rectangle
	hovered      *canvas.Rectangle
	ring         *canvas.Rectangle
	icons        []*canvas.Image
	names        [][]*canvas.Text
	objects      []fyne.CanvasObject
}

func (v *railView) Objects() []fyne.CanvasObject { return v.objects }
func (v *railView) Destroy()                     {}

func (v *railView) MinSize() fyne.Size {
	cell := v.rail.cell()
	return fyne.NewSize(cell.Width, float32(len(v.rail.items))*cell.Height+lookOf(v.rail).grid(2*railEdge))
}

func (v *railView) Refresh() {
	if len(v.icons) != len(v.rail.items) {
		v.build()
	}
	v.paint()
	canvas.Refresh(v.rail)
}

func (v *railView) build() {
	v.icons, v.names = nil, nil
	v.objects = []fyne.CanvasObject{v.ground, v.edge, v.chosen, v.bar, v.hovered}
	for range v.rail.items {
		icon := &canvas.Image{FillMode: canvas.ImageFillContain}
		v.icons = append(v.icons, icon)
		v.objects = append(v.objects, icon)
		var lines []*canvas.Text
		for range railNameRows {
			lines = append(lines, &canvas.Text{})
			v.objects = append(v.objects, lines[len(lines)-1])
		}
		v.names = append(v.names, lines)
	}
	v.objects = append(v.objects, v.ring)
}

func (v *railView) Layout(fyne.Size) { v.paint() }

// paint gives everything its place and its colour.
func (v *railView) paint() {
	l, size := lookOf(v.rail), v.rail.Size()
	v.ground.FillColor, v.edge.FillColor = l.color(ColorPanel), l.color(ColorEdge)
	v.ground.Resize(size)
	v.edge.Move(fyne.NewPos(size.Width-1, 0))
	v.edge.Resize(fyne.NewSize(1, size.Height))
	cell := v.rail.cell()
	cell.Width = max(cell.Width, size.Width)
	for i, p := range v.rail.items {
		v.place(l, i, p, cell)
	}
	v.chosen.FillColor, v.hovered.FillColor = l.color(ColorChosen), l.color(theme.ColorNameHover)
	v.bar.FillColor = l.color(ColorWay)
	v.ring.StrokeColor, v.ring.StrokeWidth = l.color(ColorRing), l.grid(0.25)
	v.mark(v.chosen, v.rail.chosen, cell)
	v.mark(v.hovered, v.rail.hovered, cell)
	at := -1
	if v.rail.focused {
		at = v.rail.current
	}
	v.mark(v.ring, at, cell)
	v.bar.CornerRadius = l.grid(0.25)
	v.bar.Move(fyne.NewPos(0, l.grid(railEdge)+float32(v.rail.chosen)*cell.Height+cell.Height/2-l.grid(1.5)))
	v.bar.Resize(fyne.NewSize(l.grid(0.5), l.grid(3)))
	for _, o := range v.objects {
		canvas.Refresh(o)
	}
}

func (v *railView) place(l look, i int, p RailItem, cell fyne.Size) {
	top := l.grid(railEdge) + float32(i)*cell.Height
	colour := ColorQuiet
	if i == v.rail.chosen {
		colour = ColorWay
	}
	f := v.rail.font()
	var lines []string
	if !v.rail.narrow {
		lines = f.wrap(p.Name, cell.Width-l.grid(1.5), railNameRows)
	}
	icon := l.grid(railIcon)
	height := icon
	if len(lines) > 0 {
		height += l.grid(0.5) + float32(len(lines))*f.height()
	}
	y := top + (cell.Height-height)/2
	if p.Icon != nil {
		v.icons[i].Resource = theme.NewColoredResource(p.Icon, colour)
		v.icons[i].Refresh()
	}
	v.icons[i].Move(fyne.NewPos((cell.Width-icon)/2, y))
	v.icons[i].Resize(fyne.NewSquareSize(icon))
	for _, t := range v.names[i] {
		t.Color, t.TextSize, t.TextStyle = l.color(colour), f.size, f.style
	}
	stack(v.names[i], lines, fyne.NewPos(l.grid(0.75), y+icon+l.grid(0.5)), cell.Width-l.grid(1.5), fyne.TextAlignCenter)
}

func (v *railView) mark(r *canvas.Rectangle, i int, cell fyne.Size) {
	l := lookOf(v.rail)
	r.Hidden = i < 0 || i >= len(v.rail.items)
	if r.Hidden {
		return
	}
	inset := l.grid(0.5)
	r.CornerRadius = l.grid(1.25)
	r.Move(fyne.NewPos(inset, l.grid(railEdge+0.25)+float32(i)*cell.Height))
	r.Resize(fyne.NewSize(cell.Width-2*inset, cell.Height-l.grid(0.5)))
}
