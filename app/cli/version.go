package cli

import (
	"cmp"
	"context"
	"fmt"
	"runtime"
	"runtime/debug"
)

// What the build says about itself; set by -ldflags "-X".
var (
	version = "0.1.0"
	commit  = ""
	built   = ""
)

// revision is the commit, cut to twelve digits as in -ldflags: where those said nothing, what the Go
// tools noted when they built from a checkout.
func revision() string {
	if info, ok := debug.ReadBuildInfo(); ok && commit == "" {
		for _, s := range info.Settings {
			if s.Key == "vcs.revision" {
				return s.Value[:min(12, len(s.Value))]
			}
		}
	}
	return cmp.Or(commit, "unknown")
}

func printVersion(_ context.Context, c *call) error {
	platform := runtime.GOOS + "/" + runtime.GOARCH
	build := "terminal"
	if c.window != nil {
		build = "desktop"
	}
	if c.flags.json {
		return c.writeJSON(struct {
			Version  string `json:"version"`
			Commit   string `json:"commit"`
			Build    string `json:"build"`
			Built    string `json:"built"`
			Platform string `json:"platform"`
			Go       string `json:"go"`
		}{version, revision(), build, cmp.Or(built, "unknown"), platform, runtime.Version()})
	}
	made := build + " build"
	if built != "" {
		made += " of " + built
	}
	fmt.Fprintf(c.out, "waymend %s (commit %s, %s, %s, %s)\n", version, revision(), made, platform, runtime.Version())
	return nil
}
