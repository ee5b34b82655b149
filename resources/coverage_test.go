package resources

import (
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// judge is what the source of package verdict says about the texts that it asks for.
type judge struct {
	fset   *token.FileSet
	files  []*ast.File
	keys   map[string]string // key, to where it is used
	family map[string]bool   // "evidence.expired": keys whose family is plain from the code
	faults map[string]string
	values map[string]bool

	keyParam  map[string]int // functions with a parameter called key, and its place
	keyResult map[string]int // functions with a result called key, and its place
}

// TestVerdictTexts reads the source of package verdict: every key that it uses has a text, every
// text of those families is used, and every placeholder is a value that the code can give.
func TestVerdictTexts(t *testing.T) {
	j := readJudge(t, "../diagnostics/verdict")
	en := translation(English)
	families := []string{"evidence.", "station.", "decide."}
	for key, where := range j.keys {
		if !slices.ContainsFunc(families, func(f string) bool { _, ok := en[f+key]; return ok && !strings.HasPrefix(f+key, "station.name.") }) {
			t.Errorf("%s: no text for %q", where, key)
		}
	}
	for key := range j.family {
		if _, ok := en[key]; !ok {
			t.Errorf("%s is missing", key)
		}
	}
	for id, where := range j.faults {
		if _, ok := FaultByID(id); !ok {
			t.Errorf("%s: no fault is called %q", where, id)
		}
	}
	for key, text := range en {
		fam := family(key) + "."
		if strings.HasPrefix(key, "station.name.") || fam != "fault." && fam != "remedy." && !slices.Contains(families, fam) {
			continue
		}
		if rest := strings.TrimPrefix(key, fam); slices.Contains(families, fam) && j.keys[strings.TrimSuffix(rest, ".general")] == "" && !j.family[key] {
			t.Errorf("%s is never used", key)
		}
		for _, m := range placeholder.FindAllStringSubmatch(text, -1) {
			if !j.values[m[1]] && m[1] != "host" && m[1] != "url" {
				t.Errorf("%s: no rule gives a value called %q", key, m[1])
			}
		}
	}
	if len(j.keys) < 50 || len(j.values) < 20 || len(j.faults) < 60 {
		t.Errorf("only %d keys, %d values and %d faults were found: the source is read wrongly", len(j.keys), len(j.values), len(j.faults))
	}
}

func readJudge(t *testing.T, dir string) *judge {
	t.Helper()
	j := &judge{
		fset: token.NewFileSet(), keys: map[string]string{}, family: map[string]bool{}, faults: map[string]string{},
		values: map[string]bool{}, keyParam: map[string]int{}, keyResult: map[string]int{},
	}
	names, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		src, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		f, err := parser.ParseFile(j.fset, name, src, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		j.files = append(j.files, f)
	}
	for _, f := range j.files {
		j.signatures(f)
	}
	for _, f := range j.files {
		for _, d := range f.Decls {
			ast.Inspect(d, j.visit)
			if fn, ok := d.(*ast.FuncDecl); ok {
				j.returns(fn)
			}
		}
	}
	return j
}

// signatures notes which functions take or give a key.
func (j *judge) signatures(f *ast.File) {
	place := func(list *ast.FieldList) int {
		n := 0
		if list != nil {
			for _, field := range list.List {
				for _, name := range field.Names {
					if name.Name == "key" {
						return n
					}
					n++
				}
			}
		}
		return -1
	}
	for _, d := range f.Decls {
		if fn, ok := d.(*ast.FuncDecl); ok {
			if n := place(fn.Type.Params); n >= 0 {
				j.keyParam[fn.Name.Name] = n
			}
			if n := place(fn.Type.Results); n >= 0 {
				j.keyResult[fn.Name.Name] = n
			}
		}
	}
}

func (j *judge) returns(fn *ast.FuncDecl) {
	at, ok := j.keyResult[fn.Name.Name]
	if !ok || fn.Body == nil {
		return
	}
	ast.Inspect(fn.Body, func(n ast.Node) bool {
		if r, ok := n.(*ast.ReturnStmt); ok && at < len(r.Results) {
			j.key(r.Results[at])
		}
		return true
	})
}

func (j *judge) visit(n ast.Node) bool {
	switch n := n.(type) {
	case *ast.CompositeLit:
		j.literal(n)
	case *ast.AssignStmt:
		for i, left := range n.Lhs {
			if i < len(n.Rhs) {
				j.assign(left, n.Rhs[i])
			}
		}
	case *ast.CallExpr:
		j.call(n)
	}
	return true
}

func (j *judge) literal(n *ast.CompositeLit) {
	for i, e := range n.Elts {
		if i == 0 && typeName(n.Type) == "" && len(n.Elts) == 2 {
			j.fault(e) // {"tls.expired", rule} in a list of rules
		}
		kv, ok := e.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		name, _ := kv.Key.(*ast.Ident)
		switch {
		case name != nil:
			j.assign(name, kv.Value)
			if s, ok := text(kv.Value); ok && s != "" && name.Name == "Key" {
				switch typeName(n.Type) {
				case "Evidence":
					j.family["evidence."+s] = true
				case "StationView":
					j.family["station."+s] = true
				}
			}
		case typeName(n.Type) == "map":
			if s, ok := text(kv.Key); ok {
				j.values[s] = true
			}
		}
	}
}

func (j *judge) assign(left, right ast.Expr) {
	switch name := typeName(left); name {
	case "key", "Key":
		j.key(right)
	case "Decide":
		if s, ok := text(right); ok && s != "" {
			j.family["decide."+s] = true
			j.keys[s] = j.where(right)
		}
	case "Fault":
		j.fault(right)
	}
	if ix, ok := left.(*ast.IndexExpr); ok {
		if s, ok := text(ix.Index); ok {
			j.values[s] = true
		}
	}
}

// call notes keys that are passed on, and names of values: every other argument of a function whose
// name ends in "vals" or "Values", and of append to make such arguments.
func (j *judge) call(n *ast.CallExpr) {
	name := typeName(n.Fun)
	if at, ok := j.keyParam[name]; ok && at < len(n.Args) {
		j.key(n.Args[at])
	}
	if name == "vals" || strings.HasSuffix(name, "Values") {
		for _, a := range n.Args {
			if lit, ok := a.(*ast.CallExpr); ok { // append([]string{"address", …}, more...)
				for _, b := range lit.Args {
					if list, ok := b.(*ast.CompositeLit); ok {
						j.pairs(list.Elts)
					}
				}
			}
		}
		j.pairs(n.Args)
	}
}

func (j *judge) pairs(list []ast.Expr) {
	for i := 0; i+1 < len(list); i += 2 {
		if s, ok := text(list[i]); ok {
			j.values[s] = true
		}
	}
}

func (j *judge) key(e ast.Expr) {
	if s, ok := text(e); ok && s != "" {
		j.keys[s] = j.where(e)
	}
}

func (j *judge) fault(e ast.Expr) {
	if s, ok := text(e); ok && strings.Contains(s, ".") {
		j.faults[s] = j.where(e)
	}
}

func (j *judge) where(e ast.Expr) string { return j.fset.Position(e.Pos()).String() }

// text returns the value of a string literal.
func text(e ast.Expr) (string, bool) {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// typeName is the last name in an expression that stands for a type, a function or a variable.
func typeName(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.MapType:
		return "map"
	}
	return ""
}

// TestReader holds the reader of source against a made-up piece of it.
func TestReader(t *testing.T) {
	dir := t.TempDir()
	src := `package verdict
var rules = []Rule{{"a.one", f}, {"a.two", g}}
func f(c *Case) (key string, ok bool) { if c.x { return "returned", true }; return "", false }
func take(a, b int, key string) {}
func g() {
	e := Evidence{Check: "x.y", Key: "typed", Values: vals("one", two, "three", "four")}
	list := []Evidence{{Key: "elided"}}
	key := "variable"
	f.Fault, e.Key, f.Decide = "a.three", "assigned", "decided"
	v["indexed"] = ""
	take(1, 2, "passed")
	c.addrValues(append([]string{"appended", x}, more...)...)
	s := StationView{Key: "seen", Values: map[string]string{"mapped": ""}}
}`
	if err := os.WriteFile(filepath.Join(dir, "x.go"), []byte(src), 0o600); err != nil {
		t.Fatal(err)
	}
	j := readJudge(t, dir)
	for _, c := range []struct {
		name      string
		got, want []string
	}{
		{"keys", slices.Sorted(maps.Keys(j.keys)), []string{"assigned", "decided", "elided", "passed", "returned", "seen", "typed", "variable"}},
		{"families", slices.Sorted(maps.Keys(j.family)), []string{"decide.decided", "evidence.typed", "station.seen"}},
		{"faults", slices.Sorted(maps.Keys(j.faults)), []string{"a.one", "a.three", "a.two"}},
		{"values", slices.Sorted(maps.Keys(j.values)), []string{"appended", "indexed", "mapped", "one", "three"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %q, want %q", c.name, c.got, c.want)
		}
	}
}
