//go:build cgo || ci

package gui

import (
	"testing"
	"time"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/settings"
)

// TestArrive shows what is wished for, and does nothing by itself.
func TestArrive(t *testing.T) {
	w := openTestWindow(t, settings.Defaults())
	w.arrive(control.Wish{Page: control.Reset})
	w.settle()
	// In an empty home there is nothing to plan, and a sentence says so.
	if w.state.place != placeCleanUp || w.sheet == nil && w.state.notice.text == "" || len(w.state.cleanup.log) > 0 {
		t.Errorf("a wish for the reset shows place %v, a plan: %v, and did %d things", w.state.place, w.sheet != nil, len(w.state.cleanup.log))
	}
	w.escape()
	id := keptPast(t, time.Now().Truncate(time.Minute))
	w.arrive(control.Wish{Page: control.History, Incident: id})
	w.settle()
	if w.state.exam.document == nil || w.state.exam.document.Verdict.Fault != "site.bad-gateway" {
		t.Error("the incident is not shown")
	}
	w.arrive(control.Wish{Page: control.History})
	w.settle()
	if w.state.place != placeHistory {
		t.Errorf("a wish for the history shows place %v", w.state.place)
	}
}

// TestNoticeBeforeAPage goes to a page for the first time while a notice is shown.
func TestNoticeBeforeAPage(t *testing.T) {
	for p := range places {
		w := openTestWindow(t, settings.Defaults())
		w.apply(noticed{text: "Something was said.", fault: true})
		w.visit(p)
		if w.view.pages[p] == nil || w.state.notice.text != "" && p != placeCheck {
			t.Errorf("place %v: notice %q", p, w.state.notice.text)
		}
	}
}
