package sqlitefile

import (
	"encoding/binary"
	"math"
)

// Type is the storage class of a value.
type Type uint8

// The storage classes. A whole number in a column of type REAL is stored, and given, as Integer.
const (
	Null Type = iota
	Integer
	Real
	Text
	Blob
)

// MaxText is how many bytes of a text Value.Text gives at most.
const MaxText = 4096

// Value is one value of a row. Type and Len are known without reading it.
type Value struct {
	Type Type
	Len  int // bytes of a Text or Blob, else 0

	// Either in the record, or, where the record does not hold it, here.
	record    *record
	at, width int
	number    int64
	text      string
}

// Text returns a Text, only the first MaxText bytes of a longer one, as it is stored: it need not
// be valid UTF-8. Other types give "". Where the file is damaged it gives "", and Rows then fails.
func (v Value) Text() string {
	return v.prefix(MaxText)
}

func (v Value) prefix(most int) string {
	if v.Type != Text {
		return ""
	}
	if v.record == nil {
		return v.text[:min(len(v.text), most)]
	}
	return string(v.record.bytes(v.at, min(v.Len, most)))
}

// Int returns an Integer, or a Real without its fraction. Other types give 0. Where the file is
// damaged it gives 0, and Rows then fails.
func (v Value) Int() int64 {
	if v.record == nil {
		return v.number
	}
	switch v.Type {
	case Integer:
		var n int64
		for i, b := range v.record.bytes(v.at, v.width) {
			if i == 0 {
				n = int64(int8(b))
			} else {
				n = n<<8 | int64(b)
			}
		}
		return n
	case Real:
		b := v.record.bytes(v.at, 8)
		if b == nil {
			return 0
		}
		f := math.Float64frombits(binary.BigEndian.Uint64(b))
		switch {
		case f != f:
			return 0
		case f <= math.MinInt64:
			return math.MinInt64
		case f >= math.MaxInt64:
			return math.MaxInt64
		}
		return int64(f)
	}
	return 0
}

// record is a row as it is stored (section 2.1): the size of its header, the types of the fields,
// then their contents. What does not fit into the tree is in a chain of overflow pages.
type record struct {
	scan  *scan
	size  int
	known []byte // its beginning, as far as it was needed
	next  uint32 // first page of the rest, 0 for none
}

// read makes at least the first n bytes known.
func (r *record) read(n int) error {
	for len(r.known) < n {
		p, err := r.scan.visit(r.next)
		if err != nil {
			return err
		}
		r.next = binary.BigEndian.Uint32(p)
		r.known = append(r.known, p[4:][:min(len(p)-4, r.size-len(r.known))]...)
	}
	return nil
}

// bytes returns n bytes of the record, nil if they cannot be read.
func (r *record) bytes(at, n int) []byte {
	if err := r.read(at + n); err != nil {
		r.scan.err = err
		return nil
	}
	return r.known[at : at+n]
}

// maxHeader is the size above which SQLite, too, takes the header of a record for damaged.
const maxHeader = 98307

// values fills in the scan's row.
func (r *record) values(rowid int64) error {
	n, pos := varint(r.known)
	if pos == 0 || n > maxHeader || n > uint64(r.size) || int(n) < pos {
		return ErrDamaged
	}
	if err := r.read(int(n)); err != nil {
		return err
	}
	header, at := r.known[:n], int(n)
	s := r.scan
	fields := make([]Value, 0, 32)
	for range s.fields {
		if pos == len(header) {
			break // the row is older than the columns that follow
		}
		serial, n := varint(header[pos:])
		v, size, ok := field(serial)
		if n == 0 || !ok || size > uint64(r.size-at) {
			return ErrDamaged
		}
		if size > 0 {
			v.record, v.at, v.width = r, at, int(size)
		}
		pos += n
		at += int(size)
		fields = append(fields, v)
	}
	for i, c := range s.columns {
		column := s.table.columns[c]
		switch {
		case column.rowid:
			s.row[i] = Value{Type: Integer, number: rowid}
		case c < len(fields):
			s.row[i] = fields[c]
		case column.unread:
			return unsupported("the default of a column")
		default:
			s.row[i] = column.value
		}
	}
	return nil
}

// field tells type and size of a field's content by its serial type.
func field(serial uint64) (v Value, size uint64, ok bool) {
	switch {
	case serial >= 12:
		size = (serial - 12) / 2
		if size > math.MaxInt32 {
			return v, 0, false
		}
		return Value{Type: Blob - Type(serial%2), Len: int(size)}, size, true
	case serial >= 10: // reserved
		return v, 0, false
	case serial >= 8:
		return Value{Type: Integer, number: int64(serial - 8)}, 0, true
	case serial == 7:
		return Value{Type: Real}, 8, true
	case serial == 0:
		return v, 0, true
	}
	return Value{Type: Integer}, [...]uint64{1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}[serial], true
}

// varint reads a number of one to nine bytes and tells how many it has, 0 if p is too short.
func varint(p []byte) (v uint64, n int) {
	for i, b := range p[:min(len(p), 9)] {
		if i == 8 {
			return v<<8 | uint64(b), 9
		}
		v = v<<7 | uint64(b&0x7f)
		if b < 0x80 {
			return v, i + 1
		}
	}
	return 0, 0
}
