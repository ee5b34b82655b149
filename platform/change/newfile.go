package change

import (
	"os"
	"path/filepath"
	"time"
)

// unfinished are the files beside the one that is edited. What a killed edit left is removed by the
// next one, unless it is so young that it may be another edit at this moment.
const unfinished = ".waymend-*.new"

func newFile(dir string) (*os.File, error) {
	left, _ := filepath.Glob(filepath.Join(dir, unfinished))
	for _, path := range left {
		if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() && time.Since(info.ModTime()) > time.Minute {
			os.Remove(path)
		}
	}
	return os.CreateTemp(dir, unfinished)
}
