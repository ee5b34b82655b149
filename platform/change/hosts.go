package change

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// maxHosts bounds a hosts file that is edited; block lists of a hundred thousand names have 3 MB.
const maxHosts = 16 << 20

// hostsBackup is added to the path of the file for the copy from before the last edit.
const hostsBackup = ".waymend-backup"

// hostsSteps plans to comment out what the hosts file says of a host.
func hostsSteps(_ context.Context, name string) ([]Step, error) {
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	if !nameArg.MatchString(name) {
		return nil, ErrStep
	}
	if own, _ := os.Hostname(); name == "localhost" || strings.HasSuffix(name, ".localhost") || strings.EqualFold(name, own) {
		return nil, fmt.Errorf("%w: the name of this computer stays in the hosts file", ErrNotHere)
	}
	path, file, _, err := readHosts()
	if err != nil {
		return nil, err
	}
	mark := strings.ToLower(rand.Text()[:8])
	_, lines := commentHosts(file, name, mark)
	if len(lines) == 0 {
		return nil, ErrNothing
	}
	step := Step{Verb: HostsComment, Args: map[string]string{"name": name, "mark": mark, "sum": sum(file)},
		Info: map[string]string{"file": path, "lines": strconv.Itoa(len(lines)), "line": clip(strings.Join(lines, " | "))}}
	return []Step{step}, nil
}

// commentHostsFile does what hostsSteps planned, if the file is still the one that was planned with.
func commentHostsFile(_ context.Context, done *Done, _ bool) error {
	a := done.Step.Args
	path, file, info, err := readHosts()
	if err != nil {
		return err
	}
	if sum(file) != a["sum"] {
		return ErrChanged
	}
	edited, lines := commentHosts(file, a["name"], a["mark"])
	if len(lines) == 0 {
		return ErrNothing
	}
	if back, _ := restoreHosts(edited, a["mark"]); string(back) != string(file) {
		return fmt.Errorf("%w: this hosts file could not be put back afterwards", ErrNotHere)
	}
	if err := replace(path, edited, info, path+hostsBackup); err != nil {
		return err
	}
	done.Before, done.After = clip(strings.Join(lines, " | ")), ""
	done.Bytes = int64(len(edited) - len(file))
	done.Undo = &Step{Verb: HostsRestore, Args: map[string]string{"mark": a["mark"], "sum": sum(edited)},
		Info: map[string]string{"file": path, "line": done.Before}}
	return proveHosts(done, edited)
}

// restoreHostsFile takes commentHostsFile back, if nobody has changed the file since.
func restoreHostsFile(_ context.Context, done *Done, _ bool) error {
	a := done.Step.Args
	path, file, info, err := readHosts()
	if err != nil {
		return err
	}
	edited, found := restoreHosts(file, a["mark"])
	if !found || sum(file) != a["sum"] {
		return ErrChanged
	}
	if err := replace(path, edited, info, ""); err != nil {
		return err
	}
	done.Bytes = int64(len(edited) - len(file))
	os.Remove(path + hostsBackup)
	return proveHosts(done, edited)
}

func proveHosts(done *Done, edited []byte) error {
	_, now, _, err := readHosts()
	done.Proved = err == nil && string(now) == string(edited)
	return nil
}

// readHosts reads the system's hosts file; links are followed, so that a file that lives elsewhere
// stays there.
func readHosts() (path string, file []byte, info fs.FileInfo, err error) {
	if path, err = hostsPath(); err != nil {
		return "", nil, nil, err
	}
	if path, err = filepath.EvalSymlinks(path); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			err = ErrNothing
		}
		return "", nil, nil, err
	}
	if info, err = os.Lstat(path); err != nil {
		return "", nil, nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxHosts {
		return "", nil, nil, fmt.Errorf("%w: %s is not an ordinary file of reasonable size", ErrNotHere, path)
	}
	f, err := os.Open(path)
	if err != nil {
		return "", nil, nil, err
	}
	defer f.Close()
	opened, err := f.Stat()
	if err != nil {
		return "", nil, nil, err
	}
	if !os.SameFile(info, opened) {
		return "", nil, nil, ErrChanged
	}
	file, err = io.ReadAll(io.LimitReader(f, maxHosts))
	return path, file, info, err
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return hex.EncodeToString(s[:])
}

// clip makes text from a file fit to be shown and kept.
func clip(s string) string {
	const most = 300
	s = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f || r >= 0x80 && r < 0xa0 {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, "�"))
	if r := []rune(s); len(r) > most {
		s = string(r[:most-1]) + "…"
	}
	return s
}
