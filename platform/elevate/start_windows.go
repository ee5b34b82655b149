package elevate

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"
	"time"
	"unsafe"

	"github.com/Microsoft/go-winio"
	"golang.org/x/sys/windows"

	"github.com/waymend/waymend/platform/change"
)

func admin() bool { return windows.GetCurrentProcessToken().IsElevated() }

// prepare changes nothing: programs are looked for in the system's own folder only.
func prepare() {}

func pipeName(nonce string) string { return `\\.\pipe\waymend-elevated-` + nonce }

// openAnswer connects to the pipe of whoever asked, who learns nothing of this process but its answer
// and cannot act in its name.
func openAnswer(nonce string) (io.WriteCloser, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	return winio.DialPipeAccessImpLevel(ctx, pipeName(nonce), windows.GENERIC_READ|windows.GENERIC_WRITE, winio.PipeImpLevelAnonymous)
}

// elevated starts this program by the verb "runas": Windows asks the person (UAC). The answer comes
// over a pipe that only this account and administrators may open.
func elevated(ctx context.Context, steps []change.Step, each func(change.Done)) error {
	self, err := program()
	if err != nil {
		return err
	}
	user, err := windows.GetCurrentProcessToken().GetTokenUser()
	if err != nil {
		return fmt.Errorf("elevate: %w", err)
	}
	nonce := newNonce()
	pipe, err := winio.ListenPipe(pipeName(nonce), &winio.PipeConfig{
		SecurityDescriptor: fmt.Sprintf("D:P(A;;GA;;;%s)(A;;GRGW;;;BA)", user.User.Sid),
	})
	if err != nil {
		return fmt.Errorf("elevate: %w", err)
	}
	defer pipe.Close()
	var words []string
	for _, w := range arguments(nonce, steps) {
		words = append(words, syscall.EscapeArg(w))
	}
	process, err := runAs(self, strings.Join(words, " "))
	if err != nil {
		return err
	}
	defer windows.CloseHandle(process)
	c, err := accept(ctx, pipe, process)
	if err != nil {
		return err
	}
	defer c.Close()
	stop := context.AfterFunc(ctx, func() { c.Close() })
	defer stop()
	err = listen(c, nonce, steps, each)
	if ctx.Err() != nil && err != nil {
		return ctx.Err()
	}
	return err
}

// accept waits for the process to call back, unless it ends before.
func accept(ctx context.Context, pipe net.Listener, process windows.Handle) (net.Conn, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stop := context.AfterFunc(ctx, func() { pipe.Close() })
	defer stop()
	go func() {
		for ctx.Err() == nil {
			if s, err := windows.WaitForSingleObject(process, 100); err != nil || s == windows.WAIT_OBJECT_0 {
				time.Sleep(100 * time.Millisecond) // it may have called a moment before it ended
				pipe.Close()
				return
			}
		}
	}()
	c, err := pipe.Accept()
	switch {
	case err == nil:
		return c, nil
	case ctx.Err() != nil:
		return nil, ctx.Err()
	}
	return nil, errNoAnswer
}

var shellExecuteEx = windows.NewLazySystemDLL("shell32.dll").NewProc("ShellExecuteExW")

// runAs starts a program with an administrator's rights and returns its handle.
func runAs(program, words string) (windows.Handle, error) {
	verb, err := windows.UTF16PtrFromString("runas")
	if err != nil {
		return 0, err
	}
	file, err := windows.UTF16PtrFromString(program)
	if err != nil {
		return 0, err
	}
	params, err := windows.UTF16PtrFromString(words)
	if err != nil {
		return 0, err
	}
	const keepProcess, noAsync = 0x40, 0x100 // SEE_MASK_NOCLOSEPROCESS, SEE_MASK_NOASYNC
	info := struct {                         // SHELLEXECUTEINFOW
		size                    uint32
		mask                    uint32
		window                  windows.HWND
		verb, file, params, dir *uint16
		show                    int32
		instance                windows.Handle
		idList                  uintptr
		class                   *uint16
		key                     windows.Handle
		hotKey                  uint32
		icon                    windows.Handle
		process                 windows.Handle
	}{mask: keepProcess | noAsync, verb: verb, file: file, params: params, show: windows.SW_HIDE}
	info.size = uint32(unsafe.Sizeof(info))
	if ok, _, err := shellExecuteEx.Call(uintptr(unsafe.Pointer(&info))); ok == 0 {
		if errors.Is(err, windows.ERROR_CANCELLED) {
			return 0, change.ErrRefused
		}
		return 0, fmt.Errorf("%w: %w", ErrUnavailable, err)
	}
	if info.process == 0 {
		return 0, errNoAnswer
	}
	return info.process, nil
}
