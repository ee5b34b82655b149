package change

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/godbus/dbus/v5"
	"golang.org/x/sys/unix"

	"github.com/waymend/waymend/platform"
)

var networkd = target{"org.freedesktop.network1", "/org/freedesktop/network1", "org.freedesktop.network1.Manager"}

const (
	nmDevice = "org.freedesktop.NetworkManager.Device"
	nmActive = "org.freedesktop.NetworkManager.Connection.Active"
)

// manager is who looks after a link's address: the verb that renews it; "" when it was set by hand, or
// by something that this program does not know.
func manager(ctx context.Context, link string) Verb {
	var found Verb
	_ = looking(ctx, func(ctx context.Context, b bus) error {
		if dev, err := nmDeviceOf(ctx, b, link); err == nil {
			if managed, err := b.property(ctx, dev, "Managed"); err == nil && managed == true {
				found = RenewNM
				return nil
			}
		}
		if !b.runs(ctx, networkd.name) {
			return nil
		}
		call, err := b.call(ctx, false, networkd, "GetLinkByName", link)
		if err != nil {
			return err
		}
		var index int32
		var path dbus.ObjectPath
		if err := call.Store(&index, &path); err != nil {
			return err
		}
		state, err := b.property(ctx, target{networkd.name, path, "org.freedesktop.network1.Link"}, "AdministrativeState")
		if err == nil && state != "unmanaged" {
			found = RenewNetworkd
		}
		return err
	})
	if found != "" {
		return found
	}
	clients := processes("dhcpcd", "dhclient", "udhcpc")
	for _, p := range clients {
		if p.serves(link) {
			return map[string]Verb{"dhcpcd": RenewDhcpcd, "dhclient": RenewDhclient, "udhcpc": RenewUdhcpc}[p.name]
		}
	}
	return ""
}

// serves reports whether a DHCP client looks after the link. dhcpcd does for all when it was started
// without a name, and changes the title by which it is seen.
func (p process) serves(link string) bool {
	if p.name == "dhcpcd" {
		return true
	}
	return slices.Contains(p.argv[min(1, len(p.argv)):], link) || slices.Contains(p.argv, "-i"+link)
}

func renewSteps(ctx context.Context, l platform.Link) ([]Step, error) {
	verb := manager(ctx, l.Name)
	if verb == "" {
		return nil, fmt.Errorf("%w: the address of %s was not given by a network", ErrNotHere, l.Name)
	}
	return checked(Step{Verb: verb, Args: map[string]string{"link": l.Name}})
}

// restartSteps takes a link down only where somebody is known who sets it up again.
func restartSteps(ctx context.Context, l platform.Link) ([]Step, error) {
	args := map[string]string{"link": l.Name}
	down := Step{Verb: RestartLink, Args: args}
	switch verb := manager(ctx, l.Name); verb {
	case RenewNM:
		return checked(Step{Verb: RestartNM, Args: args})
	case RenewNetworkd, RenewDhcpcd: // they see it come back
		return checked(down)
	case RenewDhclient, RenewUdhcpc:
		return checked(down, Step{Verb: verb, Args: args})
	}
	return nil, fmt.Errorf("%w: nothing is known that would set %s up again", ErrNotHere, l.Name)
}

// asking asks for an address. What it returns, if anything, tells whether a lease came; else the address
// has to be set again.
type asking func(ctx context.Context, link string, consent bool) (came func() bool, err error)

// renewing asks, and waits until a lease has come.
func renewing(ask asking) doer {
	return func(ctx context.Context, done *Done, consent bool) error {
		link := done.Step.Args["link"]
		index, err := linkIndex(done.Step)
		if err != nil {
			return err
		}
		before, stamp := addressState(index)
		done.Before = before
		came, err := ask(ctx, link, consent)
		if err != nil {
			return err
		}
		if came == nil {
			came = func() bool { return false }
		}
		now := ""
		err = pollFor(ctx, renewTime, func() bool {
			var s string
			now, s = addressState(index)
			done.Proved = now != "" && (s != stamp || came())
			return done.Proved
		})
		done.After = now
		if err == nil && now == "" {
			return errors.New("no server of this network gave an address")
		}
		return err
	}
}

// renewTime is how long a lease may take: two tries of a client, and an address checked for conflicts.
const renewTime = 15 * time.Second

func nmDeviceOf(ctx context.Context, b bus, link string) (target, error) {
	if !b.runs(ctx, nmManager.name) {
		return target{}, ErrNotHere
	}
	call, err := b.call(ctx, false, nmManager, "GetDeviceByIpIface", link)
	if err != nil {
		return target{}, err
	}
	var path dbus.ObjectPath
	err = call.Store(&path)
	return target{nmManager.name, path, nmDevice}, err
}

// nmConnection is the profile that is in use on a device.
func nmConnection(ctx context.Context, b bus, dev target) (dbus.ObjectPath, error) {
	v, err := b.property(ctx, dev, "ActiveConnection")
	if err != nil {
		return "", err
	}
	active, _ := v.(dbus.ObjectPath)
	if active == "" || active == "/" {
		return "", fmt.Errorf("%w: the link is not connected", ErrNotHere)
	}
	if v, err = b.property(ctx, target{nmManager.name, active, nmActive}, "Connection"); err != nil {
		return "", err
	}
	profile, _ := v.(dbus.ObjectPath)
	return profile, nil
}

// renewNM activates the profile of the link again, which asks for the address that it had.
func renewNM(ctx context.Context, link string, ask bool) (func() bool, error) {
	return nil, onBus(ctx, func(ctx context.Context, b bus) error {
		dev, err := nmDeviceOf(ctx, b, link)
		if err != nil {
			return err
		}
		profile, err := nmConnection(ctx, b, dev)
		if err != nil { // not connected: the best profile for it, by NetworkManager's choice
			profile = "/"
		}
		_, err = b.call(ctx, ask, nmManager, "ActivateConnection", profile, dev.path, dbus.ObjectPath("/"))
		return err
	})
}

// restartNM disconnects the link and connects it again with the same profile.
func restartNM(ctx context.Context, done *Done, ask bool) error {
	index, err := linkIndex(done.Step)
	if err != nil {
		return err
	}
	_, stamp := addressState(index)
	err = onBus(ctx, func(ctx context.Context, b bus) error {
		dev, err := nmDeviceOf(ctx, b, done.Step.Args["link"])
		if err != nil {
			return err
		}
		profile, err := nmConnection(ctx, b, dev)
		if err != nil {
			profile = "/"
		} else if _, err := b.call(ctx, ask, dev, "Disconnect"); err != nil {
			return err
		}
		// Connected again also when the person has lost patience meanwhile.
		again, cancel := context.WithTimeout(context.WithoutCancel(ctx), lookTime)
		defer cancel()
		if err := b.disconnected(again, dev); err != nil {
			return err
		}
		_, err = b.call(again, ask, nmManager, "ActivateConnection", profile, dev.path, dbus.ObjectPath("/"))
		return err
	})
	if err != nil {
		return err
	}
	err = pollFor(ctx, renewTime, func() bool {
		now, s := addressState(index)
		done.Proved = now != "" && s != stamp
		return done.Proved
	})
	return err
}

// disconnected waits until a device has let go of its profile; NM_DEVICE_STATE_DISCONNECTED is 30.
func (b bus) disconnected(ctx context.Context, dev target) error {
	return poll(ctx, func() bool {
		v, err := b.property(ctx, dev, "State")
		state, ok := v.(uint32)
		return err == nil && ok && state <= 30
	})
}

func renewNetworkd(ctx context.Context, link string, ask bool) (func() bool, error) {
	return nil, onBus(ctx, func(ctx context.Context, b bus) error {
		index, err := linkIndex(Step{Args: map[string]string{"link": link}})
		if err != nil {
			return err
		}
		_, err = b.call(ctx, ask, networkd, "RenewLink", int32(index))
		return err
	})
}

// renewDhcpcd tells the running dhcpcd to bind again, with any server that answers.
func renewDhcpcd(ctx context.Context, link string, _ bool) (func() bool, error) {
	_, err := run(ctx, "dhcpcd", "-n", link)
	return nil, err
}

// renewUdhcpc tells the clients of the link to renew, or to look for a server (SIGUSR1).
func renewUdhcpc(_ context.Context, link string, _ bool) (func() bool, error) {
	return nil, eachClient("udhcpc", link, func(p process) error { return p.signal(unix.SIGUSR1) })
}

// renewDhclient starts the client of the link anew with the arguments that it had: it has no signal for
// this, and asks for the address of its lease first. It is not let end by itself, which would give the
// address back. An address that stays the same is not set again; the file of leases shows that one came.
func renewDhclient(ctx context.Context, link string, _ bool) (func() bool, error) {
	leases := "/var/lib/dhcp/dhclient.leases"
	before := ""
	err := eachClient("dhclient", link, func(p process) error {
		if !p.ofRoot() || slices.Contains(p.argv, "-d") || slices.Contains(p.argv, "-6") || len(p.argv) > 40 {
			return fmt.Errorf("%w: this dhclient belongs to another program", ErrNotHere)
		}
		if i := slices.Index(p.argv, "-lf"); i > 0 && i+1 < len(p.argv) {
			leases = p.argv[i+1]
		}
		before = lastLease(leases)
		if err := p.signal(unix.SIGKILL); err != nil {
			return err
		}
		_, err := run(ctx, "dhclient", append([]string{"-nw"}, p.argv[1:]...)...)
		return err
	})
	return func() bool { return lastLease(leases) != before }, err
}

// lastLease is when the newest lease in a file is to be renewed (dhclient.leases(5)).
func lastLease(path string) string {
	b, err := os.ReadFile(path)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(b[max(strings.LastIndex(string(b), "  renew "), 0):]), "\n")
	return line
}

func eachClient(name, link string, tell func(process) error) error {
	err := ErrNothing
	for _, p := range processes(name) {
		if p.serves(link) {
			if err = tell(p); err != nil {
				return rights(err)
			}
		}
	}
	return err
}
