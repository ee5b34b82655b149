package cli

import "github.com/waymend/waymend/app/settings"

// logCommand shows what the service said last.
func (s *serving) logCommand() string {
	for _, dir := range settings.MachineData() {
		return "type \"" + dir + `\watch.log"`
	}
	return ""
}
