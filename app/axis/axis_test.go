package axis

import "testing"

func TestStep(t *testing.T) {
	for _, c := range []struct {
		span  float64
		parts int
		want  float64
	}{
		{0, 8, 1}, {1, 8, 1}, {8, 8, 1}, {9, 8, 2}, {30, 8, 5}, {75, 8, 10}, {950, 8, 200},
		{950, 3, 500}, {12000, 8, 2000}, {12000, 2, 10000}, {1e9, 8, 5e7}, {-5, 8, 1}, {10, 0, 10},
	} {
		if got := Step(c.span, c.parts); got != c.want {
			t.Errorf("Step(%v, %d) = %v, want %v", c.span, c.parts, got, c.want)
		}
	}
}

func TestStepKeepsTheGridSmall(t *testing.T) {
	for _, span := range []float64{1, 7, 50, 231, 999, 5000, 15000, 600000, 1e12} {
		if parts := span / Step(span, 8); parts > 20 || parts < 1 {
			t.Errorf("%v is cut into %v parts", span, parts)
		}
	}
}
