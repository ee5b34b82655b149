package part

import (
	"cmp"
	"slices"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/widget"
)

// Bar is one check as the waterfall shows it, all its texts ready made. IDs are unique.
type Bar struct {
	ID, Name, Group string
	Summary         string // all that was found, in words
	Time            string // Took, in words
	State           State
	Start, Took     time.Duration
	Data            string // the raw data, as indented JSON
}

// FallWords are the waterfall's own words.
type FallWords struct {
	Started, Took string                     // before the two times of a check
	Data          string                     // above the raw data
	Cut           string                     // below raw data that is too long to be shown whole
	Copy          string                     // on the button
	Skipped       func(n int) string         // the line that stands for all checks that were skipped
	Span          func(time.Duration) string // a time on the axis and the start of a check
}

// Waterfall draws every check as a row with a bar on one common time axis, the rows grouped by
// station. A click, or Enter after the arrow keys, opens the details of a row below it.
type Waterfall struct {
	widget.BaseWidget

	Words    FallWords
	Groups   []string                  // the order of the groups; those not named come after
	OnCopy   func(text string)         // puts a text on the clipboard
	OnReveal func(top, height float32) // asks that this part of the widget be scrolled into view

	bars    []Bar
	rows    []*fallRow          // as drawn, headings and the line of the skipped included
	byID    map[string]*fallRow // every row ever drawn, to be used again
	marks   []fallMark
	end     time.Duration // where the axis ends
	size    fallSize
	height  float32
	panel   *fallPanel
	current string // ID of the row that the keys act on
	open    string // ID of the row whose details are shown
	hovered *fallRow
	focused bool
	hover   *canvas.Rectangle
	ring    *canvas.Rectangle
	objects []fyne.CanvasObject
}

var (
	_ fyne.Focusable     = (*Waterfall)(nil)
	_ fyne.Tappable      = (*Waterfall)(nil)
	_ fyne.Shortcutable  = (*Waterfall)(nil)
	_ desktop.Hoverable  = (*Waterfall)(nil)
	_ desktop.Cursorable = (*Waterfall)(nil)
)

// skippedID is the row that stands for all checks that were skipped.
const skippedID = "\x00skipped"

// NewWaterfall returns a waterfall without bars.
func NewWaterfall(words FallWords) *Waterfall {
	w := &Waterfall{Words: words, byID: map[string]*fallRow{}}
	w.hover, w.ring = canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	w.hover.CornerRadius, w.ring.CornerRadius, w.ring.StrokeWidth = 8, 8, 2
	w.panel = newFallPanel(words, w.copyOpen)
	w.ExtendBaseWidget(w)
	return w
}

// SetBars shows these bars. It touches only rows that changed, so that it may be called for every
// event of a running examination.
func (w *Waterfall) SetBars(bars []Bar) {
	if !slices.EqualFunc(w.bars, bars, sameRow) {
		w.bars = slices.Clone(bars)
		w.build()
		w.Refresh()
		return
	}
	moved := false
	for i, b := range bars {
		if b == w.bars[i] {
			continue
		}
		w.bars[i] = b
		if b.State == Skipped {
			w.setSkipped()
			continue
		}
		row := w.byID[b.ID]
		moved = row.set(b) || b.Start+b.Took > w.end || moved
		if !moved {
			w.placeBar(row)
		}
	}
	if moved {
		w.arrange()
	}
	w.showOpen()
}

// sameRow tells whether a bar takes the place of another without moving any row.
func sameRow(a, b Bar) bool {
	return a.ID == b.ID && a.Group == b.Group && (a.State == Skipped) == (b.State == Skipped)
}

// build makes the list of rows out of the bars; rows that were there before are used again.
func (w *Waterfall) build() {
	order := map[string]int{}
	for _, g := range w.Groups {
		order[g] = len(order)
	}
	var shown []Bar
	for _, b := range w.bars {
		if b.State == Skipped {
			continue
		}
		if _, known := order[b.Group]; !known {
			order[b.Group] = len(order)
		}
		shown = append(shown, b)
	}
	slices.SortStableFunc(shown, func(a, b Bar) int {
		return cmp.Or(cmp.Compare(order[a.Group], order[b.Group]), cmp.Compare(a.Start, b.Start))
	})
	w.rows = w.rows[:0]
	for i, b := range shown {
		if b.Group != "" && (i == 0 || shown[i-1].Group != b.Group) {
			w.add(fallHeading, Bar{ID: "\x00" + b.Group, Name: b.Group})
		}
		w.add(fallBar, b)
	}
	if len(shown) < len(w.bars) {
		w.add(fallSkipped, Bar{ID: skippedID, State: Skipped})
		w.setSkipped()
	}
	if !w.has(w.open) {
		w.open = ""
	}
	if !w.has(w.current) {
		w.current = ""
	}
	w.hovered = nil
	w.showOpen()
}

func (w *Waterfall) add(kind fallKind, b Bar) {
	row := w.byID[b.ID]
	if row == nil {
		row = newFallRow(kind, lookOf(w))
		w.byID[b.ID] = row
	}
	row.set(b)
	w.rows = append(w.rows, row)
}

// setSkipped gathers what is known of all checks that were skipped in their one row.
func (w *Waterfall) setSkipped() {
	all := Bar{ID: skippedID, State: Skipped}
	n := 0
	for _, b := range w.bars {
		if b.State != Skipped {
			continue
		}
		n++
		if all.Summary != "" {
			all.Summary += "\n"
		}
		all.Summary += b.Name
		if b.Summary != "" {
			all.Summary += ": " + b.Summary
		}
	}
	all.Name = w.Words.Skipped(n)
	w.byID[skippedID].set(all)
}

func (w *Waterfall) has(id string) bool { return w.find(id) >= 0 }

// find is the place of the row with this ID among the rows that are shown, or -1.
func (w *Waterfall) find(id string) int {
	if id == "" {
		return -1
	}
	return slices.IndexFunc(w.rows, func(r *fallRow) bool { return r.bar.ID == id })
}

// Open shows the details of the check with this ID; "" closes them.
func (w *Waterfall) Open(id string) {
	if !w.has(id) {
		id = ""
	}
	if w.open == id {
		return
	}
	w.open = id
	w.showOpen()
	w.arrange()
	canvas.Refresh(w)
}

func (w *Waterfall) showOpen() {
	if w.open != "" {
		w.panel.set(w.byID[w.open].bar)
	}
}

func (w *Waterfall) copyOpen() {
	if w.open != "" && w.OnCopy != nil {
		w.OnCopy(copyText(w.byID[w.open].bar))
	}
}

// copyText is all that is known of a check, whole.
func copyText(b Bar) string {
	text := b.Name
	for _, more := range []string{b.Summary, b.Data} {
		if more != "" {
			text += "\n" + more
		}
	}
	return text
}

// step moves the current row by so many rows, over headings.
func (w *Waterfall) step(by int) {
	at, dir := w.find(w.current), 1
	if by < 0 {
		dir = -1
	}
	if at < 0 && dir < 0 {
		at = len(w.rows)
	}
	for left := by * dir; left > 0; {
		next := at + dir
		for next >= 0 && next < len(w.rows) && w.rows[next].kind == fallHeading {
			next += dir
		}
		if next < 0 || next >= len(w.rows) {
			break
		}
		at = next
		left--
	}
	if at >= 0 && at < len(w.rows) {
		w.choose(w.rows[at].bar.ID)
	}
}

// choose makes a row the current one and has it scrolled into view.
func (w *Waterfall) choose(id string) {
	w.current = id
	w.placeRing()
	if i := w.find(id); i >= 0 && w.OnReveal != nil {
		w.OnReveal(w.rows[i].top, w.rows[i].height)
	}
}

// toggle opens the details of a row, or closes them.
func (w *Waterfall) toggle(id string) {
	if w.open == id {
		id = ""
	}
	w.Open(id)
	if i := w.find(id); i >= 0 && w.OnReveal != nil {
		w.OnReveal(w.rows[i].top, w.rows[i].height+w.panel.Size().Height)
	}
}

// TypedKey moves between the rows, and opens and closes their details.
func (w *Waterfall) TypedKey(e *fyne.KeyEvent) {
	switch e.Name {
	case fyne.KeyDown:
		w.step(1)
	case fyne.KeyUp:
		w.step(-1)
	case fyne.KeyPageDown:
		w.step(10)
	case fyne.KeyPageUp:
		w.step(-10)
	case fyne.KeyHome:
		w.step(-len(w.rows))
	case fyne.KeyEnd:
		w.step(len(w.rows))
	case fyne.KeyReturn, fyne.KeyEnter, fyne.KeySpace:
		if w.current != "" {
			w.toggle(w.current)
		}
	case fyne.KeyRight:
		if w.current != w.open {
			w.toggle(w.current)
		}
	case fyne.KeyLeft:
		w.Open("")
	case fyne.KeyEscape:
		if w.open == "" {
			LeaveKey(w, e)
		}
		w.Open("")
	default:
		LeaveKey(w, e)
	}
}

// TypedRune does nothing; the rows are not searched by typing.
func (w *Waterfall) TypedRune(rune) {}

// TypedShortcut copies the current row.
func (w *Waterfall) TypedShortcut(s fyne.Shortcut) {
	if _, ok := s.(*fyne.ShortcutCopy); !ok {
		LeaveShortcut(w, s)
		return
	}
	if w.has(w.current) && w.OnCopy != nil {
		w.OnCopy(copyText(w.byID[w.current].bar))
	}
}

// FocusGained shows the ring around the current row.
func (w *Waterfall) FocusGained() {
	w.focused = true
	if w.current == "" {
		w.step(1)
	}
	w.placeRing()
}

// FocusLost hides the ring.
func (w *Waterfall) FocusLost() {
	w.focused = false
	w.placeRing()
}

// Tapped opens or closes the row that was clicked.
func (w *Waterfall) Tapped(e *fyne.PointEvent) {
	row := w.rowAt(e.Position.Y)
	if row == nil {
		return
	}
	if c := fyne.CurrentApp().Driver().CanvasForObject(w); c != nil {
		c.Focus(w)
	}
	w.current = row.bar.ID
	w.toggle(row.bar.ID)
	w.placeRing()
}

func (w *Waterfall) rowAt(y float32) *fallRow {
	for _, r := range w.rows {
		if r.kind != fallHeading && y >= r.top && y < r.top+r.height {
			return r
		}
	}
	return nil
}

// MouseIn marks the row under the pointer.
func (w *Waterfall) MouseIn(e *desktop.MouseEvent) { w.MouseMoved(e) }

// MouseMoved marks the row under the pointer.
func (w *Waterfall) MouseMoved(e *desktop.MouseEvent) {
	if row := w.rowAt(e.Position.Y); row != w.hovered {
		w.hovered = row
		w.placeHover()
	}
}

// MouseOut unmarks the row.
func (w *Waterfall) MouseOut() {
	w.hovered = nil
	w.placeHover()
}

// Cursor says that a row can be clicked.
func (w *Waterfall) Cursor() desktop.Cursor {
	if w.hovered != nil {
		return desktop.PointerCursor
	}
	return desktop.DefaultCursor
}
