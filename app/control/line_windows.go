package control

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"runtime"
	"strconv"
	"time"
	"unsafe"

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

// word is what a scope's names have between them and the program's: the account, or that it is the
// machine's.
func word(scope Scope, sid *windows.SID) string {
	if scope == Machine {
		return "waymend-machine-"
	}
	return "waymend-" + sid.String() + "-"
}

func pipe(scope Scope, sid *windows.SID, name string) string {
	return `\\.\pipe\` + word(scope, sid) + name
}

// look is what an account needs to ask at the machine's service: to read, to write and to wait, but not
// to open another end of the pipe, as FILE_APPEND_DATA, a part of GENERIC_WRITE, would allow.
const look = windows.FILE_READ_DATA | windows.FILE_WRITE_DATA | windows.FILE_READ_ATTRIBUTES | windows.READ_CONTROL | windows.SYNCHRONIZE

// descriptor lets in this account alone, or for the machine all who are signed in. It names this
// account as the owner also when it is an administrator.
func descriptor(scope Scope, sid *windows.SID) string {
	if scope == Machine {
		return fmt.Sprintf("O:%[1]sD:P(A;;GA;;;%[1]s)(A;;GA;;;SY)(A;;%#[2]x;;;BA)(A;;%#[2]x;;;AU)", sid, look)
	}
	return fmt.Sprintf("O:%[1]sD:P(A;;GA;;;%[1]s)", sid)
}

// take holds the name by a mutex that it is the first to make; Windows removes both the mutex and the
// pipe with their process. The library refuses clients on other computers.
func take(scope Scope, name string) (net.Listener, func(), error) {
	sid, err := account()
	if err != nil {
		return nil, nil, err
	}
	release, err := hold(scope, sid, name)
	if err != nil {
		return nil, nil, err
	}
	line, err := winio.ListenPipe(pipe(scope, sid, name), &winio.PipeConfig{SecurityDescriptor: descriptor(scope, sid)})
	if err != nil {
		release()
		return nil, nil, fmt.Errorf("control: %w", err)
	}
	return line, release, nil
}

// hold waits until the mutex is ours, or until its holder answers; that one may be just starting, or
// just ending.
func hold(scope Scope, sid *windows.SID, name string) (release func(), err error) {
	mutex, err := windows.UTF16PtrFromString(`Global\` + word(scope, sid) + name)
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
		c, err := dial(ctx, scope, name)
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
func dial(ctx context.Context, scope Scope, name string) (net.Conn, error) {
	sid, err := account()
	if err != nil {
		return nil, err
	}
	access := uint32(windows.GENERIC_READ | windows.GENERIC_WRITE)
	if scope == Machine {
		access = look
	}
	c, err := winio.DialPipeAccessImpLevel(ctx, pipe(scope, sid, name), access, winio.PipeImpLevelIdentification)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrAbsent
	}
	if err != nil {
		return nil, err
	}
	if err := checkOwner(c, scope, sid); err != nil {
		c.Close()
		return nil, err
	}
	return c, nil
}

// checkOwner refuses a pipe that somebody else made under our name. The machine's service runs as
// LocalService; when an administrator starts it by hand, as that account or as the system.
func checkOwner(c net.Conn, scope Scope, sid *windows.SID) error {
	f, ok := c.(handle)
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
	if owner.Equals(sid) || scope == Machine && (owner.IsWellKnown(windows.WinLocalServiceSid) || owner.IsWellKnown(windows.WinLocalSystemSid)) {
		return nil
	}
	return errStranger
}

type handle interface{ Fd() uintptr }

var (
	kernel                      = windows.NewLazySystemDLL("kernel32.dll")
	advapi                      = windows.NewLazySystemDLL("advapi32.dll")
	getNamedPipeClientSessionID = kernel.NewProc("GetNamedPipeClientSessionId")
	impersonateNamedPipeClient  = advapi.NewProc("ImpersonateNamedPipeClient")
)

// admit has nothing left to refuse: the pipe's descriptor lets nobody else in. Those who may only look
// at the machine's service are counted by their session; who is an administrator is not known before
// something was read.
func admit(c net.Conn, scope Scope) (string, error) {
	if scope == Person {
		return "", nil
	}
	f, ok := c.(handle)
	if !ok {
		return "", errStranger
	}
	var session uint32
	if ok, _, err := getNamedPipeClientSessionID.Call(f.Fd(), uintptr(unsafe.Pointer(&session))); ok == 0 {
		return "", err
	}
	return "session " + strconv.FormatUint(uint64(session), 10), nil
}

// administrator reports whether the other end has an administrator's rights in effect, which it has not
// before it was started as one.
func administrator(c net.Conn) bool {
	f, ok := c.(handle)
	if !ok {
		return false
	}
	admins, err := windows.CreateWellKnownSid(windows.WinBuiltinAdministratorsSid)
	if err != nil {
		return false
	}
	// The thread acts as the other end for a moment; if it cannot be turned back, it must not be used
	// again, and ends with its goroutine.
	runtime.LockOSThread()
	if ok, _, _ := impersonateNamedPipeClient.Call(f.Fd()); ok == 0 {
		runtime.UnlockOSThread()
		return false
	}
	member, asked := windows.Token(0).IsMember(admins) // 0: of the thread
	if windows.RevertToSelf() != nil {
		return false
	}
	runtime.UnlockOSThread()
	return asked == nil && member
}
