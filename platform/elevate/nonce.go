package elevate

import (
	"crypto/rand"
	"encoding/hex"

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
