package sqlitefile

import (
	"encoding/binary"
	"fmt"
	"strings"
)

// Kinds of pages of a table's tree, section 1.6, and the sizes of their headers.
const (
	interiorPage, interiorHeader = 0x05, 12
	leafPage, leafHeader         = 0x0d, 8
)

// maxDepth is the depth at which SQLite, too, takes a tree for damaged.
const maxDepth = 20

// Rows calls each with every row of a table, in the order of their rowids, until it returns
// false. A row has a value for each of the columns; the slice and its values are valid during the
// call only. Names are compared without regard to case. The errors are ErrMissing, ErrDamaged
// and, for what this package does not read, errors.ErrUnsupported.
func (db *DB) Rows(table string, columns []string, each func(row []Value) bool) error {
	t, err := db.table(table)
	if err != nil {
		return err
	}
	return db.scan(t, columns, each)
}

// Columns lists the columns of a table in their order, with the errors of Rows.
func (db *DB) Columns(table string) ([]string, error) {
	t, err := db.table(table)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, c := range t.columns {
		names = append(names, c.name)
	}
	return names, nil
}

func (db *DB) scan(t table, columns []string, each func(row []Value) bool) error {
	s := scan{db: db, row: make([]Value, len(columns)), each: each, left: len(db.newer) + len(db.main)/max(db.size, 1)}
	for _, name := range columns {
		i := t.index(name)
		if i < 0 {
			return fmt.Errorf("column %q is %w", name, ErrMissing)
		}
		s.columns = append(s.columns, i)
		s.fields = max(s.fields, i+1)
	}
	s.table = t
	_, err := s.walk(t.root, maxDepth)
	return err
}

// index finds a column, -1 if there is none.
func (t table) index(name string) int {
	for i, c := range t.columns {
		if strings.EqualFold(c.name, name) {
			return i
		}
	}
	return -1
}

// scan is one walk over a table.
type scan struct {
	db      *DB
	table   table
	columns []int // positions of those asked for
	fields  int   // fields of a record up to the last of those
	row     []Value
	each    func([]Value) bool
	left    int   // pages still to be visited: none has two places in a table
	err     error // what went wrong when a value was read
}

// visit returns the usable bytes of a page. More visits than there are pages go in a circle.
func (s *scan) visit(n uint32) ([]byte, error) {
	if s.left--; s.left < 0 {
		return nil, ErrDamaged
	}
	p, err := s.db.page(n)
	if err != nil {
		return nil, err
	}
	return p[:s.db.usable], nil
}

// walk goes through the tree below a page and reports whether to go on.
func (s *scan) walk(n uint32, depth int) (more bool, err error) {
	p, err := s.visit(n)
	if err != nil {
		return false, err
	}
	start := 0
	if n == 1 {
		start = headerSize
	}
	cells := start + leafHeader
	interior := p[start] == interiorPage
	if interior {
		cells = start + interiorHeader
	} else if p[start] != leafPage {
		return false, ErrDamaged
	}
	count := int(binary.BigEndian.Uint16(p[start+3:]))
	if depth == 0 || cells+2*count > len(p) {
		return false, ErrDamaged
	}
	for i := range count {
		at := int(binary.BigEndian.Uint16(p[cells+2*i:]))
		switch {
		case at < cells+2*count || at+4 > len(p): // no cell has less than four bytes
			return false, ErrDamaged
		case interior:
			more, err = s.walk(binary.BigEndian.Uint32(p[at:]), depth-1)
		default:
			more, err = s.leaf(p[at:])
		}
		if err != nil || !more {
			return false, err
		}
	}
	if interior {
		return s.walk(binary.BigEndian.Uint32(p[start+8:]), depth-1)
	}
	return true, nil
}

// leaf hands out the row of a cell, which has the size of a record, a rowid, as much of the
// record as fits and, if that is not all, the first page of the rest.
func (s *scan) leaf(cell []byte) (more bool, err error) {
	size, n := varint(cell)
	rowid, m := varint(cell[n:])
	if n == 0 || m == 0 || size > uint64(s.left+1)*uint64(s.db.usable) {
		return false, ErrDamaged
	}
	cell = cell[n+m:]
	local := localSize(int(size), s.db.usable)
	r := record{scan: s, size: int(size)}
	if local < r.size {
		if local+4 > len(cell) {
			return false, ErrDamaged
		}
		r.next = binary.BigEndian.Uint32(cell[local:])
	} else if local > len(cell) {
		return false, ErrDamaged
	}
	r.known = cell[:local:local]
	if err := r.values(int64(rowid)); err != nil {
		return false, err
	}
	more = s.each(s.row)
	return more, s.err
}

// localSize is how many bytes of a record are in the tree itself (section 1.6, "cell payload").
func localSize(size, usable int) int {
	most := usable - 35
	if size <= most {
		return size
	}
	least := (usable-12)*32/255 - 23
	if n := least + (size-least)%(usable-4); n <= most {
		return n
	}
	return least
}
