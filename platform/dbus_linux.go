package platform

import (
	"context"
	"time"

	"github.com/godbus/dbus/v5"
)

// busTime bounds a conversation on the system bus; an idle bus answers within a millisecond.
const busTime = 300 * time.Millisecond

// systemBus connects to the system's message bus. The caller closes the connection.
func systemBus(ctx context.Context) (*dbus.Conn, context.Context, context.CancelFunc, error) {
	ctx, cancel := context.WithTimeout(ctx, busTime)
	type answer struct {
		conn *dbus.Conn
		err  error
	}
	c := make(chan answer, 1)
	go func() { // dialling and the handshake know no context
		conn, err := dbus.ConnectSystemBus(dbus.WithContext(ctx))
		if err == nil && ctx.Err() != nil {
			conn.Close()
			err = ctx.Err()
		}
		c <- answer{conn, err}
	}()
	select {
	case a := <-c:
		if a.err != nil {
			cancel()
			return nil, nil, nil, a.err
		}
		return a.conn, ctx, cancel, nil
	case <-ctx.Done():
		cancel()
		return nil, nil, nil, ctx.Err()
	}
}

// property reads one property without starting a service that does not run.
func property(ctx context.Context, conn *dbus.Conn, name string, path dbus.ObjectPath, iface, prop string) (any, error) {
	var v dbus.Variant
	call := conn.Object(name, path).CallWithContext(ctx, "org.freedesktop.DBus.Properties.Get", dbus.FlagNoAutoStart, iface, prop)
	if err := call.Store(&v); err != nil {
		return nil, err
	}
	return v.Value(), nil
}

const (
	resolveName  = "org.freedesktop.resolve1"
	resolvePath  = "/org/freedesktop/resolve1"
	resolveIface = "org.freedesktop.resolve1.Manager"
	managerName  = "org.freedesktop.NetworkManager"
)

// resolvedServers asks systemd-resolved for its servers (org.freedesktop.resolve1(5)).
func resolvedServers(ctx context.Context) ([]Resolver, error) {
	conn, ctx, cancel, err := systemBus(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	defer conn.Close()
	servers, err := property(ctx, conn, resolveName, resolvePath, resolveIface, "DNSEx")
	if err != nil {
		if servers, err = property(ctx, conn, resolveName, resolvePath, resolveIface, "DNS"); err != nil {
			return nil, err
		}
	}
	domains, _ := property(ctx, conn, resolveName, resolvePath, resolveIface, "Domains")
	name, err := linkNames(ctx)
	if err != nil {
		return nil, err
	}
	return resolvedList(servers, domains, name, func(index int32) bool {
		var path dbus.ObjectPath
		call := conn.Object(resolveName, resolvePath).CallWithContext(ctx, resolveIface+".GetLink", dbus.FlagNoAutoStart, index)
		if call.Store(&path) != nil {
			return true
		}
		v, err := property(ctx, conn, resolveName, path, "org.freedesktop.resolve1.Link", "DefaultRoute")
		def, ok := v.(bool)
		return err != nil || !ok || def
	}), nil
}

// networkManagerServers asks NetworkManager for the servers that its own dnsmasq asks.
func networkManagerServers(ctx context.Context) ([]Resolver, error) {
	conn, ctx, cancel, err := systemBus(ctx)
	if err != nil {
		return nil, err
	}
	defer cancel()
	defer conn.Close()
	const manager = "/org/freedesktop/NetworkManager/DnsManager"
	v, err := property(ctx, conn, managerName, manager, managerName+".DnsManager", "Configuration")
	if err != nil {
		return nil, err
	}
	entries, _ := v.([]map[string]dbus.Variant)
	var plain []map[string]any
	for _, e := range entries {
		m := map[string]any{}
		for k, v := range e {
			m[k] = v.Value()
		}
		plain = append(plain, m)
	}
	return networkManagerList(plain), nil
}
