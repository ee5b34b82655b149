package edge

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// longestWait caps Retry-After: beyond a day it is a way to say "go away".
const longestWait = 24 * time.Hour

// retryAfter reads Retry-After (RFC 9110, 10.2.3), seconds or a date. A date
// counts from the answer's own Date, so that a wrong clock here does not matter;
// without a Date it is not known.
func retryAfter(value, date string) time.Duration {
	value = strings.TrimSpace(value)
	if seconds, ok := deltaSeconds(value); ok {
		return min(seconds, longestWait)
	}
	until, err := http.ParseTime(value)
	if err != nil {
		return 0
	}
	now, err := http.ParseTime(strings.TrimSpace(date))
	if err != nil {
		return 0
	}
	return min(max(until.Sub(now), 0), longestWait)
}

// deltaSeconds reads delta-seconds (RFC 9111, 1.2.2). What does not fit counts as
// the largest value, 2^31 seconds.
func deltaSeconds(s string) (time.Duration, bool) {
	const largest = 1 << 31
	if s == "" || strings.Trim(s, "0123456789") != "" {
		return 0, false
	}
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n > largest {
		n = largest
	}
	return time.Duration(n) * time.Second, true
}
