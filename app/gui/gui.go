// Package gui is the window: one state, one apply, one render.
package gui

import (
	_ "fyne.io/fyne/v2/widget"
	_ "fyne.io/fyne/v2/test"
)
