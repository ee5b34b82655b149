//go:build linux

package wire

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

func TestLoss(t *testing.T) {
	const n = 1_000_000
	for _, p := range []Params{{Loss: .1}, {Loss: .1, Burst: 5}, {Loss: .3, Burst: 3}, {Loss: 1}} {
		d := &Dir{rng: rand.New(rand.NewPCG(7, 1))}
		lost, bursts, before := 0, 0, false
		for range n {
			l := d.lose(&p)
			if l {
				lost++
				if !before {
					bursts++
				}
			}
			before = l
		}
		if got := float64(lost) / n; math.Abs(got-p.Loss) > .005 {
			t.Errorf("%+v: share lost %.4f", p, got)
		}
		if p.Burst > 1 {
			if got := float64(lost) / float64(bursts); math.Abs(got-p.Burst) > .1 {
				t.Errorf("%+v: mean burst %.3f", p, got)
			}
		}
	}
}

func TestDueKeepsOrder(t *testing.T) {
	for _, reorder := range []bool{false, true} {
		d := &Dir{rng: rand.New(rand.NewPCG(3, 1))}
		p := &Params{Delay: 20 * time.Millisecond, Jitter: 5 * time.Millisecond, Reorder: reorder}
		var last int64
		swapped := false
		for i := range int64(1000) {
			due := d.due(p, i*int64(time.Millisecond))
			swapped = swapped || due < last
			last = due
		}
		if swapped != reorder {
			t.Errorf("reorder=%v: order changed: %v", reorder, swapped)
		}
	}
}

func TestApply(t *testing.T) {
	var p Params
	if err := p.Apply("dup=.5", "clear", "delay=20ms", "jitter=1ms", "loss=2.5%", "rate=1.5m", "mtu=1400", "down", "reorder=1"); err != nil {
		t.Fatal(err)
	}
	want := Params{Delay: 20 * time.Millisecond, Jitter: time.Millisecond, Loss: .025, Rate: 1.5e6, MTU: 1400, Down: true, Reorder: true}
	if p != want {
		t.Errorf("got %+v, want %+v", p, want)
	}
	for _, bad := range []string{"loss=2", "loss=x", "loss=NaN", "nope=1", "delay=5", "rate=fast"} {
		if p.Apply(bad) == nil {
			t.Errorf("%q was accepted", bad)
		}
	}
}

func TestQueueOrder(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 1))
	var q queue
	for i := range int64(10000) {
		q.push(frame{due: int64(rng.IntN(500)), seq: i})
	}
	for last := (frame{}); len(q) > 0; {
		f := q.pop()
		if f.before(last) {
			t.Fatalf("due %d came after %d", f.due, last.due)
		}
		last = f
	}
}
