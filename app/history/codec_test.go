package history

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/wire"
)

// TestEveryKindHasACode: a kind without one would take its whole text in each row.
func TestEveryKindHasACode(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "../../diagnostics/wire/wire.go", nil, 0)
	must(t, err)
	found := 0
	ast.Inspect(f, func(n ast.Node) bool {
		v, ok := n.(*ast.ValueSpec)
		if !ok || len(v.Values) != 1 {
			return true
		}
		if name, ok := v.Type.(*ast.Ident); !ok || name.Name != "Kind" {
			return true
		}
		text, err := strconv.Unquote(v.Values[0].(*ast.BasicLit).Value)
		must(t, err)
		found++
		if !slices.Contains(kinds, wire.Kind(text)) {
			t.Errorf("append %q to the list of kinds", text)
		}
		return true
	})
	if found < 25 {
		t.Errorf("only %d kinds found", found)
	}
	if len(kinds) >= spelledKind || len(versions) >= spelledVersion || len(steps) > 8 {
		t.Error("no room for more codes")
	}
}

func FuzzProbes(f *testing.F) {
	row := []byte{0}
	for _, r := range []probe.Result{good("a", noon, time.Second), bad("a", noon), {At: noon, Kind: "odd", Version: "odd"}} {
		row = appendProbe(row, noon.UnixMicro(), stored{address: 7, proxy: 3, Result: r})
	}
	f.Add(row)
	f.Add(row[:len(row)-3])
	f.Add(bytes.Repeat([]byte{0xff}, 40))
	f.Fuzz(func(t *testing.T, value []byte) {
		key := noon.UnixMicro()
		var list []stored
		if err := eachProbe(key, value, func(r stored) { list = append(list, r) }); err != nil && len(list) > len(value) {
			t.Fatal(err)
		}
		if len(list) == 0 {
			return
		}
		// What was understood is written and read again as the same.
		base := slices.MinFunc(list, func(a, b stored) int { return a.At.Compare(b.At) }).At.UnixMicro()
		again := []byte{0}
		for _, r := range list {
			again = appendProbe(again, base, r)
		}
		n := 0
		if err := eachProbe(base, again, func(r stored) {
			if !reflect.DeepEqual(r, list[n]) {
				t.Errorf("%d: %+v was %+v", n, r, list[n])
			}
			n++
		}); err != nil || n != len(list) {
			t.Errorf("%d of %d: %v", n, len(list), err)
		}
	})
}

func FuzzCells(f *testing.F) {
	cells := []Span{
		{At: noon, Length: time.Minute, Probes: 1, Min: time.Second, Mean: time.Second, Max: time.Second, P95: time.Second},
		{At: noon.Add(2 * time.Minute), Length: time.Minute, Probes: 1, Failed: 1},
		{At: noon.Add(59 * time.Minute), Length: time.Minute, Probes: 9, Failed: 1, Min: 1000, Mean: 2000, Max: 9000, P95: 8000},
	}
	f.Add(true, encodeCells(noon, minutes, cells))
	f.Add(false, encodeCells(noon.Truncate(24*time.Hour), hours, []Span{{At: noon, Probes: 60, Failed: 2, Known: time.Hour, Well: 58 * time.Minute}}))
	f.Add(false, bytes.Repeat([]byte{0xff}, 40))
	f.Fuzz(func(t *testing.T, fine bool, value []byte) {
		u, start := hours, noon.Truncate(24*time.Hour)
		if fine {
			u, start = minutes, noon
		}
		list := decodeCells(start, u, value)
		if len(list) > 60 {
			t.Fatalf("%d cells", len(list))
		}
		for i, c := range list {
			if c.At.Before(start) || !c.At.Before(start.Add(u.block())) || i > 0 && !c.At.After(list[i-1].At) || c.Probes < 1 || c.Failed < 0 ||
				c.Failed > c.Probes || c.Known < 0 || c.Well < 0 || c.Well > c.Known || c.Known > u.block() || c.Min < 0 || c.Mean < c.Min || c.Max < c.Mean || c.P95 < c.Min {
				t.Errorf("%+v", c)
			}
		}
		if again := decodeCells(start, u, encodeCells(start, u, list)); !reflect.DeepEqual(again, list) {
			t.Errorf("%+v was %+v", again, list)
		}
		for _, s := range gather(list, start, u.block()) {
			if s.Probes < len(list) || s.Known > u.block() {
				t.Errorf("%+v", s)
			}
		}
	})
}
