package edge

import (
	"net/http"
	"net/url"
	"strings"
)

// Bounds on what is read of a header: a server may send a megabyte of it.
const (
	maxValues = 16
	maxValue  = 2 << 10
)

// view is an answer prepared for matching.
type view struct {
	Answer
	text     string // flattened body
	title    string
	found    []bool // by literal
	networks []network
}

// look prepares an answer.
func (t *table) look(a Answer) *view {
	v := &view{Answer: a, text: flatten(a.Body)}
	v.title = title(v.text)
	v.found = t.scanner.scan(v.text)
	v.networks = t.networksOf(v)
	return v
}

// headers are the values of a header, bounded in number and length; name is in
// canonical form.
func (v *view) headers(name string) []string {
	values := v.Header[name]
	if len(values) > maxValues {
		values = values[:maxValues]
	}
	for i, s := range values {
		if len(s) > maxValue {
			values = append([]string(nil), values...)
			values[i] = s[:maxValue]
		}
	}
	return values
}

// header is the first value of a header, "" without one; name may be in any case.
func (v *view) header(name string) string {
	if values := v.headers(http.CanonicalHeaderKey(name)); len(values) > 0 {
		return strings.TrimSpace(values[0])
	}
	return ""
}

// ownPage says whether an answer is surely not a filter's, whatever words it
// holds: a success inside verified TLS, or a redirect that stays on the site.
func (v *view) ownPage() bool {
	if v.Status < 300 {
		return v.TLS
	}
	if v.Status >= 400 || v.Host == "" {
		return false
	}
	to, err := url.Parse(v.header("Location"))
	return err == nil && strings.EqualFold(to.Hostname(), v.Host)
}
