package change

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/godbus/dbus/v5"
)

// lookTime bounds looking for a service on the bus; an idle bus answers within a millisecond.
const lookTime = time.Second

// bus is a connection to the system's message bus.
type bus struct{ conn *dbus.Conn }

// onBus runs f with a connection to the system bus. Dialling and the handshake know no context.
func onBus(ctx context.Context, f func(context.Context, bus) error) error {
	type answer struct {
		conn *dbus.Conn
		err  error
	}
	c := make(chan answer)
	go func() {
		conn, err := dbus.ConnectSystemBus()
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
		if a.err != nil {
			return fmt.Errorf("%w: no message bus: %w", ErrNotHere, a.err)
		}
		defer a.conn.Close()
		return f(ctx, bus{a.conn})
	case <-ctx.Done():
		return ctx.Err()
	}
}

// looking is onBus for questions that change nothing.
func looking(ctx context.Context, f func(context.Context, bus) error) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	return onBus(ctx, f)
}

// target is an object on the bus and one of its interfaces.
type target struct {
	name  string
	path  dbus.ObjectPath
	iface string
}

// call asks a service to do something. With ask the service may let the person type a password
// (polkit); without it a lack of rights is ErrRights at once. The message is built by hand since the
// library's Object.Call drops that flag.
func (b bus) call(ctx context.Context, ask bool, to target, method string, args ...any) (*dbus.Call, error) {
	var flags dbus.Flags
	if ask {
		flags = dbus.FlagAllowInteractiveAuthorization
	}
	m := &dbus.Message{Type: dbus.TypeMethodCall, Flags: flags, Body: args, Headers: map[dbus.HeaderField]dbus.Variant{
		dbus.FieldDestination: dbus.MakeVariant(to.name),
		dbus.FieldPath:        dbus.MakeVariant(to.path),
		dbus.FieldInterface:   dbus.MakeVariant(to.iface),
		dbus.FieldMember:      dbus.MakeVariant(method),
	}}
	if len(args) > 0 {
		m.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(args...))
	}
	call := b.conn.SendWithContext(ctx, m, make(chan *dbus.Call, 1))
	select {
	case <-call.Done:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	return call, busError(call.Err, ask)
}

// denied are the names of errors by which services say that the caller may not do that.
var denied = []string{
	"org.freedesktop.DBus.Error.AccessDenied",
	"org.freedesktop.DBus.Error.InteractiveAuthorizationRequired",
	"org.freedesktop.NetworkManager.PermissionDenied",
	"org.freedesktop.NetworkManager.Device.PermissionDenied",
	"org.freedesktop.PolicyKit1.Error.NotAuthorized",
}

// absent are those by which the bus says that there is no such service.
var absent = []string{
	"org.freedesktop.DBus.Error.ServiceUnknown",
	"org.freedesktop.DBus.Error.NameHasNoOwner",
	"org.freedesktop.DBus.Error.UnknownObject",
	"org.freedesktop.DBus.Error.UnknownMethod",
}

func busError(err error, asked bool) error {
	var e dbus.Error
	switch {
	case err == nil || !errors.As(err, &e):
		return err
	case slices.Contains(denied, e.Name) && asked:
		return fmt.Errorf("%w: %s", ErrRefused, e.Name)
	case slices.Contains(denied, e.Name):
		return fmt.Errorf("%w: %s", ErrRights, e.Name)
	case slices.Contains(absent, e.Name):
		return fmt.Errorf("%w: %s", ErrNotHere, e.Name)
	}
	return fmt.Errorf("%s: %s", e.Name, clip(e.Error()))
}

// property reads one property without starting a service that does not run.
func (b bus) property(ctx context.Context, of target, name string) (any, error) {
	var v dbus.Variant
	call := b.conn.Object(of.name, of.path).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", dbus.FlagNoAutoStart, of.iface, name)
	if err := call.Store(&v); err != nil {
		return nil, busError(err, false)
	}
	return v.Value(), nil
}

// runs reports whether somebody owns a name on the bus.
func (b bus) runs(ctx context.Context, name string) bool {
	var owned bool
	return b.conn.BusObject().CallWithContext(ctx, "org.freedesktop.DBus.NameHasOwner", 0, name).Store(&owned) == nil && owned
}
