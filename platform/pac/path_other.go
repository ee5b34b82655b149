//go:build !windows

package pac

func localPath(p string) string { return p }
