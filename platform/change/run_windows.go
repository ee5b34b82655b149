package change

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/windows"
)

func program(name string) (string, error) {
	dir, err := windows.GetSystemDirectory()
	if err != nil {
		return "", err
	}
	path := filepath.Join(dir, name+".exe")
	if _, err := os.Stat(path); err != nil {
		return "", fmt.Errorf("%w: there is no %s", ErrNotHere, name)
	}
	return path, nil
}

// hidden lets no console window flash up.
func hidden() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{HideWindow: true, CreationFlags: windows.CREATE_NO_WINDOW}
}
