package notify

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/godbus/dbus/v5"
)

// privateBus starts a message bus that starts no services.
func privateBus(t *testing.T) string {
	t.Helper()
	program, err := exec.LookPath("dbus-daemon")
	if err != nil {
		t.Skip("dbus-daemon is not installed")
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "bus.conf")
	text := `<busconfig><type>session</type><listen>unix:dir=` + dir + `</listen>
<policy context="default"><allow send_destination="*" eavesdrop="true"/><allow eavesdrop="true"/><allow own="*"/></policy></busconfig>`
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "--config-file="+config, "--nofork", "--print-address")
	out, err := c.StdoutPipe()
	if err == nil {
		err = c.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Process.Kill(); c.Wait() })
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", strings.TrimSpace(address))
	return strings.TrimSpace(address)
}

// fake is a service of notifications; it says what it was asked.
type fake struct {
	conn  *dbus.Conn
	can   []string
	asked chan string
	hang  chan struct{} // when it is there, Notify waits for it
}

func (f *fake) GetCapabilities() ([]string, *dbus.Error) { return f.can, nil }

func (f *fake) Notify(name string, old uint32, icon, title, body string, actions []string, hints map[string]dbus.Variant, expires int32) (uint32, *dbus.Error) {
	if f.hang != nil {
		<-f.hang
	}
	f.asked <- fmt.Sprintf("%s %d %s|%s|%s|%v|%v %d", name, old, icon, title, body, actions, hints["urgency"].Value(), expires)
	return 40 + old, nil
}

func (f *fake) CloseNotification(number uint32) *dbus.Error {
	f.asked <- fmt.Sprint("close ", number)
	return nil
}

func (f *fake) AddNotification(id string, fields map[string]dbus.Variant) *dbus.Error {
	f.asked <- fmt.Sprint(id, " ", fields["title"].Value(), "|", fields["body"].Value(), "|", fields["priority"].Value(), "|", fields["default-action"].Value(), "|", fields["buttons"].Value())
	return nil
}

func (f *fake) RemoveNotification(id string) *dbus.Error {
	f.asked <- "remove " + id
	return nil
}

// serve puts a fake on the bus under a service's name.
func serve(t *testing.T, address string, s service, can ...string) *fake {
	t.Helper()
	conn, err := dbus.Connect(address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	f := &fake{conn: conn, can: can, asked: make(chan string, 20)}
	if err := conn.Export(f, s.path(), s.iface()); err != nil {
		t.Fatal(err)
	}
	if r, err := conn.RequestName(s.name(), dbus.NameFlagDoNotQueue); err != nil || r != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal(r, err)
	}
	return f
}

func (f *fake) expect(t *testing.T, want string) {
	t.Helper()
	select {
	case have := <-f.asked:
		if have != want {
			t.Errorf("asked %q, not %q", have, want)
		}
	case <-time.After(10 * time.Second):
		t.Fatalf("not asked for %q", want)
	}
}

func (f *fake) tell(t *testing.T, s service, name string, values ...any) {
	t.Helper()
	if err := f.conn.Emit(s.path(), s.iface()+"."+name, values...); err != nil {
		t.Fatal(err)
	}
}

var details = Note{ID: 7, Title: "a <b> &", Body: "c <d> &", Urgency: Critical, Actions: []Action{{"open", "Show details"}, {"later", "Later"}}}

func TestDesktop(t *testing.T) {
	s := &desktop{}
	f := serve(t, privateBus(t), s, "body", "body-markup", "actions")
	n := New("Waymend")
	defer n.Close()
	show := func(note Note) {
		t.Helper()
		if err := n.Show(t.Context(), note); err != nil {
			t.Fatal(err)
		}
	}
	picked := func(want Pick) {
		t.Helper()
		select {
		case p := <-n.Picked():
			if p != want {
				t.Errorf("%+v, not %+v", p, want)
			}
		case <-time.After(10 * time.Second):
			t.Fatal("nothing was picked")
		}
	}
	const rest = " " + appID + "|a <b> &|c &lt;d&gt; &amp;|[default Show details open Show details later Later]|2 -1"
	show(details)
	f.expect(t, "Waymend 0"+rest)
	show(details)
	f.expect(t, "Waymend 40"+rest) // in the place of the first

	f.tell(t, s, "ActionInvoked", uint32(99), "open") // another program's
	f.tell(t, s, "ActionInvoked", "garbage")
	f.tell(t, s, "ActionInvoked", uint32(80), "default")
	picked(Pick{7, "open"})
	f.expect(t, "close 80")
	f.tell(t, s, "ActionInvoked", uint32(80), "later")
	picked(Pick{7, "later"})
	f.expect(t, "close 80")
	f.tell(t, s, "NotificationClosed", uint32(80), uint32(2))
	f.tell(t, s, "ActionInvoked", uint32(80), "open") // for a note that is closed
	for d, open := n.system.service.(*desktop), 1; open > 0; time.Sleep(time.Millisecond) {
		d.mu.Lock()
		open = len(d.shown)
		d.mu.Unlock()
	}
	if err := n.Withdraw(t.Context(), 7); err != nil {
		t.Error(err)
	}
	note := details
	note.ID = 8
	show(note)
	f.expect(t, "Waymend 0"+rest)
	if len(n.Picked()) != 0 {
		t.Error("something was picked")
	}
}

// TestPlainDesktop knows no markup and no actions.
func TestPlainDesktop(t *testing.T) {
	f := serve(t, privateBus(t), &desktop{}, "body")
	n := New("Waymend")
	defer n.Close()
	if err := n.Show(t.Context(), details); err != nil {
		t.Fatal(err)
	}
	f.expect(t, "Waymend 0 "+appID+"|a <b> &|c <d> &|[]|2 -1")
}

// TestRestart asks a new service anew, and without the numbers of the old one.
func TestRestart(t *testing.T) {
	address := privateBus(t)
	f := serve(t, address, &desktop{}, "body")
	n := New("Waymend")
	defer n.Close()
	if err := n.Show(t.Context(), details); err != nil {
		t.Fatal(err)
	}
	f.expect(t, "Waymend 0 "+appID+"|a <b> &|c <d> &|[]|2 -1")
	f.conn.Close()
	for n.Show(t.Context(), details) == nil { // the bus notices the end in its own time
	}
	if err := n.Show(t.Context(), details); !errors.Is(err, ErrUnsupported) {
		t.Error("without a service:", err)
	}
	f = serve(t, address, &desktop{}, "body", "actions")
	if err := n.Show(t.Context(), details); err != nil {
		t.Fatal(err)
	}
	f.expect(t, "Waymend 0 "+appID+"|a <b> &|c <d> &|[default Show details open Show details later Later]|2 -1")
}

func TestPortal(t *testing.T) {
	s := &portal{}
	f := serve(t, privateBus(t), s)
	n := New("Waymend")
	n.system.service = s
	defer n.Close()
	if err := n.Show(t.Context(), details); err != nil {
		t.Fatal(err)
	}
	f.expect(t, "7 a <b> &|c <d> &|urgent|open|["+fmt.Sprint(map[string]dbus.Variant{"label": dbus.MakeVariant("Show details"), "action": dbus.MakeVariant("open")})+
		" "+fmt.Sprint(map[string]dbus.Variant{"label": dbus.MakeVariant("Later"), "action": dbus.MakeVariant("later")})+"]")
	f.tell(t, s, "ActionInvoked", "someone else's", "open", []dbus.Variant{})
	f.tell(t, s, "ActionInvoked", "7", "later", []dbus.Variant{})
	if p := <-n.Picked(); !reflect.DeepEqual(p, Pick{7, "later"}) {
		t.Error(p)
	}
	f.expect(t, "remove 7")
}

// TestHang ends in the context's time when the service does not answer.
func TestHang(t *testing.T) {
	f := serve(t, privateBus(t), &desktop{}, "body")
	f.hang = make(chan struct{})
	defer close(f.hang)
	n := New("Waymend")
	defer n.Close()
	ctx, cancel := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer cancel()
	if err := n.Show(ctx, details); !errors.Is(err, context.DeadlineExceeded) {
		t.Error(err)
	}
}

func TestNoBus(t *testing.T) {
	silent := filepath.Join(t.TempDir(), "silent")
	l, err := net.Listen("unix", silent)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	for _, address := range []string{"unix:path=/nonexistent", "???", "unix:path=" + silent} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", address)
		n := New("Waymend")
		if err := n.Show(t.Context(), details); !errors.Is(err, ErrUnsupported) {
			t.Error(address, err)
		}
		n.Close()
	}
	privateBus(t)
	n := New("Waymend")
	defer n.Close()
	if err := n.Show(t.Context(), details); !errors.Is(err, ErrUnsupported) {
		t.Error("a bus without the service:", err)
	}
}
