package gui

import (
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/resources"
)

func (w *testWindow) settings() *settings.Settings { return &w.window.state.settings }

func reportRemedy(r resources.Remedy) report.Remedy {
	return report.Remedy{ID: r.ID, Title: r.ID, Text: r.ID, Who: r.Who, Automatic: r.Automatic, Risk: r.Risk, NeedsAdmin: r.NeedsAdmin}
}
