package beside

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/waymend/waymend/app/control"
)

func TestWindow(t *testing.T) {
	dir := t.TempDir()
	if window(dir, control.Wish{}) == nil {
		t.Error("a window although there is no desktop build")
	}
	program := filepath.Join(dir, desktop)
	if err := os.WriteFile(program, []byte("not a program"), 0o600); err != nil {
		t.Fatal(err)
	}
	if window(dir, control.Wish{}) == nil {
		t.Error("a window by a file that is not a program")
	}
	opened := filepath.Join(dir, "opened")
	if err := os.WriteFile(program, []byte("#!/bin/sh\n: > "+opened+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(program, 0o700); err != nil {
		t.Fatal(err)
	}
	if window(dir, control.Wish{}) != nil {
		t.Fatal("the desktop build was not started")
	}
	for range 500 {
		if _, err := os.Stat(opened); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("the desktop build did not run")
}

func TestHasDisplay(t *testing.T) {
	for _, c := range []struct {
		x, wayland string
		want       bool
	}{{"", "", false}, {":0", "", true}, {"", "wayland-0", true}} {
		t.Setenv("DISPLAY", c.x)
		t.Setenv("WAYLAND_DISPLAY", c.wayland)
		if got := HasDisplay(); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
