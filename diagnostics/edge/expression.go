package edge

import (
	"regexp"
	"sync"
)

// expression is a regular expression of the tables. It is compiled when it is
// first tried, as one answer needs few of the hundreds; a test compiles them all.
// The zero value is like everything.
type expression struct {
	compiled func() *regexp.Regexp
}

// UnmarshalText takes the expression's source.
func (e *expression) UnmarshalText(source []byte) error {
	*e = lazily(string(source))
	return nil
}

func lazily(source string) expression {
	return expression{sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(source) })}
}

func (e expression) given() bool { return e.compiled != nil }

func (e expression) like(s string) bool { return !e.given() || e.compiled().MatchString(s) }

// last is the first group of the last match, "" without one.
func (e expression) last(s string) string {
	if !e.given() {
		return ""
	}
	all := e.compiled().FindAllStringSubmatch(s, maxMembers)
	if len(all) == 0 {
		return ""
	}
	return all[len(all)-1][1]
}
