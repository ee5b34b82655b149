package control

import (
	"net/url"
	"strings"

	"github.com/waymend/waymend/resources"
)

// Scheme is that of the links that open this program: waymend://check?url=https%3A%2F%2Fexample.com%2F
const Scheme = "waymend"

// LinkError is why a link is refused. Its value is the key of a sentence in resources.
type LinkError string

// Reasons to refuse a link.
const (
	LinkTooLong   LinkError = "link.too-long"
	LinkForeign   LinkError = "link.foreign"
	LinkUnknown   LinkError = "link.unknown"
	LinkNoAddress LinkError = "link.no-address"
)

func (e LinkError) Error() string { return resources.Text(resources.English, string(e), nil) }

// ParseLink reads the address out of a link that a web page or another program made. The only form
// is waymend://check?url=ADDRESS with the address percent-encoded; waymend:check?url= and the slash
// that some systems put before the question mark are the same. The address is printable, but
// otherwise not examined: hand it to diagnostics.ParseTarget, and ask before anything that is more
// than looking. Errors are LinkErrors.
func ParseLink(text string) (address string, err error) {
	if len(text) > maxAddress {
		return "", LinkTooLong
	}
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || !strings.EqualFold(scheme, Scheme) {
		return "", LinkForeign
	}
	action, query, _ := strings.Cut(strings.TrimPrefix(rest, "//"), "?")
	value, isURL := strings.CutPrefix(query, "url=")
	if !strings.EqualFold(strings.TrimSuffix(action, "/"), "check") || query != "" && !isURL || strings.ContainsAny(query, "&#") {
		return "", LinkUnknown
	}
	address, err = url.PathUnescape(value)
	if err != nil || !validAddress(address) {
		return "", LinkNoAddress
	}
	// What looks like an option names no host, and might be taken for one on a command line.
	if address = strings.TrimSpace(address); address == "" || address[0] == '-' {
		return "", LinkNoAddress
	}
	return address, nil
}

// Link returns the link that ParseLink reads the address out of.
func Link(address string) string {
	return Scheme + "://check?url=" + strings.ReplaceAll(url.QueryEscape(address), "+", "%20")
}

// LinkArgument reads the address from a program's arguments when they are a link, as they are when
// the system opens one. A link comes alone: where a system fills it into a command line, a quote in
// it could slip in arguments of its own.
func LinkArgument(args []string) (address string, isLink bool, err error) {
	if len(args) == 0 || len(args[0]) <= len(Scheme) || !strings.EqualFold(args[0][:len(Scheme)+1], Scheme+":") {
		return "", false, nil
	}
	if len(args) > 1 {
		return "", true, LinkUnknown
	}
	address, err = ParseLink(args[0])
	return address, true, err
}
