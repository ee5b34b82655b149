package sqlitefile

import (
	"slices"
	"strings"
	"testing"
)

// FuzzOpen changes bytes of small databases: each edit is a place, of two bytes, and a byte; a
// rest of two bytes cuts the file there. Whatever comes out, there are no more rows than
// bytes, and every value can be read.
func FuzzOpen(f *testing.F) {
	one := []string{`CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT DEFAULT 'x', b)`, `INSERT INTO t VALUES (1, 'text', hex(zeroblob(300))), (2, 5, -7)`}
	var bases []files
	for i, make := range []func(testing.TB) files{
		statements(smallest, one),
		statements(smallest, mixed(6, 512), `DELETE FROM mixed WHERE rowid = 1`),
		statements(smallest, `CREATE TABLE t (a)`, `INSERT INTO t SELECT n FROM `+numbers(1000)),
		statements(smallest, logged, one, `PRAGMA wal_checkpoint`, `UPDATE t SET b = 1`),
		statements(smallest, logged, mixed(6, 512)),
		openTransaction(3, `UPDATE mixed SET t = 'never'`),
		statements(`PRAGMA page_size = 65536`, one),
	} {
		bases = append(bases, make(f))
		f.Add(byte(i), []byte{})
		f.Add(byte(i), []byte{0x00, 105, 0xff, 0x02, 0, 0x05, 0x42, 0, 9})
		f.Add(byte(i), []byte{0x40, 32, 3, 0x40, 36, 1, 0x80, 11, 0xff, 0x40, 0})
	}
	f.Fuzz(func(t *testing.T, base byte, edits []byte) {
		x := bases[int(base)%len(bases)]
		for _, part := range x.parts() {
			*part = slices.Clone(*part)
		}
		for ; len(edits) >= 2; edits = edits[min(3, len(edits)):] {
			part := x.parts()[edits[0]>>6%3]
			if len(*part) == 0 {
				continue
			}
			at := (int(edits[0]&0x3f)<<8 | int(edits[1])) % len(*part)
			if len(edits) == 2 {
				*part = (*part)[:at:at]
			} else {
				(*part)[at] = edits[2]
			}
		}
		seal(x.wal)
		db, err := Open(x.main, x.wal, x.journal)
		if err != nil || db.count == 0 {
			return
		}
		var tables []string
		_ = db.scan(schema, []string{"name"}, func(row []Value) bool {
			tables = append(tables, row[0].Text())
			return len(tables) < 8
		})
		for _, table := range tables {
			columns, err := db.Columns(table)
			if err != nil {
				continue
			}
			rows := 0
			_ = db.Rows(table, columns, func(row []Value) bool {
				for _, v := range row {
					if len(v.Text()) > v.Len || v.Type != Integer && v.Type != Real && v.Int() != 0 {
						t.Fatalf("%+v", v)
					}
				}
				rows++
				return true
			})
			if rows > len(x.main)+len(x.wal)+len(x.journal) {
				t.Fatalf("%d rows", rows)
			}
		}
	})
}

// FuzzDeclaration: of a table that SQLite makes, the columns are those that SQLite finds.
func FuzzDeclaration(f *testing.F) {
	for _, d := range declared {
		for _, sql := range d {
			if from, to := strings.IndexByte(sql, '('), strings.LastIndexByte(sql, ')'); strings.HasPrefix(sql, "CREATE TABLE") && from < to {
				f.Add(sql[from+1:to], sql[to+1:])
			}
		}
	}
	db := connect(f, ":memory:")
	f.Fuzz(func(t *testing.T, definitions, options string) {
		_, _ = parseTable(definitions)
		sql := "CREATE TABLE t (" + definitions + ")" + options
		_, _ = parseTable(sql)
		if strings.ContainsAny(sql, ";\x00") { // one statement only
			return
		}
		if _, err := db.Exec(sql); err != nil {
			return
		}
		defer db.Exec(`DROP TABLE IF EXISTS t`)
		stored, err := texts(db, `SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 't'`)
		if err != nil || len(stored) != 1 {
			t.Fatal(stored, err)
		}
		want, err := texts(db, `SELECT name FROM pragma_table_xinfo('t')`)
		if err != nil {
			t.Fatal(err)
		}
		columns, err := parseTable(stored[0])
		var got []string
		for _, c := range columns {
			got = append(got, c.name)
		}
		if err == nil && !slices.Equal(got, want) {
			t.Errorf("%s: %q, want %q", stored[0], got, want)
		}
		upper := strings.ToUpper(stored[0])
		if err != nil && !strings.Contains(upper, "AS") && !strings.Contains(upper, "WITHOUT") {
			t.Errorf("%s: %v", stored[0], err)
		}
	})
}
