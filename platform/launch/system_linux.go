package launch

import (
	"context"
	"fmt"

	"github.com/godbus/dbus/v5"
)

// restart asks systemd-logind, or elogind in its place (org.freedesktop.login1(5)).
func restart(ctx context.Context) error {
	conn, err := connect(ctx, dbus.ConnectSystemBus)
	if err != nil {
		return fmt.Errorf("launch: restart: %w", err)
	}
	defer conn.Close()
	// Built by hand: the library's Object.Call drops the flag that lets logind ask for a password.
	const allowed = dbus.FlagAllowInteractiveAuthorization
	question := &dbus.Message{Type: dbus.TypeMethodCall, Flags: allowed, Body: []any{true}, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: dbus.MakeVariant("org.freedesktop.login1"),
		dbus.FieldPath:        dbus.MakeVariant(dbus.ObjectPath("/org/freedesktop/login1")),
		dbus.FieldInterface:   dbus.MakeVariant("org.freedesktop.login1.Manager"),
		dbus.FieldMember:      dbus.MakeVariant("Reboot"),
		dbus.FieldSignature:   dbus.MakeVariant(dbus.SignatureOf(true)),
	}}
	call := conn.SendWithContext(ctx, question, make(chan *dbus.Call, 1))
	select {
	case <-call.Done:
	case <-ctx.Done():
		return ctx.Err()
	}
	if call.Err != nil {
		return fmt.Errorf("launch: restart: %w", call.Err)
	}
	return nil
}

// connect dials a bus; dialling and the handshake know no context themselves.
func connect(ctx context.Context, dial func(...dbus.ConnOption) (*dbus.Conn, error)) (*dbus.Conn, error) {
	type answer struct {
		conn *dbus.Conn
		err  error
	}
	c := make(chan answer)
	go func() {
		conn, err := dial()
		select {
		case c <- answer{conn, err}:
		case <-ctx.Done():
			if err == nil {
				conn.Close()
			}
		}
	}()
	select {
	case a := <-c:
		return a.conn, a.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// sessionBus connects to the bus of the person's session, where there is one; the library's own way
// would start one.
func sessionBus(opts ...dbus.ConnOption) (*dbus.Conn, error) {
	conn, err := dbus.SessionBusPrivateNoAutoStartup(opts...)
	if err != nil {
		return nil, err
	}
	if err = conn.Auth(nil); err == nil {
		err = conn.Hello()
	}
	if err != nil {
		conn.Close()
		return nil, err
	}
	return conn, nil
}

// wishes are the settings by which desktops say it, and the value that means less motion. The first
// is every desktop's, the others are GNOME's and KDE's own.
var wishes = []struct {
	namespace, key string
	less           func(any) bool
}{
	{"org.freedesktop.appearance", "reduced-motion", func(v any) bool { return v == uint32(1) }},
	{"org.gnome.desktop.interface", "enable-animations", func(v any) bool { return v == false }},
	{"org.kde.kdeglobals.KDE", "AnimationDurationFactor", func(v any) bool { return v == "0" || v == 0.0 }},
}

// reducedMotion asks the desktop portal (org.freedesktop.portal.Settings).
func reducedMotion(ctx context.Context) bool {
	conn, err := connect(ctx, sessionBus)
	if err != nil {
		return false
	}
	defer conn.Close()
	portal := conn.Object("org.freedesktop.portal.Desktop", "/org/freedesktop/portal/desktop")
	for _, w := range wishes {
		var v dbus.Variant
		if portal.CallWithContext(ctx, "org.freedesktop.portal.Settings.Read", 0, w.namespace, w.key).Store(&v) == nil && w.less(plain(v)) {
			return true
		}
	}
	return false
}

// plain takes a value out of its wrappings: Read wraps twice, as its documentation admits.
func plain(v dbus.Variant) any {
	for range 4 {
		inner, ok := v.Value().(dbus.Variant)
		if !ok {
			break
		}
		v = inner
	}
	return v.Value()
}
