//go:build !windows

package changes

// private is the mode of a file that is for this account alone.
const private = 0o600
