//go:build !windows && !darwin

package settings

import "os"

// systemLanguage is the locale of messages (POSIX, section 8.2).
func systemLanguage() string {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if v := os.Getenv(name); v != "" {
			return v
		}
	}
	return ""
}
