package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"time"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"
)

// account is the security identifier of whoever runs this program.
func account() (*windows.SID, error) {
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	return user.User.Sid, nil
}

func pipe(sid *windows.SID, name string) string {
	return `\\.\pipe\waymend-` + sid.String() + "-" + name
}

// take holds the name by a mutex that it is the first to make; Windows removes both the mutex and the
// pipe with their process. The pipe's descriptor lets this account alone in, and names it as the
// owner also when it is an administrator. The library refuses clients on other computers.
func take(name string) (net.Listener, func(), error) {
	sid, err := account()
	if err != nil {
		return nil, nil, err
	}
	release, err := hold(sid, name)
	if err != nil {
		return nil, nil, err
	}
	line, err := winio.ListenPipe(pipe(sid, name), &winio.PipeConfig{
		SecurityDescriptor: fmt.Sprintf("O:%[1]sD:P(A;;GA;;;%[1]s)", sid),
	})
	if err != nil {
		release()
		return nil, nil, fmt.Errorf("control: %w", err)
	}
	return line, release, nil
}

// hold waits until the mutex is ours, or until its holder answers; that one may be just starting, or
// just ending.
func hold(sid *windows.SID, name string) (release func(), err error) {
	mutex, err := windows.UTF16PtrFromString(`Global\waymend-` + sid.String() + "-" + name)
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	for end := time.Now().Add(startTime); ; time.Sleep(10 * time.Millisecond) {
		h, err := windows.CreateMutex(nil, false, mutex)
		if err == nil {
			return func() { _ = windows.CloseHandle(h) }, nil
		}
		if !errors.Is(err, windows.ERROR_ALREADY_EXISTS) {
			return nil, fmt.Errorf("control: %w", err)
		}
		_ = windows.CloseHandle(h) // only its being there counts
		ctx, cancel := context.WithDeadline(context.Background(), end)
		c, err := dial(ctx, name)
		cancel()
		if err == nil {
			c.Close()
			return nil, ErrTaken
		}
		if !time.Now().Before(end) {
			return nil, ErrTaken // it lives, whatever keeps it from answering
		}
	}
}

// dial connects to the holder of the name and checks whose it is. The holder learns who calls, and
// cannot act in the caller's name.
func dial(ctx context.Context, name string) (net.Conn, error) {
	sid, err := account()
	if err != nil {
		return nil, err
	}
	c, err := winio.DialPipeAccessImpLevel(ctx, pipe(sid, name),
		windows.GENERIC_READ|windows.GENERIC_WRITE, winio.PipeImpLevelIdentification)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrAbsent
	}
	if err != nil {
		return nil, err
	}
	if err := checkOwner(c, sid); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// checkOwner refuses a pipe that somebody else made under our name.
func checkOwner(c net.Conn, sid *windows.SID) error {
	f, ok := c.(interface{ Fd() uintptr })
	if !ok {
		return errStranger
	}
	sd, err := windows.GetSecurityInfo(windows.Handle(f.Fd()), windows.SE_KERNEL_OBJECT, windows.OWNER_SECURITY_INFORMATION)
	if err != nil {
		return err
	}
	owner, _, err := sd.Owner()
	if err != nil {
		return err
	}
	if !owner.Equals(sid) {
		return errStranger
	}
	return nil
}

// checkPeer has nothing left to check: the pipe's descriptor lets nobody else in.
func checkPeer(net.Conn) error { return nil }
