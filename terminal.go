//go:build !cgo && !ci

package main

// window is nil in the small build: waymend-desktop has it.
var window func(address, version string) error
