//go:build !windows

package cli

import (
	"os"
	"strings"
)

// utf8Locale reports whether the locale's characters are UTF-8 (POSIX: LC_ALL, LC_CTYPE, LANG).
func utf8Locale() bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(os.Getenv(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// understandsEscapes reports whether a terminal moves its cursor on request: all but "dumb" do.
func understandsEscapes(*os.File) bool { return true }
