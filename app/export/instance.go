package export

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// instanceFile holds the identity in the folder of what waits.
const instanceFile = "instance"

var uuid = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

// Instance is the random identity of this account's measurements (RFC 9562, version 4). It is made at
// the first use and kept in dir; where that cannot be written, it is another one each time.
func Instance(dir string) string {
	file := filepath.Join(dir, instanceFile)
	if text, err := os.ReadFile(file); err == nil {
		if id := strings.TrimSpace(string(text)); uuid.MatchString(id) {
			return id
		}
	}
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	id := fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
	if dir != "" && os.MkdirAll(dir, 0o700) == nil {
		_ = os.WriteFile(file, []byte(id+"\n"), 0o600)
	}
	return id
}
