package elevate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"syscall"
	"time"

	"github.com/waymend/waymend/platform/change"
)

// Exit codes of pkexec(1).
const (
	dismissed     = 126
	notAuthorised = 127
)

// elevated starts this program through pkexec. A person who declines is ErrRefused; where nobody can be
// asked, as without an agent of the desktop, it is ErrUnavailable.
func elevated(ctx context.Context, steps []change.Step, each func(change.Done)) error {
	self, err := program()
	if err != nil {
		return err
	}
	if os.Getenv("APPIMAGE") != "" || os.Getenv("FLATPAK_ID") != "" {
		return ErrUnavailable // root cannot read this program there
	}
	pkexec := "/usr/bin/pkexec"
	if _, err := os.Stat(pkexec); err != nil {
		if pkexec, err = exec.LookPath("pkexec"); err != nil {
			return ErrUnavailable
		}
	}
	return viaPkexec(ctx, pkexec, self, steps, each)
}

// viaPkexec runs pkexec and listens to what the second process answers.
func viaPkexec(ctx context.Context, pkexec, self string, steps []change.Step, each func(change.Done)) error {
	nonce := newNonce()
	words := append([]string{self}, arguments(nonce, steps)...)
	terminal := onTerminal()
	if !terminal {
		words = append([]string{"--disable-internal-agent"}, words...)
	}
	cmd := exec.CommandContext(ctx, pkexec, words...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: !terminal}
	cmd.Dir = "/"
	cmd.WaitDelay = time.Second
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	// Killing pkexec is not enough: what it started may be root's, and keep the pipe open.
	stop := context.AfterFunc(ctx, func() { time.AfterFunc(cmd.WaitDelay, func() { out.Close() }) })
	answer := listen(out, nonce, steps, each)
	stop()
	if ctx.Err() != nil && answer != nil {
		go func() { _ = cmd.Wait() }() // it is reaped whenever it ends
		return ctx.Err()
	}
	var exit *exec.ExitError
	if err := cmd.Wait(); errors.As(err, &exit) && errors.Is(answer, errNoAnswer) {
		switch exit.ExitCode() {
		case dismissed:
			return change.ErrRefused
		case notAuthorised:
			return ErrUnavailable
		}
	}
	return answer
}

// onTerminal reports whether pkexec can ask by itself, on the terminal, since there is no desktop to ask.
func onTerminal() bool {
	if os.Getenv("DISPLAY") != "" || os.Getenv("WAYLAND_DISPLAY") != "" {
		return false
	}
	tty, err := os.OpenFile("/dev/tty", os.O_RDWR, 0)
	if err != nil {
		return false
	}
	tty.Close()
	return true
}
