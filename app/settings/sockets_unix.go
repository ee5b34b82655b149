//go:build !windows

package settings

import (
	"os"
	"path/filepath"
)

// Sockets is the folder of the sockets by which the program's own processes reach one another: in the
// session's own folder where there is one (XDG Base Directory Specification 0.8), else among the
// caches; "" as with Answers.
func Sockets() string {
	if dir := os.Getenv("XDG_RUNTIME_DIR"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "waymend")
	}
	return under(os.UserCacheDir, "run")
}

// MachineSockets is the folder of the socket of a service of the machine. Only root can make it, or the
// system's service manager for the service's account.
func MachineSockets() string { return machineRun + "/waymend" }
