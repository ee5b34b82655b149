package sqlitefile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

// with returns the files with one of them replaced.
func (f files) with(part int, b []byte) files {
	*f.parts()[part] = b
	return f
}

// agree compares what both make of files that may be damaged.
func agree(t *testing.T, name string, f files) {
	t.Helper()
	want, theirs := f.real(t)
	got, err := f.ours()
	if d := difference(got, want); (err == nil) != (theirs == nil) || err == nil && d != "" {
		t.Errorf("%s: %v %s; SQLite: %v", name, err, d, theirs)
	}
}

// TestCutJournals: a journal without its end holds the transactions, or the pages, that SQLite
// finds in it.
func TestCutJournals(t *testing.T) {
	for _, d := range []struct {
		name               string
		part, header, step int
	}{
		{"log", 1, walHeader, walFrame + 512},
		{"log begun anew", 1, walHeader, walFrame + 512},
		{"transaction open", 2, 512, 8 + 512},
	} {
		f := find(t, d.name)
		whole := *f.parts()[d.part]
		steps := (len(whole) - d.header) / d.step
		for i := range 8 {
			for _, off := range []int{-1, 0, 1} {
				end := d.header + steps*i/8*d.step + off
				agree(t, d.name, f.with(d.part, slices.Clip(whole[:end])))
			}
		}
	}
}

func find(t testing.TB, name string) files {
	t.Helper()
	for _, d := range databases {
		if d.name == name {
			return d.make(t)
		}
	}
	t.Fatalf("no database %q", name)
	return files{}
}

// TestCutDatabase: of a database without its end either nothing is read, or everything.
func TestCutDatabase(t *testing.T) {
	f := find(t, "page of 512")
	want, err := f.ours()
	if err != nil {
		t.Fatal(err)
	}
	for end := 1; end < len(f.main); end += 100 {
		got, err := f.with(0, slices.Clip(f.main[:end])).ours()
		if d := difference(got, want); err == nil && d != "" {
			t.Errorf("cut at %d of %d: %s", end, len(f.main), d)
		}
		if end < len(f.main)-512 && !errors.Is(err, ErrDamaged) && !errors.Is(err, ErrNotDatabase) {
			t.Errorf("cut at %d of %d: %v", end, len(f.main), err)
		}
	}
}

// TestFlippedBytes changes single bytes. A write-ahead log has checksums over everything, SQLite
// finds the same in it. What else is changed is either refused, or read as SQLite reads it unless
// that refuses it.
func TestFlippedBytes(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	for _, name := range []string{"page of 512", "rows deleted", "tree on page 1", "log", "log begun anew", "transaction open"} {
		intact := find(t, name)
		for range flips {
			part := random.IntN(3)
			b := slices.Clone(*intact.parts()[part])
			if len(b) == 0 {
				continue
			}
			at := random.IntN(len(b))
			if random.IntN(2) == 0 { // near the beginning of a page, where the headers are
				at -= at % 512
				at += random.IntN(min(110, len(b)-at))
			}
			b[at] ^= byte(1 + random.IntN(255))
			f := intact.with(part, b)
			if part == 1 {
				agree(t, fmt.Sprintf("%s, byte %d of the log", name, at), f)
				continue
			}
			want, theirs := f.real(t)
			got, err := f.ours()
			if d := difference(got, want); err == nil && theirs == nil && d != "" {
				t.Errorf("%s, part %d, byte %d: %s", name, part, at, d)
			}
		}
	}
}

// flips is how many bytes are changed, one after the other, in each of a few databases.
const flips = 40

// TestBounded: pages that refer to each other, or all to the same, do not keep the reader busy.
func TestBounded(t *testing.T) {
	const size = 512
	page := func(kind byte, cells int, right uint32, cell []byte) []byte {
		p := make([]byte, size)
		p[0] = kind
		header := leafHeader
		if kind == interiorPage {
			header = interiorHeader
			binary.BigEndian.PutUint32(p[8:], right)
		}
		binary.BigEndian.PutUint16(p[3:], uint16(cells))
		for i := range cells {
			binary.BigEndian.PutUint16(p[header+2*i:], uint16(size-len(cell)))
		}
		copy(p[size-len(cell):], cell)
		return p
	}
	toPage := func(n byte) []byte { return []byte{0, 0, 0, n, 1} }
	// A record with a text of 3994 bytes, of which all but the beginning is in the chain from page 3.
	long := append([]byte{0x9f, 0x20, 1, 3, 0xbe, 0x41}, make([]byte, localSize(4000, size)-3)...)
	long = append(long, 0, 0, 0, 3)
	for name, tt := range map[string]struct{ second, third []byte }{
		"a page below itself":        {page(interiorPage, 1, 2, toPage(2)), nil},
		"a page right of itself":     {page(interiorPage, 0, 2, nil), nil},
		"two pages in a circle":      {page(interiorPage, 1, 3, toPage(3)), page(interiorPage, 1, 2, toPage(2))},
		"all cells for one page":     {page(interiorPage, 80, 3, toPage(3)), page(leafPage, 1, 0, []byte{2, 1, 2, 8})},
		"all cells for one chain":    {page(leafPage, 20, 0, long), append([]byte{0, 0, 0, 3}, make([]byte, size-4)...)},
		"a chain without its end":    {page(leafPage, 1, 0, long), make([]byte, size)},
		"no page at all":             {page(interiorPage, 1, 0, toPage(0)), nil},
		"an index":                   {page(0x0a, 1, 0, []byte{2, 1, 2, 8}), nil},
		"cells beyond the page":      {page(leafPage, 251, 0, []byte{2, 1, 2, 8}), nil},
		"a record beyond the page":   {page(leafPage, 1, 0, []byte{100, 1, 2, 8}), nil},
		"a record beyond the file":   {page(leafPage, 1, 0, []byte{0xff, 0xff, 0xff, 0x7f, 1, 2, 8}), nil},
		"a header beyond the record": {page(leafPage, 1, 0, []byte{2, 1, 9, 8}), nil},
		"a header without its size":  {page(leafPage, 1, 0, []byte{2, 1, 0, 8}), nil},
		"a value beyond the record":  {page(leafPage, 1, 0, []byte{2, 1, 2, 6}), nil},
		"a type that is reserved":    {page(leafPage, 1, 0, []byte{2, 1, 2, 10}), nil},
	} {
		f := create(t, smallest, `CREATE TABLE t (a TEXT)`, `CREATE TABLE u (a)`, `INSERT INTO u VALUES (zeroblob(20000))`)
		copy(f.main[size:], tt.second)
		copy(f.main[2*size:], tt.third)
		db, err := Open(f.main, nil, nil)
		if err != nil {
			t.Fatal(err)
		}
		rows := 0
		err = db.Rows("t", []string{"a"}, func(row []Value) bool {
			rows++
			row[0].Text()
			return true
		})
		if !errors.Is(err, ErrDamaged) || rows > len(f.main)/size {
			t.Errorf("%s: %v after %d rows", name, err, rows)
		}
	}
}
