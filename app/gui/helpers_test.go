package gui

import (
	"archive/zip"
	"testing"

	"github.com/waymend/waymend/app/examine"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/resources"
)

func (w *testWindow) settings() *settings.Settings { return &w.window.state.settings }

func reportRemedy(r resources.Remedy) report.Remedy {
	return report.Remedy{ID: r.ID, Title: r.ID, Text: r.ID, Who: r.Who, Automatic: r.Automatic, Risk: r.Risk, NeedsAdmin: r.NeedsAdmin}
}

// recorded is an examination that was made in the laboratory, judged by today's rules.
func recorded(t *testing.T, name, lang string) (report.Examination, report.Document) {
	t.Helper()
	z, err := zip.OpenReader("../report/testdata/recorded.zip")
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	f, err := z.Open(name + ".json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	e, err := report.Read(f, checks.All())
	if err != nil {
		t.Fatal(err)
	}
	d, err := examine.Judge(e, lang)
	if err != nil {
		t.Fatal(err)
	}
	return e, d
}
