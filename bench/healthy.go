//go:build lab && linux

package main

import (
	"fmt"

	"github.com/waymend/waymend/lab"
)

// healthyBar is what a healthy site may take: a share of what one cold request takes by itself,
// and a constant.
func healthyBar(curl float64) float64 { return 1.25*curl + 30 }

// healthy compares one whole examination of a healthy site, over a wire of 50 ms there and back,
// with one cold request by curl, in turns, with the router's DNS cache emptied before each.
func healthy(waymend string, runs int) error {
	found, err := lab.Find("ok.now")
	if err != nil {
		return err
	}
	s := *found
	setup := s.Setup
	s.Setup = func(w *lab.World) {
		setup(w)
		w.Wires[lab.Access] = "delay=25ms"
	}
	w, err := lab.Up(&s)
	defer w.Down()
	if err != nil {
		return err
	}
	var elapsed, wall, curl, cpu, rss []float64
	healthy := 0
	for range runs {
		w.Restart("dnsmasq-router")
		total, err := request(w, "https://"+s.Address+"/")
		if err != nil {
			return err
		}
		curl = append(curl, total)
		w.Restart("dnsmasq-router")
		r, err := check(w, s.Root, waymend, s.Address)
		if err != nil {
			return err
		}
		elapsed, wall = append(elapsed, r.elapsed), append(wall, r.wall)
		cpu, rss = append(cpu, r.cpu), append(rss, r.rss)
		if r.fault == "ok" {
			healthy++
		}
	}
	beside := fmt.Sprintf("curl %s, ratio %.2f, healthy in %d of %d", span(median(curl)), median(elapsed)/median(curl), healthy, runs)
	bar := healthyBar(median(curl))
	row("healthy site, 50 ms RTT: elapsed", span(median(elapsed)), "≤ "+span(bar), median(elapsed) <= bar, beside)
	row("  the same: wall time", span(median(wall)), "≤ "+span(bar), median(wall) <= bar, spread(wall))
	row("  the same: processor time", span(median(cpu)), "≤ 60 ms", median(cpu) <= 60, spread(cpu))
	row("  the same: memory (peak RSS)", fmt.Sprintf("%.1f MB", median(rss)), "≤ 30 MB", median(rss) <= 30, "")
	return nil
}
