package change

import (
	"strings"

	"golang.org/x/sys/unix"
)

// copyAttributes gives a file the extended attributes of another: access lists, labels of SELinux. What
// the file system does not take is left out.
func copyAttributes(from, to string) {
	list := make([]byte, 64<<10)
	n, err := unix.Llistxattr(from, list)
	if err != nil {
		return
	}
	value := make([]byte, 64<<10)
	for name := range strings.SplitSeq(string(list[:n]), "\x00") {
		if name == "" {
			continue
		}
		if n, err := unix.Lgetxattr(from, name, value); err == nil {
			_ = unix.Lsetxattr(to, name, value[:n], 0)
		}
	}
}
