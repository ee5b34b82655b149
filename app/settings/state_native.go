//go:build windows || darwin

package settings

import "os"

// stateDir is the folder for what stays on this computer: %LocalAppData%, ~/Library/Caches.
func stateDir() (string, error) { return os.UserCacheDir() }

// Log is the file that the background checks write to, where nobody else keeps what they say; it is
// bounded, with one older file beside it.
func Log() string { return under(stateDir, "watch.log") }
