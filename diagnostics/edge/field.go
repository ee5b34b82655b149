package edge

import "strings"

// Bounds of a list in a header. Real ones have one to five members.
const (
	maxMembers = 32
	maxParams  = 16
)

// member is one member of a structured list (RFC 8941): an item and its
// parameters. A parameter without a value has the value "?1". Texts are as
// received.
type member struct {
	name   string
	params map[string]string
}

// parseList reads a structured list of items, as Proxy-Status (RFC 9209) and
// Cache-Status (RFC 9211) are. Unlike the standard, which drops the whole field,
// it keeps what precedes a mistake: this is evidence, not a command.
func parseList(values []string) []member {
	var list []member
	p := parser{strings.Join(values, ",")}
	for len(list) < maxMembers {
		p.skip(" \t,")
		name, ok := p.item()
		if !ok {
			break
		}
		m := member{name: name, params: map[string]string{}}
		ok = p.parameters(m.params)
		list = append(list, m)
		p.skip(" \t")
		if !ok || !p.take(',') {
			break
		}
	}
	return list
}

type parser struct{ rest string }

func (p *parser) skip(set string) { p.rest = strings.TrimLeft(p.rest, set) }

func (p *parser) take(c byte) bool {
	if p.rest == "" || p.rest[0] != c {
		return false
	}
	p.rest = p.rest[1:]
	return true
}

// parameters reads ";key=value" as often as it comes; false on a mistake.
func (p *parser) parameters(into map[string]string) bool {
	for {
		p.skip(" \t")
		if !p.take(';') {
			return true
		}
		p.skip(" \t")
		key := strings.ToLower(p.until("=;, \t"))
		if key == "" {
			return false
		}
		value := "?1"
		if p.take('=') {
			var ok bool
			if value, ok = p.item(); !ok {
				return false
			}
		}
		if len(into) < maxParams {
			into[key] = value
		}
	}
}

// item reads a bare item: a quoted string without its quotes, anything else up to
// the next delimiter.
func (p *parser) item() (string, bool) {
	if p.take('"') {
		return p.quoted()
	}
	s := p.until(";, \t")
	return s, s != ""
}

func (p *parser) until(delimiters string) string {
	i := strings.IndexAny(p.rest, delimiters)
	if i < 0 {
		i = len(p.rest)
	}
	s := p.rest[:i]
	p.rest = p.rest[i:]
	return s
}

func (p *parser) quoted() (string, bool) {
	var b strings.Builder
	for i := 0; i < len(p.rest); i++ {
		switch c := p.rest[i]; c {
		case '"':
			p.rest = p.rest[i+1:]
			return b.String(), true
		case '\\':
			if i++; i < len(p.rest) {
				b.WriteByte(p.rest[i])
			}
		default:
			b.WriteByte(c)
		}
	}
	p.rest = ""
	return "", false
}
