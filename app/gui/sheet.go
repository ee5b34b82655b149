package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/theme"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/gui/part"
)

// sheetButton is one way to leave a sheet.
type sheetButton struct {
	key     string // of its text
	primary bool
	do      func()
}

// openSheet shows content over the page, with the keyboard on its first button; Escape closes it.
func (w *window) openSheet(title string, content fyne.CanvasObject, buttons ...sheetButton) {
	w.closeSheet()
	row := part.Flow()
	var first fyne.Focusable
	for _, b := range buttons {
		push := part.NewPush(w.say(b.key), nil, b.do)
		if b.primary {
			push.Importance = widget.HighImportance
		}
		if first == nil {
			first = push
		}
		row.Add(push)
	}
	body := container.NewBorder(part.Title(title), row, nil, nil, content)
	w.sheet = widget.NewModalPopUp(container.New(&sheetLayout{w.win.Canvas()}, body), w.win.Canvas())
	w.sheet.Show()
	w.win.Canvas().Focus(first)
}

// closeSheet closes the open sheet, if there is one.
func (w *window) closeSheet() {
	if w.sheet != nil {
		w.sheet.Hide()
		w.sheet = nil
	}
}

// sheetLayout makes a sheet wide enough to read and never larger than the window.
type sheetLayout struct{ canvas fyne.Canvas }

func (l *sheetLayout) MinSize(objects []fyne.CanvasObject) fyne.Size {
	grid := theme.Size(part.SizeGrid)
	room := l.canvas.Size()
	width := min(560, room.Width-grid*6)
	objects[0].Resize(fyne.NewSize(width-grid*2, objects[0].Size().Height)) // wrapped texts need to know
	return fyne.NewSize(width, min(max(objects[0].MinSize().Height+grid*2, 200), room.Height-grid*6))
}

func (l *sheetLayout) Layout(objects []fyne.CanvasObject, size fyne.Size) {
	grid := theme.Size(part.SizeGrid)
	objects[0].Move(fyne.NewSquareOffsetPos(grid))
	objects[0].Resize(size.SubtractWidthHeight(grid*2, grid*2))
}
