//go:build !linux

package probe

// alone: network namespaces are Linux's.
var alone = false
