package history

import (
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/windows"
)

// lockTime is how long a process that ends may take to let go.
const lockTime = time.Second

// lock makes this process the only writer. Windows frees the lock of a process that died.
func lock(path string) (unlock func(), err error) {
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	const flags = windows.LOCKFILE_EXCLUSIVE_LOCK | windows.LOCKFILE_FAIL_IMMEDIATELY
	for end := time.Now().Add(lockTime); ; time.Sleep(10 * time.Millisecond) {
		err = windows.LockFileEx(windows.Handle(f.Fd()), flags, 0, 1, 0, new(windows.Overlapped))
		switch {
		case err == nil:
			return func() { f.Close() }, nil
		case err != windows.ERROR_LOCK_VIOLATION && err != windows.ERROR_IO_PENDING:
			return nil, errors.Join(err, f.Close())
		case time.Now().After(end):
			return nil, errors.Join(ErrBusy, f.Close())
		}
	}
}

// own is true: the folder is in the account's own profile, whose list of rights keeps others out.
func own(fs.FileInfo) bool { return true }
