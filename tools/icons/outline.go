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
// absolute or relative. Ends and corners are round.
func outline(path string, width float64) string {
	var out strings.Builder
	var line []piece
	var at, start point
	finish := func() {
		out.WriteString(around(line, width/2))
		line = nil
	}
	for _, step := range steps(path) {
		v, base := step.values, point{}
		if step.command >= 'a' {
			base = at
		}
		p := piece{from: at, to: at}
		switch step.command &^ 0x20 {
		case 'M':
			finish()
			at = base.add(point{v[0], v[1]})
			start = at
			continue
		case 'L':
			p.to = base.add(point{v[0], v[1]})
		case 'H':
			p.to.x = base.x + v[0]
		case 'V':
			p.to.y = base.y + v[0]
		case 'Z':
			p.to = start
		case 'A':
			p.to = base.add(point{v[5], v[6]})
			p.curve(v[0], v[3] == 1, v[4] == 1)
		default:
			panic("unknown command in " + path)
		}
		line = append(line, p)
		at = p.to
	}
	finish()
	return out.String()
}

// piece is a straight stroke, or one along a circle when it has a radius.
type piece struct {
	from, to point
	radius   float64
	centre   point
	large    bool
	sweep    bool // with the clock
}

// curve makes the piece an arc, with SVG's flags.
func (p *piece) curve(radius float64, large, sweep bool) {
	p.large, p.sweep = large, sweep
	half := p.to.sub(p.from).times(0.5)
	p.radius = math.Max(radius, half.length())
	height := math.Sqrt(math.Max(0, p.radius*p.radius-half.length()*half.length()))
	if large == sweep {
		height = -height
	}
	p.centre = p.from.add(half).add(point{-half.y, half.x}.times(height / half.length()))
}

// heading is the direction of the piece at one of its ends.
func (p piece) heading(at point) point {
	if p.radius == 0 {
		d := p.to.sub(p.from)
		return d.times(1 / d.length())
	}
	d := at.sub(p.centre).times(1 / p.radius)
	if p.sweep {
		return point{-d.y, d.x}
	}
	return point{d.y, -d.x}
}

func (p piece) reversed() piece {
	p.from, p.to, p.sweep = p.to, p.from, !p.sweep
	return p
}

func flag(b bool) string {
	if b {
		return "1"
	}
	return "0"
}

// around is the outline of a line of pieces with strokes of radius r.
func around(line []piece, r float64) string {
	if len(line) == 0 {
		return ""
	}
	first, last := line[0], line[len(line)-1]
	if len(line) == 1 && first.from == first.to {
		return disc(first.from, r)
	}
	back := make([]piece, len(line))
	for i, p := range line {
		back[len(line)-1-i] = p.reversed()
	}
	if first.from == last.to {
		return "M" + side(line, r, true) + "Z" + "M" + side(back, r, true) + "Z"
	}
	there, home := side(line, r, false), side(back, r, false)
	end := func(p piece) point { return right(p.heading(p.from)).times(r).add(p.from) }
	return "M" + there + arc(r, "0", end(back[0])) + afterFirst(home) + arc(r, "0", end(first)) + "Z"
}

// afterFirst takes the point that a path begins at off it.
func afterFirst(path string) string {
	if i := strings.IndexAny(path, "LA"); i >= 0 {
		return path[i:]
	}
	return ""
}

func right(d point) point { return point{-d.y, d.x} }

// side is the right-hand edge of a line of pieces.
func side(line []piece, r float64, closed bool) string {
	var s strings.Builder
	n := len(line)
	begin := func(p piece) point { return p.from.add(right(p.heading(p.from)).times(r)) }
	finish := func(p piece) point { return p.to.add(right(p.heading(p.to)).times(r)) }
	if closed && inner(line[n-1], line[0]) && straight(line[n-1], line[0]) {
		s.WriteString(corner(line[n-1], line[0], r).String())
	} else {
		s.WriteString(begin(line[0]).String())
	}
	for i, p := range line {
		next, more := line[(i+1)%n], closed || i+1 < n
		sharp := more && inner(p, next)
		to := finish(p)
		if sharp && straight(p, next) {
			to = corner(p, next, r)
		}
		if p.radius == 0 {
			s.WriteString("L" + to.String())
		} else {
			edge := p.radius + r
			if p.sweep {
				edge = p.radius - r
			}
			s.WriteString(fmt.Sprintf("A%s %s 0 %s %s %s", number(edge), number(edge), flag(p.large), flag(p.sweep), to))
		}
		switch {
		case !more || sharp && straight(p, next) || smooth(p, next):
		case sharp:
			s.WriteString("L" + p.to.String() + "L" + begin(next).String())
		default:
			s.WriteString(arc(r, "0", begin(next)))
		}
	}
	return s.String()
}

func turn(a, b piece) float64 {
	p, q := a.heading(a.to), b.heading(b.from)
	return p.x*q.y - p.y*q.x
}

func smooth(a, b piece) bool {
	p, q := a.heading(a.to), b.heading(b.from)
	return p.x*q.x+p.y*q.y > 0.99
}

func inner(a, b piece) bool    { return turn(a, b) > 0 && !smooth(a, b) }
func straight(a, b piece) bool { return a.radius == 0 && b.radius == 0 }

// corner is where the right-hand edges of two straight pieces meet.
func corner(a, b piece, r float64) point {
	one, two := right(a.heading(a.to)).times(r), right(b.heading(b.from)).times(r)
	sum := one.add(two)
	return a.to.add(sum.times(2 * r * r / (sum.length() * sum.length())))
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
