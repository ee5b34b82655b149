package sqlitefile

import (
	"bytes"
	"encoding/binary"
)

// Rollback journal, section 3 of the format: segments of a header that fills a sector and of
// records; a record is a page number, the page as it was before the transaction, and a checksum.
const (
	journalMagic  = "\xd9\xd5\x05\xf9\x20\xa1\x63\xd7"
	journalHeader = 28
)

// rollback takes back a transaction that has not been committed: the journal then holds what the
// pages were. It reports whether there is one; a journal that begins otherwise is a spent one.
func (db *DB) rollback(journal []byte) (hot bool, err error) {
	if len(journal) < journalHeader || !bytes.HasPrefix(journal, []byte(journalMagic)) {
		return false, nil
	}
	word := func(at int) uint32 { return binary.BigEndian.Uint32(journal[at:]) }
	original, sector, size := word(16), int64(word(20)), int(word(24))
	if !validSize(size) || sector < 32 || sector > 1<<16 || sector&(sector-1) != 0 || int64(len(journal)) < sector {
		return false, nil
	}
	if bytes.HasSuffix(journal, []byte(journalMagic)) && word(len(journal)-16) != 0 {
		return false, unsupported("a transaction over several databases")
	}
	db.size, db.count = size, original
	for at := int64(0); int64(len(journal))-at >= sector && bytes.HasPrefix(journal[at:], []byte(journalMagic)); {
		records, nonce := word(int(at)+8), word(int(at)+12)
		at += sector
		for ; records > 0; records-- {
			if int64(len(journal))-at < int64(size)+8 {
				return true, nil
			}
			number, page := word(int(at)), journal[at+4:][:size]
			if number == 0 {
				return true, nil
			}
			if db.newer[number] == nil && number <= original {
				if journalSum(nonce, page) != word(int(at)+4+size) {
					return true, nil // its writer did not get further
				}
				db.newer[number] = page
			}
			at += int64(size) + 8
		}
		at = (at + sector - 1) / sector * sector
	}
	return true, nil
}

// journalSum is the checksum of a record: the nonce and each 200th byte, from the end.
func journalSum(nonce uint32, page []byte) uint32 {
	for i := len(page) - 200; i > 0; i -= 200 {
		nonce += uint32(page[i])
	}
	return nonce
}
