package sqlitefile

import (
	"strings"
	"testing"
)

// declared are declarations of the table t, and what happens to it afterwards. Rows have values
// in all columns that are not the rowid.
var declared = [][]string{
	{`CREATE TABLE t (id INTEGER PRIMARY KEY, a)`, `INSERT INTO t VALUES (-9, 'x'), (70000, 'y')`},
	{`CREATE TABLE t (a, "id" integer primary key autoincrement not null)`, `INSERT INTO t VALUES ('x', 5)`},
	{`CREATE TABLE t (a, id INTEGER PRIMARY KEY ASC)`, `INSERT INTO t VALUES ('x', 5)`},
	{`CREATE TABLE t (a, id INTEGER PRIMARY KEY DESC)`, `INSERT INTO t VALUES ('x', 5)`},
	{`CREATE TABLE t (a, id INTEGER, PRIMARY KEY (id))`, `INSERT INTO t VALUES ('x', 5)`},
	{`CREATE TABLE t (a, id INTEGER, CONSTRAINT "PRIMARY" PRIMARY KEY ("ID" COLLATE BINARY DESC))`, `INSERT INTO t VALUES ('x', 5)`},
	{`CREATE TABLE t (a, id INTEGER, UNIQUE (a) PRIMARY KEY (id))`, `INSERT INTO t VALUES ('x', 5)`},
	{`CREATE TABLE t (a, id INTEGER, PRIMARY KEY (id, a))`, `INSERT INTO t VALUES ('x', 5)`},
	{`CREATE TABLE t (a, id INT PRIMARY KEY)`, `INSERT INTO t VALUES ('x', 5)`},
	{`CREATE TABLE t (a, id INTEGER(5) PRIMARY KEY)`, `INSERT INTO t VALUES ('x', 5)`},
	{`CREATE TABLE t (a, id BIG INTEGER PRIMARY KEY)`, `INSERT INTO t VALUES ('x', 5)`},
	{`CREATE TABLE t (a, id "INTEGER" PRIMARY KEY)`, `INSERT INTO t VALUES ('x', 5)`},
	{`CREATE TABLE t (a CHECK (a <> 'PRIMARY KEY'), id INTEGER CONSTRAINT c UNIQUE CHECK (id IN (1, 5)) PRIMARY KEY)`, `INSERT INTO t VALUES ('x', 5)`},
	{`CREATE TABLE t (a INTEGER REFERENCES t(a) ON DELETE SET DEFAULT, b INTEGER DEFAULT 7 REFERENCES t ON UPDATE SET NULL DEFERRABLE)`, `INSERT INTO t VALUES (1, 2)`},
	{`CREATE TABLE t ("a,b" TEXT DEFAULT 'x,(y', [c) d] DECIMAL(10, 2) NOT NULL DEFAULT (max(1, 2)), ` + "`e``f`" + ` BLOB DEFAULT x'00ff', 'g''h', "i""j")`,
		`INSERT INTO t VALUES ('1', 2, 3, 4, 5)`},
	{"CREATE TABLE t (a -- comment, with (brackets\n, /* b, */ c/**/TEXT\t,\r\nd)", `INSERT INTO t VALUES (1, 2, 3)`},
	{`CREATE TABLE "t" (key, "primary" INTEGER, "check", [unique], "foreign" TEXT, "constraint", größe, _x$1)`, `INSERT INTO t VALUES (1, 2, 3, 4, 5, 6, 7, 8)`},
	{`CREATE TABLE t (a, b, FOREIGN KEY (a) REFERENCES t (b), CHECK (a > 0 AND b > 0))`, `INSERT INTO t VALUES (1, 2)`},
	{`CREATE TABLE t AS SELECT 1 AS a, 'b' AS "c d", 2.5 AS e`},
	{`CREATE TEMP TABLE t (x)`, `CREATE TABLE main.t (a, b)`, `INSERT INTO main.t VALUES (1, 2)`},
	{`CREATE TABLE IF NOT EXISTS t (a, b)`, `INSERT INTO t VALUES (1, 2)`},
	{`CREATE TABLE u (a, b)`, `INSERT INTO u VALUES (1, 2)`, `ALTER TABLE u RENAME TO "t"`},
	{`CREATE TABLE t (a, b, c)`, `INSERT INTO t VALUES (1, 2, 3)`, `ALTER TABLE t RENAME COLUMN a TO "x y"`, `ALTER TABLE t DROP COLUMN b`},
	{`CREATE TABLE t (a INT NOT NULL, b TEXT) STRICT`, `INSERT INTO t VALUES (1, 2)`},
	// Rows that are older than a column have its default.
	{`CREATE TABLE t (z)`, `INSERT INTO t VALUES (1)`, `ALTER TABLE t ADD COLUMN a`, `ALTER TABLE t ADD b INTEGER NOT NULL DEFAULT -5`,
		`ALTER TABLE t ADD c TEXT DEFAULT ''`, `ALTER TABLE t ADD d DEFAULT 'it''s'`, `ALTER TABLE t ADD e BIGINT DEFAULT +9223372036854775807`,
		`ALTER TABLE t ADD f VARCHAR(9) DEFAULT "x" NOT NULL`, `ALTER TABLE t ADD g INTEGER DEFAULT NULL`, `INSERT INTO t(z) VALUES (2)`},
	{`CREATE TABLE t (z)`, `ALTER TABLE t ADD COLUMN a DEFAULT (1 + 2)`, `INSERT INTO t(z) VALUES (1)`},
}

func TestDeclarations(t *testing.T) {
	for _, d := range declared {
		t.Run(d[0], func(t *testing.T) {
			f := create(t, d...)
			if compare(t, f) == 0 {
				t.Error("no rows")
			}
			db := connect(t, f.put(t))
			want, err := texts(db, `SELECT name FROM pragma_table_info('t')`)
			if err != nil {
				t.Fatal(err)
			}
			ours, err := Open(f.main, nil, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, err := ours.Columns("t"); err != nil || strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("columns %q, %v, want %q", got, err, want)
			}
		})
	}
}

// TestUnreadDefaults lists defaults that SQLite would convert or compute: rows that lack the
// column are refused, others are not.
func TestUnreadDefaults(t *testing.T) {
	for _, tt := range []string{"REAL DEFAULT 1.5", "TEXT DEFAULT 5", "INTEGER DEFAULT '5'", "DEFAULT x'00'", "DEFAULT TRUE", "DEFAULT 0x10", "DEFAULT - 1e3", "DEFAULT", "DEFAULT -"} {
		columns, err := parseTable("CREATE TABLE t (z, a " + tt + ")")
		if err != nil || len(columns) != 2 || !columns[1].unread || columns[0].unread {
			t.Errorf("%s: %+v, %v", tt, columns, err)
		}
	}
}

func TestNotDeclarations(t *testing.T) {
	for _, sql := range []string{"", "CREATE", "CREATE TABLE", "CREATE TABLE t", "CREATE TABLE t AS SELECT 1", "CREATE INDEX t (a)", "CREATE TABLE t ()",
		"CREATE TABLE t (a,,b)", "CREATE TABLE t (,", "create table 't' (", "/*", "--", "'"} {
		if columns, err := parseTable(sql); err == nil {
			t.Errorf("%q: %+v", sql, columns)
		}
	}
}
