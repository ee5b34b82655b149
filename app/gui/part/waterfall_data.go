package part

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"
)

const (
	dataShown  = 64 << 10 // bytes of raw data that are shown
	dataLine   = 200      // characters of a line; a longer one would be too wide for a texture
	dataPiece  = 2 << 10  // bytes of one label; the work of a label grows with the square of its text
	dataHeight = 35       // the greatest height in units of the grid; the rest scrolls
)

// dataView shows long text in a fixed-width font, bounded in every direction, to be selected.
type dataView struct {
	labels []*widget.Label
	pieces *fyne.Container
	scroll *container.Scroll
}

func newDataView() *dataView {
	v := &dataView{pieces: container.New(joinedLayout{})}
	v.scroll = container.NewScroll(v.pieces)
	return v
}

// set shows the beginning of a text.
func (v *dataView) set(text string) {
	parts := inPieces(brokenLines(bounded(text, dataShown), dataLine), dataPiece)
	for len(v.labels) < len(parts) {
		label := widget.NewLabelWithStyle("", fyne.TextAlignLeading, fyne.TextStyle{Monospace: true})
		label.SizeName = SizeSmall
		v.labels = append(v.labels, label)
	}
	v.labels = v.labels[:len(parts)]
	v.pieces.Objects = v.pieces.Objects[:0]
	for i, label := range v.labels {
		setText(label, parts[i])
		v.pieces.Objects = append(v.pieces.Objects, label)
	}
	v.fit()
	v.scroll.Refresh()
}

// fit gives the frame the height of the text, up to a limit.
func (v *dataView) fit() {
	u := unit()
	// One unit more keeps the last line clear of the bar that scrolls long lines.
	height := min(v.pieces.MinSize().Height+u, dataHeight*u)
	if v.scroll.MinSize().Height != height {
		v.scroll.SetMinSize(fyne.NewSize(0, height))
	}
}

// joinedLayout puts labels below each other as if they were one.
type joinedLayout struct{}

func (joinedLayout) MinSize(objects []fyne.CanvasObject) (size fyne.Size) {
	gap := joint()
	for _, o := range objects {
		need := o.MinSize()
		size = fyne.NewSize(max(size.Width, need.Width), size.Height+need.Height-gap)
	}
	return size.AddWidthHeight(0, gap)
}

func (joinedLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y, gap := float32(0), joint()
	for _, o := range objects {
		tall := o.MinSize().Height
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, tall))
		y += tall - gap
	}
}

// bounded cuts a text to at most so many bytes: at the end of a line if one is near, never inside a
// character.
func bounded(s string, most int) string {
	if len(s) <= most {
		return s
	}
	if line := strings.LastIndexByte(s[:most], '\n'); line > most/2 {
		return s[:line]
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// brokenLines breaks lines that are longer than so many characters.
func brokenLines(s string, most int) string {
	var b strings.Builder
	n := 0
	for _, r := range s {
		switch {
		case r == '\n':
			n = -1
		case n == most:
			b.WriteByte('\n')
			n = 0
		}
		b.WriteRune(r)
		n++
	}
	return b.String()
}

// inPieces splits a text at the ends of lines into pieces of about so many bytes.
func inPieces(s string, size int) (pieces []string) {
	for len(s) > size {
		end := strings.IndexByte(s[size:], '\n')
		if end < 0 {
			break
		}
		pieces = append(pieces, s[:size+end])
		s = s[size+end+1:]
	}
	return append(pieces, s)
}
