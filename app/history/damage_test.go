package history

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/probe"
)

// filled makes a closed history of two days and returns its bytes.
func filled(t testing.TB, path string) []byte {
	t.Helper()
	ctx := context.Background()
	s, err := Open(ctx, path, Keep{})
	must(t, err)
	minutely(t, s, "a", noon, 48*time.Hour)
	_, err = s.Begin(ctx, Incident{Address: "a", Title: "It is broken", Began: noon, Known: noon}, bytes.Repeat([]byte("measured "), 5000))
	must(t, err, s.Thin(ctx, noon.Add(24*time.Hour)), s.Close())
	b, err := os.ReadFile(path)
	must(t, err)
	return b
}

// readAll asks everything of a history; what it holds may be nonsense, but it must end, and soon.
func readAll(s *Store) (errs []error) {
	ctx := context.Background()
	from, to := noon.Add(-48*time.Hour), noon.Add(96*time.Hour)
	names, err := s.Addresses(ctx)
	errs = append(errs, err)
	for _, name := range append(names[:min(len(names), 3)], "a") {
		for _, width := range []time.Duration{0, time.Second, time.Hour, 24 * time.Hour} {
			_, err := s.Spans(ctx, name, from, to, width)
			errs = append(errs, err)
		}
		_, err := s.Probes(ctx, name, from, to, 100)
		_, err2 := s.Uptime(ctx, name, from, to)
		errs = append(errs, err, err2)
	}
	list, err := s.Incidents(ctx, nil, from, to, 0)
	errs = append(errs, err)
	for _, i := range list[:min(len(list), 3)] {
		_, err := s.Examination(ctx, i.ID)
		errs = append(errs, err)
	}
	return errs
}

// TestDamagedFileIsSetAside damages the file in many ways. Whatever happens, there is a history to
// write into afterwards, and the damaged one still lies there.
func TestDamagedFileIsSetAside(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "history.db")
	whole := filled(t, path)
	random := rand.New(rand.NewPCG(3, 4))
	flip := func(n, from, to int) []byte {
		b := bytes.Clone(whole)
		for range n {
			b[from+random.IntN(to-from)] = byte(random.IntN(256))
		}
		return b
	}
	cases := map[string][]byte{
		"no database":       []byte(strings.Repeat("this is no database ", 1000)),
		"header only":       whole[:100],
		"cut in the middle": whole[:len(whole)/2+77],
		"cut by a page":     whole[:len(whole)-4096],
		"zeros at the end":  append(bytes.Clone(whole[:len(whole)/2]), make([]byte, len(whole)/2)...),
		"first page":        flip(200, 100, 4096),
	}
	for name, b := range cases {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.db")
			must(t, os.WriteFile(path, b, 0o600))
			// A reader looks no further than the tables.
			if r, err := Read(ctx, path); err == nil {
				must(t, r.Close())
			} else if !errors.Is(err, ErrDamaged) {
				t.Errorf("a reader is told %v", err)
			}
			s := openAt(t, path)
			aside, why := s.SetAside()
			if aside == "" || why == nil {
				t.Fatalf("not set aside: %v", why)
			}
			if got, err := os.ReadFile(aside); err != nil || !bytes.Equal(got, b) {
				t.Errorf("what was set aside is not what was there: %v", err)
			}
			must(t, s.Add(ctx, []probe.Result{good("a", noon, time.Second)}))
		})
	}
	for n := range 60 {
		path := filepath.Join(t.TempDir(), "history.db")
		must(t, os.WriteFile(path, flip(1+random.IntN(300), 0, len(whole)), 0o600))
		if r, err := Read(ctx, path); err == nil {
			readAll(r)
			must(t, r.Close())
		}
		s := openAt(t, path)
		readAll(s)
		if err := s.Add(ctx, []probe.Result{good("a", noon.Add(50*time.Hour), time.Second)}); err != nil {
			t.Errorf("round %d: %v", n, err)
		}
		if err := s.Thin(ctx, noon.Add(60*time.Hour)); err != nil {
			t.Errorf("round %d: %v", n, err)
		}
		if list, err := s.Spans(ctx, "a", noon.Add(50*time.Hour), noon.Add(51*time.Hour), time.Hour); err != nil || len(list) != 1 {
			t.Errorf("round %d: %+v %v", n, list, err)
		}
		must(t, s.Close())
	}
}

// TestDamageWhileItIsOpen has a history go on after its file broke under it.
func TestDamageWhileItIsOpen(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "history.db")
	whole := filled(t, path)
	s := openAt(t, path)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt(bytes.Repeat([]byte{0x5a}, len(whole)-4096), 4096)
	must(t, err, f.Close())
	for i := range 3 {
		must(t, s.Add(ctx, []probe.Result{good("a", noon.Add(72*time.Hour+time.Duration(i)*time.Second), time.Second)}))
	}
	if aside, _ := s.SetAside(); aside == "" {
		t.Error("it was not set aside")
	}
	if list, err := s.Probes(ctx, "a", noon.Add(72*time.Hour), noon.Add(73*time.Hour), 0); err != nil || len(list) != 3 {
		t.Errorf("%d probes, %v", len(list), err)
	}
}

func TestFewDamagedFilesAreKept(t *testing.T) {
	path := filepath.Join(t.TempDir(), "history [1].db")
	for i := range keepAside + 3 {
		must(t, os.WriteFile(path, fmt.Appendf(nil, "no database %d", i), 0o600))
		s := openAt(t, path)
		must(t, s.Close())
	}
	list := setAside(path)
	if len(list) != keepAside {
		t.Fatalf("%q", list)
	}
	if b, _ := os.ReadFile(list[len(list)-1]); string(b) != fmt.Sprintf("no database %d", keepAside+2) {
		t.Errorf("the newest is %q", b)
	}
}

func TestEmptyFileIsANewHistory(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "history.db")
	if _, err := Read(ctx, path); err != ErrNone {
		t.Errorf("no file: %v", err)
	}
	must(t, os.WriteFile(path, nil, 0o600))
	if _, err := Read(ctx, path); err != ErrNone {
		t.Errorf("an empty file: %v", err)
	}
	s := openAt(t, path)
	must(t, s.Add(ctx, []probe.Result{good("a", noon, time.Second)}), s.Close())
	if aside, why := s.SetAside(); aside != "" {
		t.Errorf("an empty file was set aside: %v", why)
	}
}

// TestForeignDatabases: valid files of SQLite that are not ours, or pretend to be.
func TestForeignDatabases(t *testing.T) {
	ctx := context.Background()
	for name, change := range map[string]string{
		"another program's":  "PRAGMA application_id = 1",
		"one more table":     "CREATE TABLE more (x)",
		"a trigger":          "CREATE TRIGGER bad AFTER INSERT ON raw BEGIN DELETE FROM incident; END",
		"a view for a table": "DROP TABLE address; CREATE VIEW address AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i AS id, 'x' AS name FROM n",
		"many tables":        "CREATE TABLE m1 (x); CREATE TABLE m2 (x); CREATE TABLE m3 (x); CREATE TABLE m4 (x)",
		"no version":         "PRAGMA user_version = 0",
		"a version below 0":  "PRAGMA user_version = -1",
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "history.db")
			s := openAt(t, path)
			_, err := s.conn.ExecContext(ctx, change)
			must(t, err, s.Close())
			if _, err := Read(ctx, path); !errors.Is(err, ErrDamaged) {
				t.Errorf("a reader is told %v", err)
			}
			s = openAt(t, path)
			if aside, why := s.SetAside(); aside == "" || !errors.Is(why, ErrDamaged) {
				t.Errorf("set aside %q: %v", aside, why)
			}
		})
	}
}

// TestHostileValues: huge and senseless values in a file of the right form.
func TestHostileValues(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "history.db")
	s := openAt(t, path)
	_, err := s.conn.ExecContext(ctx, `
		INSERT INTO address (id, name) VALUES (1, 'a'), (2, printf('%.*c', 15000000, 'x')), (-9223372036854775807, x'00ff1b5b');
		INSERT INTO raw VALUES (?1, zeroblob(2000000)), (?1 + 1, 'text'), (?1 + 2, randomblob(1000000)), (9223372036854775807, randomblob(99)), (-9223372036854775808, randomblob(99));
		INSERT INTO summary VALUES (60, 1, ?2, randomblob(100000)), (3600, 1, ?2, randomblob(1000000)), (60, 1, ?2 + 1, zeroblob(1000000)), (3600, 1, 'x', 'y'), (7, 7, 7, 7);
		INSERT INTO mark VALUES ('folded', 'never'), ('more', 1e300);
		INSERT INTO incident VALUES (1, printf('%.*c', 15000000, 'a'), 1, 2, x'1b5d', 'x', 'x', 9e99, -1), (2, 'a', 'f', 'b', 't', 9e99, ?1, ?1, 9223372036854775807);
		INSERT INTO examination VALUES (2, randomblob(1000)), (3, zeroblob(15000000))`, noon.UnixMicro(), noon.Truncate(24*time.Hour).UnixMicro())
	must(t, err, s.Close())
	r, err := Read(ctx, path)
	must(t, err)
	readAll(r)
	must(t, r.Close())
	s = openAt(t, path)
	readAll(s)
	s.Thin(ctx, noon.Add(100*24*time.Hour))
	readAll(s)
	// It may refuse, but then it says so.
	if err := s.Add(ctx, []probe.Result{good("b", noon, time.Second)}); (err == nil) != (s.Trouble() == nil) {
		t.Errorf("%v, trouble %v", err, s.Trouble())
	}
}

func TestNewerHistoryIsNotTouched(t *testing.T) {
	ctx := context.Background()
	path := filepath.Join(t.TempDir(), "history.db")
	s := openAt(t, path)
	_, err := s.conn.ExecContext(ctx, fmt.Sprintf("CREATE TABLE later (x); PRAGMA user_version = %d", version+1))
	must(t, err, s.Close())
	before, err := os.ReadFile(path)
	must(t, err)
	if _, err := Open(ctx, path, Keep{}); !errors.Is(err, ErrNewer) {
		t.Errorf("a writer is told %v", err)
	}
	if _, err := Read(ctx, path); !errors.Is(err, ErrNewer) {
		t.Errorf("a reader is told %v", err)
	}
	if after, err := os.ReadFile(path); err != nil || !bytes.Equal(before, after) {
		t.Errorf("it was changed: %v", err)
	}
}
