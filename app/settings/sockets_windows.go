package settings

// Sockets is "": named pipes are in no folder.
func Sockets() string { return "" }

// MachineSockets is "" likewise.
func MachineSockets() string { return "" }
