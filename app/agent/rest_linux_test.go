package agent

import "testing"

func TestReadOnly(t *testing.T) {
	const self = "/opt/a program"
	for _, c := range []struct {
		line   string
		start  uintptr
		length uintptr
	}{
		{"00400000-00f40000 r-xp 00000000 08:01 77 /opt/a program", 0x400000, 0xb40000},
		{"00f40000-01aa2000 r--p 00b40000 08:01 77                 /opt/a program", 0xf40000, 0xb62000},
		{"01aa2000-01b5a000 rw-p 016a2000 08:01 77 /opt/a program", 0, 0},
		{"7f0000000000-7f0000010000 r-xp 00000000 08:01 78 /usr/lib/other.so", 0, 0},
		{"7ffd00000000-7ffd00002000 r-xp 00000000 00:00 0 [vdso]", 0, 0},
		{"00f40000-00400000 r-xp 00000000 08:01 77 /opt/a program", 0, 0},
		{"x-y r-xp 00000000 08:01 77 /opt/a program", 0, 0},
		{"", 0, 0},
	} {
		start, length, ok := readOnly(c.line, self)
		if ok != (c.length > 0) || ok && (start != c.start || length != c.length) {
			t.Errorf("%q: %#x, %#x, %v", c.line, start, length, ok)
		}
	}
	rest(true) // and the program goes on
	rest(false)
}
