package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"modernc.org/sqlite"
)

const (
	// busyMs is how long a statement waits for another process.
	busyMs = 2000
	// checkTime is how long opening may look for damage; what lies deeper is found when it is read.
	checkTime = 2 * time.Second
	// maxValue bounds a value in the file, bytes. The largest of ours is an examination.
	maxValue = 16 << 20
	// retryAfter is how long a disk that is full or fails is left alone before opening is tried again.
	retryAfter = 10 * time.Second
	// keepAside is how many damaged files are left for somebody to look at.
	keepAside = 3
)

// SQLite's result codes and limits that matter here.
const (
	codeIO, codeCorrupt, codeFull, codeCannotOpen, codeNotDatabase = 10, 11, 13, 14, 26

	limitLength = 0 // SQLITE_LIMIT_LENGTH
)

// sides are the endings of the files that SQLite puts beside a database.
var sides = []string{"-wal", "-shm", "-journal"}

// Open opens the history for writing and makes it when there is none. A damaged file is set aside, see
// SetAside. Where the disk is full or fails, the Store has Trouble from the beginning, and tries again.
// Errors are ErrBusy, ErrNewer, ErrPlace, or what the system says.
func Open(ctx context.Context, path string, keep Keep) (*Store, error) {
	if path == "" {
		return nil, ErrPlace
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return nil, err
	}
	unlock, err := lock(path + ".lock")
	if err != nil {
		return nil, err
	}
	s := &Store{path: path, keep: keep.orDefaults(), writer: true, unlock: unlock}
	err = s.connect(ctx)
	if damaged(err) {
		err = s.afresh(ctx, err)
	}
	switch {
	case err == nil:
		return s, nil
	case code(err) == codeFull || code(err) == codeIO:
		s.tell(err)
		s.wait = time.Now().Add(retryAfter)
		return s, nil
	}
	return nil, errors.Join(err, s.Close())
}

// Read opens the history for reading, whether or not somebody writes it. It is meant to be open for as
// long as somebody looks, not for ever: a history that was set aside meanwhile is still the old one
// here. Errors are ErrNone, ErrNewer, ErrPlace, ErrDamaged, or what the system says.
func Read(ctx context.Context, path string) (*Store, error) {
	s := &Store{path: path}
	if path == "" {
		return nil, ErrNone
	}
	there, err := look(path)
	switch {
	case err != nil:
		return nil, err
	case !there:
		return nil, ErrNone
	}
	err = s.open(ctx, "mode=ro")
	if err == nil {
		err = inspect(ctx, s.conn)
	}
	if c := code(err); c == codeCannotOpen || c == codeIO || c == codeFull { // nobody can write in the folder
		if info, missing := os.Lstat(path + "-wal"); errors.Is(missing, fs.ErrNotExist) || missing == nil && info.Size() == 0 {
			if err = errors.Join(s.disconnect(), s.open(ctx, "mode=ro&immutable=1")); err == nil {
				err = inspect(ctx, s.conn)
			}
		}
	}
	if err == nil {
		var pages int64
		if pages, err = number(ctx, s.conn, "SELECT count(*) FROM sqlite_schema"); pages == 0 && err == nil {
			err = ErrNone
		}
	}
	if err == nil {
		var has int64
		if has, err = number(ctx, s.conn, "PRAGMA user_version"); err == nil && has != int64(version) {
			err = ErrNone // an older form, until an agent of this version has brought it up to date
		}
	}
	if err == nil {
		return s, nil
	}
	s.disconnect() //nolint:errcheck // nothing was written
	if damaged(err) && !errors.Is(err, ErrDamaged) {
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil, err
}

// look says whether there is a file, and refuses to follow what is none.
func look(path string) (there bool, err error) {
	for i, p := range append([]string{path}, with(path, sides)...) {
		info, err := os.Lstat(p)
		switch {
		case errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return false, err
		case !info.Mode().IsRegular() || !own(info):
			return false, ErrPlace
		case i == 0:
			there = true
		}
	}
	return there, nil
}

func with(path string, endings []string) (list []string) {
	for _, e := range endings {
		list = append(list, path+e)
	}
	return list
}

// connect opens the file for writing, after a look at it that changes nothing.
func (s *Store) connect(ctx context.Context) (err error) {
	defer func() {
		if err != nil {
			s.disconnect() //nolint:errcheck // the first error says more
		}
	}()
	there, err := look(s.path)
	if err != nil {
		return err
	}
	if !there {
		f, err := os.OpenFile(s.path, os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
		if err != nil {
			return err
		}
		if err := f.Close(); err != nil {
			return err
		}
	} else if err := s.examine(ctx); err != nil {
		return err
	}
	if err := s.open(ctx, "mode=rw"); err != nil {
		return err
	}
	// NORMAL syncs at checkpoints only: a crash of this program loses nothing, one of the system the
	// last probes. The log is copied into the file every megabyte.
	for _, p := range []string{"auto_vacuum = 2", "journal_mode = WAL", "synchronous = NORMAL", "wal_autocheckpoint = 256", "journal_size_limit = 1048576"} {
		if _, err := s.conn.ExecContext(ctx, "PRAGMA "+p); err != nil {
			return err
		}
	}
	return prepare(ctx, s.conn)
}

// examine looks at the file before it is opened for writing.
func (s *Store) examine(ctx context.Context) error {
	if err := s.open(ctx, "mode=ro"); err != nil {
		return err
	}
	err := inspect(ctx, s.conn)
	if err == nil {
		limited, cancel := context.WithTimeout(ctx, checkTime)
		defer cancel()
		if err = sound(limited, s.conn); limited.Err() != nil {
			err = ctx.Err()
		}
	}
	return errors.Join(err, s.disconnect())
}

// open opens one connection, small and careful with what it reads.
func (s *Store) open(ctx context.Context, mode string) error {
	path, err := filepath.Abs(s.path)
	if err != nil {
		return err
	}
	if path = filepath.ToSlash(path); !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: path}).String()+"?"+mode)
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	conn, err := db.Conn(ctx)
	if err != nil {
		return errors.Join(err, db.Close())
	}
	s.db, s.conn = db, conn
	s.forget()
	if _, err := sqlite.Limit(conn, limitLength, maxValue); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, fmt.Sprintf(`PRAGMA busy_timeout = %d; PRAGMA cache_size = -512; PRAGMA mmap_size = 0;
		PRAGMA temp_store = 2; PRAGMA trusted_schema = 0; PRAGMA cell_size_check = 1`, busyMs))
	return err
}

func (s *Store) disconnect() (err error) {
	if s.conn != nil {
		err = errors.Join(s.conn.Close(), s.db.Close())
	}
	s.conn, s.db = nil, nil
	return err
}

// damaged tells errors that mean that the file is none of ours, or broken.
func damaged(err error) bool {
	return errors.Is(err, ErrDamaged) || code(err) == codeCorrupt || code(err) == codeNotDatabase
}

// afresh sets the damaged file aside under a dated name, and begins a new one.
func (s *Store) afresh(ctx context.Context, why error) error {
	s.disconnect() //nolint:errcheck // it is damaged
	aside := s.path + time.Now().UTC().Format(".damaged-20060102T150405.000000000")
	for _, side := range append([]string{""}, sides...) {
		if err := os.Rename(s.path+side, aside+side); err != nil && !(side != "" && errors.Is(err, fs.ErrNotExist)) {
			return fmt.Errorf("%w, and could not be set aside: %w", ErrDamaged, err)
		}
	}
	s.state.Lock()
	s.aside, s.why = aside, why
	s.state.Unlock()
	if err := s.connect(ctx); err != nil {
		return err
	}
	s.tidyAside()
	return nil
}

// tidyAside deletes the oldest of the files that were set aside.
func (s *Store) tidyAside() {
	list := setAside(s.path)
	for _, old := range list[:max(0, len(list)-keepAside)] {
		for _, side := range append([]string{""}, sides...) {
			os.Remove(old + side)
		}
	}
}

// setAside lists the damaged files that were set aside, the oldest first.
func setAside(path string) (list []string) {
	files, _ := os.ReadDir(filepath.Dir(path)) // sorted by name
	for _, f := range files {
		end, ours := strings.CutPrefix(f.Name(), filepath.Base(path)+".damaged-")
		if ours && !strings.Contains(end, "-") { // not one of the sides
			list = append(list, filepath.Join(filepath.Dir(path), f.Name()))
		}
	}
	return list
}
