package elevate

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/waymend/waymend/platform/change"
)

func newNonce() string {
	var b [16]byte
	rand.Read(b[:]) // never fails
	return hex.EncodeToString(b[:])
}

// arguments are those of the process with more rights.
func arguments(nonce string, steps []change.Step) []string {
	list := []string{Command, nonce}
	for _, s := range steps {
		list = append(list, s.String())
	}
	return list
}

// program is what is started again: of the two builds that are installed side by side the small one,
// which the system's own rules name.
func program() (string, error) {
	self, err := os.Executable()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if small := strings.Replace(filepath.Base(self), "waymend-desktop", "waymend", 1); small != filepath.Base(self) {
		beside := filepath.Join(filepath.Dir(self), small)
		if info, err := os.Stat(beside); err == nil && info.Mode().IsRegular() {
			return beside, nil
		}
	}
	return self, nil
}
