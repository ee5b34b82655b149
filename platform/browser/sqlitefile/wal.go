package sqlitefile

import (
	"bytes"
	"encoding/binary"
)

// Write-ahead log, section 4 of the format: a header, then frames of a frame header and a page.
const (
	walHeader  = 32
	walFrame   = 24
	walMagic   = 0x377f0682 // the last bit set: checksums over big-endian words
	walVersion = 3007000
)

// replay takes the pages of all transactions that a write-ahead log holds completely. The log
// ends at the first frame whose salts or checksum are not those of its header: it belongs to an
// earlier log that is being written over, or its writer did not finish.
func (db *DB) replay(wal []byte) error {
	if len(wal) < walHeader {
		return nil
	}
	word := func(at int) uint32 { return binary.BigEndian.Uint32(wal[at:]) }
	sum := checksum{big: word(0)&1 == 1}
	sum.add(wal[:24])
	size := int(word(8))
	switch {
	case word(0)&^1 != walMagic, !validSize(size), sum.a != word(24), sum.b != word(28):
		return nil // what SQLite, too, takes for an empty log
	case word(4) != walVersion:
		return unsupported("a newer version of the write-ahead log")
	}
	pending := map[uint32][]byte{}
	for at := walHeader; len(wal)-at >= walFrame+size; at += walFrame + size {
		page := wal[at+walFrame:][:size]
		sum.add(wal[at : at+8])
		sum.add(page)
		number, commit := word(at), word(at+4) // commit: pages in the database after it, or 0
		if number == 0 || !bytes.Equal(wal[at+8:at+16], wal[16:24]) || sum.a != word(at+16) || sum.b != word(at+20) {
			break
		}
		pending[number] = page
		if commit == 0 {
			continue
		}
		if size != db.size {
			return ErrDamaged
		}
		for n, p := range pending {
			db.newer[n] = p
		}
		clear(pending)
		db.count = commit
	}
	return nil
}

// checksum is that of the write-ahead log, section 4.2.
type checksum struct {
	big  bool
	a, b uint32
}

// add takes bytes whose number is a multiple of eight.
func (s *checksum) add(p []byte) {
	a, b := s.a, s.b
	if s.big {
		for ; len(p) >= 8; p = p[8:] {
			a += binary.BigEndian.Uint32(p) + b
			b += binary.BigEndian.Uint32(p[4:]) + a
		}
	} else {
		for ; len(p) >= 8; p = p[8:] {
			a += binary.LittleEndian.Uint32(p) + b
			b += binary.LittleEndian.Uint32(p[4:]) + a
		}
	}
	s.a, s.b = a, b
}
