package report

import "testing"

func TestSize(t *testing.T) {
	for bytes, want := range map[int64]string{
		0: "0 B", 999: "999 B", 1000: "1.0 kB", 1500: "1.5 kB", 99_940: "99.9 kB", 99_960: "100 kB", 999_400: "999 kB", 999_600: "1.0 MB",
		20_000_000: "20.0 MB", 3_210_000_000: "3.2 GB", 5_000_000_000_000_000: "5000 TB",
	} {
		if got := Size("en", bytes); got != want {
			t.Errorf("%d: %q, want %q", bytes, got, want)
		}
	}
	if got := Size("de", 1500); got != "1,5\u00a0kB" {
		t.Errorf("German: %q", got)
	}
}
