package part

import (
	"math"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"

	"github.com/waymend/waymend/app/axis"
)

type fallKind int

const (
	fallBar fallKind = iota
	fallHeading
	fallSkipped
)

// fallRow is one row and what draws it.
type fallRow struct {
	kind        fallKind
	look        look
	bar         Bar
	top, height float32
	timeWidth   float32
	sign        *Badge
	name, time  *canvas.Text
	box         *canvas.Rectangle
}

func newFallRow(kind fallKind, l look) *fallRow {
	r := &fallRow{kind: kind, look: l, name: canvas.NewText("", nil)}
	if kind != fallHeading {
		r.sign = NewBadge(Waiting, false, false)
	}
	if kind == fallBar {
		r.time, r.box = canvas.NewText("", nil), canvas.NewRectangle(nil)
	}
	r.paint(l)
	r.bar.State = "\x00" // unlike any, so that the first set draws
	return r
}

func (r *fallRow) objects() []fyne.CanvasObject {
	switch r.kind {
	case fallHeading:
		return []fyne.CanvasObject{r.name}
	case fallSkipped:
		return []fyne.CanvasObject{r.sign, r.name}
	}
	return []fyne.CanvasObject{r.sign, r.name, r.box, r.time}
}

// set takes over a bar, and tells whether the columns must be laid out again for it.
func (r *fallRow) set(b Bar) (moved bool) {
	old := r.bar
	r.bar = b
	if b.State != old.State {
		r.paintState()
	}
	if b.Name != old.Name {
		moved = true
	}
	if r.time != nil && b.Time != r.time.Text {
		r.time.Text = b.Time
		if wide := textWidth(r.time); wide > r.timeWidth {
			r.timeWidth, moved = wide, true
		}
		r.time.Refresh()
	}
	return moved
}

// paintState draws what depends on the state.
func (r *fallRow) paintState() {
	if r.sign != nil {
		r.sign.SetState(r.bar.State)
	}
	if r.box != nil {
		r.box.FillColor = r.look.color(stateColor(r.bar.State))
		r.box.Refresh()
	}
}

// paint takes colours and sizes of text from the theme.
func (r *fallRow) paint(l look) {
	r.look = l
	r.name.Color, r.name.TextSize = l.color(theme.ColorNameForeground), l.size(SizeBody)
	if r.kind == fallHeading {
		r.name.Color, r.name.TextSize = l.color(ColorQuiet), l.size(SizeSmall)
		r.name.TextStyle.Bold = true
	}
	if r.time != nil {
		r.time.Color, r.time.TextSize = l.color(ColorQuiet), l.size(SizeSmall)
		r.timeWidth = textWidth(r.time)
	}
	if r.box != nil {
		r.box.CornerRadius = l.grid(0.25)
	}
	r.paintState()
}

func textWidth(t *canvas.Text) float32 {
	return fyne.MeasureText(t.Text, t.TextSize, t.TextStyle).Width
}

// fit shortens a text to a width, with an ellipsis.
func fit(t *canvas.Text, text string, width float32) {
	short := []rune(text)
	if fyne.MeasureText(text, t.TextSize, t.TextStyle).Width > width {
		low, high := 0, len(short)
		for low < high { // the most runes that have room beside an ellipsis
			mid := (low + high + 1) / 2
			if fyne.MeasureText(string(short[:mid])+ellipsis, t.TextSize, t.TextStyle).Width <= width {
				low = mid
			} else {
				high = mid - 1
			}
		}
		text = string(short[:low]) + ellipsis
	}
	if t.Text != text {
		t.Text = text
		t.Refresh()
	}
}

// fallMark is one step of the axis: its line and its label.
type fallMark struct {
	line  *canvas.Rectangle
	label *canvas.Text
}

// fallSize holds the measures of a layout.
type fallSize struct {
	unit        float32 // of the grid; all distances are multiples of it
	width       float32
	narrow      bool    // names above the bars
	row, plain  float32 // heights of a row with a bar and of one without
	text, small float32 // heights of the two sizes of text
	name        float32 // width of the names
	left, right float32 // of the time axis
	end         time.Duration
}

// Measures of the waterfall in units of the grid.
const (
	fallNarrow    = 70  // below this width the names stand above the bars
	fallLeast     = 30  // the least width
	fallNames     = 36  // the greatest width of names
	fallTimes     = 6   // the least room for the times to the right of the axis
	fallLabel     = 9   // what a label of the axis needs
	fallSign      = 2   // the size of signs
	fallBox       = 1.5 // the height of bars
	fallPanelMost = 120 // the greatest width of the details
	fallThin      = 2   // the least width of a bar, in pixels
)

func (w *Waterfall) measure() fallSize {
	l := lookOf(w)
	m := fallSize{unit: l.grid(1)}
	m.width = max(w.Size().Width, fallLeast*m.unit)
	m.narrow = m.width < fallNarrow*m.unit
	m.text = fyne.MeasureText("Äg", l.size(SizeBody), fyne.TextStyle{}).Height
	m.small = fyne.MeasureText("Äg", l.size(SizeSmall), fyne.TextStyle{}).Height
	m.plain = m.up(m.text + m.unit)
	times := fallTimes * m.unit
	for _, r := range w.rows {
		if r.kind == fallBar {
			times = max(times, r.timeWidth)
			m.name = max(m.name, fyne.MeasureText(r.bar.Name, r.name.TextSize, r.name.TextStyle).Width)
			m.end = max(m.end, r.bar.Start+r.bar.Took)
		}
	}
	names := (fallSign + 2) * m.unit
	m.right = m.width - m.unit - m.up(times+m.unit)
	if m.narrow {
		m.row, m.left = m.up(m.text+m.small+m.unit), names
		m.name = m.width - names - m.unit
		return m
	}
	m.row = m.plain
	m.name = min(m.name, fallNames*m.unit, m.width*0.35)
	m.left = m.up(names + m.name + 2*m.unit)
	return m
}

// up rounds up to the grid.
func (m fallSize) up(v float32) float32 {
	return float32(math.Ceil(float64(v/m.unit)-0.01)) * m.unit
}

// axisHeight is what the labels above the rows take.
func (m fallSize) axisHeight() float32 { return m.up(m.small + m.unit) }

// arrange puts everything in its place for the size that the widget has.
func (w *Waterfall) arrange() {
	w.size = w.measure()
	w.arrangeAxis()
	y := w.size.axisHeight()
	if len(w.rows) == 0 {
		y = 0
	}
	open := false
	for _, r := range w.rows {
		r.top, r.height = y, w.size.row
		if r.kind != fallBar {
			r.height = w.size.plain
		}
		w.placeRow(r)
		y += r.height
		if w.open != "" && r.bar.ID == w.open {
			y += w.arrangePanel(y)
			open = true
		}
	}
	setVisible(w.panel, open)
	for _, m := range w.marks {
		m.line.Resize(fyne.NewSize(1, y-m.line.Position().Y))
	}
	w.height = y
	w.placeHover()
	w.placeRing()
}

// arrangePanel puts the open details at this height, and returns how much they take.
func (w *Waterfall) arrangePanel(y float32) float32 {
	m := w.size
	width := min(m.width-2*m.unit, fallPanelMost*m.unit)
	w.panel.Move(fyne.NewPos(m.unit, y+m.unit/2))
	w.panel.Resize(fyne.NewSize(width, w.panel.Size().Height)) // texts wrap to the width
	height := w.panel.MinSize().Height
	w.panel.Resize(fyne.NewSize(width, height))
	return m.up(height + 1.5*m.unit)
}

// arrangeAxis draws the lines and labels of the axis, as many as there is room for.
func (w *Waterfall) arrangeAxis() {
	m := &w.size
	parts := min(max(int((m.right-m.left)/(fallLabel*m.unit)), 2), 8)
	span := float64(m.end) / float64(time.Millisecond)
	step := axis.Step(span, parts)
	steps := max(int(span/step+0.999), 1)
	w.end = time.Duration(float64(steps) * step * float64(time.Millisecond))
	m.end = w.end
	n := steps + 1
	if len(w.rows) == 0 {
		n = 0
	}
	for len(w.marks) < n {
		mark := fallMark{canvas.NewRectangle(nil), canvas.NewText("", nil)}
		w.marks = append(w.marks, mark)
		w.paintMark(mark)
		w.collect()
	}
	top := m.axisHeight()
	free := float32(0)
	for i, mark := range w.marks {
		setVisible(mark.line, i < n)
		if i >= n {
			setVisible(mark.label, false)
			continue
		}
		x := w.x(time.Duration(float64(i) * step * float64(time.Millisecond)))
		mark.line.Move(fyne.NewPos(x, top-m.unit/2))
		text := w.Words.Span(time.Duration(float64(i) * step * float64(time.Millisecond)))
		if mark.label.Text != text {
			mark.label.Text = text
			mark.label.Refresh()
		}
		wide := textWidth(mark.label)
		at := min(max(x-wide/2, 0), m.width-wide)
		mark.label.Move(fyne.NewPos(at, 2))
		mark.label.Resize(fyne.NewSize(wide, m.small))
		setVisible(mark.label, at >= free)
		if at >= free {
			free = at + wide + m.unit
		}
	}
}

// x is where a time lies on the axis.
func (w *Waterfall) x(at time.Duration) float32 {
	part := float32(float64(at) / float64(max(w.end, 1)))
	x := w.size.left + part*(w.size.right-w.size.left)
	return float32(int(x))
}

// placeRow puts a row's sign and name in their places, and its bar.
func (w *Waterfall) placeRow(r *fallRow) {
	m := w.size
	first := m.plain // the height of the line that sign and name stand in
	x, width := (fallSign+2)*m.unit, m.name
	if r.kind == fallHeading {
		x = m.unit
	}
	if r.kind != fallBar {
		width = m.width - x - m.unit
	}
	fit(r.name, r.bar.Name, width)
	tall := r.name.MinSize().Height
	y := r.top + (first-tall)/2
	switch {
	case r.kind == fallHeading:
		y = r.top + r.height - tall - m.unit/2 // nearer to its rows than to those above
	case m.narrow && r.kind == fallBar:
		y = r.top + m.unit/2
	}
	r.name.Move(fyne.NewPos(x, y))
	r.name.Resize(fyne.NewSize(width, tall))
	if r.sign != nil {
		size := fallSign * m.unit
		r.sign.Move(fyne.NewPos(m.unit, y+(tall-size)/2))
		r.sign.Resize(fyne.NewSquareSize(size))
	}
	if r.kind == fallBar {
		w.placeBar(r)
	}
}

// placeBar puts a row's bar on the axis, and its time beside it.
func (w *Waterfall) placeBar(r *fallRow) {
	m := w.size
	middle := r.top + m.row/2
	if m.narrow {
		middle = r.top + m.unit/2 + m.text + m.small/2
	}
	from := w.x(r.bar.Start)
	to := max(w.x(r.bar.Start+r.bar.Took), from+fallThin)
	r.box.Move(fyne.NewPos(from, middle-fallBox*m.unit/2))
	r.box.Resize(fyne.NewSize(to-from, fallBox*m.unit))
	r.time.Move(fyne.NewPos(to+0.75*m.unit, middle-m.small/2))
	r.time.Resize(fyne.NewSize(r.timeWidth, m.small))
}

func (w *Waterfall) placeHover() {
	if r := w.hovered; r != nil {
		w.hover.Move(fyne.NewPos(0, r.top))
		w.hover.Resize(fyne.NewSize(w.size.width, r.height))
	}
	setVisible(w.hover, w.hovered != nil)
}

func (w *Waterfall) placeRing() {
	i := w.find(w.current)
	if i >= 0 {
		w.ring.Move(fyne.NewPos(1, w.rows[i].top+1))
		w.ring.Resize(fyne.NewSize(w.size.width-2, w.rows[i].height-2))
	}
	setVisible(w.ring, w.focused && i >= 0)
}

// setVisible shows or hides an object, and touches it only when that changes something.
func setVisible(o fyne.CanvasObject, visible bool) {
	switch {
	case visible && !o.Visible():
		o.Show()
	case !visible && o.Visible():
		o.Hide()
	}
}

func (w *Waterfall) paintMark(m fallMark) {
	l := lookOf(w)
	m.line.FillColor = l.color(ColorEdge)
	m.label.Color, m.label.TextSize = l.color(ColorQuiet), l.size(SizeSmall)
}

// collect lists all that is drawn, from the back to the front.
func (w *Waterfall) collect() {
	w.objects = w.objects[:0]
	w.objects = append(w.objects, w.hover)
	for _, m := range w.marks {
		w.objects = append(w.objects, m.line, m.label)
	}
	for _, r := range w.rows {
		w.objects = append(w.objects, r.objects()...)
	}
	w.objects = append(w.objects, w.ring, w.panel)
}

// CreateRenderer implements fyne.Widget.
func (w *Waterfall) CreateRenderer() fyne.WidgetRenderer {
	w.ExtendBaseWidget(w)
	r := fallRenderer{w}
	r.Refresh()
	return r
}

// fallRenderer hands Fyne what the widget keeps, so that SetBars reaches it directly.
type fallRenderer struct{ w *Waterfall }

func (r fallRenderer) Destroy()         {}
func (r fallRenderer) Layout(fyne.Size) { r.w.arrange() }
func (r fallRenderer) MinSize() fyne.Size {
	return fyne.NewSize(fallLeast*r.w.size.unit, r.w.height)
}
func (r fallRenderer) Objects() []fyne.CanvasObject { return r.w.objects }

// Refresh paints everything anew, for another theme or other rows.
func (r fallRenderer) Refresh() {
	w := r.w
	l := lookOf(w)
	w.hover.FillColor = l.color(theme.ColorNameHover)
	w.ring.StrokeColor = l.color(ColorRing)
	for _, m := range w.marks {
		w.paintMark(m)
	}
	for _, row := range w.rows {
		row.paint(l)
	}
	w.collect()
	w.arrange()
	for _, o := range w.objects {
		o.Refresh()
	}
}
