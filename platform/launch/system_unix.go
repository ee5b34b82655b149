//go:build !windows

package launch

import (
	"errors"
	"syscall"
)

// onItsOwn makes a program the first of its own session, which outlives this one's.
func onItsOwn() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func registryValue(string, string) string { return "" }

func registrySubkeys(string) []string { return nil }

func shellExecute(string, string) error { return errors.ErrUnsupported }
