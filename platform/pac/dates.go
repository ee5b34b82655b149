package pac

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	weekdays = []string{"SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"}
	months   = []string{"JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"}
)

// zone puts the arguments in capitals, takes a closing "GMT" off and puts the clock in that zone.
func zone(now time.Time, args []string) (time.Time, []string) {
	args = slices.Clone(args)
	for i := range args {
		args[i] = strings.ToUpper(args[i])
	}
	if n := len(args); n > 0 && args[n-1] == "GMT" {
		return now.UTC(), args[:n-1]
	}
	return now.Local(), args
}

// within reports whether v lies in from…to, which may run over the turn of the week or day.
func within(v, from, to int) bool {
	if from <= to {
		return from <= v && v <= to
	}
	return v >= from || v <= to
}

// weekdayRange is weekdayRange(day [, day] [, "GMT"]).
func weekdayRange(now time.Time, args []string) bool {
	now, args = zone(now, args)
	if len(args) < 1 || len(args) > 2 {
		return false
	}
	from, to := slices.Index(weekdays, args[0]), slices.Index(weekdays, args[len(args)-1])
	return from >= 0 && to >= 0 && within(int(now.Weekday()), from, to)
}

// timeRange is timeRange(hour), (hour, hour), (h, min, h, min) or (h, min, s, h, min, s), each
// with an optional "GMT". As in Chromium and Firefox the whole last hour or minute is in the range.
func timeRange(now time.Time, args []string) bool {
	now, args = zone(now, args)
	n, ok := numbers(args)
	if !ok {
		return false
	}
	v := now.Hour()*3600 + now.Minute()*60 + now.Second()
	switch len(n) {
	case 1:
		return now.Hour() == n[0]
	case 2:
		return within(now.Hour(), n[0], n[1])
	case 4:
		return within(v, n[0]*3600+n[1]*60, n[2]*3600+n[3]*60+59)
	case 6:
		return within(v, n[0]*3600+n[1]*60+n[2], n[3]*3600+n[4]*60+n[5])
	}
	return false
}

func numbers(args []string) (list []int, ok bool) {
	for _, a := range args {
		n, err := strconv.Atoi(a)
		if err != nil || n < 0 || n > 1e6 {
			return nil, false
		}
		list = append(list, n)
	}
	return list, len(list) > 0
}

// dateRange takes days (1–31), months ("JAN") and years (four digits): one of them, or as many
// for the end as for the beginning, with an optional "GMT".
func dateRange(now time.Time, args []string) bool {
	now, args = zone(now, args)
	if len(args) == 1 {
		from, ok := date(args)
		return ok && from.matches(now)
	}
	if len(args) == 0 || len(args)%2 != 0 {
		return false
	}
	from, ok := date(args[:len(args)/2])
	to, ok2 := date(args[len(args)/2:])
	if !ok || !ok2 || from.fields() != to.fields() {
		return false
	}
	v := from.of(now)
	if from.year >= 0 { // years do not turn
		return from.key() <= v && v <= to.key()
	}
	return within(v, from.key(), to.key())
}

// day is a date of which parts may be missing (-1).
type day struct{ year, month, day int }

func date(args []string) (d day, ok bool) {
	d = day{-1, -1, -1}
	for _, a := range args {
		if m := slices.Index(months, a); m >= 0 && d.month < 0 {
			d.month = m
			continue
		}
		n, err := strconv.Atoi(a)
		switch {
		case err == nil && n >= 1 && n <= 31 && d.day < 0:
			d.day = n
		case err == nil && n >= 1000 && n <= 9999 && d.year < 0:
			d.year = n
		default:
			return d, false
		}
	}
	return d, true
}

func (d day) fields() [3]bool { return [3]bool{d.year >= 0, d.month >= 0, d.day >= 0} }

// key makes dates with the same parts comparable.
func (d day) key() int { return max(d.year, 0)*10000 + max(d.month, 0)*100 + max(d.day, 0) }

// of is the key of a moment, reduced to the parts that d has.
func (d day) of(t time.Time) int {
	v := day{-1, -1, -1}
	if d.year >= 0 {
		v.year = t.Year()
	}
	if d.month >= 0 {
		v.month = int(t.Month()) - 1
	}
	if d.day >= 0 {
		v.day = t.Day()
	}
	return v.key()
}

func (d day) matches(t time.Time) bool { return d.of(t) == d.key() }
