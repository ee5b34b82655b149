//go:build !linux && !windows

package control

func playMachine(string) {}
