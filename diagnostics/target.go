package diagnostics

import (
	"errors"
	"net/netip"
	"net/url"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"

	"github.com/waymend/waymend/resources"
)

// Target is the address that is examined. The zero value means the connection in general.
type Target struct {
	Input   string `json:"input"` // as typed, without user name and password
	URL     string `json:"url"`
	Scheme  string `json:"scheme"` // http or https
	Host    string `json:"host"`   // ASCII form, or an IP address without brackets
	Port    int    `json:"port"`
	Unicode string `json:"unicode,omitempty"` // the host as people read it, when that differs
	Note    string `json:"note,omitempty"`    // what is odd about the host: TargetMixedScripts
	Secrets bool   `json:"-"`                 // the input held a user name or password
}

// TargetMixedScripts is the Note of a host whose label mixes look-alike scripts (Unicode TR 39).
const TargetMixedScripts = "mixed-scripts"

// None reports whether no particular address is examined.
func (t Target) None() bool { return t.Host == "" }

// IP returns the host's address when the host is one.
func (t Target) IP() (netip.Addr, bool) {
	a, err := netip.ParseAddr(t.Host)
	return a, err == nil
}

// maxInput bounds what is parsed at all; browsers cut addresses off at 2 MB, servers at 8 kB.
const maxInput = 8 << 10

// TargetError is why something is no address: a text of the catalogue and what fills it.
type TargetError struct {
	Key    string // "target.error.no-host"
	Values map[string]string
}

// Error is the sentence in English, as the end of a line on a terminal.
func (e *TargetError) Error() string {
	text := strings.TrimSuffix(resources.Text(resources.English, e.Key, e.Values), ".")
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToLower(first)) + text[size:]
}

// Words is the error for people: a key of the catalogue, and what fills its text.
func (e *TargetError) Words() (key string, values map[string]string) { return e.Key, e.Values }

// notAnAddress is an error that repeats a part of what was typed.
func notAnAddress(key, typed string) *TargetError {
	quoted := strconv.Quote(clip(typed))
	return &TargetError{Key: "target.error." + key, Values: map[string]string{"text": quoted[1 : len(quoted)-1]}}
}

// ParseTarget reads a URL, a host name or an IP address as people type it; https:// is assumed.
// Its errors are of type *TargetError.
func ParseTarget(input string) (Target, error) {
	s := strings.TrimSpace(input)
	switch {
	case s == "":
		return Target{}, &TargetError{Key: "target.error.empty"}
	case len(s) > maxInput:
		return Target{}, &TargetError{Key: "target.error.too-long", Values: map[string]string{"most": strconv.Itoa(maxInput)}}
	case !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) || unicode.IsSpace(r) || !unicode.IsPrint(r) }):
		return Target{}, &TargetError{Key: "target.error.characters"}
	}
	s = withTwoSlashes(s)
	scheme, rest, found := strings.Cut(s, "://")
	if !found {
		scheme, rest = "https", s
		if head, _, colon := strings.Cut(s, ":"); colon && isOtherScheme(head, s) {
			return Target{}, notAnAddress("scheme", head+":"+withoutUser(s[len(head)+1:]))
		}
	}
	scheme = strings.ToLower(scheme)
	if scheme != "http" && scheme != "https" {
		return Target{}, notAnAddress("scheme", scheme+"://"+withoutUser(rest))
	}
	if a, err := netip.ParseAddr(rest); err == nil && a.Is6() {
		rest = "[" + a.String() + "]"
	}
	u, err := url.Parse(scheme + "://" + escapeZone(rest))
	if err != nil {
		return Target{}, notAnAddress(reason(err), withoutUser(rest))
	}
	t := Target{Input: cleanInput(s, u.User != nil), Scheme: scheme, Secrets: u.User != nil}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	if t.Port, err = port(u); err != nil {
		return Target{}, err
	}
	if err := t.setHost(u.Hostname()); err != nil {
		return Target{}, err
	}
	u.Host = hostPort(t.Host, t.Port, scheme)
	if u.Path == "" {
		u.Path = "/"
	}
	t.URL = u.String()
	return t, nil
}

// withTwoSlashes mends what browsers mend, too: http:/example.com, http:\\example.com, //example.com.
func withTwoSlashes(s string) string {
	scheme, rest, _ := strings.Cut(s, ":")
	web := strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https")
	switch {
	case strings.HasPrefix(s, "//"):
		return "https:" + s
	case web && (strings.HasPrefix(rest, "/") && !strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, `\`)):
		return scheme + "://" + strings.TrimLeft(rest, `/\`)
	}
	return s
}

// isOtherScheme tells mailto:x from example.com:8443 and from a bare IPv6 address.
func isOtherScheme(head, whole string) bool {
	if _, err := netip.ParseAddr(strings.Trim(whole, "[]")); err == nil || strings.ContainsAny(head, ".[@") {
		return false
	}
	switch strings.ToLower(head) {
	case "mailto", "javascript", "data", "about", "tel", "file", "blob":
		return true
	}
	after := whole[len(head)+1:]
	digits := strings.IndexFunc(after, func(r rune) bool { return r < '0' || r > '9' })
	isPort := digits > 0 && (after[digits] == '/' || after[digits] == '?') || digits < 0 && after != ""
	return !isPort && strings.IndexFunc(head, func(r rune) bool { return r > unicode.MaxASCII }) < 0 && !strings.Contains(head, "/") && !strings.Contains(after, "@")
}

func (t *Target) setHost(h string) error {
	if h == "" {
		return notAnAddress("no-host", t.Input)
	}
	if a, err := netip.ParseAddr(h); err == nil {
		t.Host = a.Unmap().String()
		return nil
	}
	ascii, err := idna.Lookup.ToASCII(strings.TrimSuffix(h, "."))
	if err != nil {
		// Names with underscores and the like exist in the DNS although no registry sells them.
		ascii = strings.ToLower(strings.TrimSuffix(h, "."))
		if !plainName(ascii) {
			return notAnAddress("not-a-name", h)
		}
	}
	if !plainName(ascii) {
		return notAnAddress("not-a-name", h)
	}
	t.Host = ascii
	if u, err := idna.Display.ToUnicode(ascii); err == nil && u != ascii {
		t.Unicode = u
		if mixedScripts(u) {
			t.Note = TargetMixedScripts
		}
	}
	return nil
}

// plainName accepts what RFC 1035 can carry: labels of up to 63 bytes, 253 in all.
func plainName(s string) bool {
	if s == "" || len(s) > 253 {
		return false
	}
	digitsOnly := true
	for _, label := range strings.Split(s, ".") {
		if label == "" || len(label) > 63 {
			return false
		}
		for _, c := range label {
			if c > unicode.MaxASCII || c != '-' && c != '_' && !unicode.IsLetter(c) && !unicode.IsDigit(c) {
				return false
			}
			digitsOnly = digitsOnly && unicode.IsDigit(c)
		}
	}
	return !digitsOnly // 1.2.3 or 999.1.1.1 would be a mistyped IP address
}

// lookAlikes are the scripts whose letters are easily taken for Latin ones.
var lookAlikes = []*unicode.RangeTable{unicode.Latin, unicode.Cyrillic, unicode.Greek, unicode.Armenian, unicode.Cherokee}

// wholeLookAlike lists Cyrillic and Greek letters that look like Latin ones; a label made of
// nothing else reads as a Latin word.
const wholeLookAlike = "аеорсухіјѕԁһԛԝαονρ"

func mixedScripts(host string) bool {
	for _, label := range strings.Split(host, ".") {
		seen, alike, letters := 0, 0, 0
		for _, table := range lookAlikes {
			if strings.ContainsFunc(label, func(r rune) bool { return unicode.Is(table, r) }) {
				seen++
			}
		}
		for _, r := range label {
			if unicode.IsLetter(r) {
				letters++
			}
			if strings.ContainsRune(wholeLookAlike, r) {
				alike++
			}
		}
		if seen > 1 || letters > 0 && alike == letters {
			return true
		}
	}
	return false
}

func port(u *url.URL) (int, error) {
	p := u.Port()
	if p == "" {
		u.Host = strings.TrimSuffix(u.Host, ":")
		if u.Scheme == "http" {
			return 80, nil
		}
		return 443, nil
	}
	n, err := strconv.Atoi(p)
	if err != nil || n < 1 || n > 65535 {
		return 0, notAnAddress("no-such-port", p)
	}
	return n, nil
}

func hostPort(host string, port int, scheme string) string {
	if strings.Contains(host, ":") {
		host = "[" + host + "]"
	}
	if scheme == "https" && port == 443 || scheme == "http" && port == 80 {
		return host
	}
	return host + ":" + strconv.Itoa(port)
}

// escapeZone writes the % of an IPv6 zone as RFC 6874 wants it.
func escapeZone(rest string) string {
	end := strings.IndexByte(rest, ']')
	if end < 0 || !strings.HasPrefix(rest, "[") {
		return rest
	}
	inside := rest[:end]
	if !strings.Contains(inside, "%25") {
		inside = strings.Replace(inside, "%", "%25", 1)
	}
	return inside + rest[end:]
}

// withoutUser cuts a user name and password off, for messages.
func withoutUser(rest string) string {
	end := strings.IndexAny(rest, "/?#")
	if end < 0 {
		end = len(rest)
	}
	if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
		return rest[at+1:]
	}
	return rest
}

func cleanInput(s string, secret bool) string {
	if !secret {
		return s
	}
	if scheme, rest, ok := strings.Cut(s, "://"); ok {
		return scheme + "://" + withoutUser(rest)
	}
	return withoutUser(s)
}

// reason is the key for why a URL could not be parsed; Go's own words repeat the input.
func reason(err error) string {
	var e *url.Error
	if errors.As(err, &e) {
		switch {
		case strings.Contains(e.Err.Error(), "port"):
			return "port-not-a-number"
		case strings.Contains(e.Err.Error(), "escape"):
			return "broken-escape"
		case strings.Contains(e.Err.Error(), "host name"):
			return "host-characters"
		}
	}
	return "unreadable"
}

// clip shortens what is repeated to the person.
func clip(s string) string {
	const most = 80
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
