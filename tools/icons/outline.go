package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// point is a place on the 24×24 grid; y grows downwards.
type point struct{ x, y float64 }

func (p point) add(q point) point     { return point{p.x + q.x, p.y + q.y} }
func (p point) sub(q point) point     { return point{p.x - q.x, p.y - q.y} }
func (p point) times(k float64) point { return point{p.x * k, p.y * k} }
func (p point) length() float64       { return math.Hypot(p.x, p.y) }
func (p point) angle() float64        { return math.Atan2(p.y, p.x) }
func (p point) String() string        { return number(p.x) + " " + number(p.y) }
func polar(angle, radius float64) point {
	return point{math.Cos(angle) * radius, math.Sin(angle) * radius}
}
func arc(r float64, sweep string, to point) string {
	return fmt.Sprintf("A%s %s 0 0 %s %s", number(r), number(r), sweep, to)
}

func number(f float64) string {
	return strconv.FormatFloat(math.Round(f*100)/100+0, 'f', -1, 64)
}

// outline turns the strokes of a path into closed outlines, all wound the same way, so that
// overlapping ones add up under the nonzero rule. It knows M, L, H, V, Z and circular arcs A,
// absolute or relative.
func outline(path string, width float64) string {
	var out []string
	var at, start point
	r := width / 2
	for _, step := range steps(path) {
		to := at
		v := step.values
		relative := step.command >= 'a'
		base := point{}
		if relative {
			base = at
		}
		switch step.command &^ 0x20 {
		case 'M':
			at = base.add(point{v[0], v[1]})
			start = at
			continue
		case 'L':
			to = base.add(point{v[0], v[1]})
		case 'H':
			to.x = base.x + v[0]
		case 'V':
			to.y = base.y + v[0]
		case 'Z':
			to = start
		case 'A':
			to = base.add(point{v[5], v[6]})
			out = append(out, bow(at, to, v[0], r, v[3] == 1, v[4] == 1))
			at = to
			continue
		default:
			panic("unknown command in " + path)
		}
		out = append(out, capsule(at, to, r))
		at = to
	}
	return strings.Join(out, "")
}

type step struct {
	command byte
	values  []float64
}

func steps(path string) (list []step) {
	for _, word := range strings.Fields(path) {
		if c := word[0] | 0x20; c >= 'a' && c <= 'z' {
			list = append(list, step{command: word[0]})
			word = word[1:]
		}
		if word == "" {
			continue
		}
		f, err := strconv.ParseFloat(word, 64)
		if err != nil {
			panic(err)
		}
		last := &list[len(list)-1]
		last.values = append(last.values, f)
	}
	return list
}

// capsule is a straight stroke with round ends; one without length is a dot.
func capsule(from, to point, r float64) string {
	along := point{1, 0}
	if d := to.sub(from); d.length() > 0 {
		along = d.times(1 / d.length())
	}
	side := point{-along.y, along.x}.times(r)
	return fmt.Sprintf("M%sL%s%sL%s%sZ", from.add(side), to.add(side), arc(r, "0", to.sub(side)),
		from.sub(side), arc(r, "0", from.add(side)))
}

// bow is a stroke along a circle of the given radius, with round ends.
func bow(from, to point, radius, r float64, large, sweep bool) string {
	if sweep { // wound the other way round, the outline is the same
		from, to = to, from
	}
	half := to.sub(from).times(0.5)
	height := math.Sqrt(math.Max(0, radius*radius-half.length()*half.length()))
	towards := point{half.y, -half.x}.times(1 / half.length())
	if large {
		height = -height
	}
	// Seen along a stroke that turns against the clock, the centre is on its left.
	centre := from.add(half).add(towards.times(height))
	a, b := from.sub(centre).angle(), to.sub(centre).angle()
	if b > a {
		b -= 2 * math.Pi
	}
	middle := (a + b) / 2
	var s strings.Builder
	outer, inner := radius+r, math.Max(radius-r, 0)
	fmt.Fprintf(&s, "M%s", centre.add(polar(a, outer)))
	s.WriteString(arc(outer, "0", centre.add(polar(middle, outer))))
	s.WriteString(arc(outer, "0", centre.add(polar(b, outer))))
	s.WriteString(arc(r, "0", centre.add(polar(b, inner))))
	if inner > 0 {
		s.WriteString(arc(inner, "1", centre.add(polar(middle, inner))))
		s.WriteString(arc(inner, "1", centre.add(polar(a, inner))))
	}
	s.WriteString(arc(r, "0", centre.add(polar(a, outer))))
	s.WriteString("Z")
	return s.String()
}

// rounded is a filled polygon whose corners, given against the clock, are rounded outwards by r.
// With r zero the same serves for holes, given with the clock.
func rounded(r float64, corners ...point) string {
	var s strings.Builder
	for i, p := range corners {
		before := corners[(i+len(corners)-1)%len(corners)]
		after := corners[(i+1)%len(corners)]
		first, second := p.add(outward(before, p).times(r)), p.add(outward(p, after).times(r))
		if i == 0 {
			fmt.Fprintf(&s, "M%s", first)
		} else {
			fmt.Fprintf(&s, "L%s", first)
		}
		if r > 0 {
			s.WriteString(arc(r, "0", second))
		}
	}
	return s.String() + "Z"
}

func outward(from, to point) point {
	d := to.sub(from)
	return point{-d.y, d.x}.times(1 / d.length())
}

// disc is a filled circle.
func disc(c point, r float64) string {
	return fmt.Sprintf("M%s%s%sZ", c.add(point{r, 0}), arc(r, "0", c.sub(point{r, 0})), arc(r, "0", c.add(point{r, 0})))
}

// hole is a circle cut out of what lies under it.
func hole(c point, r float64) string {
	return fmt.Sprintf("M%s%s%sZ", c.add(point{r, 0}), arc(r, "1", c.sub(point{r, 0})), arc(r, "1", c.add(point{r, 0})))
}

// slot is a capsule cut out of what lies under it.
func slot(from, to point, r float64) string {
	d := to.sub(from)
	side := point{d.y, -d.x}.times(r / d.length())
	return fmt.Sprintf("M%sL%s%sL%s%sZ", from.add(side), to.add(side), arc(r, "1", to.sub(side)),
		from.sub(side), arc(r, "1", from.add(side)))
}

// star cuts n equal arms of the given length and half width, the first at the angle, out of what
// lies under them: n = 4 is a cross.
func star(c point, n int, angle, length, r float64) string {
	var s strings.Builder
	for i := range n {
		a := angle + 2*math.Pi*float64(i)/float64(n)
		tip, side := c.add(polar(a, length)), polar(a-math.Pi/2, r)
		corner := c.add(polar(a-math.Pi/float64(n), r/math.Sin(math.Pi/float64(n))))
		if i == 0 {
			fmt.Fprintf(&s, "M%s", corner)
		} else {
			fmt.Fprintf(&s, "L%s", corner)
		}
		fmt.Fprintf(&s, "L%s%s", tip.add(side), arc(r, "1", tip.sub(side)))
	}
	return s.String() + "Z"
}

// hook cuts a stroke of two parts that turns against the clock (a tick) out of what lies under it.
func hook(a, b, c point, r float64) string {
	left := func(p, q point) point { d := q.sub(p); return point{d.y, -d.x}.times(r / d.length()) }
	one, two := left(a, b), left(b, c)
	// On the inside of the turn both edges meet on the line that halves it.
	halves := one.add(two)
	inside := b.add(halves.times(2 * r * r / (halves.length() * halves.length())))
	return fmt.Sprintf("M%sL%sL%s%sL%s%sL%s%sZ", a.add(one), inside, c.add(two), arc(r, "1", c.sub(two)),
		b.sub(two), arc(r, "1", b.sub(one)), a.sub(one), arc(r, "1", a.add(one)))
}
