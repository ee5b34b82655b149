package report

import (
	"strconv"
	"time"

	"github.com/waymend/waymend/resources"
)

// Length writes how long something lasted, in its two largest units: "45 s", "2 h 5 min", "4 d 3 h".
func Length(lang string, d time.Duration) string {
	units := []struct {
		key string
		of  time.Duration
	}{{"length.d", 24 * time.Hour}, {"length.h", time.Hour}, {"length.min", time.Minute}, {"length.s", time.Second}}
	if d = max(d, 0); d < 10*time.Minute {
		d = d.Round(time.Second)
	} else {
		d = d.Round(time.Minute)
	}
	word := func(key string, n time.Duration) string {
		return resources.Text(lang, key, map[string]string{"n": Measure(lang, strconv.Itoa(int(n)))})
	}
	for i, u := range units {
		n, rest := d/u.of, d%u.of
		if n == 0 {
			continue
		}
		text := word(u.key, n)
		if i+1 < len(units) {
			if next := units[i+1]; rest >= next.of {
				text += " " + word(next.key, rest/next.of)
			}
		}
		return text
	}
	return word("length.s", 0)
}
