//go:build !windows && !darwin

package resources

import "embed"

//go:embed icons/tray/*.png
var trayFiles embed.FS

const trayKind = ".png"
