package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The icons that the program carries are those that are drawn here.
func TestDrawnIconsAreCurrent(t *testing.T) {
	for name, want := range draw() {
		got, err := os.ReadFile(filepath.Join("../../resources/icons", name+".svg"))
		if err != nil {
			t.Error(err)
		} else if string(got) != want {
			t.Errorf("%s is not what is drawn; run the command again", name)
		}
	}
}

func TestOutline(t *testing.T) {
	for path, want := range map[string]string{
		"M2 2 H2":             "M3 2A1 1 0 0 0 1 2A1 1 0 0 0 3 2Z",                               // a dot
		"M2 5 H8":             "M2 6L8 6A1 1 0 0 0 8 4L2 4A1 1 0 0 0 2 6Z",                       // a line
		"M2 5 h6":             "M2 6L8 6A1 1 0 0 0 8 4L2 4A1 1 0 0 0 2 6Z",                       // the same
		"M2 8 L8 8 V2":        "M2 9L8 9A1 1 0 0 0 9 8L9 2A1 1 0 0 0 7 2L7 7L2 7A1 1 0 0 0 2 9Z", // a round corner
		"M4 8 A4 4 0 0 1 8 4": "M5 8A3 3 0 0 1 8 5A1 1 0 0 0 8 3A5 5 0 0 0 3 8A1 1 0 0 0 5 8Z",   // a bow
	} {
		if got := outline(path, 2); got != want {
			t.Errorf("%s:\n got %s\nwant %s", path, got, want)
		}
	}
}
