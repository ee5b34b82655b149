package sqlitefile

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// rows lists the values of t.a.
func rows(db *DB) (list []int64, err error) {
	err = db.Rows("t", []string{"a"}, func(row []Value) bool {
		list = append(list, row[0].Int())
		return true
	})
	return list, err
}

func TestOpenFile(t *testing.T) {
	whole := create(t, logged, `CREATE TABLE t (a)`, `INSERT INTO t VALUES (1)`, `PRAGMA wal_checkpoint`, `INSERT INTO t VALUES (2)`)
	size := int64(len(whole.main) + len(whole.wal))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name  string
		files files
		ctx   context.Context
		limit int64
		rows  int
		err   string
	}{
		{"database alone", files{main: whole.main}, t.Context(), size, 1, ""},
		{"with its log", whole, t.Context(), size, 2, ""},
		{"with an empty log", files{main: whole.main, wal: []byte{}}, t.Context(), size, 1, ""},
		{"larger than the limit", whole, t.Context(), size - 1, 0, "larger than 0 MB"},
		{"much larger than the limit", files{main: make([]byte, 3<<20)}, t.Context(), 2 << 20, 0, "larger than 2 MB"},
		{"not there", files{}, t.Context(), size, 0, "no such file"},
		{"context ended", whole, ended, size, 0, context.Canceled.Error()},
		{"not a database", files{main: []byte(strings.Repeat("no database ", 100))}, t.Context(), size, 0, ErrNotDatabase.Error()},
	} {
		db, err := OpenFile(tt.ctx, tt.files.put(t), tt.limit)
		var got []int64
		if err == nil {
			got, err = rows(db)
		}
		if len(got) != tt.rows || (err == nil) != (tt.err == "") || err != nil && !strings.Contains(err.Error(), tt.err) && !errors.Is(err, fs.ErrNotExist) {
			t.Errorf("%s: %v, %v", tt.name, got, err)
		}
	}
	if _, err := OpenFile(t.Context(), t.TempDir(), size); err == nil {
		t.Error("a directory is opened")
	}
}

func TestBegins(t *testing.T) {
	name := filepath.Join(t.TempDir(), "f")
	content := bytes.Repeat([]byte("0123456789abcdef"), chunk/16+1)
	if err := os.WriteFile(name, content, 0o600); err != nil {
		t.Fatal(err)
	}
	changed := slices.Clone(content)
	changed[len(changed)-1]++
	for _, tt := range []struct {
		want          string
		part          []byte
		begins, whole bool
	}{
		{"all of it", content, true, true},
		{"without its end", content[:len(content)-1], true, false},
		{"without its last chunk", content[:chunk], true, false},
		{"nothing", nil, true, false},
		{"with another end", changed, false, false},
		{"with more", append(slices.Clone(content), 0), false, false},
	} {
		if got := begins(t.Context(), name, tt.part, false); got != tt.begins {
			t.Errorf("%s: begins: %t", tt.want, got)
		}
		if got := begins(t.Context(), name, tt.part, true); got != tt.whole {
			t.Errorf("%s: is whole: %t", tt.want, got)
		}
	}
	if begins(t.Context(), name+"x", content, false) || !begins(t.Context(), name+"x", nil, false) {
		t.Error("what is not there begins with nothing only")
	}
}

// TestBesideWriter reads while a writer gives all rows one number after the other: no state has
// two of them.
func TestBesideWriter(t *testing.T) {
	for _, mode := range []string{
		`PRAGMA journal_mode = DELETE; PRAGMA cache_size = 1`,
		`PRAGMA journal_mode = TRUNCATE`,
		`PRAGMA journal_mode = PERSIST`,
		`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 20`,
		`PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 1; PRAGMA locking_mode = EXCLUSIVE`,
	} {
		name := filepath.Join(t.TempDir(), "db")
		db := connect(t, name)
		for _, s := range []string{smallest, mode, `PRAGMA synchronous = OFF`, `CREATE TABLE t (a, b)`, `INSERT INTO t SELECT 0, zeroblob(100) FROM ` + numbers(100)} {
			if _, err := db.Exec(s); err != nil {
				t.Fatal(err)
			}
		}
		stop := make(chan struct{})
		var written int64
		var writer sync.WaitGroup
		writer.Go(func() {
			for {
				select {
				case <-stop:
					return
				default:
				}
				if _, err := db.Exec(`UPDATE t SET a = ?`, written+1); err != nil {
					t.Error(err)
					return
				}
				written++
			}
		})
		for range 200 {
			db, err := OpenFile(t.Context(), name, 1<<20)
			if errors.Is(err, ErrBusy) {
				continue
			}
			if err != nil {
				t.Errorf("%s: %v", mode, err)
				break
			}
			got, err := rows(db)
			if err != nil || len(got) != 100 || len(slices.Compact(got)) != 1 {
				t.Errorf("%s: %v, %v", mode, got, err)
				break
			}
		}
		close(stop)
		writer.Wait()
		last, err := OpenFile(t.Context(), name, 1<<20)
		if err != nil {
			t.Fatal(err)
		}
		if got, err := rows(last); err != nil || len(got) != 100 || got[0] != written {
			t.Errorf("%s: %v, %v after %d was written", mode, got, err, written)
		}
	}
}
