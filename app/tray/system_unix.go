//go:build linux || freebsd || openbsd || netbsd

package tray

import (
	"context"
	"strings"
	"time"

	"fyne.io/systray"
	"github.com/godbus/dbus/v5"

	"github.com/waymend/waymend/resources"
)

const (
	// watcher is the name that a desktop with a tray owns on the session bus
	// (freedesktop.org, StatusNotifierItem).
	watcher = "org.kde.StatusNotifierWatcher"

	// busTime bounds reaching the session bus and a question to it, which an idle one answers within
	// a millisecond.
	busTime = 2 * time.Second
)

// Available reports whether the desktop shows trays now.
func Available(ctx context.Context) bool {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	return <-Watch(ctx)
}

// Watch tells whether the desktop shows trays, at once and at each change. The channel is closed
// when the context ends, and when there is no session bus or it has gone.
func Watch(ctx context.Context) <-chan bool {
	c := make(chan bool)
	go func() {
		defer close(c)
		conn, err := sessionBus(ctx)
		if err != nil {
			return
		}
		defer conn.Close()
		watch(ctx, conn, c)
	}()
	return c
}

// sessionBus reaches the person's message bus if it runs; none is started. The caller closes the
// connection. Dialling and the handshake know no time limit of their own.
func sessionBus(ctx context.Context) (*dbus.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, busTime)
	defer cancel()
	type answer struct {
		conn *dbus.Conn
		err  error
	}
	c := make(chan answer)
	go func() {
		conn, err := dbus.SessionBusPrivateNoAutoStartup()
		if err == nil {
			err = conn.Auth(nil)
		}
		if err == nil {
			err = conn.Hello()
		}
		select {
		case c <- answer{conn, err}:
		case <-ctx.Done():
			if conn != nil {
				conn.Close()
			}
		}
	}()
	select {
	case a := <-c:
		if a.err != nil && a.conn != nil {
			a.conn.Close()
		}
		return a.conn, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func watch(ctx context.Context, conn *dbus.Conn, c chan<- bool) {
	changes := make(chan *dbus.Signal, 16)
	conn.Signal(changes)
	asking, cancel := context.WithTimeout(ctx, busTime)
	defer cancel()
	err := conn.AddMatchSignalContext(asking, dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchObjectPath("/org/freedesktop/DBus"),
		dbus.WithMatchInterface("org.freedesktop.DBus"), dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, watcher))
	var has bool
	if err == nil {
		err = conn.BusObject().CallWithContext(asking, "org.freedesktop.DBus.NameHasOwner", 0, watcher).Store(&has)
	}
	if err != nil {
		return
	}
	for {
		select {
		case c <- has:
		case <-ctx.Done():
			return
		}
		for was := has; was == has; {
			select {
			case s, ok := <-changes:
				if !ok {
					return
				}
				var name, old, owner string
				if dbus.Store(s.Body, &name, &old, &owner) == nil && name == watcher {
					has = owner != ""
				}
			case <-ctx.Done():
				return
			}
		}
	}
}

// loop puts the tray on the bus, says when it is there, and takes it away after the context. The
// library drops an icon and a title that are set while it connects; they must wait until it is ready.
func loop(ctx context.Context, build, ready func()) {
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		defer func() { _ = recover() }() // the library closes a connection that it may never have had
		systray.SetTitle("Waymend")      // also the name by which desktops remember which icons are hidden
		icon("", "unknown")
		built := make(chan struct{})
		start, end := systray.RunWithExternalLoop(func() { build(); close(built) }, nil)
		start()
		<-built
		ready()
		<-ctx.Done()
		end()
	}()
	wait(ctx, ended)
}

func load() string { return "" }

func icon(_, state string) {
	defer func() { _ = recover() }() // the library panics when the message bus has just gone
	systray.SetIcon(resources.TrayIcon(state))
}

// tip says the state in words, for who points at the icon and who has it read aloud.
func tip(text string) {
	systray.SetTitle(text)
	systray.SetTooltip(text)
}

// label is a text as com.canonical.dbusmenu wants it: one underscore marks a key, two are one.
func label(text string) string { return strings.ReplaceAll(text, "_", "__") }
