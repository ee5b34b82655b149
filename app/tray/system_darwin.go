//go:build cgo

package tray

import (
	"context"

	"fyne.io/systray"

	"github.com/waymend/waymend/resources"
)

// Available reports whether the desktop shows trays: macOS always does.
func Available(context.Context) bool { return true }

// Watch tells at once that the desktop shows trays. The channel is closed when the context ends.
func Watch(ctx context.Context) <-chan bool {
	c := make(chan bool, 1)
	c <- true
	go func() {
		<-ctx.Done()
		close(c)
	}()
	return c
}

// loop runs the library's loop on the main thread, as Cocoa wants it.
func loop(ctx context.Context, build, ready func()) {
	defer context.AfterFunc(ctx, systray.Quit)()
	systray.Run(func() { build(); ready() }, nil)
}

func load() string { return "" }

func icon(_, state string) {
	template := resources.TrayIcon(state)
	systray.SetTemplateIcon(template, template)
}

// tip says the state in words, for who points at the icon.
func tip(text string) { systray.SetTooltip(text) }

func label(text string) string { return text }
