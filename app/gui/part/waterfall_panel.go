package part

import (
	"strings"
	"unicode/utf8"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

const (
	dataShown  = 64 << 10 // bytes of raw data that are shown; more would make painting slow
	dataHeight = 280      // the greatest height of raw data; the rest scrolls
)

// fallPanel shows the details of one row of the waterfall.
type fallPanel struct {
	widget.BaseWidget

	words     FallWords
	bar       Bar
	summary   *widget.Label
	times     *widget.Label
	dataTitle *widget.Label
	data      *widget.Label
	frame     *container.Scroll
	cut       *widget.Label
	back      *canvas.Rectangle
	edge      *canvas.Rectangle
	content   *fyne.Container
}

func newFallPanel(words FallWords, onCopy func()) *fallPanel {
	p := &fallPanel{words: words}
	p.summary, p.times, p.cut = widget.NewLabel(""), widget.NewLabel(""), widget.NewLabel(words.Cut)
	p.summary.Wrapping, p.times.Wrapping, p.cut.Wrapping = fyne.TextWrapWord, fyne.TextWrapWord, fyne.TextWrapWord
	p.times.SizeName, p.cut.SizeName = SizeSmall, SizeSmall
	p.dataTitle = widget.NewLabelWithStyle(words.Data, fyne.TextAlignLeading, fyne.TextStyle{Bold: true})
	p.dataTitle.SizeName = SizeSmall
	p.data = widget.NewLabelWithStyle("", fyne.TextAlignLeading, fyne.TextStyle{Monospace: true})
	p.data.Selectable, p.data.SizeName = true, SizeSmall
	p.frame = container.NewScroll(p.data)
	p.back, p.edge = canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	p.back.CornerRadius, p.edge.CornerRadius = 8, 2
	button := widget.NewButtonWithIcon(words.Copy, Icon("copy"), onCopy)
	p.content = container.New(layout.NewCustomPaddedVBoxLayout(0), p.summary, p.times, p.dataTitle, p.frame, p.cut,
		container.New(layout.NewCustomPaddedLayout(4, 4, 8, 8), container.NewHBox(button)))
	p.Hide()
	p.ExtendBaseWidget(p)
	return p
}

// set shows the details of this check, and touches only what changed.
func (p *fallPanel) set(b Bar) {
	old := p.bar
	p.bar = b
	if p.summary.Text != b.Summary {
		p.summary.SetText(b.Summary)
	}
	setVisible(p.summary, b.Summary != "")
	times := ""
	if b.ID != skippedID {
		times = p.words.Started + " " + p.words.Span(b.Start)
		if b.Time != "" {
			times += "  ·  " + p.words.Took + " " + b.Time
		}
	}
	if p.times.Text != times {
		p.times.SetText(times)
	}
	setVisible(p.times, times != "")
	if b.Data != old.Data {
		p.setData(b.Data)
	}
	for _, o := range []fyne.CanvasObject{p.dataTitle, p.frame} {
		setVisible(o, b.Data != "")
	}
	setVisible(p.cut, len(b.Data) > dataShown)
	if b.ID != old.ID {
		p.frame.ScrollToOffset(fyne.Position{})
	}
}

func (p *fallPanel) setData(data string) {
	p.data.SetText(bounded(data, dataShown))
	p.frame.SetMinSize(fyne.NewSize(0, min(p.data.MinSize().Height+scrollBar, dataHeight)))
}

// scrollBar is the room for the bar below lines that are longer than the frame.
const scrollBar = 8

// bounded cuts a text to at most so many bytes, at the end of a line if there is one near, never
// inside a character.
func bounded(s string, most int) string {
	if len(s) <= most {
		return s
	}
	s = s[:most]
	if line := strings.LastIndexByte(s, '\n'); line > most/2 {
		return s[:line]
	}
	for len(s) > 0 && !utf8.ValidString(s[max(0, len(s)-utf8.UTFMax):]) {
		r, size := utf8.DecodeLastRuneInString(s)
		if r != utf8.RuneError || size > 1 {
			break
		}
		s = s[:len(s)-1]
	}
	return s
}

// CreateRenderer implements fyne.Widget.
func (p *fallPanel) CreateRenderer() fyne.WidgetRenderer {
	p.ExtendBaseWidget(p)
	r := panelRenderer{p}
	r.paint()
	return r
}

type panelRenderer struct{ p *fallPanel }

func (r panelRenderer) Destroy() {}

func (r panelRenderer) MinSize() fyne.Size {
	return r.p.content.MinSize().AddWidthHeight(8, 8)
}

func (r panelRenderer) Layout(size fyne.Size) {
	r.p.back.Resize(size)
	r.p.edge.Resize(fyne.NewSize(4, size.Height))
	r.p.content.Move(fyne.NewPos(8, 4))
	r.p.content.Resize(size.SubtractWidthHeight(8, 8))
}

func (r panelRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.p.back, r.p.edge, r.p.content}
}

func (r panelRenderer) Refresh() {
	r.paint()
	r.Layout(r.p.Size())
	r.p.back.Refresh()
	r.p.edge.Refresh()
	r.p.content.Refresh()
}

func (r panelRenderer) paint() {
	l := lookOf(r.p)
	r.p.back.FillColor, r.p.back.StrokeColor, r.p.back.StrokeWidth = l.color(theme.ColorNameBackground), l.color(ColorEdge), 1
	r.p.edge.FillColor = l.color(ColorWay)
}
