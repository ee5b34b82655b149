package control

import (
	"net/url"
	"strconv"
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

// ParseLink reads what a link wishes that a web page or another program made. The forms are
// waymend://check?url=ADDRESS with the address percent-encoded, waymend://history,
// waymend://incident?id=NUMBER and waymend://reset; without the two slashes, and with the slash that
// some systems put before the question mark, they are the same. An address is printable, but
// otherwise not examined: hand it to diagnostics.ParseTarget. Nothing that a link can wish does more
// than show. Errors are LinkErrors.
func ParseLink(text string) (Wish, error) {
	if len(text) > maxAddress {
		return Wish{}, LinkTooLong
	}
	scheme, rest, ok := strings.Cut(text, ":")
	if !ok || !strings.EqualFold(scheme, Scheme) {
		return Wish{}, LinkForeign
	}
	action, query, _ := strings.Cut(strings.TrimPrefix(rest, "//"), "?")
	if strings.ContainsAny(query, "&#") {
		return Wish{}, LinkUnknown
	}
	switch page := Page(strings.ToLower(strings.TrimSuffix(action, "/"))); {
	case page == "check":
		return checkLink(query)
	case page == "incident":
		return incidentLink(query)
	case (page == History || page == Reset) && query == "":
		return Wish{Page: page}, nil
	}
	return Wish{}, LinkUnknown
}

func checkLink(query string) (Wish, error) {
	value, isURL := strings.CutPrefix(query, "url=")
	if query != "" && !isURL {
		return Wish{}, LinkUnknown
	}
	address, err := url.PathUnescape(value)
	if err != nil || !validAddress(address) {
		return Wish{}, LinkNoAddress
	}
	// What looks like an option names no host, and might be taken for one on a command line.
	if address = strings.TrimSpace(address); address == "" || address[0] == '-' {
		return Wish{}, LinkNoAddress
	}
	return Wish{Address: address}, nil
}

func incidentLink(query string) (Wish, error) {
	number, ok := strings.CutPrefix(query, "id=")
	id, err := strconv.ParseInt(number, 10, 64)
	if !ok || err != nil || id <= 0 {
		return Wish{}, LinkUnknown
	}
	return Wish{Page: History, Incident: id}, nil
}

// Link returns the link that ParseLink reads the wish out of; "" when there is nothing to wish.
func (w Wish) Link() string {
	switch {
	case w.Incident > 0:
		return Scheme + "://incident?id=" + strconv.FormatInt(w.Incident, 10)
	case w.Page != "":
		return Scheme + "://" + string(w.Page)
	case w.Address != "":
		return Scheme + "://check?url=" + strings.ReplaceAll(url.QueryEscape(w.Address), "+", "%20")
	}
	return ""
}

// LinkArgument reads the wish from a program's arguments when they are a link, as they are when
// the system opens one. A link comes alone: where a system fills it into a command line, a quote in
// it could slip in arguments of its own.
func LinkArgument(args []string) (wish Wish, isLink bool, err error) {
	if len(args) == 0 || len(args[0]) <= len(Scheme) || !strings.EqualFold(args[0][:len(Scheme)+1], Scheme+":") {
		return Wish{}, false, nil
	}
	if len(args) > 1 {
		return Wish{}, true, LinkUnknown
	}
	wish, err = ParseLink(args[0])
	return wish, true, err
}
