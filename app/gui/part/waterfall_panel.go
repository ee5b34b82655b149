package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"
)

// fallPanel shows the details of one row of the waterfall.
type fallPanel struct {
	widget.BaseWidget

	words     FallWords
	bar       Bar
	summary   *widget.Label
	times     *widget.Label
	dataTitle *widget.Label
	data      *dataView
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
	p.data = newDataView()
	p.back, p.edge = canvas.NewRectangle(nil), canvas.NewRectangle(nil)
	p.back.CornerRadius, p.edge.CornerRadius = 8, 2
	button := NewPush(words.Copy, Icon("copy"), nil)
	button.OnTapped = holding(button, onCopy)
	p.content = container.New(layout.NewCustomPaddedVBoxLayout(0), p.summary, p.times, p.dataTitle, p.data.scroll, p.cut,
		container.New(insetLayout{}, container.NewHBox(button)))
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
		p.data.set(b.Data)
	}
	for _, o := range []fyne.CanvasObject{p.dataTitle, p.data.scroll} {
		setVisible(o, b.Data != "")
	}
	setVisible(p.cut, len(b.Data) > dataShown)
	if b.ID != old.ID {
		p.data.scroll.ScrollToOffset(fyne.Position{})
	}
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
	u := unit()
	return r.p.content.MinSize().AddWidthHeight(u, u)
}

func (r panelRenderer) Layout(size fyne.Size) {
	u := unit()
	r.p.back.Resize(size)
	r.p.edge.Resize(fyne.NewSize(u/2, size.Height))
	r.p.content.Move(fyne.NewPos(u, u/2))
	r.p.content.Resize(size.SubtractWidthHeight(u, u))
}

func (r panelRenderer) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.p.back, r.p.edge, r.p.content}
}

func (r panelRenderer) Refresh() {
	r.paint()
	r.p.data.fit()
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
