// Package launch opens something outside this program: an address in one of the installed
// browsers, a saved report, a folder, the computer's restart. It also knows two things that only
// the desktop tells: the keys of a forced reload, and whether the person wants less motion.
//
// It starts programs directly, never through a shell, and only with addresses that were checked.
// It reads no browser's profile (package browser does) and asks the person nothing: whoever calls
// RestartComputer has asked. Starting waits up to Grace for a program that fails at once, so none of
// these functions belong on a window's event loop.
package launch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// Bounds.
const (
	// Grace is how long a program that was started may take to fail and still be reported; a
	// launcher that finds nothing to launch is done within a tenth of it.
	Grace = 500 * time.Millisecond
	// askTime bounds every question to the desktop.
	askTime = 300 * time.Millisecond
	// maxText bounds a file or an output that is read; desktop files with all their translations
	// have a twentieth of it.
	maxText = 1 << 20
	// maxEntries bounds how many files of a folder are looked at.
	maxEntries = 4096
	// maxBrowsers is more than any person has installed.
	maxBrowsers = 64
)

// Errors that callers tell apart; the texts are for logs.
var (
	ErrAddress = errors.New("launch: not an absolute http or https address")
	ErrPath    = errors.New("launch: not a report or folder that can be opened")
	ErrPrivate = errors.New("launch: this browser cannot be asked for a private window")
)

// System is the computer that things are started on. Here returns this one; tests make others.
type System struct {
	OS       string              // as in GOOS
	Getenv   func(string) string // PATH, HOME, XDG_*, LOCALAPPDATA, SystemRoot
	Stat     func(path string) (fs.FileInfo, error)
	ReadFile func(path string) ([]byte, error) // fails for what is not a regular file of at most 1 MiB
	ReadDir  func(path string) ([]string, error)
	Resolve  func(path string) (string, error) // follows links
	// Value reads a text of the Windows registry, "" for none; the key begins with HKCU\ or HKLM\.
	Value func(key, name string) string
	// Subkeys lists the names of the keys below one.
	Subkeys func(key string) []string
	// Output runs a program of the system and returns what it prints.
	Output func(ctx context.Context, argv ...string) ([]byte, error)
	// Start starts a program on its own. An error also means that it failed within Grace.
	Start func(argv []string) error
	// Shell asks Windows to open something with the person's program for it.
	Shell func(verb, what string) error
}

// Here is the computer that this program runs on.
func Here() System {
	return System{
		OS: runtime.GOOS, Getenv: os.Getenv, Stat: os.Stat, ReadFile: readFile, ReadDir: readDir,
		Resolve: filepath.EvalSymlinks, Value: registryValue, Subkeys: registrySubkeys,
		Output: output, Start: start, Shell: shellExecute,
	}
}

// Browsers lists the installed browsers that can be started, the person's default first where the
// system tells.
func Browsers() []Browser { return Here().Browsers() }

// URL opens the address in the person's default browser.
func URL(address string) error { return Here().URL(address) }

// File opens a saved report in the program that the person uses for such files. It opens nothing
// that a system would run.
func File(path string) error { return Here().File(path) }

// Folder shows a folder in the file manager.
func Folder(path string) error { return Here().Folder(path) }

// ReloadKeys names the keys that make a browser fetch a page past its cache on this system, such as
// "Ctrl+Shift+R"; "" when they are not known. The id is a Browser's or one of a browser.Family.
func ReloadKeys(id string) string { return Here().ReloadKeys(id) }

// RestartComputer restarts the computer at once, as the system's own menu does: programs may ask
// about unsaved work, and the system may ask for a password until ctx ends.
func RestartComputer(ctx context.Context) error { return restart(ctx) }

// ReducedMotion reports whether the person asked this desktop for less motion. It answers within
// 300 ms, false when the desktop does not tell.
func ReducedMotion() bool {
	ctx, cancel := context.WithTimeout(context.Background(), askTime)
	defer cancel()
	return reducedMotion(ctx)
}

// start runs a program in a session of its own, which outlives this one, and reaps it when it ends.
func start(argv []string) error {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.SysProcAttr = onItsOwn()
	if home, err := os.UserHomeDir(); err == nil {
		cmd.Dir = home // not this program's own, which may be a disk to be removed
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("launch: %w", err)
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err != nil {
			return fmt.Errorf("launch: %s: %w", filepath.Base(argv[0]), err)
		}
	case <-time.After(Grace):
	}
	return nil
}

// output runs a program within askTime and keeps the beginning of what it prints.
func output(ctx context.Context, argv ...string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.SysProcAttr = onItsOwn()
	cmd.WaitDelay = askTime
	var b bytes.Buffer
	cmd.Stdout = &limited{&b, maxText}
	err := cmd.Run()
	return b.Bytes(), err
}

// limited passes on the first bytes and refuses the rest.
type limited struct {
	w    io.Writer
	left int
}

func (l *limited) Write(b []byte) (int, error) {
	if len(b) > l.left {
		return 0, io.ErrShortBuffer
	}
	l.left -= len(b)
	return l.w.Write(b)
}

// readFile reads a regular file of reasonable size; pipes and devices are not read.
func readFile(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxText {
		return nil, &fs.PathError{Op: "read", Path: path, Err: fs.ErrInvalid}
	}
	return os.ReadFile(path)
}

// readDir lists the names in a folder, the first maxEntries of a big one.
func readDir(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(maxEntries)
}
