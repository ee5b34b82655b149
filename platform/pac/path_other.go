//go:build !windows

package pac

import "net/url"

func localPath(u *url.URL) string { return u.Path }
