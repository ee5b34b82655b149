package sqlitefile

import (
	"encoding/binary"
	"errors"
	"fmt"
	"path/filepath"
	"testing"
)

// numbers is a table expression of 1 to n.
func numbers(n int) string {
	return fmt.Sprintf(`(WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < %d) SELECT n FROM c)`, n)
}

// mixed makes a table of n rows with values of every class; records have up to four times size bytes.
func mixed(n, size int) []string {
	return []string{
		`CREATE TABLE mixed (a INTEGER, t TEXT, b BLOB, r REAL, u)`,
		fmt.Sprintf(`INSERT INTO mixed SELECT CASE n %% 3 WHEN 0 THEN (1 << n %% 64) - n WHEN 1 THEN n %% 2 END,
			hex(zeroblob(n %% 7 * %[2]d / 4)) || char(233, n), zeroblob(n * n %% %[2]d), n + 0.5 - (n %% 2) * 1e19, CASE n %% 2 WHEN 0 THEN 'x' END FROM %[1]s`, numbers(n), size),
	}
}

// database is a named way to make files.
type database struct {
	name string
	make func(t testing.TB) files
	rows int
}

func statements(list ...any) func(t testing.TB) files {
	var all []string
	for _, s := range list {
		switch s := s.(type) {
		case string:
			all = append(all, s)
		case []string:
			all = append(all, s...)
		}
	}
	return func(t testing.TB) files { return create(t, all...) }
}

const (
	logged   = `PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0`
	smallest = `PRAGMA page_size = 512`
)

var databases = []database{
	{"no bytes", func(testing.TB) files { return files{} }, 0},
	{"no tables", statements(`PRAGMA user_version = 1`), 0},
	{"no rows", statements(`CREATE TABLE t (a)`), 0},
	{"page of 512", statements(smallest, mixed(60, 512)), 60},
	{"page of 1024", statements(`PRAGMA page_size = 1024`, mixed(20, 1024)), 20},
	{"page of 2048", statements(`PRAGMA page_size = 2048`, mixed(20, 2048)), 20},
	{"page of 4096", statements(`PRAGMA page_size = 4096`, mixed(20, 4096)), 20},
	{"page of 8192", statements(`PRAGMA page_size = 8192`, mixed(10, 8192)), 10},
	{"page of 16384", statements(`PRAGMA page_size = 16384`, mixed(6, 16384)), 6},
	{"page of 32768", statements(`PRAGMA page_size = 32768`, mixed(6, 32768)), 6},
	{"page of 65536", statements(`PRAGMA page_size = 65536`, mixed(6, 65536)), 6},
	{"bytes reserved", reserved, 60},
	{"deep tree", statements(smallest, `CREATE TABLE t (a, b)`, `INSERT INTO t SELECT n, n * n FROM `+numbers(20000)), 20000},
	{"tree on page 1", statements(smallest, manyTables(40)), 40},
	{"rows deleted", statements(smallest, mixed(60, 512), `DELETE FROM mixed WHERE rowid % 3 = 1`, `DELETE FROM mixed WHERE rowid BETWEEN 30 AND 40`), 33},
	{"rows deleted and others put in", statements(smallest, mixed(60, 512), `DELETE FROM mixed WHERE rowid % 3 = 1`,
		`INSERT INTO mixed(t, rowid) SELECT 'again' || n, -n FROM `+numbers(30)), 70},
	{"all rows deleted", statements(smallest, mixed(60, 512), `DELETE FROM mixed`), 0},
	{"vacuum", statements(smallest, mixed(60, 512), `DELETE FROM mixed WHERE rowid % 3 = 1`, `VACUUM`), 40},
	{"automatic vacuum", statements(smallest, `PRAGMA auto_vacuum = FULL`, mixed(60, 512), `DELETE FROM mixed WHERE rowid % 3 = 1`), 40},
	{"boundaries of local records", statements(smallest, `CREATE TABLE t (a TEXT)`, `INSERT INTO t SELECT hex(zeroblob(n)) FROM `+numbers(1100)), 1100},
	{"log", statements(smallest, logged, mixed(60, 512), `UPDATE mixed SET u = 'later' WHERE rowid % 2`), 60},
	{"log alone", statements(logged, mixed(6, 100)), 6},
	{"log, rolled back", statements(smallest, logged, mixed(30, 512), `PRAGMA cache_size = 1`, `BEGIN`, `UPDATE mixed SET t = 'never'`, `ROLLBACK`), 30},
	{"log, transaction open", statements(smallest, logged, mixed(30, 512), `PRAGMA cache_size = 1`, `BEGIN`, `UPDATE mixed SET t = 'never' || zeroblob(999)`), 30},
	{"log begun anew", statements(smallest, logged, mixed(30, 512), `PRAGMA wal_checkpoint`, `UPDATE mixed SET u = 'second' WHERE rowid = 3`), 30},
	{"log in the database, not begun anew", statements(smallest, logged, mixed(30, 512), `PRAGMA wal_checkpoint`), 30},
	{"log that shrinks the database", statements(smallest, `PRAGMA auto_vacuum = INCREMENTAL`, logged, mixed(60, 512), `PRAGMA wal_checkpoint`,
		`DELETE FROM mixed WHERE rowid > 5`, `PRAGMA incremental_vacuum`), 5},
	{"log with page of 65536", statements(`PRAGMA page_size = 65536`, logged, mixed(6, 65536)), 6},
	{"log of a big-endian machine", bigEndianLog, 60},
	{"transaction open", openTransaction(60, `UPDATE mixed SET t = 'never', b = NULL`), 60},
	{"transaction open that deletes", openTransaction(60, `DELETE FROM mixed WHERE rowid > 3`), 60},
	{"transaction open that grows", openTransaction(60, `INSERT INTO mixed(t) SELECT hex(zeroblob(400)) FROM `+numbers(200)), 60},
	{"first transaction open", statements(smallest, `PRAGMA cache_size = 1`, `BEGIN`, mixed(60, 512)), 0},
	{"journal zeroed", statements(smallest, `PRAGMA journal_mode = PERSIST`, mixed(20, 512), `UPDATE mixed SET u = 1`), 20},
	{"journal emptied", statements(smallest, `PRAGMA journal_mode = TRUNCATE`, mixed(20, 512), `UPDATE mixed SET u = 1`), 20},
}

// TestDatabases compares every row with what SQLite says.
func TestDatabases(t *testing.T) {
	for _, d := range databases {
		t.Run(d.name, func(t *testing.T) {
			if rows := compare(t, d.make(t)); rows != d.rows {
				t.Errorf("%d rows, want %d", rows, d.rows)
			}
		})
	}
}

func manyTables(n int) (list []string) {
	for i := range n {
		list = append(list, fmt.Sprintf(`CREATE TABLE t%d (a INTEGER PRIMARY KEY, "a column with a long name %d" TEXT)`, i, i),
			fmt.Sprintf(`INSERT INTO t%d VALUES (%d, 'x')`, i, i-5))
	}
	return list
}

// reserved makes a database with 32 bytes reserved in each page: in an empty one only the header
// and the start of the cells on page 1 depend on it.
func reserved(t testing.TB) files {
	f := create(t, smallest, `VACUUM`)
	f.main[20] = 32
	binary.BigEndian.PutUint16(f.main[headerSize+5:], 512-32)
	return run(t, f.put(t), mixed(60, 512)...)
}

// openTransaction leaves a transaction unfinished whose first half is in the database already.
func openTransaction(rows int, statement string) func(t testing.TB) files {
	return func(t testing.TB) files {
		f := create(t, append([]string{smallest, `PRAGMA auto_vacuum = FULL`}, mixed(rows, 512)...)...)
		before := f.main
		f = run(t, f.put(t), `PRAGMA cache_size = 1`, `BEGIN`, statement)
		if len(f.journal) < 1024 || string(f.main) == string(before) {
			t.Fatal("the database has not been touched yet")
		}
		return f
	}
}

// bigEndianLog gives a log the checksums that a big-endian machine writes.
func bigEndianLog(t testing.TB) files {
	f := create(t, append([]string{smallest, logged}, mixed(60, 512)...)...)
	f.wal[3] |= 1
	seal(f.wal)
	return f
}

// seal gives a log with pages of 512 bytes the checksums that its content should have.
func seal(wal []byte) {
	if len(wal) < walHeader {
		return
	}
	sum := checksum{big: wal[3]&1 == 1}
	sum.add(wal[:24])
	binary.BigEndian.PutUint32(wal[24:], sum.a)
	binary.BigEndian.PutUint32(wal[28:], sum.b)
	for at := walHeader; len(wal)-at >= walFrame+512; at += walFrame + 512 {
		sum.add(wal[at : at+8])
		sum.add(wal[at+walFrame:][:512])
		binary.BigEndian.PutUint32(wal[at+16:], sum.a)
		binary.BigEndian.PutUint32(wal[at+20:], sum.b)
	}
}

func TestRefused(t *testing.T) {
	for _, tt := range []struct {
		table string
		want  error
		make  []string
	}{
		{"t", errors.ErrUnsupported, []string{`CREATE TABLE t (a PRIMARY KEY, b) WITHOUT ROWID`}},
		{"t", errors.ErrUnsupported, []string{`CREATE TABLE t (a INT PRIMARY KEY, b TEXT) STRICT, without/**/rowid`}},
		{"t", errors.ErrUnsupported, []string{`CREATE TABLE t (a, b AS (a + 1), c)`}},
		{"t", errors.ErrUnsupported, []string{`CREATE TABLE t (a, b INT GENERATED ALWAYS AS (a + 1) STORED, c)`}},
		{"t", errors.ErrUnsupported, []string{`CREATE VIRTUAL TABLE t USING fts5(a)`}},
		{"t", errors.ErrUnsupported, []string{`PRAGMA encoding = 'UTF-16le'`, `CREATE TABLE t (a)`}},
		{"t", errors.ErrUnsupported, []string{`PRAGMA encoding = 'UTF-16be'`, `CREATE TABLE t (a)`}},
		{"t", errors.ErrUnsupported, []string{`CREATE TABLE t (z)`, `INSERT INTO t VALUES (1)`, `ALTER TABLE t ADD COLUMN a DEFAULT 1.5`}},
		{"t", ErrMissing, nil},
		{"t", ErrMissing, []string{`CREATE TABLE u (a)`}},
		{"t", ErrMissing, []string{`CREATE TABLE u (a)`, `CREATE VIEW t AS SELECT a FROM u`}},
		{"t", ErrMissing, []string{`CREATE TABLE t (b)`}},
		{"i", ErrMissing, []string{`CREATE TABLE t (a)`, `CREATE INDEX i ON t (a)`}},
		{"", ErrMissing, []string{`CREATE TABLE t (a)`}},
	} {
		f := create(t, tt.make...)
		db, err := Open(f.main, nil, nil)
		if err == nil {
			err = db.Rows(tt.table, []string{"a"}, func([]Value) bool { return true })
		}
		if !errors.Is(err, tt.want) {
			t.Errorf("%q: %v, want %v", tt.make, err, tt.want)
		}
	}
}

func TestRowsEnd(t *testing.T) {
	f := create(t, smallest, `CREATE TABLE t (a)`, `INSERT INTO t SELECT n FROM `+numbers(1000))
	db, err := Open(f.main, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	var sum int64
	err = db.Rows("T", []string{"A", "a"}, func(row []Value) bool {
		sum += row[0].Int() + row[1].Int()
		return row[0].Int() < 500
	})
	if err != nil || sum != 500*501 {
		t.Errorf("%d, %v", sum, err)
	}
}

// TestLazy: what is not asked for is not read, so that a hole in it does no harm.
func TestLazy(t *testing.T) {
	name := filepath.Join(t.TempDir(), "db")
	f := run(t, name, smallest, `CREATE TABLE t (a TEXT, b TEXT, c INTEGER)`, `INSERT INTO t VALUES ('short', hex(zeroblob(5000)), 7)`)
	for page := 3; page <= len(f.main)/512; page++ { // of the chain, all say that they are the last
		clear(f.main[(page-1)*512:][:4])
	}
	db, err := Open(f.main, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		read func(row []Value) string
		want string
		err  error
	}{
		{func(row []Value) string { return fmt.Sprint(row[0].Text(), row[1].Len, row[2].Type) }, "short10000 1", nil},
		{func(row []Value) string { return row[1].prefix(100) }, "0000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000", nil},
		{func(row []Value) string { return row[1].Text() }, "", ErrDamaged},
		{func(row []Value) string { return fmt.Sprint(row[2].Int()) }, "0", ErrDamaged},
	} {
		var got string
		err := db.Rows("t", []string{"a", "b", "c"}, func(row []Value) bool {
			got = tt.read(row)
			return true
		})
		if got != tt.want || !errors.Is(err, tt.err) {
			t.Errorf("%.100q, %v, want %.100q, %v", got, err, tt.want, tt.err)
		}
	}
}
