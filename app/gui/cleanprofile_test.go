//go:build unix && !darwin

package gui

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"fyne.io/fyne/v2"

	"github.com/waymend/waymend/app/changes"
	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/remedy"
	"github.com/waymend/waymend/platform/launch"
)

// push presses the button with a text.
func (w *testWindow) push(text string) {
	w.t.Helper()
	var found *part.Push
	walk(w.win.Content(), func(o fyne.CanvasObject) {
		if p, ok := o.(*part.Push); ok && p.Text == text {
			found = p
		}
	})
	if found == nil {
		w.t.Fatalf("there is no button %q among %q", text, w.texts())
	}
	found.OnTapped()
}

// TestCleanProfile: the page for clearing opens the typed website with a clean profile, says what that
// will tell, and what went wrong.
func TestCleanProfile(t *testing.T) {
	bin := t.TempDir()
	if err := os.WriteFile(filepath.Join(bin, "librewolf"), []byte("#!/bin/sh\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	w := openTestWindow(t, settings.Settings{})
	t.Setenv("PATH", bin)
	t.Setenv("XDG_DATA_DIRS", bin)
	var opened []string
	var fails error
	w.outside.openClean = func(_ mend.Kit, b launch.Browser, address string) error {
		opened = append(opened, b.ID+" "+address)
		return fails
	}
	w.apply(found{browsers: launch.Browsers()})
	w.visit(placeCleanUp)
	const try = "Try LibreWolf with a clean profile"
	w.push(try)
	if w.settle(); len(opened) != 0 || !w.sees("Which website?") {
		t.Errorf("opened %q without an address: %q", opened, w.texts())
	}
	w.view.pages[placeCleanUp].(*cleanupPage).site.SetText("example.test")
	w.push(try)
	if w.settle(); !slices.Equal(opened, []string{"librewolf https://example.test/"}) || !w.sees("LibreWolf opens with a clean profile") {
		t.Errorf("opened %q, %q", opened, w.texts())
	}
	fails = errors.Join(launch.ErrClean)
	w.push(try)
	if w.settle(); !w.sees("cannot be opened with a clean profile") {
		t.Errorf("%q", w.texts())
	}
	w.window.state.exam.target = diagnostics.Target{URL: "https://a.test/", Host: "a.test", Scheme: "https", Port: 443}
	buttons := w.suspectButtons(&w.window.state)
	var labels []string
	for _, b := range buttons {
		labels = append(labels, b.Label)
	}
	if n := len(labels); n < 2 || !slices.Contains(labels, try) || labels[n-1] != w.say("window.did-it") {
		t.Errorf("%q", labels)
	}
}

// TestNetworkSettings are on the page for clearing, with the address where they are changed.
func TestNetworkSettings(t *testing.T) {
	w := openTestWindow(t, settings.Settings{})
	dir := filepath.Join(os.Getenv("HOME"), ".mozilla/firefox")
	for file, text := range map[string]string{
		dir + "/profiles.ini":     "[Profile0]\nName=main\nPath=ab.main\n",
		dir + "/ab.main/prefs.js": "user_pref(\"network.trr.mode\", 3);\nuser_pref(\"network.trr.uri\", \"https://dns.example/q\");\n",
	} {
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o700), os.WriteFile(file, []byte(text), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	w.visit(placeCleanUp)
	w.until("the profile is shown", func() bool { return w.sees("from https://dns.example/q.") })
	w.settle()
	if !w.sees("about:preferences#privacy") || w.sees("Proxy: the computer") {
		t.Errorf("%q", w.texts())
	}
	w.push("Copy this address")
	if got := w.app.Clipboard().Content(); got != "about:preferences#privacy" {
		t.Errorf("copied %q", got)
	}
}

// TestLeftAloneIsSaid: what was left alone although it was planned is in the notice.
func TestLeftAloneIsSaid(t *testing.T) {
	w := openTestWindow(t, settings.Settings{})
	line := func(path string) remedy.Line {
		return remedy.Line{Key: "clean.refused.link", Values: map[string]string{"path": path}}
	}
	f := mend.Fix{Plan: remedy.Plan{Refused: []remedy.Line{line("/planned")}}}
	got := strings.Join(w.leftAlone(f, changes.Entry{Refused: []remedy.Line{line("/planned"), line("/since")}}), " ")
	if !strings.Contains(got, "/since is a link") || strings.Contains(got, "/planned") {
		t.Errorf("%q", got)
	}
}
