package settings

import (
	"context"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// systemLanguage is the first of the languages in the system's settings: programs that the Dock
// starts have no locale in their environment.
var systemLanguage = sync.OnceValue(func() string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	out, err := exec.CommandContext(ctx, "/usr/bin/defaults", "read", "-g", "AppleLanguages").Output()
	if err != nil {
		return ""
	}
	return firstLanguage(string(out))
})

// firstLanguage reads a property list's array: ( "de-AT", "en-GB" ).
func firstLanguage(list string) string {
	first, _, _ := strings.Cut(strings.Trim(list, "() \t\r\n"), ",")
	return strings.Trim(first, "\" \t\r\n")
}
