package edge

import (
	"strconv"
	"strings"
	"time"
)

// Hop is one machine on the way that named itself in a header. All texts are
// printable ASCII of at most 64 bytes, "" where it did not say.
type Hop struct {
	Header   string // the header it stands in: "Via", "Proxy-Status", "X-Served-By", "X-Cache", "Cache-Status", "Server"
	Name     string // host name, pseudonym or product
	Protocol string // protocol it received the answer by, of Via: "1.1"
	Comment  string // of Via
	Cache    string // what its cache did, as it says it: "HIT", "TCP_MISS"
	Error    string // error type of Proxy-Status
	Received int    // status it says it received, of Proxy-Status
}

const maxHops = 32

// chain reads the headers in which intermediaries leave their names, farthest
// first. Server stands at the far end, unless it is a network's own.
func chain(v *view) []Hop {
	hops := parseVia(v.headers("Via"))
	hops = append(hops, served(v.headers("X-Served-By"), v.headers("X-Cache"))...)
	for _, m := range parseList(v.headers("Cache-Status")) {
		hops = append(hops, Hop{Header: "Cache-Status", Name: m.name, Cache: cacheWord(m)})
	}
	for _, m := range parseList(v.headers("Proxy-Status")) {
		received, _ := strconv.Atoi(m.params["received-status"])
		hops = append(hops, Hop{Header: "Proxy-Status", Name: m.name, Error: m.params["error"], Received: received})
	}
	if server := v.header("Server"); server != "" {
		hop := Hop{Header: "Server", Name: server}
		if serverIsNetwork(v.networks) {
			hops = append(hops, hop)
		} else {
			hops = append([]Hop{hop}, hops...)
		}
	}
	if len(hops) > maxHops {
		hops = hops[len(hops)-maxHops:]
	}
	for i := range hops {
		h := &hops[i]
		h.Name, h.Protocol, h.Comment = clean(h.Name, maxName), clean(h.Protocol, maxName), clean(h.Comment, maxName)
		h.Cache, h.Error = clean(h.Cache, maxName), clean(h.Error, maxName)
	}
	return hops
}

// parseVia reads Via (RFC 9110, 7.6.3): "1.1 varnish, HTTP/2 proxy.example (name)".
func parseVia(values []string) []Hop {
	var hops []Hop
	rest := strings.Join(values, ",")
	for rest != "" && len(hops) < maxHops {
		var one, comment string
		one, comment, rest = viaMember(rest)
		protocol, name, found := strings.Cut(strings.TrimSpace(one), " ")
		if !found {
			protocol, name = "", protocol
		}
		if name = strings.TrimSpace(name); name != "" || comment != "" {
			hops = append(hops, Hop{Header: "Via", Protocol: protocol, Name: name, Comment: comment})
		}
	}
	return hops
}

// viaMember splits off the first member; commas inside a comment do not count.
func viaMember(s string) (one, comment, rest string) {
	end, depth, open := len(s), 0, -1
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '(':
			if depth == 0 && open < 0 {
				open = i
			}
			depth++
		case c == ')' && depth > 0:
			depth--
		case c == ',' && depth == 0:
			end = i
		}
		if end == i {
			break
		}
	}
	one = s[:end]
	if end < len(s) {
		rest = s[end+1:]
	}
	if open >= 0 {
		one, comment = s[:open], strings.TrimSuffix(strings.TrimSpace(s[open+1:end]), ")")
	}
	return one, comment, rest
}

// served pairs X-Served-By with X-Cache where both name the same number of
// machines (Fastly: shield first, edge last).
func served(by, cache []string) []Hop {
	names, words := split(by), split(cache)
	var hops []Hop
	for i, name := range names {
		hop := Hop{Header: "X-Served-By", Name: name}
		if len(words) == len(names) {
			hop.Cache = words[i]
		}
		hops = append(hops, hop)
	}
	if len(names) > 0 && len(words) == len(names) {
		return hops
	}
	for _, word := range words {
		hop := Hop{Header: "X-Cache", Cache: word}
		if what, from, ok := strings.Cut(word, " from "); ok {
			hop.Cache, hop.Name = what, from
		}
		hops = append(hops, hop)
	}
	return hops
}

// split cuts comma-separated lists into their members, bounded in number.
func split(values []string) []string {
	var all []string
	for _, value := range values {
		for one := range strings.SplitSeq(value, ",") {
			if one = strings.TrimSpace(one); one != "" && len(all) < maxMembers {
				all = append(all, one)
			}
		}
	}
	return all
}

// cacheHeaders are the headers in which caches say whether they served an answer
// themselves.
var cacheHeaders = []string{
	"X-Cache", "Cf-Cache-Status", "X-Vercel-Cache", "X-Nf-Cache", "Cdn-Cache", "X-77-Cache",
	"X-Sucuri-Cache", "X-Kinsta-Cache", "X-Litespeed-Cache", "X-Qc-Cache", "X-Proxy-Cache",
	"X-Cache-Status", "X-Cdn-Cache-Status", "X-Drupal-Cache",
}

// cached says whether a cache served the answer, and how old it is.
func cached(v *view) (bool, time.Duration) {
	age, _ := deltaSeconds(v.header("Age"))
	if age > 0 {
		return true, age
	}
	for _, m := range parseList(v.headers("Cache-Status")) {
		if cacheWord(m) == "hit" {
			return true, 0
		}
	}
	for _, name := range cacheHeaders {
		for _, word := range split(v.headers(name)) {
			if isHit(word) {
				return true, 0
			}
		}
	}
	// Varnish adds the id of the request that filled the cache.
	return len(strings.Fields(v.header("X-Varnish"))) == 2, 0
}

// isHit says whether a word means "from the cache": HIT, TCP_MEM_HIT, "Hit from
// cloudfront", STALE.
func isHit(word string) bool {
	word = strings.ToUpper(word)
	word, _, _ = strings.Cut(word, " ")
	return word == "STALE" || word == "UPDATING" || strings.HasSuffix(word, "HIT")
}

// cacheWord is what a member of Cache-Status says: "hit", or why it was not.
func cacheWord(m member) string {
	if hit, ok := m.params["hit"]; ok && hit != "?0" {
		return "hit"
	}
	return m.params["fwd"]
}
