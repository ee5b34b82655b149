package tray

import (
	"context"
	"testing"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/waymend/waymend/app/control"
)

// TestTray shows the tray with the shell that is there, chooses from it as the shell would, and
// survives a task bar that starts anew.
func TestTray(t *testing.T) {
	if !Available(t.Context()) {
		t.Skip("there is no task bar here")
	}
	ctx, cancel := context.WithCancel(t.Context())
	statuses, checked, ended := make(chan control.Status, 1), make(chan string, 1), make(chan error, 1)
	statuses <- control.Status{Health: control.Trouble, Title: "a & b"}
	go func() {
		ended <- Run(ctx, Options{Lang: "en", Statuses: statuses, Do: Actions{Check: func() { checked <- "check" }}})
	}()
	user := windows.NewLazySystemDLL("user32.dll")
	name := func(s string) uintptr {
		p, err := windows.UTF16PtrFromString(s)
		if err != nil {
			t.Fatal(err)
		}
		return uintptr(unsafe.Pointer(p))
	}
	const command = 0x111 // WM_COMMAND
	for range 100 {
		if w, _, _ := user.NewProc("FindWindowW").Call(name("SystrayClass"), 0); w != 0 {
			created, _, _ := user.NewProc("RegisterWindowMessageW").Call(name("TaskbarCreated"))
			user.NewProc("PostMessageW").Call(w, created, 0, 0)
			user.NewProc("PostMessageW").Call(w, command, checkPlace+1, 0) // the library counts from one
		}
		select {
		case <-checked:
			cancel()
			select {
			case err := <-ended:
				if err != nil {
					t.Error(err)
				}
			case <-time.After(10 * time.Second):
				t.Fatal("it does not end")
			}
			return
		case <-time.After(50 * time.Millisecond):
		}
	}
	t.Fatal("the choice did not arrive")
}

func TestLabel(t *testing.T) {
	if have := label("a & b_c"); have != "a && b_c" {
		t.Error(have)
	}
}
