package pac

import "strings"

// localPath turns the path of file:///C:/proxy.pac into C:/proxy.pac.
func localPath(p string) string { return strings.TrimPrefix(p, "/") }
