package report

import (
	"fmt"
	"html"
	"strings"

	"github.com/waymend/waymend/app/axis"
)

// Measures of the waterfall, in SVG units.
const (
	fallWidth = 860
	fallLabel = 170 // left of the time axis
	fallRow   = 20
)

// waterfall draws all checks that took time on one time axis, as an SVG picture.
func waterfall(checks []Check, elapsed float64, h *page) string {
	var shown []Check
	span := max(elapsed, 1)
	for _, c := range checks {
		if c.State != "skipped" {
			shown = append(shown, c)
			span = max(span, c.StartedMs+c.ElapsedMs)
		}
	}
	height := (len(shown)+1)*fallRow + 6
	scale := (fallWidth - fallLabel - 70) / span
	var b strings.Builder
	fmt.Fprintf(&b, "<figure><svg viewBox=\"0 0 %d %d\" role=\"img\" aria-label=\"%s\">\n", fallWidth, height, html.EscapeString(h.say("report.waterfall")))
	step := axis.Step(span, 8)
	for at := 0.0; at <= span; at += step {
		x := fallLabel + at*scale
		fmt.Fprintf(&b, "<line class=\"grid\" x1=\"%.1f\" x2=\"%.1f\" y1=\"%d\" y2=\"%d\"/><text class=\"quiet\" x=\"%.1f\" y=\"14\">%s</text>\n",
			x, x, fallRow, height, x+2, html.EscapeString(h.span(at)))
	}
	for i, c := range shown {
		y := (i + 1) * fallRow
		x, w := fallLabel+c.StartedMs*scale, max(c.ElapsedMs*scale, 2)
		sign, ok := signs[c.State]
		if !ok {
			sign = "?"
		}
		fmt.Fprintf(&b, "<text x=\"0\" y=\"%d\">%s %s</text><rect class=\"%s\" x=\"%.1f\" y=\"%d\" width=\"%.1f\" height=\"%d\" rx=\"2\"/><text class=\"quiet\" x=\"%.1f\" y=\"%d\">%s</text>\n",
			y+14, sign, html.EscapeString(c.ID), html.EscapeString(c.State), x, y+4, w, fallRow-7, x+w+4, y+14, html.EscapeString(h.span(c.ElapsedMs)))
	}
	b.WriteString("</svg></figure>\n")
	return b.String()
}
