package change

import (
	"strconv"
)

var unboundAnswer = lazily(`^ok removed (\d{1,9}) rrsets?, (\d{1,9}) messages? and \d{1,9} key entr(?:y|ies)\n?$`)

// unboundRemoved reads what unbound-control(8) prints for flush_zone.
func unboundRemoved(out string) (sets, messages int, ok bool) {
	m := unboundAnswer().FindStringSubmatch(out)
	if m == nil {
		return 0, 0, false
	}
	sets, _ = strconv.Atoi(m[1])
	messages, _ = strconv.Atoi(m[2])
	return sets, messages, true
}
