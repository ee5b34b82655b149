package edge

import (
	"cmp"
	"net/http"
	"regexp"
	"slices"
	"strings"
)

// CDN is a delivery network, hosting platform or host that an answer came
// through.
type CDN struct {
	ID         string   // "cloudflare"
	Name       string   // "Cloudflare"
	Kinds      []string // of "cdn", "waf", "lb", "platform", "host", "server"
	On         string   // id of the network that it is built upon, "" if its own
	ASNs       []uint32 // autonomous systems that its addresses lie in
	Ranges     []string // addresses (URL) where it publishes its ranges
	Location   string   // data centre when told; printable ASCII, at most 64 bytes
	RequestID  string   // printable ASCII, at most 128 bytes
	Confidence float64
}

// Delivers says whether it stands in front of other people's servers: a CDN or a
// firewall service, and not merely where the site lives.
func (c CDN) Delivers() bool {
	return slices.Contains(c.Kinds, "cdn") || slices.Contains(c.Kinds, "waf")
}

// edge is one entry of resources/edges.json.
type edge struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Kinds  []string `json:"kinds"`
	On     string   `json:"on"`     // built upon this other entry
	Marks  []mark   `json:"marks"`  // any strong one proves it
	CNAMEs []string `json:"cnames"` // suffixes; "*" stands for one run of characters within a label
	ASNs   []uint32 `json:"asns"`
	Ranges []string `json:"ranges"`
	Debug  string   `json:"debug"` // how to make it say more
	Basis  string   `json:"basis"`
	Gone   string   `json:"gone"`     // shut down since
	IDs    []string `json:"ids"`      // headers with its request id
	Places []place  `json:"location"` // where it names its data centre

	patterns []expression // of the CNAMEs with a "*"
}

// mark is a header that shows a network. A weak one is used by others too and
// counts only beside a strong one.
type mark struct {
	Header string     `json:"header"`
	Like   expression `json:"like"`
	Weak   bool       `json:"weak"`
}

// place is where a network names its data centre: the last match's first group.
type place struct {
	Header string     `json:"header"`
	Like   expression `json:"like"`
}

func (e *edge) delivers() bool { return CDN{Kinds: e.Kinds}.Delivers() }

// network is an entry that an answer bears the marks of.
type network struct {
	*edge
	strong, marks int
	named         bool // a name on the way is its
	server        bool // the Server header is its
}

func (t *table) loadEdges(data string) error {
	var file struct {
		Edges []edge `json:"edges"`
	}
	if err := strict(data, &file); err != nil {
		return err
	}
	t.edges = file.Edges
	for i := range t.edges {
		t.edges[i].prepare()
	}
	return nil
}

// prepare brings names into the form they are looked up by.
func (e *edge) prepare() {
	for i := range e.Marks {
		e.Marks[i].Header = http.CanonicalHeaderKey(e.Marks[i].Header)
	}
	for i := range e.Places {
		e.Places[i].Header = http.CanonicalHeaderKey(e.Places[i].Header)
	}
	for i, h := range e.IDs {
		e.IDs[i] = http.CanonicalHeaderKey(h)
	}
	for i, c := range e.CNAMEs {
		e.CNAMEs[i] = strings.TrimPrefix(c, ".")
		if strings.Contains(c, "*") {
			pattern := strings.ReplaceAll(regexp.QuoteMeta(e.CNAMEs[i]), `\*`, `[a-z0-9-]*`)
			e.patterns = append(e.patterns, lazily(`(^|\.)`+pattern+`$`))
		}
	}
}

// networksOf are the networks whose marks an answer bears, the most telling first.
func (t *table) networksOf(v *view) []network {
	var all []network
	for i := range t.edges {
		if n, ok := t.edges[i].seen(v); ok {
			all = append(all, n)
		}
	}
	slices.SortStableFunc(all, func(a, b network) int {
		return cmp.Or(b.rank(all)-a.rank(all), strings.Compare(a.ID, b.ID))
	})
	return all
}

// rank orders networks: one that another is built upon stands below it, then the
// number of marks decides; a name on the way is worth as much as a header, and a
// Server header half of one more: it is the nearest machine's.
func (n network) rank(all []network) int {
	rank := 2 * n.marks
	if n.named {
		rank += 2
	}
	if n.server {
		rank++
	}
	if n.On != "" && slices.ContainsFunc(all, func(o network) bool { return o.ID == n.On }) {
		rank += 1000
	}
	return rank
}

func (e *edge) seen(v *view) (network, bool) {
	n := network{edge: e}
	for _, m := range e.Marks {
		if !slices.ContainsFunc(v.headers(m.Header), m.Like.like) {
			continue
		}
		n.marks++
		if !m.Weak {
			n.strong++
			n.server = n.server || m.Header == "Server"
		}
	}
	for i, name := range v.CNAMEs {
		if i >= maxMembers || len(name) > maxDomain {
			break
		}
		n.named = n.named || e.holds(name)
	}
	return n, n.named || n.strong > 0
}

// holds says whether a name is one of the network's own.
func (e *edge) holds(name string) bool {
	return slices.ContainsFunc(e.CNAMEs, func(c string) bool {
		before, ok := strings.CutSuffix(name, c)
		return ok && (before == "" || strings.HasSuffix(before, "."))
	}) || slices.ContainsFunc(e.patterns, func(p expression) bool { return p.like(name) })
}

// maxDomain is the longest domain name (RFC 1035, 2.3.4).
const maxDomain = 255

func serverIsNetwork(all []network) bool {
	return slices.ContainsFunc(all, func(n network) bool { return n.server })
}

// Networks returns all networks, platforms and hosts that an answer bears the
// marks of, the most telling first.
func Networks(a Answer) []CDN {
	t := tables()
	v := &view{Answer: a}
	var all []CDN
	for _, n := range t.networksOf(v) {
		all = append(all, CDN{
			ID: n.ID, Name: n.Name, Kinds: n.Kinds, On: n.On, ASNs: n.ASNs, Ranges: n.Ranges,
			Location: n.location(v), RequestID: firstID(v, n.IDs), Confidence: n.confidence(),
		})
	}
	return all
}

// confidence: a name or two marks are proof enough, one header may be a leftover.
func (n network) confidence() float64 {
	if n.named || n.marks > 1 {
		return 0.95
	}
	return 0.8
}

func (e *edge) location(v *view) string {
	for _, p := range e.Places {
		values := v.headers(p.Header)
		for i := len(values) - 1; i >= 0; i-- {
			if name := p.Like.last(values[i]); name != "" {
				return clean(name, maxName)
			}
		}
	}
	return ""
}

// commonIDs are headers with a request id that belong to no network in particular.
var commonIDs = []string{"X-Amzn-Requestid", "X-Amz-Request-Id", "X-Request-Id", "X-Correlation-Id", "X-Varnish"}

// identify finds the id under which the writer's operator can look the request
// up, and the data centre: first in the page, then in the networks' headers.
func (t *table) identify(v *view, g *signature) (id, location string) {
	if g != nil && g.Reference != "" {
		id = referenceAfter(v.text, g.Reference)
	}
	for _, n := range v.networks {
		if id == "" {
			id = firstID(v, n.IDs)
		}
		if location == "" {
			location = n.location(v)
		}
	}
	if id == "" {
		id = firstID(v, commonIDs)
	}
	return id, location
}

func firstID(v *view, headers []string) string {
	for _, h := range headers {
		if id := clean(v.header(h), maxID); id != "" {
			return id
		}
	}
	return ""
}

// referenceAfter is the word behind a text in a page, tags aside.
func referenceAfter(text, marker string) string {
	_, rest, found := strings.Cut(text, marker)
	if !found {
		return ""
	}
	rest = rest[:min(len(rest), 4*maxID)]
	for rest = strings.TrimLeft(rest, " :"); strings.HasPrefix(rest, "<"); rest = strings.TrimLeft(rest, " :") {
		_, after, closed := strings.Cut(rest, ">")
		if !closed {
			return ""
		}
		rest = after
	}
	if end := strings.IndexAny(rest, " <&\"'"); end >= 0 {
		rest = rest[:end]
	}
	return clean(rest, maxID)
}
