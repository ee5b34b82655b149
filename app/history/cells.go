package history

import (
	"encoding/binary"
	"slices"
	"time"
)

// A cell is the summary of a minute or of an hour, as a Span. The minutes of an hour, and the hours of
// a day, are one value: for each cell that knows anything
//
//	how many empty ones are before it, times four, and its form;
//	oneGood: the time it took; oneBad: nothing;
//	several: probes, failed, least, mean above that, greatest above that, p95 above the least.
//
// Numbers are varints, times µs. Those of hours then have Known and Well, in seconds.
const (
	oneGood = iota
	oneBad
	several
)

// unit is how long a cell is, in seconds; it is part of a row's key.
type unit int64

const (
	minutes unit = 60
	hours   unit = 3600
)

func (u unit) length() time.Duration { return time.Duration(u) * time.Second }

// block is how long the time of one value is.
func (u unit) block() time.Duration {
	if u == hours {
		return 24 * time.Hour
	}
	return time.Hour
}

// maxCount bounds the probes of a cell, so that no sum overflows.
const maxCount = 1 << 20

// encodeCells encodes the cells of the block that begins at start; they are sorted.
func encodeCells(start time.Time, u unit, cells []Span) (b []byte) {
	next := 0
	for _, c := range cells {
		at := int(c.At.Sub(start) / u.length())
		form := several
		if c.Probes == 1 {
			form = oneGood + c.Failed
		}
		b = binary.AppendUvarint(b, uint64(at-next)<<2|uint64(form))
		next = at + 1
		switch form {
		case oneGood:
			b = binary.AppendUvarint(b, micro(c.Mean))
		case several:
			for _, n := range []uint64{uint64(c.Probes), uint64(c.Failed), micro(c.Min), micro(c.Mean - c.Min), micro(c.Max - c.Mean), micro(c.P95 - c.Min)} {
				b = binary.AppendUvarint(b, n)
			}
		}
		if u == hours {
			b = binary.AppendUvarint(b, uint64(c.Known/time.Second))
			b = binary.AppendUvarint(b, uint64(c.Well/time.Second))
		}
	}
	return b
}

func micro(d time.Duration) uint64 { return uint64(max(0, d.Microseconds())) }

// decodeCells is the reverse of encodeCells. Of a garbled value it returns what comes before the damage.
func decodeCells(start time.Time, u unit, value []byte) (cells []Span) {
	most := int64(u.block() / u.length())
	i := &in{b: value}
	for at := int64(0); len(i.b) > 0; at++ {
		head := i.number()
		at += min(head>>2, most)
		if at >= most {
			break
		}
		c := Span{At: start.Add(time.Duration(at) * u.length()), Length: u.length(), Probes: 1}
		switch head & 3 {
		case oneGood:
			c.Mean = i.micros()
			c.Min, c.Max, c.P95 = c.Mean, c.Mean, c.Mean
		case oneBad:
			c.Failed = 1
		case several:
			c.Probes, c.Failed = int(min(i.number(), maxCount)), int(min(i.number(), maxCount))
			c.Min = i.micros()
			c.Mean = c.Min + i.micros()
			c.Max = c.Mean + i.micros()
			c.P95 = c.Min + i.micros()
			i.failed = i.failed || c.Probes < 2 || c.Failed > c.Probes
		default:
			i.failed = true
		}
		if u == hours {
			c.Known = min(time.Duration(min(i.number(), 3600))*time.Second, u.length())
			c.Well = min(time.Duration(min(i.number(), 3600))*time.Second, c.Known)
		}
		if i.failed {
			break
		}
		cells = append(cells, c)
	}
	if u == minutes {
		stand(cells, start.Add(u.block()))
	}
	return cells
}

// lone is how long a probe stands for when nothing tells how often there are some.
const lone = 10 * time.Minute

// stand says for how much time each of the cells of one hour stands: until the next one, but no longer
// than twice the usual distance, because a computer that slept knows nothing.
func stand(cells []Span, end time.Time) {
	reach := lone
	if len(cells) > 1 {
		gaps := make([]time.Duration, 0, 60)
		for i := range cells[1:] {
			gaps = append(gaps, cells[i+1].At.Sub(cells[i].At))
		}
		slices.Sort(gaps)
		reach = 2 * gaps[len(gaps)/2]
	}
	for i := range cells {
		next := end
		if i+1 < len(cells) {
			next = cells[i+1].At
		}
		c := &cells[i]
		c.Known = max(0, min(next.Sub(c.At), max(reach, c.Length)))
		c.Well = c.Known * time.Duration(c.Probes-c.Failed) / time.Duration(c.Probes)
	}
}

// tally adds cells up to one.
type tally struct {
	Span
	sum  time.Duration   // of the good ones
	each []time.Duration // what each good one took, as far as that is known
}

// add adds a cell. Cells of one probe make the 95th percentile exact; of others the greatest counts.
func (t *tally) add(c Span) {
	good := c.Probes - c.Failed
	if good > 0 {
		if t.Probes == t.Failed || c.Min < t.Min {
			t.Min = c.Min
		}
		t.Max, t.P95 = max(t.Max, c.Max), max(t.P95, c.P95)
		t.sum += c.Mean * time.Duration(good)
		if c.Probes == 1 {
			t.each = append(t.each, c.Mean)
		}
	}
	t.Probes += c.Probes
	t.Failed += c.Failed
	t.Known += c.Known
	t.Well += c.Well
}

// span is the sum.
func (t *tally) span() Span {
	if good := t.Probes - t.Failed; good > 0 {
		t.Mean = t.sum / time.Duration(good)
		if len(t.each) == good {
			slices.Sort(t.each)
			t.P95 = t.each[(good*95+99)/100-1]
		}
	}
	return t.Span
}
