package report

import (
	"encoding/json"
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
)

var update = flag.Bool("update", false, "write the golden files anew")

// sample is a document with everything in it, hostile text included.
func sample() Document {
	latency := 1.2
	failed := "no permission"
	return Document{
		Schema: Schema, Version: "0.1.0",
		Target:    &Target{Input: "bücher.example/a", URL: "https://xn--bcher-kva.example/a", Scheme: "https", Host: "xn--bcher-kva.example", Port: 443, Unicode: "bücher.example"},
		StartedAt: "2026-01-02T03:04:05.678Z", ElapsedMs: 231.4,
		Verdict: Verdict{
			Fault: "site.bad-gateway", Blame: "website", Confidence: 0.94, Sure: "certain",
			Title: "The website is broken, not your computer", Explanation: "A server of the site answered 502 Bad Gateway.",
			Decide:   "Open it over a phone's mobile data.",
			Evidence: []Evidence{{"site.addresses", `nginx <script>alert(1)</script> at 203.0.113.7 said "502" | *three* times`}},
			Clears:   []Evidence{{"provider.anchors4", "4 of 4 well-known addresses answer"}},
			Explains: []string{"site.addresses"},
			Also:     []Also{{"path.ipv6-broken", "provider", 0.8, "likely", "IPv6 leads nowhere"}},
			Remedies: []Remedy{{ID: "wait-and-retry", Title: "Wait & try again", Text: "Such faults often pass.", Who: "you", Risk: "none"}},
		},
		Stations: []Station{
			{"router", "Router", "ok", "answers in 1.2 ms", &latency},
			{"website", "Website", "fault", "502 <b>Bad</b> Gateway", nil},
		},
		Checks: []Check{
			{"router.echo", "router", "ok", 0.4, 21, "answers", map[string]any{"gateways": []any{}}, nil},
			{"dns.system", "dns", "warning", 1, 30, "found", map[string]any{}, nil},
			{"computer.firewall", "computer", "unknown", 2, 1, "could not be measured", map[string]any{}, &failed},
			{"site.addresses", "website", "failed", 30, 201.4, "502", map[string]any{"body": "</pre><script>\u202e\u009b31m"}, nil},
			{"site.ports", "website", "skipped", 30, 0, "not needed", map[string]any{}, nil},
		},
	}
}

func TestGolden(t *testing.T) {
	d := sample()
	text, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	general := sample()
	general.Target, general.Verdict = nil, Verdict{Fault: "ok", Blame: "nobody", Title: "This computer's connection works"}
	for name, got := range map[string]string{
		"sample.json": string(text), "sample.md": d.Markdown("en"), "sample.html": d.HTML("en"), "general.md": general.Markdown("en"),
	} {
		path := filepath.Join("testdata", name)
		if *update {
			if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(path)
		if err != nil || got != string(want) {
			t.Errorf("%s differs (%v); see it with -update and git diff", name, err)
		}
		for _, bad := range []string{"\x1b", "\u009b", "\u202e"} {
			if strings.Contains(got, bad) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
	}
}

func TestHTMLIsInert(t *testing.T) {
	page := sample().HTML("en")
	for _, bad := range []string{"<script", "<b>", "src=", "http://", "javascript:"} {
		if strings.Contains(page, bad) {
			t.Errorf("the page holds %q", bad)
		}
	}
	for _, tag := range []string{"table", "ul", "ol", "li", "svg", "figure", "details", "pre", "main", "body", "html", "p", "h1", "h2", "text"} {
		if opened, closed := strings.Count(page, "<"+tag+">")+strings.Count(page, "<"+tag+" "), strings.Count(page, "</"+tag+">"); opened != closed || opened == 0 {
			t.Errorf("<%s>: %d opened, %d closed", tag, opened, closed)
		}
	}
}

func TestMarkdownEscapes(t *testing.T) {
	for in, want := range map[string]string{
		"a|b": `a\|b`, "*x* _y_": `\*x\* \_y\_`, "<script>": `\<script\>`, "[a](b)": `\[a\](b)`, "line\nbreak": "line break", "`c`": "\\`c\\`",
	} {
		if got := md(in); got != want {
			t.Errorf("md(%q) = %q, want %q", in, got, want)
		}
	}
}

// TestContractKeys holds the document to the keys that scripts stand on.
func TestContractKeys(t *testing.T) {
	text, err := sample().JSON()
	if err != nil {
		t.Fatal(err)
	}
	var doc map[string]any
	if err := json.Unmarshal(text, &doc); err != nil {
		t.Fatal(err)
	}
	first := func(key string, of map[string]any) map[string]any { return of[key].([]any)[0].(map[string]any) }
	verdict := doc["verdict"].(map[string]any)
	for _, c := range []struct {
		object map[string]any
		keys   string
	}{
		{doc, "schema version target started_at elapsed_ms verdict stations checks outside"},
		{doc["target"].(map[string]any), "input url scheme host port"},
		{verdict, "fault blame confidence title explanation evidence explains also remedies"},
		{first("evidence", verdict), "check text"},
		{first("also", verdict), "fault blame confidence"},
		{first("remedies", verdict), "id title who automatic risk needs_admin"},
		{first("stations", doc), "id state summary latency_ms"},
		{first("checks", doc), "id station state started_ms elapsed_ms summary data error"},
	} {
		for _, key := range strings.Fields(c.keys) {
			if _, ok := c.object[key]; !ok {
				t.Errorf("%q is missing in %v", key, c.object)
			}
		}
	}
}

func siteFact(header http.Header, body []byte) diagnostics.Fact {
	return diagnostics.Fact{ID: checks.Site.ID, Station: diagnostics.Website, State: diagnostics.OK, Value: checks.SiteReport{
		URL:  "https://example.com/",
		Rows: []checks.Row{{Attempts: []wire.Attempt{{Exchange: &wire.Exchange{Status: 200, Header: header, Body: body}}}}},
	}}
}

func TestSecretsAreLeftOut(t *testing.T) {
	e := examination(t, "https://user:hunter2@example.com/", []diagnostics.Fact{siteFact(http.Header{
		"Set-Cookie": {"sid=s3cret; Path=/; HttpOnly", "odd-s3cret"}, "Authorization": {"Bearer s3cret"}, "Server": {"nginx"},
	}, []byte("page"))})
	text := string(saved(t, e))
	for _, bad := range []string{"s3cret", "hunter2"} {
		if strings.Contains(text, bad) {
			t.Errorf("%q is saved", bad)
		}
	}
	for _, kept := range []string{"sid=[left out]; Path=/; HttpOnly", "nginx"} {
		if !strings.Contains(text, kept) {
			t.Errorf("%q is not kept", kept)
		}
	}
}

func TestBodiesAreClippedText(t *testing.T) {
	body := "\x1b[31mred\x1b[0m\nnext\x00 line\n" + strings.Repeat("ü", maxShownBody)
	d := New(examination(t, "example.com", []diagnostics.Fact{siteFact(nil, []byte(body))}), "en")
	text, err := json.Marshal(d.Checks[0].Data)
	if err != nil {
		t.Fatal(err)
	}
	var v struct {
		Rows []struct {
			Attempts []struct {
				Exchange struct{ Body string } `json:"exchange"`
			} `json:"attempts"`
		} `json:"rows"`
	}
	if err := json.Unmarshal(text, &v); err != nil {
		t.Fatal(err)
	}
	got := v.Rows[0].Attempts[0].Exchange.Body
	if !strings.HasPrefix(got, "red\nnext line\nü") || !strings.HasSuffix(got, "ü…") || len(got) > maxShownBody+10 {
		t.Errorf("the body is shown as %q… (%d bytes)", got[:40], len(got))
	}
}

func TestEscapeUnprintable(t *testing.T) {
	in := "\"a\u009b\u202e\u200b\U000e0041ü\x7f\""
	got := escapeUnprintable([]byte(in))
	var back, want string
	if json.Unmarshal(got, &back) != nil || json.Unmarshal([]byte(in), &want) != nil || back != want {
		t.Errorf("%q means %q, not %q", got, back, want)
	}
	if string(got) != "\"a\\u009b\\u202e\\u200b\\udb40\\udc41ü\\u007f\"" {
		t.Errorf("%q", got)
	}
}

func TestSpan(t *testing.T) {
	for in, want := range map[float64]string{-1: "0 ms", 0: "0 ms", 0.04: "<0.1 ms", 0.06: "0.1 ms", 1.24: "1.2 ms", 9.94: "9.9 ms", 9.96: "10 ms", 999.4: "999 ms", 999.6: "1.0 s", 15230: "15.2 s"} {
		if got := Span(in); got != want {
			t.Errorf("Span(%v) = %q, want %q", in, got, want)
		}
	}
}
