package change

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// maxOutput bounds what is kept of a program's output; none of these says more than a few lines.
const maxOutput = 64 << 10

// run runs a program of the system, found where the system keeps its programs and not by PATH, and
// returns what it printed. Its words are English.
func run(ctx context.Context, name string, args ...string) (string, error) {
	path, err := program(name)
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(cmd.Environ(), "LC_ALL=C")
	cmd.Dir = filepath.Dir(path)
	cmd.SysProcAttr = hidden()
	cmd.WaitDelay = time.Second
	var out bytes.Buffer
	w := &bounded{w: &out, left: maxOutput}
	cmd.Stdout, cmd.Stderr = w, w
	err = cmd.Run()
	if errors.Is(err, exec.ErrWaitDelay) { // a service that it started keeps its outputs
		err = nil
	}
	if err != nil && ctx.Err() != nil { // else it would be "signal: killed"
		return out.String(), fmt.Errorf("%s: %w", name, ctx.Err())
	}
	if err != nil {
		return out.String(), fmt.Errorf("%s: %w: %s", name, err, clip(strings.TrimSpace(out.String())))
	}
	return out.String(), nil
}

// bounded keeps the first bytes and swallows the rest.
type bounded struct {
	w    io.Writer
	left int
}

func (b *bounded) Write(p []byte) (int, error) {
	n, err := b.w.Write(p[:min(len(p), b.left)])
	b.left -= n
	if err != nil {
		return n, err
	}
	return len(p), nil
}
