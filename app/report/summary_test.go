package report

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

// TestSummaryOfEveryCheck notices a check whose fact nobody put into words.
func TestSummaryOfEveryCheck(t *testing.T) {
	plan := checks.All()
	facts := filled(t)
	for _, id := range plan.IDs() {
		zero, err := plan.Decode(id, []byte("{}"))
		if err != nil {
			t.Fatal(err)
		}
		facts = append(facts, diagnostics.Fact{ID: id, State: diagnostics.OK, Value: zero})
	}
	for _, f := range facts {
		s := Summary("en", f)
		if s == "" || s == "done" || strings.Contains(s, "{{") || strings.Contains(s, "check.") {
			t.Errorf("%s: %q", f.ID, s)
		}
	}
}

func TestSummaryWithoutValue(t *testing.T) {
	for _, c := range []struct {
		fact diagnostics.Fact
		want string
	}{
		{diagnostics.Fact{State: diagnostics.Skipped, Err: "unsupported"}, "not needed"},
		{diagnostics.Fact{State: diagnostics.Unknown, Err: "no\x1b[31m permission"}, "could not be measured: no permission"},
		{diagnostics.Fact{State: diagnostics.OK}, "done"},
	} {
		if got := Summary("en", c.fact); got != c.want {
			t.Errorf("%+v: %q, want %q", c.fact, got, c.want)
		}
	}
}

func TestOutcomes(t *testing.T) {
	for _, c := range []struct {
		attempt wire.Attempt
		want    string
	}{
		{wire.Attempt{}, "not finished"},
		{wire.Attempt{Connect: wire.Connect{OK: true}}, "connected"},
		{wire.Attempt{Connect: wire.Connect{Fail: &wire.Failure{Kind: wire.Refused}}}, "connection refused"},
		{wire.Attempt{Handshake: &wire.Handshake{OK: true}}, "secure connection made"},
		{wire.Attempt{Handshake: &wire.Handshake{OK: true, Problems: []wire.Problem{wire.Expired}}, Exchange: &wire.Exchange{Status: 200}}, "certificate not trusted: expired"},
		{wire.Attempt{Exchange: &wire.Exchange{Status: 502}}, "502 Bad Gateway"},
		{wire.Attempt{Exchange: &wire.Exchange{Status: 799}}, "799"},
	} {
		if got := (speaker{"en"}).outcome(c.attempt); got != c.want {
			t.Errorf("%+v: %q, want %q", c.attempt, got, c.want)
		}
	}
}

// TestEveryTextExists looks for the keys that this package and its parent's printers use.
func TestEveryTextExists(t *testing.T) {
	uses := regexp.MustCompile(`(?:say|heading|list|evidence|bullets|row)\(((?:"[a-z0-9.-]+"(?:, )?)+)|resources\.Text\([a-z.]+, "([a-z0-9.-]+)", `)
	word := regexp.MustCompile(`"([a-z0-9.-]+)"`)
	found := 0
	for _, dir := range []string{".", "../cli"} {
		files, err := os.ReadDir(dir)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range files {
			if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
				continue
			}
			text, err := os.ReadFile(dir + "/" + f.Name())
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range uses.FindAllStringSubmatch(string(text), -1) {
				keys := []string{m[2]}
				if m[1] != "" {
					keys = nil
					for i, w := range word.FindAllStringSubmatch(m[1], -1) {
						if i == 0 || strings.HasPrefix(w[1], "report.") {
							keys = append(keys, w[1])
						}
					}
				}
				for _, key := range keys {
					if strings.HasSuffix(key, ".") || strings.HasSuffix(key, "-") {
						continue // built from parts; the tests above go through those
					}
					found++
					if !resources.Has("en", key) && !resources.Has("en", "check."+key) {
						t.Errorf("%s uses the text %q, which does not exist", f.Name(), key)
					}
				}
			}
		}
	}
	if found < 60 {
		t.Errorf("only %d uses of texts were found", found)
	}
}

// TestEveryKindHasWords covers the keys that are built from the stable words of package wire.
func TestEveryKindHasWords(t *testing.T) {
	n := 0
	for _, file := range []string{"wire.go", "types.go"} {
		for typ, words := range constants(t, "../../diagnostics/wire/"+file) {
			prefix := map[string]string{"Kind": "check.fail.", "Problem": "check.problem."}[typ]
			for _, w := range words {
				if prefix != "" {
					n++
					if !resources.Has("en", prefix+w) {
						t.Errorf("there are no words for %s %q", typ, w)
					}
				}
			}
		}
	}
	if n < 30 {
		t.Errorf("only %d constants were found", n)
	}
	for _, state := range []string{"ok", "warning", "fault", "failed", "unknown", "skipped"} {
		if !resources.Has("en", "report.state."+state) || signs[state] == "" {
			t.Errorf("there are no words for the state %q", state)
		}
	}
}

// constants lists the string constants of a file by their type.
func constants(t *testing.T, path string) map[string][]string {
	f, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string][]string{}
	ast.Inspect(f, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || len(spec.Values) != 1 {
			return true
		}
		typ, ok1 := spec.Type.(*ast.Ident)
		value, ok2 := spec.Values[0].(*ast.BasicLit)
		if ok1 && ok2 && value.Kind == token.STRING {
			if s, err := strconv.Unquote(value.Value); err == nil {
				out[typ.Name] = append(out[typ.Name], s)
			}
		}
		return true
	})
	return out
}
