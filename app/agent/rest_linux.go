package agent

import (
	"bufio"
	"os"
	"runtime/debug"
	"strings"
	"syscall"
	"unsafe"
)

// rest gives memory back that was needed for a moment: the pages of this program's own code and
// constants that were touched, and, when much was done, the heap's. The pages are read-only and on the
// disk; what is used again is mapped again (madvise(2), MADV_DONTNEED).
func rest(much bool) {
	if much {
		debug.FreeOSMemory()
	}
	maps, err := os.Open("/proc/self/maps")
	if err != nil {
		return
	}
	defer maps.Close()
	self, err := os.Readlink("/proc/self/exe")
	if err != nil {
		return
	}
	for lines := bufio.NewScanner(maps); lines.Scan(); {
		if start, length, ok := readOnly(lines.Text(), self); ok {
			_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, start, length, syscall.MADV_DONTNEED)
		}
	}
}

// readOnly finds the program's own pages that nothing can have written to, in a line of proc(5)'s maps.
func readOnly(line, self string) (start, length uintptr, ok bool) {
	fields := strings.Fields(line)
	if len(fields) < 6 || strings.Join(fields[5:], " ") != self || fields[1] != "r-xp" && fields[1] != "r--p" {
		return 0, 0, false
	}
	from, to, _ := strings.Cut(fields[0], "-")
	begin, okBegin := parseHex(from)
	end, okEnd := parseHex(to)
	return begin, end - begin, okBegin && okEnd && end > begin
}

func parseHex(s string) (n uintptr, ok bool) {
	if s == "" || len(s) > 2*int(unsafe.Sizeof(n)) {
		return 0, false
	}
	for _, c := range s {
		i := strings.IndexRune("0123456789abcdef", c)
		if i < 0 {
			return 0, false
		}
		n = n<<4 | uintptr(i)
	}
	return n, true
}
