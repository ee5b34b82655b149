package resources

import "embed"

// Templates are black on clear; macOS colours them for its menu bar.
//
//go:embed icons/tray/*.template
var trayFiles embed.FS

const trayKind = ".template"
