//go:build windows || darwin

package settings

import "os"

// stateDir is the folder for what stays on this computer: %LocalAppData%, ~/Library/Caches.
func stateDir() (string, error) { return os.UserCacheDir() }
