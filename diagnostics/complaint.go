package diagnostics

import (
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/publicsuffix"
)

// Complaint is what a browser showed instead of the page, as a person copied it.
type Complaint struct {
	Kind    ComplaintKind `json:"kind"`
	Code    string        `json:"code,omitempty"`    // "ERR_CONNECTION_RESET", in capitals
	Status  int           `json:"status,omitempty"`  // of HTTP
	Server  string        `json:"server,omitempty"`  // who signed the error page: "nginx", "cloudflare"
	Address string        `json:"address,omitempty"` // URL or host found in the text, without credentials
}

// State makes a complaint worth a look; what it means is for the verdict.
func (c Complaint) State() State { return Warning }

// ComplaintKind is what sort of trouble a browser complained of.
type ComplaintKind string

// Kinds of complaints.
const (
	SaidDNS       ComplaintKind = "dns"
	SaidRefused   ComplaintKind = "refused"
	SaidReset     ComplaintKind = "reset"
	SaidTimeout   ComplaintKind = "timeout"
	SaidTLS       ComplaintKind = "tls"
	SaidProxy     ComplaintKind = "proxy"
	SaidOffline   ComplaintKind = "offline"
	SaidRedirects ComplaintKind = "redirects"
	SaidEmpty     ComplaintKind = "empty"
	SaidGateway   ComplaintKind = "gateway" // a server answered with a status of 500 or above
	SaidBlocked   ComplaintKind = "blocked-by-client"
	SaidOther     ComplaintKind = "other"
)

// CookiesTooLarge is the Code of nginx's page for requests with too many cookies, which has the
// status 400 like many others.
const CookiesTooLarge = "REQUEST_HEADER_OR_COOKIE_TOO_LARGE"

// maxComplaint bounds what is read of a copied page; error pages say what they have to say in less.
const maxComplaint = 16 << 10

// ParseComplaint recognises a browser's error in a text that somebody copied: a bare code, a
// sentence, or a whole error page in whatever language. Addresses alone are no complaints.
func ParseComplaint(text string) (Complaint, bool) {
	text = strings.TrimSpace(clipBytes(text, maxComplaint))
	if isAddress(text) {
		return Complaint{}, false
	}
	words := splitWords(text)
	said := strings.ReplaceAll(strings.ToLower(text), "’", "'")
	var c Complaint
	c.Code, c.Kind = findCode(words)
	c.Status, c.Server = findStatus(words, said)
	if c.Code == "" && strings.Contains(said, "request header or cookie too large") {
		c.Code, c.Kind = CookiesTooLarge, SaidOther
	}
	if sentence := findSentence(said); c.Kind == "" || c.Kind == SaidOther && sentence != "" {
		c.Kind = sentence
	}
	switch kind := kindOfStatus(c.Status); {
	case c.Code == "ERR_HTTP_RESPONSE_CODE_FAILURE" && c.Status > 0, c.Code == "" && kind != "":
		c.Kind = kind
	case c.Kind == "" && c.Code == "":
		return Complaint{}, false
	case c.Kind == "":
		c.Kind = SaidOther
	}
	c.Address = findAddress(text)
	return c, true
}

// ParseInput reads what a person gave: an address, or what a browser showed instead of the page.
// Without an address in it, a complaint is about the connection in general.
func ParseInput(input string) (Target, *Complaint, error) {
	c, ok := ParseComplaint(input)
	if !ok {
		t, err := ParseTarget(input)
		return t, nil, err
	}
	if c.Address == "" {
		return Target{}, &c, nil
	}
	t, err := ParseTarget(c.Address)
	return t, &c, err
}

// isAddress reports whether a text is one word that can be examined and is not a code itself.
func isAddress(text string) bool {
	if text == "" || strings.ContainsFunc(text, unicode.IsSpace) {
		return text == ""
	}
	bare := strings.Trim(strings.TrimPrefix(text, "net::"), "()[]{}<>\"'.,:;!")
	if code, _ := findCode(splitWords(bare)); strings.EqualFold(code, bare) && code != "" {
		return false
	}
	if _, err := ParseTarget(text); err != nil {
		return false
	}
	// A sentence in a script without spaces could be a host, if it had a dot.
	return strings.ContainsAny(text, "./:") || strings.IndexFunc(text, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

// splitWords cuts a text into runs of ASCII letters, digits and underscores.
func splitWords(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'A' || r > 'Z') && (r < 'a' || r > 'z')
	})
}

// findCode returns the first code with a known meaning, else the first that looks like one.
func findCode(words []string) (code string, kind ComplaintKind) {
	for i, w := range words {
		if w == "NSURLErrorDomain" && i+1 < len(words) {
			if k := foundationCodes[words[i+1]]; k != "" {
				return w + " -" + words[i+1], k
			}
		}
		if len(w) < 6 || len(w) > 80 || !strings.Contains(w, "_") {
			continue
		}
		w = strings.ToUpper(w)
		if k, ok := codes[w]; ok {
			return w, k
		}
		if k, ok := kindByShape(w); ok && code == "" {
			code, kind = w, k
		}
	}
	return code, kind
}

// kindByShape recognises codes that are not in the table by the family that their names tell.
func kindByShape(w string) (ComplaintKind, bool) {
	for _, s := range codeShapes {
		if strings.HasPrefix(w, s.prefix) && strings.HasSuffix(w, s.suffix) {
			return s.kind, true
		}
	}
	return "", false
}

// findStatus looks for the status of an error page, and for the software that signed it.
func findStatus(words []string, said string) (status int, server string) {
	for i, w := range words {
		n, err := strconv.Atoi(w)
		if err != nil || len(w) != 3 || n < 400 || n > 599 {
			continue
		}
		before, after := "", ""
		if i > 0 {
			before = strings.ToLower(words[i-1])
		}
		if i+1 < len(words) {
			after = strings.ToLower(words[i+1])
		}
		if len(words) == 1 || slices.Contains(beforeStatus, before) || slices.Contains(afterStatus, after) {
			status = n
			break
		}
	}
	for _, p := range statusPhrases {
		if status == 0 && strings.Contains(said, p.text) {
			status = p.status
		}
	}
	if strings.Contains(said, "ray id") || strings.Contains(said, "cloudflare") {
		if status == 0 {
			status = cloudflareStatus(words)
		}
	}
	if status == 0 {
		return 0, ""
	}
	for _, s := range servers {
		if strings.Contains(said, s.mark) {
			return status, s.name
		}
	}
	return status, ""
}

// cloudflareStatus is the HTTP status behind "Error 1020" and its relatives.
func cloudflareStatus(words []string) int {
	for i, w := range words {
		if i == 0 || len(w) != 4 || w[0] != '1' || !slices.Contains(beforeStatus, strings.ToLower(words[i-1])) {
			continue
		}
		switch w {
		case "1015":
			return 429
		case "1001", "1016", "1033":
			return 530
		}
		if n, err := strconv.Atoi(w); err == nil && n < 1200 {
			return 403
		}
	}
	return 0
}

func kindOfStatus(status int) ComplaintKind {
	switch {
	case status == 407:
		return SaidProxy
	case status >= 500 && status != 511:
		return SaidGateway
	case status > 0:
		return SaidOther
	}
	return ""
}

func findSentence(said string) ComplaintKind {
	for _, s := range sentences {
		for _, text := range s.texts {
			if strings.Contains(said, text) {
				return s.kind
			}
		}
	}
	return ""
}

// findAddress returns the first address in a text that is likely the page's: a URL before a name
// before an IP address, and never one of the help pages that error pages point to.
func findAddress(text string) string {
	var name, ip string
	tokens := strings.FieldsFunc(text, func(r rune) bool {
		return unicode.IsSpace(r) || strings.ContainsRune("\"'`“”„«»‘’()<>{}|,;，。；！？、「」『』", r)
	})
	for i, w := range tokens {
		if len(w) > 2<<10 || strings.HasPrefix(w, "[") && !strings.Contains(w, ":") {
			continue
		}
		w = strings.TrimRight(strings.TrimLeft(w, ".*-–•"), ".:!?…")
		url := strings.HasPrefix(w, "http://") || strings.HasPrefix(w, "https://")
		t, err := ParseTarget(w)
		if err != nil || slices.Contains(notThePage, strings.TrimPrefix(t.Host, "www.")) || strings.Contains(w, "@") && !url {
			continue
		}
		if url {
			return t.URL
		}
		if _, isIP := t.IP(); isIP {
			if ip == "" && !visitors(tokens[max(0, i-4):i]) {
				ip = short(t)
			}
		} else if name == "" && likelyHost(t.Host) {
			name = short(t)
		}
	}
	if name != "" {
		return name
	}
	return ip
}

// visitors reports whether the words before an IP address say that it is the visitor's own, which
// error pages of delivery networks show.
func visitors(before []string) bool {
	return slices.ContainsFunc(before, func(w string) bool {
		w = strings.ToLower(w)
		return w == "ip" || strings.HasPrefix(w, "ip:") || strings.HasPrefix(w, "ip-")
	})
}

// short is the address without what goes without saying.
func short(t Target) string {
	if t.URL == "https://"+t.Host+"/" {
		return t.Host
	}
	return strings.TrimSuffix(t.URL, "/")
}

// likelyHost tells names of hosts from file names and from sentences without a space between them.
func likelyHost(host string) bool {
	if host == "localhost" {
		return true
	}
	dot := strings.LastIndexByte(host, '.')
	if dot < 0 {
		return false
	}
	if slices.Contains(localEndings, host[dot+1:]) {
		return true
	}
	suffix, icann := publicsuffix.PublicSuffix(host)
	return (icann || strings.Contains(suffix, ".")) && suffix != host
}

// clipBytes returns at most n bytes of s, cut between characters.
func clipBytes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n]
}
