package report

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/waymend/waymend/diagnostics/wire"
)

// maxShownBody is how much of a page is put into a document; error pages say what they have to
// say in less.
const maxShownBody = 2 << 10

// observed is a fact's value as it is shown: bodies as clipped text, no cookies, no credentials. The
// work is done when it is written as JSON; most answers are only read as text.
type observed struct{ value any }

// MarshalJSON implements json.Marshaler; what was not measured is an empty object.
func (o observed) MarshalJSON() ([]byte, error) {
	if o.value == nil {
		return []byte("{}"), nil
	}
	raw, err := json.Marshal(o.value)
	if err != nil || !bytes.Contains(raw, []byte(`"declared"`)) {
		return raw, err
	}
	tree := decode(raw)
	redact(tree, func(body []byte) any { return clipBody(body) })
	return marshal(tree)
}

// decode reads JSON that this program wrote, keeping numbers as they are.
func decode(raw []byte) any {
	var tree any
	d := json.NewDecoder(bytes.NewReader(raw))
	d.UseNumber()
	if d.Decode(&tree) != nil {
		return map[string]any{}
	}
	return tree
}

// redact walks the tree and cleans every exchange in it: the only objects with the key "declared".
// Each body is replaced by what show makes of it.
func redact(tree any, show func([]byte) any) {
	switch t := tree.(type) {
	case []any:
		for _, x := range t {
			redact(x, show)
		}
	case map[string]any:
		for _, x := range t {
			redact(x, show)
		}
		if _, ok := t["declared"]; !ok {
			return
		}
		if text, ok := t["body"].(string); ok && show != nil {
			if body, err := base64.StdEncoding.DecodeString(text); err == nil {
				t["body"] = show(body)
			}
		}
		if header, ok := t["header"].(map[string]any); ok {
			redactHeader(header)
		}
	}
}

// redactHeader takes the secrets out of a header and keeps what tells who set them.
func redactHeader(header map[string]any) {
	for name, values := range header {
		list, _ := values.([]any)
		for i, v := range list {
			value, _ := v.(string)
			switch http.CanonicalHeaderKey(name) {
			case "Set-Cookie", "Set-Cookie2":
				list[i] = redactCookie(value)
			case "Authorization", "Proxy-Authorization", "Cookie", "Authentication-Info", "Proxy-Authentication-Info":
				list[i] = redacted
			case "Location", "Content-Location", "Refresh":
				list[i] = wire.WithoutUser(value)
			}
		}
	}
}

const redacted = "[left out]"

// redactCookie keeps a cookie's name and attributes.
func redactCookie(value string) string {
	pair, attributes, _ := strings.Cut(value, ";")
	name, _, named := strings.Cut(pair, "=")
	if !named {
		return redacted
	}
	out := name + "=" + redacted
	if attributes != "" {
		out += ";" + attributes
	}
	return out
}

// clipBody shows the beginning of a page as text.
func clipBody(body []byte) string {
	clipped := len(body) > maxShownBody
	if clipped {
		body = body[:maxShownBody]
		for len(body) > 0 && !utf8.RuneStart(body[len(body)-1]) {
			body = body[:len(body)-1]
		}
		if r, n := utf8.DecodeLastRune(body); r == utf8.RuneError && n == 1 {
			body = body[:len(body)-1]
		}
	}
	lines := strings.Split(string(body), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimRight(wire.Printable(l, maxShownBody), " ")
	}
	text := strings.Join(lines, "\n")
	if clipped {
		text += "…"
	}
	return text
}

// JSON writes the document as one indented JSON text. Besides what JSON demands, every character
// that a terminal could take for a command or that changes the direction of text is escaped.
func (d Document) JSON() ([]byte, error) {
	text, err := marshal(d)
	if err != nil {
		return nil, err
	}
	return append(escapeUnprintable(text), '\n'), nil
}

// escapeUnprintable writes characters beyond ASCII that are not printable as \u escapes. In JSON
// such characters occur only inside strings.
func escapeUnprintable(text []byte) []byte {
	odd := func(r rune) bool { return r == 0x7f || r > 0x7f && !unicode.IsPrint(r) }
	if bytes.IndexFunc(text, odd) < 0 {
		return text
	}
	out := make([]byte, 0, len(text)+64)
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		if odd(r) {
			for _, unit := range utf16Of(r) {
				out = append(out, '\\', 'u', hex[unit>>12], hex[unit>>8&15], hex[unit>>4&15], hex[unit&15])
			}
		} else {
			out = append(out, text[:n]...)
		}
		text = text[n:]
	}
	return out
}

const hex = "0123456789abcdef"

func utf16Of(r rune) []uint16 {
	if r < 0x10000 {
		return []uint16{uint16(r)}
	}
	r -= 0x10000
	return []uint16{uint16(0xd800 + r>>10), uint16(0xdc00 + r&0x3ff)}
}

// marshal is JSON for people: indented, without the escapes that only matter inside HTML.
func marshal(value any) ([]byte, error) {
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	err := e.Encode(value)
	return bytes.TrimRight(out.Bytes(), "\n"), err
}
