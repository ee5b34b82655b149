//go:build cgo || ci

package main

import "github.com/waymend/waymend/app/gui"

// window opens the window of the desktop build.
var window = gui.Open
