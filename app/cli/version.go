package cli

import (
	"context"
	"fmt"
	"runtime"
)

// What the build says about itself; set by -ldflags "-X".
var (
	version = "0.1.0"
	commit  = "unknown"
	built   = "unknown"
)

func printVersion(_ context.Context, c *call) error {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	if c.flags.json {
		return c.writeJSON(struct {
			Version  string `json:"version"`
			Commit   string `json:"commit"`
			Build    string `json:"build"`
			Built    string `json:"built"`
			Platform string `json:"platform"`
			Go       string `json:"go"`
		}{version, commit, build, built, platform, runtime.Version()})
	}
	fmt.Fprintf(c.out, "waymend %s (commit %s, %s build of %s, %s, %s)\n", version, commit, build, built, platform, runtime.Version())
	return nil
}
