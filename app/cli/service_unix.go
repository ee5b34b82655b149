//go:build !windows

package cli

import "github.com/waymend/waymend/app/control"

// logCommand shows what the service said last.
func (s *serving) logCommand() string {
	if s.service.Scope == control.Machine {
		return "journalctl -u waymend"
	}
	return "journalctl --user -u waymend"
}
