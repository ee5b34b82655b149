//go:build lab && linux

package lab

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Build makes the small waymend of this module in a scratch folder, which done removes.
func Build() (path string, done func(), err error) {
	mod, err := exec.Command("go", "env", "GOMOD").Output()
	if err != nil {
		return "", nil, fmt.Errorf("go env: %w", err)
	}
	dir, err := scratch()
	if err != nil {
		return "", nil, err
	}
	path = filepath.Join(dir, "waymend")
	c := exec.Command("go", "build", "-o", path, ".")
	c.Dir = filepath.Dir(strings.TrimSpace(string(mod)))
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		os.RemoveAll(dir)
		return "", nil, fmt.Errorf("building waymend: %w\n%s", err, out)
	}
	return path, func() { os.RemoveAll(dir) }, nil
}
