package change

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// hostsPath is where the system looks for its hosts file; DataBasePath says otherwise on few computers.
func hostsPath() (string, error) {
	dir := ""
	if key, err := registry.OpenKey(registry.LOCAL_MACHINE, `SYSTEM\CurrentControlSet\Services\Tcpip\Parameters`, registry.QUERY_VALUE); err == nil {
		if s, kind, err := key.GetStringValue("DataBasePath"); err == nil && kind == registry.EXPAND_SZ {
			dir, _ = registry.ExpandString(s)
		} else if err == nil {
			dir = s
		}
		key.Close()
	}
	if !filepath.IsAbs(dir) {
		system, err := windows.GetSystemDirectory()
		if err != nil {
			return "", err
		}
		dir = filepath.Join(system, "drivers", "etc")
	}
	return filepath.Join(dir, "hosts"), nil
}

var replaceFile = windows.NewLazySystemDLL("kernel32.dll").NewProc("ReplaceFileW")

// replace puts a complete file in the place of the one at path, with the access list and attributes of
// the old one (ReplaceFile). What was there is kept at backup, unless that is "".
func replace(path string, content []byte, info fs.FileInfo, backup string) error {
	f, err := newFile(filepath.Dir(path))
	if err != nil {
		return rights(err)
	}
	_, err = f.Write(content)
	if err == nil {
		err = f.Sync()
	}
	err = errors.Join(err, f.Close())
	if now, e := os.Lstat(path); err == nil && (e != nil || !os.SameFile(now, info) || !now.ModTime().Equal(info.ModTime()) || now.Size() != info.Size()) {
		err = ErrChanged
	}
	if err == nil {
		err = swap(path, f.Name(), backup)
	}
	if err != nil {
		os.Remove(f.Name())
		return rights(err)
	}
	return nil
}

func swap(path, with, backup string) error {
	p, err := windows.UTF16PtrFromString(path)
	if err != nil {
		return err
	}
	w, err := windows.UTF16PtrFromString(with)
	if err != nil {
		return err
	}
	var b *uint16
	if backup != "" {
		if b, err = windows.UTF16PtrFromString(backup); err != nil {
			return err
		}
	}
	if ok, _, err := replaceFile.Call(uintptr(unsafe.Pointer(p)), uintptr(unsafe.Pointer(w)), uintptr(unsafe.Pointer(b)), 0, 0, 0); ok == 0 {
		return err
	}
	return nil
}

// rights tells a lack of rights apart from everything else that goes wrong.
func rights(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, windows.ERROR_ELEVATION_REQUIRED) {
		return fmt.Errorf("%w: %w", ErrRights, err)
	}
	return err
}
