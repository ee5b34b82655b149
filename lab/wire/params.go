//go:build linux

package wire

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// Params is what one direction does to frames. The zero value is a perfect cable.
type Params struct {
	Delay   time.Duration // one way
	Jitter  time.Duration // standard deviation around Delay; the sum never goes below zero
	Reorder bool          // let jitter change the order
	Loss    float64       // share lost, 0..1
	Burst   float64       // mean number of frames lost in a row, when above 1
	Dup     float64       // share sent twice, 0..1
	Rate    float64       // bits per second of IP, 0 = unlimited
	Limit   int           // bytes that may wait for Rate, 0 = 256 KiB; what comes beyond is lost
	MTU     int           // longer IP packets are lost without a word, 0 = none are
	Down    bool          // everything is lost
}

// Apply changes p by words of the form key=value with the fields' names in lower case:
// durations as Go writes them, shares as 0.03 or 3%, rates in bit/s with k, m or g; a bare "down" or
// "reorder" means yes, "clear" resets everything before it.
func (p *Params) Apply(words ...string) error {
	for _, w := range words {
		if err := p.apply(w); err != nil {
			return fmt.Errorf("wire: %s: %w", w, err)
		}
	}
	return nil
}

func (p *Params) apply(word string) (err error) {
	key, v, _ := strings.Cut(word, "=")
	switch key {
	case "clear":
		*p = Params{}
	case "delay":
		p.Delay, err = time.ParseDuration(v)
	case "jitter":
		p.Jitter, err = time.ParseDuration(v)
	case "loss":
		p.Loss, err = share(v)
	case "dup":
		p.Dup, err = share(v)
	case "burst":
		p.Burst, err = strconv.ParseFloat(v, 64)
	case "rate":
		p.Rate, err = rate(v)
	case "limit":
		p.Limit, err = strconv.Atoi(v)
	case "mtu":
		p.MTU, err = strconv.Atoi(v)
	case "down":
		p.Down = v != "0" && v != "false"
	case "reorder":
		p.Reorder = v != "0" && v != "false"
	default:
		err = errors.New("unknown key")
	}
	return err
}

func share(s string) (float64, error) {
	n, percent := strings.CutSuffix(s, "%")
	f, err := strconv.ParseFloat(n, 64)
	if percent {
		f /= 100
	}
	if err == nil && (math.IsNaN(f) || f < 0 || f > 1) {
		err = errors.New("not a share")
	}
	return f, err
}

func rate(s string) (float64, error) {
	unit := 1.0
	for suffix, u := range map[string]float64{"k": 1e3, "m": 1e6, "g": 1e9} {
		if n, ok := strings.CutSuffix(s, suffix); ok {
			s, unit = n, u
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return f * unit, err
}
