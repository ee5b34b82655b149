// Package sqlitefile reads the rows of a table out of a SQLite database file, together with what
// a write-ahead log or a rollback journal beside it says. It is for looking into the files of a
// program that is running: it takes no locks and writes nothing. It is not a database engine:
// there is no SQL, no index is used, and tables WITHOUT ROWID, virtual tables, generated columns
// and UTF-16 are refused. The bytes are taken to be hostile: whatever they hold, time and memory
// are bounded by their number.
//
// The format is that of https://www.sqlite.org/fileformat2.html; comments name its sections.
package sqlitefile

import (
	"encoding/binary"
	"errors"
	"fmt"
)

var (
	// ErrDamaged says that the bytes contradict the format.
	ErrDamaged = errors.New("the database is damaged")
	// ErrNotDatabase says that the file does not begin like a database.
	ErrNotDatabase = errors.New("the file is not a SQLite database")
	// ErrMissing says that there is no such table or column.
	ErrMissing = errors.New("not in the database")
)

func unsupported(what string) error { return fmt.Errorf("%w: %s", errors.ErrUnsupported, what) }

// DB is one state of a database: that after the last transaction that was committed. It can be
// used by several goroutines at once.
type DB struct {
	main   []byte
	newer  map[uint32][]byte // pages that a journal holds in place of main's, from 1
	size   int               // bytes in a page
	usable int               // bytes in a page without those reserved at its end
	count  uint32            // pages in the database
}

const (
	headerSize = 100 // of the database header, at the start of page 1
	magic      = "SQLite format 3\x00"
)

// Open takes the contents of a database file, of its write-ahead log ("-wal") and of its rollback
// journal ("-journal"), the last two nil when there is none. It keeps the slices and does not
// change them. A file of no bytes is a database without tables.
func Open(main, wal, journal []byte) (*DB, error) {
	db := &DB{main: main, newer: map[uint32][]byte{}}
	if len(main) == 0 {
		return db, nil
	}
	if len(main) < headerSize {
		return nil, ErrNotDatabase
	}
	db.size = pageSize(main)
	hot, err := db.rollback(journal)
	if err != nil {
		return nil, err
	}
	switch {
	case hot && db.count == 0: // the transaction would have been the first
		return &DB{}, nil
	case hot:
	case string(main[:len(magic)]) != magic, db.size == 0:
		return nil, ErrNotDatabase
	default:
		db.count = uint32((len(main) + db.size - 1) / db.size)
	}
	if err := db.replay(wal); err != nil {
		return nil, err
	}
	return db, db.readHeader()
}

// readHeader checks the database header (section 1.3) in the last version of page 1.
func (db *DB) readHeader() error {
	h, err := db.page(1)
	if err != nil {
		return err
	}
	switch {
	case string(h[:len(magic)]) != magic, string(h[21:24]) != "\x40\x20\x20", pageSize(h) != db.size:
		return ErrNotDatabase
	case h[19] > 2:
		return unsupported("a newer version of the format")
	case binary.BigEndian.Uint32(h[56:])&3 > 1:
		return unsupported("text in UTF-16")
	}
	if db.usable = db.size - int(h[20]); db.usable < 480 {
		return ErrNotDatabase
	}
	// The size in the header is valid if the last writer knew of that field (section 1.3.7).
	if n := binary.BigEndian.Uint32(h[28:]); n > 0 && string(h[24:28]) == string(h[92:96]) {
		if n > db.count {
			return ErrDamaged // the file ends too early
		}
		db.count = n
	}
	return nil
}

// pageSize reads the size of a page in bytes out of a database header (section 1.3.2), 0 for a
// size that cannot be.
func pageSize(header []byte) int {
	n := int(binary.BigEndian.Uint16(header[16:]))
	if n == 1 {
		n = 1 << 16
	}
	if !validSize(n) {
		return 0
	}
	return n
}

func validSize(n int) bool { return n >= 512 && n <= 1<<16 && n&(n-1) == 0 }

// page returns the last committed version of page n, with the bytes that are reserved.
func (db *DB) page(n uint32) ([]byte, error) {
	if n == 0 || n > db.count {
		return nil, ErrDamaged
	}
	if p, ok := db.newer[n]; ok {
		return p, nil
	}
	at := int64(n-1) * int64(db.size)
	if at+int64(db.size) > int64(len(db.main)) {
		return nil, ErrDamaged
	}
	return db.main[at : at+int64(db.size)], nil
}
