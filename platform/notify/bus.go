//go:build linux || freebsd || openbsd || netbsd

package notify

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/godbus/dbus/v5"
)

const (
	// reachTime bounds reaching the session bus, which an idle one allows within a millisecond.
	reachTime = 2 * time.Second
	// showTime bounds everything that one note takes, the start of the service among it.
	showTime = 10 * time.Second
)

// service is what shows notes on the session bus: the desktop's own, or the portal of a sandbox.
type service interface {
	name() string
	path() dbus.ObjectPath
	iface() string
	show(context.Context, dbus.BusObject, Note) error
	withdraw(context.Context, dbus.BusObject, uint64) error
	// signal reads what the service tells; ok is whether an action was chosen.
	signal(*dbus.Signal) (p Pick, ok bool)
	// forget is called when the service has ended or was replaced: it knows none of our notes.
	forget()
}

// system is the connection to the session bus. Its mutex also keeps notes in order.
type system struct {
	mu      sync.Mutex
	conn    *dbus.Conn
	service service
}

// sandbox is there inside of a Flatpak, where only portals are reached (flatpak-run(1)).
const sandbox = "/.flatpak-info"

func (n *Notifier) show(ctx context.Context, note Note) error {
	return n.do(ctx, func(ctx context.Context, o dbus.BusObject) error { return n.system.service.show(ctx, o, note) })
}

func (n *Notifier) withdraw(ctx context.Context, id uint64) error {
	return n.do(ctx, func(ctx context.Context, o dbus.BusObject) error { return n.system.service.withdraw(ctx, o, id) })
}

// do asks the service, over a new connection when the one that is there turns out to be broken.
func (n *Notifier) do(ctx context.Context, ask func(context.Context, dbus.BusObject) error) error {
	ctx, cancel := context.WithTimeout(ctx, showTime)
	defer cancel()
	s := &n.system
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.service == nil {
		s.service = &desktop{program: n.name}
		if _, err := os.Stat(sandbox); err == nil {
			s.service = &portal{}
		}
	}
	for again := range 2 {
		if s.conn == nil {
			if err := n.connect(ctx); err != nil {
				return fmt.Errorf("%w: %w", ErrUnsupported, err)
			}
		}
		err := ask(ctx, s.conn.Object(s.service.name(), s.service.path()))
		if again == 0 && !s.conn.Connected() && ctx.Err() == nil {
			n.drop()
			continue
		}
		return explain(err)
	}
	return nil
}

// explain tells a service that is not there from one that refuses or does not answer.
func explain(err error) error {
	var e dbus.Error
	if errors.As(err, &e) {
		for _, missing := range []string{"ServiceUnknown", "NameHasNoOwner", "UnknownMethod", "UnknownInterface", "UnknownObject", "Spawn.", "Disconnected"} {
			if strings.HasPrefix(e.Name, "org.freedesktop.DBus.Error."+missing) {
				return fmt.Errorf("%w: %w", ErrUnsupported, err)
			}
		}
	}
	return err
}

// connect reaches the person's message bus if it runs, and listens to the service.
func (n *Notifier) connect(ctx context.Context) error {
	s := &n.system
	conn, err := sessionBus(ctx)
	if err != nil {
		return err
	}
	signals := make(chan *dbus.Signal, 32)
	conn.Signal(signals)
	err = conn.AddMatchSignalContext(ctx, dbus.WithMatchSender(s.service.name()), dbus.WithMatchInterface(s.service.iface()))
	if err == nil {
		err = conn.AddMatchSignalContext(ctx, dbus.WithMatchSender("org.freedesktop.DBus"), dbus.WithMatchInterface("org.freedesktop.DBus"),
			dbus.WithMatchMember("NameOwnerChanged"), dbus.WithMatchArg(0, s.service.name()))
	}
	if err != nil {
		conn.Close()
		return err
	}
	s.conn = conn
	s.service.forget()
	go n.listen(signals, s.service)
	return nil
}

// listen sleeps until the service tells something; it ends with the connection.
func (n *Notifier) listen(signals <-chan *dbus.Signal, s service) {
	for sig := range signals {
		if sig.Name == "org.freedesktop.DBus.NameOwnerChanged" && len(sig.Body) == 3 {
			if old, _ := sig.Body[1].(string); old != "" { // otherwise it has just been started, maybe for our note
				s.forget()
			}
		} else if p, ok := s.signal(sig); ok {
			n.pick(p.ID, p.Action)
			_ = n.withdraw(context.Background(), p.ID) // some services leave it on the screen
		}
	}
}

func (n *Notifier) drop() {
	if n.system.conn != nil {
		n.system.conn.Close()
		n.system.conn = nil
	}
}

func (n *Notifier) close() {
	n.system.mu.Lock()
	defer n.system.mu.Unlock()
	n.drop()
}

// sessionBus reaches the person's message bus if it runs; none is started. The caller closes the
// connection. Dialling and the handshake know no time limit of their own.
func sessionBus(ctx context.Context) (*dbus.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, reachTime)
	defer cancel()
	type answer struct {
		conn *dbus.Conn
		err  error
	}
	c := make(chan answer)
	go func() {
		conn, err := dbus.SessionBusPrivateNoAutoStartup()
		if err == nil {
			if err = conn.Auth(nil); err == nil {
				err = conn.Hello()
			}
			if err != nil {
				conn.Close()
			}
		}
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
