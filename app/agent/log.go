package agent

import (
	"io"
	"log/slog"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync"
)

// maxLog bounds the file of the log; one older file of the same size is kept beside it.
const maxLog = 512 << 10

// OpenLog returns the log of a process that watches in the background: at the path, where the system
// gives it no other place, else on standard error, which systemd's journal and desktops keep. What ends
// the process unforeseen goes there, too.
func OpenLog(path string) (*slog.Logger, io.Closer) {
	f := &logFile{path: path}
	if path == "" || f.open() != nil {
		return slog.New(slog.NewTextHandler(os.Stderr, nil)), io.NopCloser(nil)
	}
	return slog.New(slog.NewTextHandler(f, nil)), f
}

// logFile is a file that begins anew when it is full.
type logFile struct {
	path string

	mu   sync.Mutex
	file *os.File
	size int64
}

func (f *logFile) open() error {
	if err := os.MkdirAll(filepath.Dir(f.path), 0o700); err != nil {
		return err
	}
	file, err := os.OpenFile(f.path, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	info, err := file.Stat()
	if err != nil {
		file.Close()
		return err
	}
	f.file, f.size = file, info.Size()
	_ = debug.SetCrashOutput(file, debug.CrashOptions{})
	return nil
}

// Write writes one line. One that cannot be written is lost: a log is no reason to stop.
func (f *logFile) Write(line []byte) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file != nil && f.size+int64(len(line)) > maxLog {
		_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
		f.file.Close() // before the rename, which Windows refuses for an open file
		f.file = nil
		_ = os.Rename(f.path, f.path+".old")
	}
	if f.file == nil && f.open() != nil {
		return len(line), nil
	}
	n, _ := f.file.Write(line)
	f.size += int64(n)
	return len(line), nil
}

func (f *logFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.file == nil {
		return nil
	}
	_ = debug.SetCrashOutput(nil, debug.CrashOptions{})
	return f.file.Close()
}
