package launch

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// onItsOwn keeps a program apart from this one's console.
func onItsOwn() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS}
}

// restart runs Windows' own program for it, which takes the right that every account at the
// screen has.
func restart(ctx context.Context) error {
	system, err := windows.GetSystemDirectory()
	if err != nil {
		return fmt.Errorf("launch: restart: %w", err)
	}
	cmd := exec.CommandContext(ctx, filepath.Join(system, "shutdown.exe"), "/r", "/t", "0")
	cmd.SysProcAttr = &syscall.SysProcAttr{HideWindow: true}
	cmd.WaitDelay = askTime
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("launch: restart: %w", err)
	}
	return nil
}

var systemParametersInfo = windows.NewLazySystemDLL("user32.dll").NewProc("SystemParametersInfoW")

// reducedMotion reads "Animation effects" in the settings for accessibility.
func reducedMotion(context.Context) bool {
	const getClientAreaAnimation = 0x1042 // SPI_GETCLIENTAREAANIMATION
	if systemParametersInfo.Find() != nil {
		return false
	}
	animated := int32(1)
	ok, _, _ := systemParametersInfo.Call(getClientAreaAnimation, 0, uintptr(unsafe.Pointer(&animated)), 0)
	return ok != 0 && animated == 0
}

// shellExecute opens a file, a folder or an address that was checked with the person's program for
// it.
func shellExecute(verb, what string) error {
	v, err := windows.UTF16PtrFromString(verb)
	if err != nil {
		return fmt.Errorf("launch: %w", err)
	}
	w, err := windows.UTF16PtrFromString(what)
	if err != nil {
		return fmt.Errorf("launch: %w", err)
	}
	if err := windows.ShellExecute(0, v, w, nil, nil, windows.SW_SHOWNORMAL); err != nil {
		return fmt.Errorf("launch: %w", err)
	}
	return nil
}

func openKey(key string) (registry.Key, error) {
	hive, path, _ := strings.Cut(key, `\`)
	root := registry.CURRENT_USER
	if hive == "HKLM" {
		root = registry.LOCAL_MACHINE
	}
	return registry.OpenKey(root, path, registry.READ)
}

func registryValue(key, name string) string {
	k, err := openKey(key)
	if err != nil {
		return ""
	}
	defer k.Close()
	s, kind, err := k.GetStringValue(name)
	if err != nil {
		return ""
	}
	if kind == registry.EXPAND_SZ {
		if s, err = registry.ExpandString(s); err != nil {
			return ""
		}
	}
	return s
}

func registrySubkeys(key string) []string {
	k, err := openKey(key)
	if err != nil {
		return nil
	}
	defer k.Close()
	names, _ := k.ReadSubKeyNames(maxBrowsers)
	return names
}
