package pac

import (
	"net/url"
	"strings"
)

// localPath finds the path in file:///C:/proxy.pac, and in file://C:/proxy.pac as many write it.
func localPath(u *url.URL) string {
	if strings.HasSuffix(u.Host, ":") {
		return u.Host + u.Path
	}
	return strings.TrimPrefix(u.Path, "/")
}
