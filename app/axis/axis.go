// Package axis divides a span of time into round steps, for whatever draws a time axis. It draws
// nothing itself.
package axis

// Step is a round step (1, 2, 5, 10, 20, 50 …) that divides the span into at most the given number
// of parts; a span too long for any round step is divided into twenty. The unit is the caller's.
func Step(span float64, parts int) float64 {
	step := 1.0
	for i := 0; i < 18 && span/step > float64(max(parts, 1)); i++ {
		step *= [...]float64{2, 2.5, 2}[i%3]
	}
	return max(step, span/20)
}
