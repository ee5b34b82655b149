//go:build cgo || ci

package gui

import (
	"fyne.io/fyne/v2/app"
)

// Main opens the window.
func Main(args []string) int {
	a := app.NewWithID("io.github.waymend.waymend")
	a.Run()
	return 0
}
