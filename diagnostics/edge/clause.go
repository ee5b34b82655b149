package edge

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// clause is one condition on an answer; of several fields in one clause all must
// hold, of several values in one field any.
type clause struct {
	Status  []int      `json:"status"`
	TLS     *bool      `json:"tls"`
	Header  string     `json:"header"`  // this header is there …
	Like    expression `json:"like"`    // … and one of its values is like this expression …
	Absent  bool       `json:"absent"`  // … or, instead, it is not there
	Report  string     `json:"report"`  // the header is a self-report: "standard" or "vendor"
	Body    []string   `json:"body"`    // the flattened body contains
	Text    []string   `json:"text"`    // the flattened body is exactly
	Title   []string   `json:"title"`   // the page's title is exactly
	Pattern expression `json:"pattern"` // the flattened body, if short, is like this expression
	Most    int        `json:"most"`    // the flattened body has at most so many bytes
	Any     []clause   `json:"any"`     // one of these holds; the strongest counts

	literals []int
}

// shortText bounds what a Pattern is tried on. Answers that need an expression
// are one line of text.
const shortText = 1 << 10

// score says how specific a match is: matched clauses by kind, the strongest
// kind first, then how narrow the status set is. Compared like a word.
type score [5]int

const (
	standardReport = iota
	vendorReport
	bodyText
	headerValue
	narrowness
)

func (s score) compare(o score) int { return slices.Compare(s[:], o[:]) }

func (s score) plus(o score) score {
	for i := range s {
		s[i] += o[i]
	}
	return s
}

// compile prepares a clause and registers its literals.
func (c *clause) compile(literal func(string) int) error {
	c.Header = http.CanonicalHeaderKey(c.Header)
	if (c.Like.given() || c.Absent || c.Report != "") && c.Header == "" {
		return fmt.Errorf("clause without a header: %+v", *c)
	}
	for _, b := range c.Body {
		if len(b) < 4 || strings.TrimSpace(b) != b || flatten([]byte(b)) != b {
			return fmt.Errorf("body literal %q is too short or not flattened", b)
		}
		c.literals = append(c.literals, literal(b))
	}
	for i := range c.Any {
		if err := c.Any[i].compile(literal); err != nil {
			return err
		}
	}
	return nil
}

// holds says whether a clause holds and what it counts.
func (c *clause) holds(v *view) (s score, ok bool) {
	if len(c.Status) > 0 && !slices.Contains(c.Status, v.Status) ||
		c.TLS != nil && *c.TLS != v.TLS ||
		c.Most > 0 && len(v.text) > c.Most {
		return s, false
	}
	if c.Header != "" {
		if !c.headerHolds(v) {
			return s, false
		}
		s[c.headerKind()]++
	}
	if len(c.Body)+len(c.Text)+len(c.Title) > 0 || c.Pattern.given() {
		if !c.bodyHolds(v) {
			return s, false
		}
		s[bodyText]++
	}
	if len(c.Any) > 0 {
		best, found := anyOf(c.Any, v)
		if !found {
			return s, false
		}
		s = s.plus(best)
	}
	return s, true
}

func (c *clause) headerKind() int {
	switch c.Report {
	case "standard":
		return standardReport
	case "vendor":
		return vendorReport
	}
	return headerValue
}

func (c *clause) headerHolds(v *view) bool {
	values := v.headers(c.Header)
	if c.Absent {
		return len(values) == 0
	}
	return slices.ContainsFunc(values, c.Like.like)
}

func (c *clause) bodyHolds(v *view) bool {
	holds := true
	if len(c.literals) > 0 {
		holds = slices.ContainsFunc(c.literals, func(i int) bool { return v.found[i] })
	}
	if holds && len(c.Text) > 0 {
		holds = slices.Contains(c.Text, v.text)
	}
	if holds && len(c.Title) > 0 {
		holds = slices.Contains(c.Title, v.title)
	}
	if holds && c.Pattern.given() {
		holds = len(v.text) <= shortText && c.Pattern.like(v.text)
	}
	return holds
}

func anyOf(cs []clause, v *view) (best score, found bool) {
	for i := range cs {
		if s, ok := cs[i].holds(v); ok && (!found || s.compare(best) > 0) {
			best, found = s, true
		}
	}
	return best, found
}
