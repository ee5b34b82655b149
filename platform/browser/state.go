package browser

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// State says whether a browser has a profile open.
type State string

// States.
const (
	Stopped State = "stopped"
	Running State = "running"
	Unknown State = "unknown" // it may be running where this program cannot see it
)

// Live is a state and what is known with it.
type Live struct {
	State State
	PID   int // of the browser's main process; 0 when it is not known or not in sight
}

// State tests the locks that a browser holds while it runs. That a lock file exists says nothing:
// most stay behind. All profiles of a Chromium run together.
func (s System) State(p Profile) Live {
	switch p.Family.Engine {
	case Chromium, QtWebEngine:
		return s.chromiumState(p)
	case Gecko:
		name := ".parentlock"
		if s.OS == "windows" {
			name = "parent.lock"
		}
		return s.held(filepath.Join(p.Dir, name))
	}
	return Live{State: Unknown} // no lock is known
}

// held tests one lock. No file, no lock.
func (s System) held(path string) Live {
	held, pid, err := lockHeld(path)
	switch {
	case held:
		return Live{Running, pid}
	case errors.Is(err, fs.ErrNotExist):
		return Live{State: Stopped}
	case err != nil || remote(path):
		return Live{State: Unknown}
	}
	return Live{State: Stopped}
}

// levelLocks are held by a Chromium as long as a profile is open.
var levelLocks = []string{"Local Storage/leveldb/LOCK", "Session Storage/LOCK", "shared_proto_db/LOCK"}

func (s System) chromiumState(p Profile) Live {
	if s.OS == "windows" {
		return s.held(filepath.Join(p.Root, "lockfile"))
	}
	result := Live{State: Stopped}
	seen := false
	for _, dir := range profileDirs(p) {
		for _, name := range levelLocks {
			lock := s.held(filepath.Join(dir, filepath.FromSlash(name)))
			if lock.State == Running {
				return lock
			}
			if lock.State == Unknown {
				result = lock
			}
			seen = true
		}
	}
	link, err := os.Readlink(filepath.Join(p.Root, "SingletonLock"))
	if err != nil {
		if p.Family.Engine == QtWebEngine && !seen {
			result.State = Unknown
		}
		return result
	}
	// One with no profile open, in its list of people, holds no lock but listens.
	if listens(filepath.Join(p.Root, "SingletonSocket")) {
		host, pid := splitSingleton(link)
		if name, _ := os.Hostname(); host != name {
			pid = 0
		}
		return Live{Running, pid}
	}
	host, _ := splitSingleton(link)
	if name, err := os.Hostname(); err != nil || host != name || p.Where.Package != "" {
		result.State = Unknown // its process and its socket would be in another container
	}
	return result
}

// splitSingleton takes "host-pid" apart.
func splitSingleton(link string) (host string, pid int) {
	i := strings.LastIndexByte(link, '-')
	if i < 0 {
		return link, 0
	}
	pid, err := strconv.Atoi(link[i+1:])
	if err != nil || pid <= 1 {
		pid = 0
	}
	return link[:i], pid
}

// profileDirs lists the directories beside a profile that may be profiles: all of them share one
// process.
func profileDirs(p Profile) []string {
	dirs := []string{p.Dir}
	entries, _ := os.ReadDir(p.Root)
	for _, e := range entries[:min(len(entries), 256)] {
		if dir := filepath.Join(p.Root, e.Name()); e.IsDir() && dir != p.Dir {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}
