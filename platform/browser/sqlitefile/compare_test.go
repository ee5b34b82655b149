package sqlitefile

import (
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	_ "modernc.org/sqlite" // the real SQLite, which writes what is read here
)

// files are a database, its write-ahead log and its rollback journal.
type files struct{ main, wal, journal []byte }

var suffixes = []string{"", "-wal", "-journal"}

func (f *files) parts() []*[]byte { return []*[]byte{&f.main, &f.wal, &f.journal} }

// take reads the files as they are now.
func take(t testing.TB, name string) (f files) {
	t.Helper()
	for i, part := range f.parts() {
		b, err := os.ReadFile(name + suffixes[i])
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
		*part = b
	}
	return f
}

// put writes the files into a directory of their own.
func (f files) put(t testing.TB) (name string) {
	t.Helper()
	name = filepath.Join(t.TempDir(), "db")
	for i, part := range f.parts() {
		if *part == nil {
			continue
		}
		if err := os.WriteFile(name+suffixes[i], *part, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return name
}

// connect opens a database with SQLite, over one connection.
func connect(t testing.TB, name string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", name)
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	t.Cleanup(func() { db.Close() })
	return db
}

// run executes statements, and returns the files as they are before the connection is closed.
func run(t testing.TB, name string, statements ...string) files {
	t.Helper()
	db := connect(t, name)
	for _, s := range statements {
		if _, err := db.Exec(s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
	return take(t, name)
}

func create(t testing.TB, statements ...string) files {
	t.Helper()
	return run(t, filepath.Join(t.TempDir(), "db"), statements...)
}

// content is all rows of all tables, one line each.
type content map[string][]string

// real asks SQLite for the content of a copy.
func (f files) real(t testing.TB) (content, error) {
	t.Helper()
	db := connect(t, f.put(t))
	defer db.Close()
	tables, err := texts(db, `SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY rowid`)
	if err != nil {
		return nil, err
	}
	all := content{}
	for _, table := range tables {
		columns, err := texts(db, `SELECT name FROM pragma_table_info(?)`, table)
		if err != nil {
			return nil, err
		}
		var parts []string
		for _, c := range columns {
			c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			parts = append(parts, fmt.Sprintf(`CASE typeof(%[1]s) WHEN 'null' THEN 'null' WHEN 'blob' THEN 'blob ' || length(%[1]s)
				WHEN 'text' THEN 'text ' || length(CAST(%[1]s AS BLOB)) || ' ' || hex(substr(CAST(%[1]s AS BLOB), 1, %[2]d))
				ELSE typeof(%[1]s) || ' ' || CAST(%[1]s AS INTEGER) END`, c, MaxText))
		}
		// The index that might answer is not what is read here.
		all[table], err = texts(db, `SELECT `+strings.Join(parts, `|| ', ' ||`)+` FROM "`+table+`" NOT INDEXED ORDER BY rowid`)
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func texts(db *sql.DB, query string, args ...any) (list []string, err error) {
	rows, err := db.Query(query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s string
		if err := rows.Scan(&s); err != nil {
			return nil, err
		}
		list = append(list, s)
	}
	return list, rows.Err()
}

// ours reads the content with this package.
func (f files) ours() (content, error) {
	db, err := Open(f.main, f.wal, f.journal)
	if err != nil {
		return nil, err
	}
	all := content{}
	if db.count == 0 {
		return all, nil
	}
	var tables []string
	err = db.scan(schema, []string{"type", "name"}, func(row []Value) bool {
		if row[0].Text() == "table" {
			tables = append(tables, row[1].Text())
		}
		return true
	})
	if err != nil {
		return nil, err
	}
	for _, table := range tables {
		columns, err := db.Columns(table)
		if err != nil {
			return nil, err
		}
		all[table] = nil
		err = db.Rows(table, columns, func(row []Value) bool {
			all[table] = append(all[table], line(row))
			return len(all[table]) < 1<<20
		})
		if err != nil {
			return nil, err
		}
	}
	return all, nil
}

func line(row []Value) string {
	var parts []string
	for _, v := range row {
		switch v.Type {
		case Null:
			parts = append(parts, "null")
		case Integer:
			parts = append(parts, fmt.Sprint("integer ", v.Int()))
		case Real:
			parts = append(parts, fmt.Sprint("real ", v.Int()))
		case Text:
			parts = append(parts, fmt.Sprintf("text %d %X", v.Len, v.Text()))
		case Blob:
			parts = append(parts, fmt.Sprint("blob ", v.Len))
		}
	}
	return strings.Join(parts, ", ")
}

// difference describes the first difference of two contents, "" if there is none.
func difference(got, want content) string {
	if len(got) != len(want) {
		return fmt.Sprintf("%d tables, want %d", len(got), len(want))
	}
	for table, rows := range want {
		if len(got[table]) != len(rows) {
			return fmt.Sprintf("%s: %d rows, want %d", table, len(got[table]), len(rows))
		}
		for i := range rows {
			if got[table][i] != rows[i] {
				return fmt.Sprintf("%s, row %d:\n%.200s, want\n%.200s", table, i, got[table][i], rows[i])
			}
		}
	}
	return ""
}

// compare fails unless this package and SQLite read the same out of the files. It returns how many
// rows that were.
func compare(t testing.TB, f files) (rows int) {
	t.Helper()
	want, err := f.real(t)
	if err != nil {
		t.Fatalf("SQLite: %v", err)
	}
	before := files{slices.Clone(f.main), slices.Clone(f.wal), slices.Clone(f.journal)}
	got, err := f.ours()
	if err != nil {
		t.Fatal(err)
	}
	if d := difference(got, want); d != "" {
		t.Error(d)
	}
	for i, part := range f.parts() {
		if !slices.Equal(*part, *before.parts()[i]) {
			t.Errorf("the bytes of %q have changed", suffixes[i])
		}
	}
	for _, list := range got {
		rows += len(list)
	}
	return rows
}
