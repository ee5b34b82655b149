package part

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/widget"
)

// Panel puts the content on a card with round corners.
func Panel(content fyne.CanvasObject) fyne.CanvasObject {
	p := &panelCard{content: content}
	p.ExtendBaseWidget(p)
	return p
}

// panelMargin is what a card keeps free around its content, in units of the grid.
const panelMargin = 2

type panelCard struct {
	widget.BaseWidget
	content fyne.CanvasObject
}

func (p *panelCard) CreateRenderer() fyne.WidgetRenderer {
	r := &panelView{panel: p, ground: &canvas.Rectangle{StrokeWidth: 1}}
	r.paint()
	return r
}

type panelView struct {
	panel  *panelCard
	ground *canvas.Rectangle
}

func (r *panelView) paint() {
	l := lookOf(r.panel)
	r.ground.FillColor, r.ground.StrokeColor = l.color(ColorPanel), l.color(ColorEdge)
	r.ground.CornerRadius = l.size(SizeRounding)
}

func (r *panelView) Refresh() {
	r.paint()
	r.Layout(r.panel.Size())
	canvas.Refresh(r.panel)
}

func (r *panelView) Layout(size fyne.Size) {
	margin := lookOf(r.panel).grid(panelMargin)
	r.ground.Resize(size)
	r.panel.content.Move(fyne.NewPos(margin, margin))
	r.panel.content.Resize(size.SubtractWidthHeight(2*margin, 2*margin))
}

func (r *panelView) MinSize() fyne.Size {
	margin := 2 * lookOf(r.panel).grid(panelMargin)
	return r.panel.content.MinSize().AddWidthHeight(margin, margin)
}

func (r *panelView) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.ground, r.panel.content}
}

func (r *panelView) Destroy() {}

// Headline is a text in the largest type, for the one sentence of a page.
func Headline(text string) *widget.Label { return label(text, SizeHeadline, true) }

// Title is a text that stands over a section.
func Title(text string) *widget.Label { return label(text, SizeTitle, true) }

// Body is running text.
func Body(text string) *widget.Label { return label(text, SizeBody, false) }

// Quiet is small text of second rank.
func Quiet(text string) *widget.Label {
	l := label(text, SizeSmall, false)
	l.Importance = widget.LowImportance
	return l
}

// label is a text that wraps.
func label(text string, size fyne.ThemeSizeName, bold bool) *widget.Label {
	l := widget.NewLabel(text)
	l.SizeName, l.TextStyle.Bold, l.Wrapping = size, bold, fyne.TextWrapWord
	return l
}

// Notice is a sentence with the badge of a state in front, in a frame of the state's colour.
type Notice struct {
	widget.BaseWidget
	state State
	badge *Badge
	label *widget.Label
}

// NewNotice makes an empty notice; Set gives it its sentence.
func NewNotice() *Notice {
	n := &Notice{badge: NewBadge(Waiting, false, false), label: Body("")}
	n.ExtendBaseWidget(n)
	return n
}

// Set shows another sentence.
func (n *Notice) Set(s State, text string) {
	if s == n.state && text == n.label.Text {
		return
	}
	n.state = s
	n.badge.SetState(s)
	n.label.SetText(text)
	n.Refresh()
}

// SetMotion says whether the badge of something running may breathe.
func (n *Notice) SetMotion(motion bool) { n.badge.SetMotion(motion) }

// CreateRenderer implements fyne.Widget.
func (n *Notice) CreateRenderer() fyne.WidgetRenderer {
	r := &noticeView{notice: n, frame: &canvas.Rectangle{}}
	r.paint()
	return r
}

type noticeView struct {
	notice *Notice
	frame  *canvas.Rectangle
}

func (r *noticeView) paint() {
	l := lookOf(r.notice)
	r.frame.FillColor, r.frame.StrokeColor = l.color(ColorPanel), l.color(stateColor(r.notice.state))
	r.frame.StrokeWidth, r.frame.CornerRadius = l.grid(0.125), l.grid(1.25)
}

func (r *noticeView) Refresh() {
	r.paint()
	r.Layout(r.notice.Size())
	canvas.Refresh(r.notice)
}

// textAt is where the sentence begins; its label has a margin of its own.
func (r *noticeView) textAt() float32 {
	return lookOf(r.notice).grid(1.5) + r.notice.badge.MinSize().Width
}

func (r *noticeView) Layout(size fyne.Size) {
	l, n := lookOf(r.notice), r.notice
	r.frame.Resize(size)
	badge := n.badge.MinSize()
	line := font{size: l.size(SizeBody)}.height() + l.grid(2)
	n.badge.Resize(badge)
	n.badge.Move(fyne.NewPos(l.grid(1.5), l.grid(0.5)+(line-badge.Height)/2))
	n.label.Move(fyne.NewPos(r.textAt(), l.grid(0.5)))
	n.label.Resize(fyne.NewSize(max(0, size.Width-r.textAt()-l.grid(0.5)), n.label.MinSize().Height))
}

func (r *noticeView) MinSize() fyne.Size {
	l := lookOf(r.notice)
	return r.notice.label.MinSize().Add(fyne.NewSize(r.textAt()+l.grid(0.5), l.grid(1)))
}

func (r *noticeView) Objects() []fyne.CanvasObject {
	return []fyne.CanvasObject{r.frame, r.notice.badge, r.notice.label}
}

func (r *noticeView) Destroy() {}
