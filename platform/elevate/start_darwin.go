package elevate

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"regexp"
	"strings"
	"time"

	"github.com/waymend/waymend/platform/change"
)

// The script is constant. "do shell script" is the only way that osascript has; what it runs is made
// of words that "quoted form of" quotes and that hold no character with a meaning to a shell anyway.
const script = `on run argv
set theCommand to ""
repeat with oneArgument in argv
set theCommand to theCommand & quoted form of (oneArgument as text) & " "
end repeat
do shell script theCommand with administrator privileges without altering line endings
end run`

// plainWord is what a step, a nonce and a path of this program may hold.
var plainWord = regexp.MustCompile(`^[A-Za-z0-9/][A-Za-z0-9 /:=,%._~+-]*$`)

// elevated starts this program through osascript, which asks for an administrator's password.
func elevated(ctx context.Context, steps []change.Step, each func(change.Done)) error {
	self, err := program()
	if err != nil {
		return err
	}
	nonce := newNonce()
	words := append([]string{self}, arguments(nonce, steps)...)
	for _, w := range words {
		if !plainWord.MatchString(w) {
			return fmt.Errorf("%w: this program lies at a path with unusual characters", ErrUnavailable)
		}
	}
	cmd := exec.CommandContext(ctx, "/usr/bin/osascript", append([]string{"-e", script}, words...)...)
	cmd.Dir = "/"
	cmd.WaitDelay = time.Second
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	err = cmd.Run()
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return ctx.Err()
	case strings.Contains(said.String(), "(-128)"):
		return change.ErrRefused
	case strings.Contains(said.String(), "(-60007)") || strings.Contains(said.String(), "(-1713)"):
		return ErrUnavailable // nobody can be asked in this session
	}
	return listen(&out, nonce, steps, each)
}
