package clipboard

import (
	"context"
	"os/exec"
)

// read asks macOS's own program: the clipboard may be that of another computer, which takes its time.
func read(ctx context.Context) (string, error) {
	c := exec.CommandContext(ctx, "/usr/bin/pbpaste", "-Prefer", "txt")
	c.Env = []string{"LC_CTYPE=UTF-8"}
	text, err := c.Output()
	return string(text), err
}
