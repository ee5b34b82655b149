package report

import (
	"testing"
	"time"
)

func TestLength(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second: "0 s", 0: "0 s", 400 * time.Millisecond: "0 s", 45 * time.Second: "45 s", 90 * time.Second: "1 min 30 s",
		59*time.Minute + 40*time.Second: "1 h", 125 * time.Minute: "2 h 5 min", 24 * time.Hour: "1 d", 99*time.Hour + 29*time.Minute: "4 d 3 h",
	} {
		if got := Length("en", d); got != want {
			t.Errorf("%s: %q, want %q", d, got, want)
		}
	}
}
