//go:build !windows

package sqlitefile

import "os"

func open(name string) (*os.File, error) { return os.Open(name) }
