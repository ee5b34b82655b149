package report

import "fmt"

// Size is an amount of bytes as people read it in a language: "1.2 MB", in powers of a thousand.
func Size(lang string, bytes int64) string {
	const step = 1000
	if bytes < step {
		return Measure(lang, fmt.Sprintf("%d B", bytes))
	}
	value := float64(bytes)
	for _, unit := range []string{"kB", "MB", "GB", "TB"} {
		value /= step
		if value < step-0.5 || unit == "TB" {
			digits := 1
			if value >= 99.95 {
				digits = 0
			}
			return Measure(lang, fmt.Sprintf("%.*f %s", digits, value, unit))
		}
	}
	return ""
}
