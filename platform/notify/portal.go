//go:build linux || freebsd || openbsd || netbsd

package notify

import (
	"context"
	"strconv"

	"github.com/godbus/dbus/v5"
)

// portal is org.freedesktop.portal.Notification, version 1, which a sandbox reaches. It replaces a
// note by its name, and takes the program's name from the sandbox.
type portal struct{}

func (*portal) name() string          { return "org.freedesktop.portal.Desktop" }
func (*portal) path() dbus.ObjectPath { return "/org/freedesktop/portal/desktop" }
func (*portal) iface() string         { return "org.freedesktop.portal.Notification" }

func (p *portal) show(ctx context.Context, o dbus.BusObject, note Note) error {
	fields := map[string]dbus.Variant{
		"title":    dbus.MakeVariant(note.Title),
		"body":     dbus.MakeVariant(note.Body), // plain text here
		"priority": dbus.MakeVariant([]string{"low", "normal", "urgent"}[min(note.Urgency, Critical)]),
	}
	if len(note.Actions) > 0 {
		fields["default-action"] = dbus.MakeVariant(note.Actions[0].ID)
		var buttons []map[string]dbus.Variant
		for _, a := range note.Actions {
			buttons = append(buttons, map[string]dbus.Variant{"label": dbus.MakeVariant(a.Label), "action": dbus.MakeVariant(a.ID)})
		}
		fields["buttons"] = dbus.MakeVariant(buttons)
	}
	return o.CallWithContext(ctx, p.iface()+".AddNotification", 0, strconv.FormatUint(note.ID, 10), fields).Err
}

func (p *portal) withdraw(ctx context.Context, o dbus.BusObject, id uint64) error {
	return o.CallWithContext(ctx, p.iface()+".RemoveNotification", dbus.FlagNoAutoStart, strconv.FormatUint(id, 10)).Err
}

func (p *portal) signal(s *dbus.Signal) (Pick, bool) {
	if s.Path != p.path() || s.Name != p.iface()+".ActionInvoked" || len(s.Body) < 2 {
		return Pick{}, false
	}
	name, _ := s.Body[0].(string)
	action, _ := s.Body[1].(string)
	id, err := strconv.ParseUint(name, 10, 64)
	return Pick{id, action}, err == nil && action != ""
}

func (*portal) forget() {}
