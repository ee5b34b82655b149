package edge

import (
	"encoding/json"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/waymend/waymend/resources"
)

// parties and meanings that the tables may use.
var (
	parties = []Party{
		PartyUnknown, PartyOrigin, PartyGateway, PartyCDN, PartyCloud, PartyForwardProxy, PartyFilter,
		PartyPortal, PartyApplication,
	}
	meanings = []Meaning{
		Unknown, OK, BadGateway, OriginDown, OriginRefused, OriginTimeout, OriginTLS, OriginDNS, GatewayTimeout,
		Unavailable, RateLimited, BlocksYou, Challenge, LegalBlock, EdgeError, InternalError, CookiesTooLarge,
		BadRequest, NeedsTLS, NeedsClientCert, NotFound, NeedsSignIn, Maintenance, DefaultPage, Parked,
		Suspended, ProxyError, ProxyAuth, BlockPage, SignIn, EmptyReply,
	}
)

func TestTablesUseKnownWords(t *testing.T) {
	known := map[string]bool{}
	for _, p := range parties {
		known["party "+string(p)] = true
	}
	for _, m := range meanings {
		known["means "+string(m)] = true
	}
	used := map[string]bool{}
	check := func(where string, f facets) {
		if !known["party "+string(f.Party)] || !known["means "+string(f.Means)] {
			t.Errorf("%s: party %q, means %q", where, f.Party, f.Means)
		}
		if _, ok := blames[f.Fault]; !ok && f.Fault != "" && f.Fault != "-" {
			t.Errorf("%s: fault %q", where, f.Fault)
		}
		if f.Note != "" && f.Note != "-" {
			used[f.Note] = true
			if _, ok := HintFor(f.Note); !ok {
				t.Errorf("%s: no hint %q", where, f.Note)
			}
		}
	}
	for _, g := range tables().signatures {
		check(g.ID, g.facets)
		for _, c := range g.Cases {
			check(g.ID, c.facets)
		}
	}
	for status, f := range statuses {
		check(http.StatusText(status), f)
	}
	for _, own := range []string{"filter-inside-tls", "cdn-trouble", "origin-behind-cdn"} {
		used[own] = true
	}
	for note, h := range tables().hints {
		if !used[note] || h == (Hint{}) {
			t.Errorf("hint %q is empty or nobody's", note)
		}
	}
}

// TestBlamesAreTheCatalogues holds our short list against the catalogue of faults.
func TestBlamesAreTheCatalogues(t *testing.T) {
	for id, blame := range blames {
		f, ok := resources.FaultByID(id)
		if !ok || f.Blame != blame {
			t.Errorf("%s: blame %q, the catalogue says %q (%t)", id, blame, f.Blame, ok)
		}
	}
}

func TestNetworksNameWhatTheyAreBuiltUpon(t *testing.T) {
	ids := map[string]bool{}
	for _, e := range tables().edges {
		if ids[e.ID] {
			t.Errorf("%s: twice", e.ID)
		}
		ids[e.ID] = true
	}
	for _, e := range tables().edges {
		if e.On != "" && !ids[e.On] {
			t.Errorf("%s: built upon the unknown %q", e.ID, e.On)
		}
		if len(e.Marks)+len(e.CNAMEs) == 0 || len(e.Kinds) == 0 {
			t.Errorf("%s: nothing to know it by, or of no kind", e.ID)
		}
	}
}

func TestLoadRefusesBrokenTables(t *testing.T) {
	const noEdges = `{"edges": []}`
	for name, signatures := range map[string]string{
		"unknown key":     `{"signatures": [{"id": "a", "colour": "red"}]}`,
		"short literal":   `{"signatures": [{"id": "a", "when": [{"body": ["ab"]}]}]}`,
		"raw literal":     `{"signatures": [{"id": "a", "when": [{"body": ["two  spaces"]}]}]}`,
		"broken case":     `{"signatures": [{"id": "a", "cases": [{"if": [{"any": [{"body": ["ab"]}]}]}]}]}`,
		"like of nothing": `{"signatures": [{"id": "a", "when": [{"like": "x"}]}]}`,
		"not JSON":        `signatures`,
	} {
		if _, err := load(signatures, noEdges); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	for name, edges := range map[string]string{
		"unknown key": `{"edges": [{"id": "a", "colour": "red"}]}`,
	} {
		if _, err := load(`{}`, edges); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

// TestExpressionsCompile finds every expression wherever it stands in the files.
func TestExpressionsCompile(t *testing.T) {
	count := 0
	var walk func(any)
	walk = func(node any) {
		switch n := node.(type) {
		case []any:
			for _, one := range n {
				walk(one)
			}
		case map[string]any:
			for key, one := range n {
				source, isText := one.(string)
				if !isText || key != "like" && key != "pattern" {
					walk(one)
					continue
				}
				count++
				if _, err := regexp.Compile(source); err != nil {
					t.Error(err)
				}
			}
		}
	}
	for _, file := range []string{resources.Signatures, resources.Edges} {
		var whole any
		if err := json.Unmarshal([]byte(file), &whole); err != nil {
			t.Fatal(err)
		}
		walk(whole)
	}
	if count < 100 {
		t.Errorf("only %d expressions found", count)
	}
	for _, e := range tables().edges {
		e.holds("example.com")
	}
}

func TestStatusAlone(t *testing.T) {
	for _, c := range []struct {
		status int
		tls    bool
		fault  string
		party  Party
	}{
		{200, true, "", PartyOrigin},
		{302, true, "", PartyOrigin},
		{400, true, "site.rejects-request", PartyOrigin},
		{401, true, "site.needs-sign-in", PartyOrigin},
		{403, true, "site.needs-sign-in", PartyOrigin},
		{404, true, "site.page-not-found", PartyOrigin},
		{407, false, "proxy.needs-sign-in", PartyForwardProxy},
		{407, true, "", PartyOrigin},
		{410, true, "site.page-not-found", PartyOrigin},
		{413, true, "site.rejects-request", PartyOrigin},
		{414, true, "site.rejects-request", PartyOrigin},
		{418, true, "", PartyOrigin},
		{421, true, "site.rejects-request", PartyOrigin},
		{425, true, "site.rejects-request", PartyOrigin},
		{429, true, "site.rate-limited", PartyOrigin},
		{431, true, "", PartyOrigin},
		{451, true, "site.legal-block", PartyOrigin},
		{500, true, "site.internal-error", PartyOrigin},
		{501, true, "site.internal-error", PartyOrigin},
		{502, true, "site.bad-gateway", PartyOrigin},
		{503, true, "site.unavailable", PartyOrigin},
		{504, true, "site.gateway-timeout", PartyOrigin},
		{507, true, "site.internal-error", PartyOrigin},
		{511, false, "portal.sign-in", PartyPortal},
		{511, true, "", PartyOrigin},
		{520, true, "cdn.origin-down", PartyCDN},
		{527, true, "cdn.origin-down", PartyCDN},
		{529, true, "site.unavailable", PartyOrigin},
		{530, true, "cdn.origin-down", PartyCDN},
		{99, true, "", PartyUnknown},
		{-1, true, "", PartyUnknown},
		{700, true, "", PartyUnknown},
	} {
		w := Recognise(Answer{Status: c.status, TLS: c.tls})
		if w.ID != "" || w.Fault != c.fault || w.Party != c.party || w.Blame != blames[c.fault] {
			t.Errorf("%d (TLS %t): %+v, want fault %q, party %q", c.status, c.tls, w, c.fault, c.party)
		}
		if w.Confidence >= 0.8 && c.status >= 500 && c.status != 511 {
			t.Errorf("%d: confidence %.2f from a status alone", c.status, w.Confidence)
		}
	}
}

func TestPlainHTTPLowersConfidence(t *testing.T) {
	r := replay(t, "testdata/nginx.502.http")
	inside := Recognise(r.Answer)
	r.TLS = false
	if outside := Recognise(r.Answer); outside.Confidence >= inside.Confidence || outside.ID != inside.ID {
		t.Errorf("inside TLS %+v, outside %+v", inside, outside)
	}
}

func TestSignatureSurvivesItsServerHeader(t *testing.T) {
	for _, id := range []string{"nginx.502", "haproxy.503", "apache.503proxy", "varnish.503", "envoy.503"} {
		r := replay(t, "testdata/"+id+".http")
		r.Header.Set("Server", "something-else")
		if w := Recognise(r.Answer); w.ID != id {
			t.Errorf("%s with a foreign Server header is taken for %q", id, w.ID)
		}
	}
}

func TestApplicationWritesJSON(t *testing.T) {
	r := replay(t, "testdata/lookalikes/application-json.http")
	w := Recognise(r.Answer)
	if w.Party != PartyApplication || w.Vendor != "" || w.Confidence >= 0.65 {
		t.Errorf("%+v", w)
	}
}

func TestNetworkTellsPlatformFromCarrier(t *testing.T) {
	r := replay(t, "testdata/networks/github-pages.http")
	all := Networks(r.Answer)
	if len(all) != 2 || all[0].ID != "github-pages" || all[0].On != "fastly" || all[1].ID != "fastly" {
		t.Errorf("%+v", all)
	}
	if all[0].Delivers() || !all[1].Delivers() {
		t.Error("GitHub Pages is where a site lives, Fastly stands in front")
	}
	if _, ok := Network(Answer{Status: 200, Header: http.Header{"Server": {"Microsoft-IIS/10.0"}}, CNAMEs: []string{"notcloudfront.net", strings.Repeat("a", 300) + ".cloudfront.net"}}); ok {
		t.Error("a common Server header and foreign names make a network")
	}
}
