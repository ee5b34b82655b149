//go:build !cgo && !ci

package main

import "github.com/waymend/waymend/app/cli"

// window is nil in the small build: waymend-desktop has it.
var window cli.Window
