package settings

import (
	"os"
	"path/filepath"
)

// ServiceFile is the property list of the service, of the machine's or of this person's; "" as with
// Answers.
func ServiceFile(machine bool) string {
	const name = "io.github.waymend.waymend.service.plist"
	if machine {
		return "/Library/LaunchDaemons/" + name
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, "Library", "LaunchAgents", name)
}

// MachineData are the folders in which the machine's service keeps what it has chosen and seen: root's.
func MachineData() []string {
	return []string{"/var/root/Library/Application Support/waymend", "/var/root/Library/Caches/waymend"}
}
