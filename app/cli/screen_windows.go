package cli

import (
	"os"

	"golang.org/x/sys/windows"
)

// utf8Locale is true: Go writes to the console in UTF-16.
func utf8Locale() bool { return true }

// understandsEscapes switches a console's escape sequences on; those before Windows 10 have none.
func understandsEscapes(f *os.File) bool {
	h := windows.Handle(f.Fd())
	var mode uint32
	if windows.GetConsoleMode(h, &mode) != nil {
		return false
	}
	return windows.SetConsoleMode(h, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING) == nil
}
