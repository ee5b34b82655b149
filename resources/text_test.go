package resources

import (
	"encoding/json"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"text/template"
	"unicode"
)

func TestFill(t *testing.T) {
	values := map[string]string{"host": "example.com", "evil": "{{.host}}"}
	for _, c := range []struct{ text, want string }{
		{"", ""},
		{"plain", "plain"},
		{"to {{.host}}.", "to example.com."},
		{"to {{ .host }}.", "to example.com."},
		{"a{{.missing}}b", "ab"},
		{"{{.evil}}", "{{.host}}"},
		{"{{if .host}}yes{{end}}", "yes"},
		{"{{if .missing}}yes{{end}}no", "no"},
		{"{{if .missing}}yes{{else}}no{{end}}!", "no!"},
		{"{{if .host}}{{.host}}{{else}}no{{end}}!", "example.com!"},
		{"{{if .host}}a{{if .missing}}b{{else}}c{{end}}d{{end}}e", "acde"},
		{"{{if .missing}}a{{if .host}}b{{else}}c{{end}}d{{end}}e", "e"},
		{"{{if .missing}}a{{else}}b{{if .host}}c{{end}}{{end}}d", "bcd"},
		{"cut {{.host", "cut {{.host"},
		{"{{if .host}}never ended", "never ended"},
		{"{{end}}after", "after"},
		{"{{printf 1}}after", "after"},
	} {
		if got := fill(c.text, values); got != c.want {
			t.Errorf("fill(%q) = %q, want %q", c.text, got, c.want)
		}
	}
}

func FuzzFill(f *testing.F) {
	for _, s := range []string{"", "{{.a}}", "{{if .a}}x{{else}}y{{end}}", "{{if .b}}{{if .a}}", "{{end}}{{else}}", "{{"} {
		f.Add(s)
	}
	for _, s := range translation(English) {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		values := map[string]string{"a": "A", "host": "{{.a}}"}
		got := fill(text, values)
		if len(got) > len(text)*len("{{.a}}") {
			t.Errorf("%d bytes grew to %d", len(text), len(got))
		}
		tmpl, err := template.New("").Option("missingkey=zero").Parse(text)
		if err != nil || !known.MatchString(text) {
			return
		}
		var want strings.Builder
		if err := tmpl.Execute(&want, values); err == nil && want.String() != got {
			t.Errorf("fill(%q) = %q, text/template gives %q", text, got, want.String())
		}
	})
}

// known matches templates that hold only the actions that fill knows.
var known = regexp.MustCompile(`^(?:[^{}]|\{\{(?:\.[a-z_][a-z0-9_]*|if \.[a-z_][a-z0-9_]*|else|end)\}\})*$`)

func TestTextFallsBack(t *testing.T) {
	host := map[string]string{"host": "example.com"}
	for _, c := range []struct {
		lang, key string
		values    map[string]string
		want      string
	}{
		{"en", "blame.website", nil, "the website"},
		{"en-GB", "blame.website", nil, "the website"},
		{"en_GB", "blame.website", nil, "the website"},
		{"tlh", "blame.website", nil, "the website"},
		{"", "blame.website", nil, "the website"},
		{"../faults", "blame.website", nil, "the website"},
		{"en", "no.such.key", host, "no.such.key"},
		{"en", "fault.ok.title", host, "example.com works from this computer"},
		{"en", "fault.ok.title", nil, "This computer's connection works"},
		{"en", "station.fault", map[string]string{"fault": "dns.server-down"}, "the DNS server does not answer"},
		{"en", "station.fault", map[string]string{"fault": "words already"}, "words already"},
	} {
		if got := Text(c.lang, c.key, c.values); got != c.want {
			t.Errorf("Text(%q, %q, %v) = %q, want %q", c.lang, c.key, c.values, got, c.want)
		}
	}
	if Has("en", "no.such.key") || !Has("tlh", "blame.website") {
		t.Error("Has does not agree with Text")
	}
	if !slices.Contains(Languages(), English) {
		t.Errorf("Languages() = %v", Languages())
	}
}

// TestTranslationsAreTidy reads every text of every language with no values, with those of the
// target only, and with all of them: each reading must be a proper sentence, whatever the judge
// could find out.
func TestTranslationsAreTidy(t *testing.T) {
	target := map[string]string{"host": "example.com", "url": "https://example.com/"}
	all := maps.Clone(target)
	for _, text := range translation(English) {
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			if all[m[1]] == "" {
				all[m[1]] = "VALUE"
			}
		}
	}
	for _, lang := range Languages() {
		for key, text := range translation(lang) {
			if !known.MatchString(text) {
				t.Errorf("%s: %s: %q holds something that is not a known action", lang, key, text)
				continue
			}
			if _, err := template.New(key).Parse(text); err != nil {
				t.Errorf("%s: %s: %v", lang, key, err)
				continue
			}
			readings := []map[string]string{all}
			if f := family(key); f == "fault" || f == "remedy" {
				readings = append(readings, target)
				if !forTarget(key) {
					readings = append(readings, nil)
				}
			}
			for _, values := range readings {
				got := fill(text, values)
				if bad := untidy(lang, got); bad != "" || got == "" {
					t.Errorf("%s: %s: %q in %q", lang, key, bad, got)
				}
			}
		}
	}
}

// untidy returns what is wrong with a text as it is read: doubled or stray spaces and marks, rests
// of templates, characters that cannot be shown, and words that are never used.
func untidy(lang, text string) string {
	if lang == "fr" { // has no-break spaces where others have none
		text = frenchSpace.ReplaceAllString(text, "$1$2")
	}
	visible := strings.NewReplacer("\u00a0", "", "\u202f", "").Replace(text)
	if i := strings.IndexFunc(visible, func(r rune) bool { return !unicode.IsPrint(r) }); i >= 0 {
		return visible[i:]
	}
	return untidyMarks.FindString(strings.ToLower(ipv6.ReplaceAllString(text, "address")))
}

var (
	ipv6        = regexp.MustCompile(`[0-9a-f]+(:[0-9a-f]*)*::[0-9a-f:]*|::[0-9a-f][0-9a-f:]*`)
	frenchSpace = regexp.MustCompile(`(«)[\x{a0}\x{202f}]|[\x{a0}\x{202f}]([:;?!»])`)
	untidyMarks = regexp.MustCompile(`[ \x{a0}\x{202f}]{2}|^ | $|[ \x{a0}\x{202f}][.,;:!?)。、，；：！？）]|[(（][ )）]|[.,;:。、，；：][.,;:。、，；：]|\{|\}|—|error occurred|oops|sorry`)
)

func TestUntidy(t *testing.T) {
	for _, c := range []struct{ lang, text, want string }{
		{"en", "An address such as 2001:db8::1.", ""},
		{"en", "The address ::1 is this computer.", ""},
		{"en", "An address::", "::"},
		{"en", "Two  spaces", "  "},
		{"en", "A space .", " ."},
		{"en", "Nothing () here", "()"},
		{"en", "A rest }}", "}"},
		{"en", "A\u00a0: b", "\u00a0:"},
		{"en", "A\x07b", "\x07b"},
		{"fr", "Quoi\u00a0: «\u202fceci\u202f»\u202f!", ""},
		{"fr", "Quoi\u00a0\u00a0: ceci", "\u00a0:"},
		{"fr", "Quoi : ceci", " :"},
		{"ja", "答え。。", "。。"},
		{"zh-Hans", "答案，。", "，。"},
	} {
		if got := untidy(c.lang, c.text); got != c.want {
			t.Errorf("untidy(%q, %q) = %q, want %q", c.lang, c.text, got, c.want)
		}
	}
}

var placeholder = regexp.MustCompile(`\{\{(?:if )?\.([a-z0-9_]+)\}\}`)

func family(key string) string { f, _, _ := strings.Cut(key, "."); return f }

// forTarget reports whether a text of a fault is only ever shown when an address is examined: the
// faults that are seen without one, too, must do without {{.host}} or have a ".general" variant.
func forTarget(key string) bool {
	if family(key) != "fault" || strings.HasSuffix(key, ".general") {
		return false
	}
	if _, ok := translation(English)[key+".general"]; ok {
		return true
	}
	return !slices.ContainsFunc(generalFaults, func(id string) bool {
		return strings.HasPrefix(key, "fault."+id+".")
	})
}

// generalFaults are those that the check of the connection in general can find.
var generalFaults = []string{
	"ok", "unknown", "link.off", "link.no-carrier", "wifi.not-joined", "ip.self-assigned", "ip.no-address",
	"ip.no-gateway", "ip.wrong-interface", "ip.conflict", "router.no-answer", "router.not-forwarding",
	"router.overloaded", "router.packet-loss", "router.bufferbloat", "vpn.kill-switch", "firewall.drops",
	"firewall.rejects", "firewall.blocks-app", "computer.sockets-exhausted", "clock.wrong", "portal.sign-in",
	"provider.no-uplink", "path.ipv4-broken", "path.ipv6-broken", "path.ipv6-stalls", "path.mtu-black-hole",
	"path.packet-loss", "path.slow", "dns.server-down", "dns.one-server-down", "dns.server-slow",
	"dns.server-refuses", "dns.port-blocked", "dns.lies-for-missing-names",
	"filter.port-blocked", "filter.rejects", "filter.tls-interception", "proxy.no-answer", "proxy.error",
	"proxy.needs-sign-in", "proxy.script-broken", "proxy.differs-from-browser",
}

// TestTranslationFiles finds what a map would hide: broken files and keys that are given twice.
func TestTranslationFiles(t *testing.T) {
	for _, lang := range Languages() {
		raw, err := translationFiles.ReadFile("translations/" + lang + ".json")
		if err != nil {
			t.Fatal(err)
		}
		var texts map[string]string
		if err := json.Unmarshal(raw, &texts); err != nil {
			t.Errorf("%s: %v", lang, err)
		}
		d := json.NewDecoder(strings.NewReader(string(raw)))
		seen := map[string]bool{}
		for isKey := false; ; isKey = !isKey {
			token, err := d.Token()
			if err != nil {
				break
			}
			if key, ok := token.(string); ok && isKey {
				if seen[key] {
					t.Errorf("%s: %q is there twice", lang, key)
				}
				seen[key] = true
				if _, ok := translation(English)[key]; !ok {
					t.Errorf("%s: %q is not in English", lang, key)
				}
			}
		}
		if len(seen) != len(texts) {
			t.Errorf("%s: %d keys in the file, %d read", lang, len(seen), len(texts))
		}
	}
}
