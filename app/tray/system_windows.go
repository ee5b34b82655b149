package tray

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
	"unicode/utf16"
	"unsafe"

	"fyne.io/systray"
	"golang.org/x/sys/windows"

	"github.com/waymend/waymend/resources"
)

// shellTime bounds waiting for the task bar of a session that begins: programs that start at login
// may be faster. Later an icon can still be added when the task bar says that it was created, but
// the library has missed its start by then.
const shellTime = 2 * time.Minute

// Available reports whether the task bar is there.
func Available(context.Context) bool {
	class, err := windows.UTF16PtrFromString("Shell_TrayWnd")
	if err != nil {
		return false
	}
	w, _, _ := windows.NewLazySystemDLL("user32.dll").NewProc("FindWindowW").Call(uintptr(unsafe.Pointer(class)), 0)
	return w != 0
}

// Watch tells whether the task bar is there, at once and when it has come. A task bar that starts
// anew gets the icon by itself, and is not told. The channel is closed when the context ends, and
// when no task bar came within two minutes.
func Watch(ctx context.Context) <-chan bool {
	c := make(chan bool, 2)
	go func() {
		defer close(c)
		has := Available(ctx)
		c <- has
		began := time.Now()
		for pause := time.Second; !has; pause = min(2*pause, 16*time.Second) {
			select {
			case <-time.After(pause):
			case <-ctx.Done():
				return
			}
			if has = Available(ctx); has {
				c <- true
			} else if time.Since(began) > shellTime {
				return
			}
		}
		<-ctx.Done()
	}()
	return c
}

// loop runs the library's loop on a thread of its own, to which Windows sends the messages of the
// window that it makes, and leaves it when it does not end in time.
func loop(ctx context.Context, build, ready func()) {
	defer context.AfterFunc(ctx, systray.Quit)()
	ended := make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer close(ended)
		systray.Run(func() { build(); ready() }, nil)
	}()
	wait(ctx, ended)
}

// load gives the library all icons as files in a folder of this moment; later it knows them by
// their names. Left to itself it would take whatever lies in the folder for temporary files under a
// name that everybody can foretell.
func load() string {
	dir, err := os.MkdirTemp("", "waymend-tray-")
	if err != nil {
		return ""
	}
	defer os.RemoveAll(dir)
	for _, h := range resources.TrayStates {
		file := filepath.Join(dir, h+".ico")
		if os.WriteFile(file, resources.TrayIcon(h), 0o600) == nil {
			_ = systray.SetIconFromFilePath(file) // what fails is not shown later either
		}
	}
	return dir
}

func icon(dir, state string) {
	_ = systray.SetIconFromFilePath(filepath.Join(dir, state+".ico"))
}

// tip says the state in words, for who points at the icon and who has it read aloud. The system
// takes 127 units.
func tip(text string) {
	units := utf16.Encode([]rune(text))
	if len(units) > 127 {
		units = units[:126]
		if utf16.IsSurrogate(rune(units[125])) && units[125] < 0xDC00 {
			units = units[:125]
		}
		units = append(units, '…')
	}
	systray.SetTooltip(string(utf16.Decode(units)))
}

// label is a text as menus want it: one ampersand marks a key, two are one.
func label(text string) string { return strings.ReplaceAll(text, "&", "&&") }
