package settings

import (
	"os"
	"path/filepath"
)

// ServiceFile is the unit of the service, of the machine's or of this person's; "" as with Answers.
// systemd reads it there (systemd.unit(5)).
func ServiceFile(machine bool) string {
	if machine {
		return "/etc/systemd/system/waymend.service"
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return ""
	}
	return filepath.Join(home, ".config", "systemd", "user", "waymend.service")
}

// MachineData are the folders in which the machine's service keeps what it has chosen and seen. systemd
// keeps them for an account that exists only while the service runs, behind a link.
func MachineData() []string { return []string{"/var/lib/waymend", "/var/lib/private/waymend"} }
