package launch

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
)

// restart does what the Apple menu does; programs may ask about unsaved work.
func restart(ctx context.Context) error {
	cmd := exec.CommandContext(ctx, "/usr/bin/osascript", "-e", `tell application "System Events" to restart`)
	cmd.WaitDelay = askTime
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("launch: restart: %w", err)
	}
	return nil
}

// reducedMotion reads the choice in the system's settings for accessibility.
func reducedMotion(ctx context.Context) bool {
	out, err := output(ctx, "/usr/bin/defaults", "read", "com.apple.universalaccess", "reduceMotion")
	return err == nil && string(bytes.TrimSpace(out)) == "1"
}
