//go:build lab && linux

package route

import (
	"fmt"
	"math/rand/v2"
	"net/netip"
	"os"
	"testing"
	"time"

	reading "github.com/waymend/waymend/diagnostics/route"
	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// TestSlowestStretchAndLoss sends traces over paths whose delays and losses are known: one link is slow,
// in half of the paths one loses packets, in a third they do so in one direction only; one hop is silent
// and one limits its answers. All delays vary by a fifth and every link loses a little.
func TestSlowestStretchAndLoss(t *testing.T) {
	const hops = 10
	paths := 60
	if testing.Short() {
		paths = 20
	}
	c, err := NewChain(hops, 3, func(int) []string { return []string{"delay=1ms"} })
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	right, again := 0, 0
	for i := range paths {
		p := newCase(uint64(i), hops)
		if err := p.build(c); err != nil {
			t.Fatal(err)
		}
		var said []string
		var ok bool
		for run := range 2 {
			got := p.trace(t, c)
			problem := p.problem(got)
			if run == 0 {
				if ok = problem == ""; ok {
					right++
				} else {
					t.Logf("path %d (%+v): %s", i, *p, problem)
				}
			}
			said = append(said, shape(got))
		}
		if said[0] == said[1] {
			again++
		} else {
			t.Logf("path %d (%+v): first %s, then %s", i, *p, said[0], said[1])
		}
	}
	load, _ := os.ReadFile("/proc/loadavg")
	t.Logf("right: %d of %d; the same twice: %d of %d; load %s", right, paths, again, paths, load)
	if right*100 < paths*95 {
		t.Errorf("right in %d of %d", right, paths)
	}
}

// known is one path and its truth.
type known struct {
	slow, lossy     int // links, from 1; lossy is 0 where none is
	added, loss     int // ms there and back, percent
	oneWay          int // 0: both; 1: there; 2: back
	silent, limited int
}

func newCase(seed uint64, hops int) *known {
	rng := rand.New(rand.NewPCG(seed, 11))
	p := &known{slow: 1 + rng.IntN(hops), added: 40 + rng.IntN(60), oneWay: rng.IntN(3), silent: 2 + rng.IntN(hops-2), limited: 2 + rng.IntN(hops-2)}
	if seed%2 == 1 {
		p.lossy, p.loss = 1+rng.IntN(hops), 8+rng.IntN(20)
	}
	return p
}

func (p *known) build(c *Chain) error {
	for i, hop := range c.Hops {
		each := 500
		words := []string{}
		switch {
		case i+1 != p.slow:
		case p.oneWay == 1:
			words = append(words, fmt.Sprintf(">delay=%dms", p.added), "<delay=500us")
		case p.oneWay == 2:
			words = append(words, fmt.Sprintf("<delay=%dms", p.added), ">delay=500us")
		default:
			each = p.added * 500
		}
		if len(words) == 0 {
			words = append(words, fmt.Sprintf("delay=%dus", each))
		}
		words = append(words, fmt.Sprintf("jitter=%dus", max(100, each/5)))
		switch {
		case i+1 != p.lossy:
			words = append(words, "loss=0.05%")
		case p.oneWay == 0:
			words = append(words, fmt.Sprintf("loss=%d%%", (p.loss+1)/2))
		case p.oneWay == 1:
			words = append(words, fmt.Sprintf(">loss=%d%%", p.loss))
		default:
			words = append(words, fmt.Sprintf("<loss=%d%%", p.loss))
		}
		if err := c.Set(i+1, words...); err != nil {
			return err
		}
		err := hop.Answers()
		if err == nil && i+1 == p.limited {
			err = hop.Limited(2, 1)
		}
		if err == nil && i+1 == p.silent {
			err = hop.Silent()
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *known) trace(t *testing.T, c *Chain) reading.Reading {
	o := trace.Options{Target: netip.MustParseAddr(TargetV4), Protocol: trace.UDP, Rounds: 12}
	if p.lossy > 0 {
		o.Rounds, o.Interval = 100, 15*time.Millisecond
	}
	return reading.Read(run(t, c.Client, o), nil)
}

// problem is what is wrong about a reading; "" for nothing.
func (p *known) problem(r reading.Reading) string {
	s := r.Slowest
	if s == nil || s.From.TTL >= p.slow || s.To.TTL < p.slow || s.To.TTL-s.From.TTL > 3 {
		return fmt.Sprintf("slowest stretch %+v", s)
	}
	if p.lossy == 0 {
		if r.Loss != nil {
			return fmt.Sprintf("loss %+v", r.Loss)
		}
		return ""
	}
	if r.Loss == nil || r.Loss.After.TTL >= p.lossy || r.Loss.At.TTL < p.lossy || r.Loss.At.TTL-r.Loss.After.TTL > 3 {
		return fmt.Sprintf("loss %+v", r.Loss)
	}
	return ""
}

// shape is what a reading says, without its figures.
func shape(r reading.Reading) string {
	text := r.Verdict
	if r.Slowest != nil {
		text += fmt.Sprintf(" %d-%d", r.Slowest.From.TTL, r.Slowest.To.TTL)
	}
	if r.Loss != nil {
		text += fmt.Sprintf(" loss %d-%d", r.Loss.After.TTL, r.Loss.At.TTL)
	}
	return text
}
