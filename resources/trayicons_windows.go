package resources

import "embed"

//go:embed icons/tray/*.ico
var trayFiles embed.FS

const trayKind = ".ico"
