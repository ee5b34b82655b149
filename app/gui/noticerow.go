package gui

import (
	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"

	"github.com/waymend/waymend/app/gui/part"
)

// noticeRow shows the window's notice above the page, wherever that is scrolled to, with a button
// where it offers something.
type noticeRow struct {
	w      *window
	notice *part.Notice
	open   *part.Push      // opens the file that was saved
	undo   *part.Push      // takes back what was changed
	ways   *fyne.Container // holds the buttons
	row    *fyne.Container
}

func newNoticeRow(w *window) *noticeRow {
	r := &noticeRow{w: w, notice: part.NewNotice()}
	r.open = part.NewPush(w.say("window.open-report"), part.Icon("open"), func() {
		file := w.state.notice.file
		w.try(func() error { return w.outside.file(file) })
	})
	r.undo = part.NewPush(w.say("window.undo"), part.Icon("undo"), func() { w.undo(w.state.notice.undo) })
	r.ways = container.NewHBox(r.open, r.undo)
	r.row = container.New(ribbon{}, container.NewBorder(nil, nil, nil, r.ways, r.notice))
	r.row.Hide()
	return r
}

// render shows the notice, and reports whether one came or went.
func (r *noticeRow) render(now notice) (moved bool) {
	state := part.Warning
	switch {
	case now.fault:
		state = part.Fault
	case now.good:
		state = part.OK
	}
	r.notice.Set(state, now.text)
	show(r.open, now.file != "")
	show(r.undo, now.undo != "")
	if any := now.file != "" || now.undo != ""; any != r.ways.Visible() {
		show(r.ways, any) // or an empty one would keep its margin
		r.row.Refresh()
	}
	moved = r.row.Visible() != (now.text != "")
	show(r.row, now.text != "")
	return moved
}
