// Package clipboard reads the text that lies on the system's clipboard, within a time limit. The
// clipboard of many systems is another program, which may be slow, or hang, or be hostile; a window that
// asked it on its event loop would hang with it. This package does not write.
package clipboard

import (
	"context"
	"errors"
	"unicode/utf8"
)

// ErrNone says that there is no text on the clipboard.
var ErrNone = errors.New("no text is on the clipboard")

// Limit is how much text is taken at most, in bytes; of more than that nothing is taken.
const Limit = 64 << 10

// Read returns the text on the clipboard, which is valid UTF-8 and never empty. It returns soon after
// ctx ends, even when the owner of the clipboard never answers.
func Read(ctx context.Context) (string, error) {
	type result struct {
		text string
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := read(ctx)
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		if r.err == nil && (r.text == "" || len(r.text) > Limit || !utf8.ValidString(r.text)) {
			r.err = ErrNone
		}
		if r.err != nil {
			return "", r.err
		}
		return r.text, nil
	case <-ctx.Done():
		return "", ctx.Err()
	}
}
