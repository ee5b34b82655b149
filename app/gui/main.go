//go:build cgo || ci

package gui

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"strconv"
	"syscall"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/app"
	"fyne.io/fyne/v2/driver"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/settings"
)

// id names the program to the desktop, as in FyneApp.toml.
const id = "io.github.waymend.waymend"

// ErrNoWindow says that no window can be opened here; its text says why.
type ErrNoWindow struct{ Why string }

func (e ErrNoWindow) Error() string { return e.Why }

// Open shows the window until it is closed. When a window of this person is already open, that one
// comes up instead and shows what is wished.
func Open(wish control.Wish, version string) (err error) {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	if up, err := control.OpenWindow(ctx, wish); up && err == nil {
		return nil
	}
	if !hasDisplay() {
		return ErrNoWindow{"there is no display here to open a window on"}
	}
	set, broken := settings.Load(settings.File())
	scale(set)
	hushDrivers()
	// Fyne panics where the display or OpenGL cannot be had (fyne#410): that is an answer, not a crash. A
	// panic of a window that is up is a mistake in this program, and nothing else.
	up := false
	defer func() {
		if r := recover(); r != nil {
			if up || os.Getenv("WAYMEND_TRACE") != "" {
				panic(r)
			}
			err = ErrNoWindow{"no window can be opened here: the display does not answer, or it has no OpenGL"}
		}
	}()
	return run(set, broken, wish, version, &up)
}

// handOver asks the window that is open to show what is wished.
func handOver(wish control.Wish) error {
	ctx, cancel := context.WithTimeout(context.Background(), 3*time.Second)
	defer cancel()
	_, err := control.OpenWindow(ctx, wish)
	return err
}

// scale sets the size of all things, before Fyne reads it.
func scale(set settings.Settings) {
	if set.Size != 0 && os.Getenv("FYNE_SCALE") == "" {
		os.Setenv("FYNE_SCALE", strconv.FormatFloat(float64(set.Size)/100, 'f', 2, 64))
	}
}

func run(set settings.Settings, broken error, wish control.Wish, version string, up *bool) error {
	a := app.NewWithID(id)
	a.SetIcon(part.AppIcon())
	w := newWindow(a, set, version)
	server, err := control.Listen(control.Window, control.WindowHandler(func(wish control.Wish) {
		w.post(call(func() { w.raise(wish) }))
	}))
	switch {
	case errors.Is(err, control.ErrTaken):
		return handOver(wish) // another start was faster
	case err == nil:
		defer server.Close()
	}
	a.Lifecycle().SetOnStarted(func() {
		*up = true
		w.look()
		if broken != nil {
			w.apply(noticed{text: broken.Error(), fault: true})
		}
		w.arrive(wish)
	})
	w.win.Show()
	if !isOpen(w.win) {
		w.close()
		return ErrNoWindow{"no window can be opened here: this display has no OpenGL that the program can use"}
	}
	defer w.hushOnSignal()()
	w.win.Canvas().Focus(w.view.check.entry)
	w.trace.start(w)
	a.Run()
	w.close()
	w.background.Wait()
	return nil
}

// isOpen reports whether the system made the window; Fyne only logs it when it did not (fyne#410).
func isOpen(w fyne.Window) bool {
	open := true
	if native, ok := w.(driver.NativeWindow); ok {
		native.RunNative(func(context any) {
			switch c := context.(type) {
			case driver.X11WindowContext:
				open = c.WindowHandle != 0
			case driver.WindowsWindowContext:
				open = c.HWND != 0
			case driver.MacWindowContext:
				open = c.NSWindow != 0
			}
		})
	}
	return open
}

// hushOnSignal ends all posting as soon as the system asks the program to end, until the returned
// function is called: Fyne ends its event loop then without a word to the window.
func (w *window) hushOnSignal() (stop func()) {
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, os.Interrupt, syscall.SIGTERM)
	go func() {
		if _, ok := <-asked; ok {
			w.hush()
		}
	}()
	return func() { signal.Stop(asked); close(asked) }
}

// raise brings the window up for a second start.
func (w *window) raise(wish control.Wish) {
	w.win.Show()
	w.win.RequestFocus()
	w.arrive(wish)
}

// arrive shows what the window was started for, or else takes over what the clipboard holds.
func (w *window) arrive(wish control.Wish) {
	switch {
	case wish.Page == control.Reset:
		w.visit(placeCleanUp)
		w.view.at(placeCleanUp).(*cleanupPage).reset() // shows its plan, and waits
	case wish.Page == control.History:
		w.visit(placeHistory)
		w.openIncident(wish.Incident)
	case wish.Address != "":
		w.visit(placeCheck)
		w.examineAddress(wish.Address)
	default:
		w.paste()
	}
}
