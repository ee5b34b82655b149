package settings

import (
	"path/filepath"

	"golang.org/x/sys/windows"
)

// ServiceFile is the place of the service in the registry; a person has none of their own.
func ServiceFile(machine bool) string {
	if machine {
		return `HKEY_LOCAL_MACHINE\SYSTEM\CurrentControlSet\Services\Waymend`
	}
	return ""
}

// MachineData are the folders in which the machine's service keeps what it has chosen and seen: those of
// the account LocalService.
func MachineData() []string {
	dir, err := windows.GetSystemWindowsDirectory()
	if err != nil {
		return nil
	}
	data := filepath.Join(dir, "ServiceProfiles", "LocalService", "AppData")
	return []string{filepath.Join(data, "Roaming", "waymend"), filepath.Join(data, "Local", "waymend")}
}
