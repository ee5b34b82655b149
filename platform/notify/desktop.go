//go:build linux || freebsd || openbsd || netbsd

package notify

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/godbus/dbus/v5"
)

// appID is the name of the program's desktop file, without its ending.
const appID = "io.github.waymend.waymend"

// desktop is the service of the Desktop Notifications Specification 1.3.
type desktop struct {
	program string

	mu    sync.Mutex
	can   []string          // what the service can do; nil when it was not asked yet
	shown map[uint64]uint32 // our notes and the service's numbers for them
	first map[uint64]string // the action of a click on the note itself
}

func (d *desktop) name() string          { return "org.freedesktop.Notifications" }
func (d *desktop) path() dbus.ObjectPath { return "/org/freedesktop/Notifications" }
func (d *desktop) iface() string         { return "org.freedesktop.Notifications" }

func (d *desktop) show(ctx context.Context, o dbus.BusObject, note Note) error {
	d.mu.Lock()
	can, old := d.can, d.shown[note.ID]
	d.mu.Unlock()
	if can == nil {
		if err := o.CallWithContext(ctx, d.iface()+".GetCapabilities", 0).Store(&can); err != nil {
			return err
		}
	}
	body := note.Body
	if slices.Contains(can, "body-markup") {
		body = escape(body)
	}
	actions, first := []string{}, ""
	if slices.Contains(can, "actions") && len(note.Actions) > 0 {
		first = note.Actions[0].ID
		actions = append(actions, "default", note.Actions[0].Label)
		for _, a := range note.Actions {
			actions = append(actions, a.ID, a.Label)
		}
	}
	hints := map[string]dbus.Variant{
		"urgency":       dbus.MakeVariant(byte(note.Urgency)),
		"desktop-entry": dbus.MakeVariant(appID),
	}
	var number uint32
	// −1: the service knows best how long a note is to be seen.
	err := o.CallWithContext(ctx, d.iface()+".Notify", 0, d.program, old, appID, note.Title, body, actions, hints, int32(-1)).Store(&number)
	if err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.shown == nil {
		d.shown, d.first = map[uint64]uint32{}, map[uint64]string{}
	}
	d.can, d.shown[note.ID], d.first[note.ID] = can, number, first
	return nil
}

func (d *desktop) withdraw(ctx context.Context, o dbus.BusObject, id uint64) error {
	d.mu.Lock()
	number, ok := d.shown[id]
	d.mu.Unlock()
	if !ok {
		return nil
	}
	return o.CallWithContext(ctx, d.iface()+".CloseNotification", dbus.FlagNoAutoStart, number).Err
}

func (d *desktop) signal(s *dbus.Signal) (Pick, bool) {
	if s.Path != d.path() || len(s.Body) < 2 {
		return Pick{}, false
	}
	number, ok := s.Body[0].(uint32)
	d.mu.Lock()
	defer d.mu.Unlock()
	for id, n := range d.shown {
		if !ok || n != number {
			continue
		}
		switch s.Name {
		case d.iface() + ".ActionInvoked":
			key, _ := s.Body[1].(string)
			if key == "default" {
				key = d.first[id]
			}
			return Pick{id, key}, key != ""
		case d.iface() + ".NotificationClosed":
			delete(d.shown, id)
			delete(d.first, id)
		}
	}
	return Pick{}, false
}

func (d *desktop) forget() {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.can, d.shown, d.first = nil, nil, nil
}

// escape is a text for a service that reads markup in bodies.
func escape(s string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace(s)
}
