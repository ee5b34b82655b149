package resources

// TrayStates are the states that the tray has an icon for. Each has a shape of its own.
var TrayStates = [...]string{"well", "working", "trouble", "unknown"}

// TrayIcon returns the icon of a state, nil for a state that there is not: as PNG, and on Windows as
// ICO. It is made from the drawing "tray-" and the state, in a colour that stands out from light and
// from dark panels.
func TrayIcon(state string) []byte {
	raw, err := trayFiles.ReadFile("icons/tray/" + state + trayKind)
	if err != nil {
		return nil
	}
	return raw
}
