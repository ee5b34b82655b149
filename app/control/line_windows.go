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

// take holds the name by being the first to make the pipe; Windows removes a pipe with its process.
// The descriptor lets this account alone in, and names it as the owner also when it is an
// administrator. The library refuses clients on other computers.
func take(name string) (net.Listener, func(), error) {
	sid, err := account()
	if err != nil {
		return nil, nil, err
	}
	config := &winio.PipeConfig{SecurityDescriptor: fmt.Sprintf("O:%[1]sD:P(A;;GA;;;%[1]s)", sid)}
	for end := time.Now().Add(startTime); ; time.Sleep(10 * time.Millisecond) {
		line, err := winio.ListenPipe(pipe(sid, name), config)
		if err == nil {
			return line, func() {}, nil
		}
		ctx, cancel := context.WithDeadline(context.Background(), end)
		c, dialled := dial(ctx, name)
		cancel()
		if dialled == nil {
			c.Close()
			return nil, nil, ErrTaken
		}
		if !time.Now().Before(end) || errors.Is(dialled, errStranger) {
			return nil, nil, fmt.Errorf("control: %w", err)
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
