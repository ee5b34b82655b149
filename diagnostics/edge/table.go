package edge

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/waymend/waymend/resources"
)

// facets are what an entry says about an answer. In a case of an entry an empty
// facet keeps what the entry says and "-" takes it back.
type facets struct {
	Vendor string  `json:"vendor"`
	Party  Party   `json:"party"`
	Means  Meaning `json:"means"`
	Blame  string  `json:"blame"` // left out where the fault's own blame holds
	Fault  string  `json:"fault"`
	Note   string  `json:"note"`
	Sure   float64 `json:"sure"` // confidence, where the kind of evidence misjudges it
}

// signature is one entry of resources/signatures.json.
type signature struct {
	ID     string `json:"id"`
	Basis  string `json:"basis"`  // how the marks are known: source, docs, observed, recorded, recalled
	Source string `json:"source"` // where
	Status []int  `json:"status"` // empty: any
	facets
	When      []clause `json:"when"`            // all must hold
	Also      []clause `json:"also"`            // add weight when they hold
	Cases     []branch `json:"cases"`           // the first that holds refines the facets
	Read      string   `json:"read"`            // a reader in this package refines them: "proxy-status", "cloudflare"
	Codes     []string `json:"codes"`           // the vendor's error codes that this entry stands for
	Reference string   `json:"reference_after"` // the page names a request id behind this text
}

type branch struct {
	If []clause `json:"if"`
	facets
}

// product names the server software behind a Server header.
type product struct {
	Like   expression `json:"like"`
	Vendor string     `json:"vendor"`
}

type table struct {
	signatures []signature
	hints      map[string]Hint
	products   []product
	edges      []edge
	codes      map[string]*signature
	scanner    *scanner
}

// tables reads the embedded tables once. They are part of the program: an error
// in them is a programming error, and a test reads them too.
var tables = sync.OnceValue(loadEmbedded)

func loadEmbedded() *table {
	t, err := load(resources.Signatures, resources.Edges)
	if err != nil {
		panic("edge: embedded table: " + err.Error())
	}
	return t
}

func load(signatures, edges string) (*table, error) {
	var file struct {
		Signatures []signature     `json:"signatures"`
		Hints      map[string]Hint `json:"hints"`
		Products   []product       `json:"products"`
	}
	if err := strict(signatures, &file); err != nil {
		return nil, err
	}
	t := &table{signatures: file.Signatures, hints: file.Hints, products: file.Products, codes: map[string]*signature{}}
	index, literals := map[string]int{}, []string{}
	literal := func(s string) int {
		i, known := index[s]
		if !known {
			i = len(literals)
			index[s] = i
			literals = append(literals, s)
		}
		return i
	}
	for i := range t.signatures {
		if err := t.signatures[i].compile(literal); err != nil {
			return nil, fmt.Errorf("%s: %w", t.signatures[i].ID, err)
		}
		for _, code := range t.signatures[i].Codes {
			t.codes[code] = &t.signatures[i]
		}
	}
	t.scanner = newScanner(literals)
	return t, t.loadEdges(edges)
}

// strict decodes one JSON document that may hold no unknown key.
func strict(data string, into any) error {
	d := json.NewDecoder(strings.NewReader(data))
	d.DisallowUnknownFields()
	return d.Decode(into)
}

func (g *signature) compile(literal func(string) int) error {
	groups := [][]clause{g.When, g.Also}
	for i := range g.Cases {
		groups = append(groups, g.Cases[i].If)
	}
	for _, clauses := range groups {
		if err := compile(clauses, literal); err != nil {
			return err
		}
	}
	return nil
}

func compile(clauses []clause, literal func(string) int) error {
	for i := range clauses {
		if err := clauses[i].compile(literal); err != nil {
			return err
		}
	}
	return nil
}

// claim is a signature that holds for an answer.
type claim struct {
	sig   *signature
	score score
}

// claims are all signatures that hold, the most specific first.
func (t *table) claims(v *view) []claim {
	var all []claim
	for i := range t.signatures {
		if s, ok := t.signatures[i].holds(v); ok {
			all = append(all, claim{&t.signatures[i], s})
		}
	}
	slices.SortFunc(all, func(a, b claim) int {
		return cmp.Or(b.score.compare(a.score), strings.Compare(a.sig.ID, b.sig.ID))
	})
	return all
}

// holds says whether a signature holds for an answer, and how specific it is.
func (g *signature) holds(v *view) (score, bool) {
	if len(g.Status) > 0 && !slices.Contains(g.Status, v.Status) {
		return score{}, false
	}
	if g.Party == PartyFilter && v.ownPage() {
		return score{}, false
	}
	if g.Read == "proxy-status" && len(v.failures()) == 0 {
		return score{}, false
	}
	total, ok := allOf(g.When, v)
	if !ok {
		return score{}, false
	}
	for i := range g.Also {
		if s, ok := g.Also[i].holds(v); ok {
			total = total.plus(s)
		}
	}
	if n := len(g.Status); n > 0 {
		total[narrowness] = 1000 / n
	}
	return total, true
}

func allOf(clauses []clause, v *view) (total score, ok bool) {
	for i := range clauses {
		s, ok := clauses[i].holds(v)
		if !ok {
			return score{}, false
		}
		total = total.plus(s)
	}
	return total, true
}

// judge is what the claim says of this very answer.
func (c claim) judge(t *table, v *view) facets {
	f := c.sig.facets
	if f.Sure == 0 {
		f.Sure = c.score.confidence()
	}
	for i := range c.sig.Cases {
		if _, ok := allOf(c.sig.Cases[i].If, v); ok {
			f = f.with(c.sig.Cases[i].facets)
			break
		}
	}
	switch c.sig.Read {
	case "proxy-status":
		f = readProxyStatus(t, v, f)
	case "cloudflare":
		f = readCloudflare(t, v, f)
	}
	if f.Party == PartyFilter && v.TLS {
		// Only an interceptor with a trusted root could do this, and whether there
		// is one is not for a single answer to say.
		f.Blame, f.Fault, f.Note, f.Sure = "-", "", "filter-inside-tls", 0.3
	}
	return f
}

// confidence follows the kind of evidence: a self-report is made to be believed,
// the words of a page and a matching header seldom err together, a header alone
// may be a leftover of somebody on the way.
func (s score) confidence() float64 {
	switch {
	case s[standardReport]+s[vendorReport] > 0:
		return 0.97
	case s[bodyText] > 0 && s[headerValue] > 0:
		return 0.95
	case s[bodyText] > 0:
		return 0.9
	case s[headerValue] > 0:
		return 0.8
	}
	return 0.2
}

// with refines facets: what over says replaces what f says.
func (f facets) with(over facets) facets {
	set := func(to *string, value string) {
		switch value {
		case "":
		case "-":
			*to = ""
		default:
			*to = value
		}
	}
	if over.Fault != "" {
		f.Blame = ""
	}
	set(&f.Vendor, over.Vendor)
	set((*string)(&f.Party), string(over.Party))
	set((*string)(&f.Means), string(over.Means))
	set(&f.Fault, over.Fault)
	set(&f.Note, over.Note)
	if over.Blame != "" {
		f.Blame = over.Blame
	}
	if over.Sure > 0 {
		f.Sure = over.Sure
	}
	return f
}

// fill puts facets into a writer. Where an entry names no blame the fault's holds.
func (f facets) fill(w *Writer) {
	w.Vendor, w.Party, w.Means = f.Vendor, f.Party, f.Means
	w.Fault, w.Note, w.Confidence = f.Fault, f.Note, f.Sure
	switch f.Blame {
	case "":
		w.Blame = blames[f.Fault]
	case "-":
	default:
		w.Blame = f.Blame
	}
}

// blames are the faults that a single answer can stand for and whom the
// catalogue blames for each.
var blames = map[string]string{
	"browser.cookies-too-large":    "browser",
	"cdn.edge-error":               "cdn",
	"cdn.origin-down":              "website",
	"filter.block-page":            "filter",
	"portal.sign-in":               "network",
	"proxy.error":                  "filter",
	"proxy.needs-sign-in":          "filter",
	"site.bad-gateway":             "website",
	"site.blocks-you":              "website",
	"site.challenges-robots":       "nobody",
	"site.gateway-timeout":         "website",
	"site.internal-error":          "website",
	"site.legal-block":             "website",
	"site.needs-sign-in":           "website",
	"site.page-not-found":          "address",
	"site.rate-limited":            "website",
	"site.rejects-request":         "website",
	"site.unavailable":             "website",
	"site.wrong-content":           "website",
	"tls.needs-client-certificate": "nobody",
}

// vendorOf names the software behind the Server header, "" when it is unknown.
func (t *table) vendorOf(v *view) string {
	for _, server := range v.headers(http.CanonicalHeaderKey("Server")) {
		for _, p := range t.products {
			if p.Like.like(server) {
				return p.Vendor
			}
		}
	}
	return ""
}
