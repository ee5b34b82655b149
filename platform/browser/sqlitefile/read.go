package sqlitefile

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
)

// ErrBusy says that the files changed while they were read, each time.
var ErrBusy = errors.New("the database is being written")

// chunk is how many bytes are read between two looks at the context.
const chunk = 1 << 20

// OpenFile reads a database file and its journals into memory and opens them. Another program may
// be writing them: what was read is used only if the database still has the same bytes after its
// journals were read, and the write-ahead log has not been started anew meanwhile. One more
// attempt is made, then it is ErrBusy. All files together may have limit bytes.
func OpenFile(ctx context.Context, name string, limit int64) (*DB, error) {
	for range 2 {
		var files [3][]byte
		left := limit
		for i, suffix := range []string{"", "-wal", "-journal"} {
			b, err := readFile(ctx, name+suffix, left)
			if i > 0 && errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if errors.Is(err, errLarge) {
				err = fmt.Errorf("it is larger than %d MB", limit>>20)
			}
			if err != nil {
				return nil, err
			}
			files[i] = b
			left -= int64(len(b))
		}
		main, wal, journal := files[0], files[1], files[2]
		if begins(ctx, name, main, true) && begins(ctx, name+"-wal", wal, false) {
			return Open(main, wal, journal)
		}
		if err := ctx.Err(); err != nil {
			return nil, err
		}
	}
	return nil, ErrBusy
}

var errLarge = errors.New("the file is too large")

func readFile(ctx context.Context, name string, limit int64) ([]byte, error) {
	info, err := os.Stat(name) // first: a pipe would not open
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "open", Path: name, Err: errors.New("not a file")}
	}
	if info.Size() > limit {
		return nil, errLarge
	}
	f, err := open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var b bytes.Buffer
	b.Grow(int(info.Size()) + bytes.MinRead)
	for int64(b.Len()) <= limit {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		if _, err := io.CopyN(&b, f, chunk); err == io.EOF {
			return b.Bytes(), nil
		} else if err != nil {
			return nil, err
		}
	}
	return nil, errLarge
}

// begins tells whether a file still begins with some bytes and, when whole is set, has no others.
func begins(ctx context.Context, name string, want []byte, whole bool) bool {
	if len(want) == 0 && !whole {
		return true
	}
	f, err := open(name)
	if err != nil {
		return false
	}
	defer f.Close()
	for have := make([]byte, min(len(want)+1, chunk)); ctx.Err() == nil; {
		n, err := f.Read(have)
		m := min(n, len(want))
		if !bytes.Equal(have[:m], want[:m]) || whole && m < n {
			return false
		}
		want = want[m:]
		if err != nil {
			return err == io.EOF && len(want) == 0
		}
	}
	return false
}
