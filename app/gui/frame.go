package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"

	"github.com/waymend/waymend/app/gui/part"
)

// narrowBelow is the width in Fyne's units under which the side bar keeps only its icons. A window of
// 900 pixels at 200 % is 450 wide.
const narrowBelow = 720

// rowsBelow is how much narrower than such a window a page is whose way does not fit as a row.
const rowsBelow = 120

// lowest is the least height that the window asks for, in Fyne's units: a window of 600 pixels at 200 %
// is 300 high, and the side bar's icons need less.
const lowest = 280

// newFrame puts the side bar beside the page.
func newFrame(rail *part.Rail, body fyne.CanvasObject, reveal func(fyne.CanvasObject)) fyne.CanvasObject {
	return container.New(&frame{rail, reveal}, rail, body)
}

type frame struct {
	rail   *part.Rail
	reveal func(fyne.CanvasObject)
}

// Reveal implements part.Revealer.
func (f *frame) Reveal(o fyne.CanvasObject) { f.reveal(o) }

func (f *frame) MinSize(objects []fyne.CanvasObject) fyne.Size {
	rail, body := objects[0].MinSize(), objects[1].MinSize()
	return fyne.NewSize(rail.Width+min(body.Width, 320), min(max(rail.Height, 240), lowest))
}

func (f *frame) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	f.rail.SetNarrow(size.Width < narrowBelow)
	if objects[0].MinSize().Height > size.Height {
		f.rail.SetNarrow(true)
	}
	width := objects[0].MinSize().Width
	objects[0].Resize(fyne.NewSize(width, size.Height))
	objects[0].Move(fyne.NewPos(0, 0))
	objects[1].Resize(fyne.NewSize(size.Width-width, size.Height))
	objects[1].Move(fyne.NewPos(width, 0))
}

// columnWidth is the widest that a page grows: longer lines are hard to read.
const columnWidth = 920

// newColumn centres content in a scrolling page, with air around it and lines that stay readable.
func newColumn(content fyne.CanvasObject) *container.Scroll {
	return container.NewVScroll(container.New(column{}, content))
}

type column struct{}

func (column) margin(width float32) float32 {
	grid := theme.Size(part.SizeGrid)
	if width < narrowBelow {
		return grid * 1.5
	}
	return max(grid*3, (width-columnWidth)/2)
}

// ribbon is what stands above a page, as wide as its column.
type ribbon struct{ column }

func (ribbon) MinSize(objects []fyne.CanvasObject) fyne.Size {
	least := objects[0].MinSize()
	return fyne.NewSize(min(least.Width, 280), least.Height+theme.Size(part.SizeGrid)*2)
}

func (r ribbon) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	top, margin := theme.Size(part.SizeGrid)*2, r.margin(size.Width)
	objects[0].Move(fyne.NewPos(margin, top))
	objects[0].Resize(fyne.NewSize(size.Width-2*margin, size.Height-top))
}

func (c column) MinSize(objects []fyne.CanvasObject) fyne.Size {
	grid := theme.Size(part.SizeGrid)
	least := objects[0].MinSize()
	return fyne.NewSize(min(least.Width, 280), least.Height+grid*5)
}

func (c column) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	grid, margin := theme.Size(part.SizeGrid), c.margin(size.Width)
	objects[0].Move(fyne.NewPos(margin, grid*2))
	objects[0].Resize(fyne.NewSize(size.Width-2*margin, size.Height-grid*5))
}

// answerFirst puts the objects below one another. Where there is no room for the way as a row it is a
// column that is taller than the window, so there it stands below the answer, before the details.
type answerFirst struct{ way fyne.CanvasObject }

// airBetween is the space between two cards of a page.
const airBetween = 16

func (a answerFirst) MinSize(objects []fyne.CanvasObject) (size fyne.Size) {
	for _, o := range objects {
		if o.Visible() {
			least := o.MinSize()
			size = fyne.NewSize(max(size.Width, least.Width), size.Height+least.Height+airBetween)
		}
	}
	return fyne.NewSize(size.Width, max(0, size.Height-airBetween))
}

func (a answerFirst) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	y := float32(0)
	put := func(o fyne.CanvasObject) {
		if !o.Visible() {
			return
		}
		height := o.MinSize().Height
		o.Move(fyne.NewPos(0, y))
		o.Resize(fyne.NewSize(size.Width, height))
		y += height + airBetween
	}
	slim := size.Width < narrowBelow-rowsBelow
	for i, o := range objects {
		last := i == len(objects)-1
		if slim && last {
			put(a.way)
		}
		if !slim || o != a.way {
			put(o)
		}
	}
}
