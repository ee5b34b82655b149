package change

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

var (
	resolved    = target{"org.freedesktop.resolve1", "/org/freedesktop/resolve1", "org.freedesktop.resolve1.Manager"}
	nmManager   = target{"org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager", "org.freedesktop.NetworkManager"}
	nmDNS       = target{"org.freedesktop.NetworkManager", "/org/freedesktop/NetworkManager/DnsManager", "org.freedesktop.NetworkManager.DnsManager"}
	nscdSockets = []string{"/run/nscd/socket", "/var/run/nscd/socket"}
)

// flushSteps finds all caches of names: a computer can have several, and each can be the stale one.
// glibc itself keeps none.
func flushSteps(ctx context.Context) ([]Step, error) {
	var steps []Step
	err := looking(ctx, func(ctx context.Context, b bus) error {
		if b.runs(ctx, resolved.name) {
			s := Step{Verb: FlushResolved}
			if n, err := resolvedEntries(ctx, b); err == nil {
				s.Info = map[string]string{"entries": strconv.FormatUint(n, 10)}
			}
			steps = append(steps, s)
		}
		if b.runs(ctx, nmManager.name) {
			if mode, err := b.property(ctx, nmDNS, "Mode"); err == nil && mode == "dnsmasq" {
				steps = append(steps, Step{Verb: FlushNM})
			}
		}
		return nil
	})
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err != nil && !errors.Is(err, ErrNotHere) && !errors.Is(err, context.DeadlineExceeded) {
		return nil, err
	}
	if _, err := nscdSocket(); err == nil {
		steps = append(steps, Step{Verb: FlushNscd})
	}
	if slices.ContainsFunc(processes("dnsmasq"), process.resolves) {
		steps = append(steps, Step{Verb: FlushDnsmasq})
	}
	if len(processes("unbound")) > 0 {
		steps = append(steps, Step{Verb: FlushUnbound})
	}
	if len(steps) == 0 {
		return nil, ErrNothing
	}
	return steps, nil
}

// flushResolved empties systemd-resolved's cache (org.freedesktop.resolve1(5)); the size of the cache
// that it tells is the proof. Its counters of hits are left alone: they are the administrator's, and
// say nothing about what is in the cache.
func flushResolved(ctx context.Context, done *Done, ask bool) error {
	return onBus(ctx, func(ctx context.Context, b bus) error {
		before, errBefore := resolvedEntries(ctx, b)
		if _, err := b.call(ctx, ask, resolved, "FlushCaches"); err != nil {
			return err
		}
		after, errAfter := resolvedEntries(ctx, b)
		if errBefore == nil && errAfter == nil {
			done.Before, done.After = strconv.FormatUint(before, 10), strconv.FormatUint(after, 10)
			done.Proved = after == 0 || after < before // a busy computer asks again at once
		}
		return nil
	})
}

// resolvedEntries is how many entries the cache holds.
func resolvedEntries(ctx context.Context, b bus) (uint64, error) {
	v, err := b.property(ctx, resolved, "CacheStatistics")
	if err != nil {
		return 0, err
	}
	fields, _ := v.([]any)
	if len(fields) == 0 {
		return 0, ErrNotHere
	}
	n, ok := fields[0].(uint64)
	if !ok {
		return 0, ErrNotHere
	}
	return n, nil
}

// flushNM lets NetworkManager start its dnsmasq anew; the flag 4 is NM_MANAGER_RELOAD_FLAG_DNS_FULL.
func flushNM(ctx context.Context, done *Done, ask bool) error {
	before := processes("dnsmasq")
	err := onBus(ctx, func(ctx context.Context, b bus) error {
		_, err := b.call(ctx, ask, nmManager, "Reload", uint32(4))
		return err
	})
	if err != nil {
		return err
	}
	// It is another process afterwards, with an empty cache.
	return poll(ctx, func() bool {
		for _, p := range processes("dnsmasq") {
			if !slices.ContainsFunc(before, func(old process) bool { return old.pid == p.pid }) {
				done.Proved = true
			}
		}
		return done.Proved
	})
}

// poll waits until ok, or gives up without an error two seconds later: the step was done, and only its
// proof is missing.
func poll(ctx context.Context, ok func() bool) error {
	return pollFor(ctx, 2*time.Second, ok)
}

func pollFor(ctx context.Context, most time.Duration, ok func() bool) error {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for !ok() {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(20 * time.Millisecond):
		}
	}
	return nil
}

func nscdSocket() (string, error) {
	for _, path := range nscdSockets {
		c, err := net.DialTimeout("unix", path, lookTime)
		if err == nil {
			c.Close()
			return path, nil
		}
	}
	return "", ErrNothing
}

// flushNscd empties the table "hosts" of the name service cache daemon as nscd -i does: version, type
// and length of the key, and the key with its zero byte (nscd-client.h of glibc). The daemon answers
// zero when it is done, and only to root.
func flushNscd(ctx context.Context, done *Done, _ bool) error {
	path, err := nscdSocket()
	if err != nil {
		return err
	}
	c, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err != nil {
		return err
	}
	defer c.Close()
	if end, ok := ctx.Deadline(); ok {
		_ = c.SetDeadline(end)
	}
	const version, invalidate = 2, 10
	key := "hosts\x00"
	request := binary.NativeEndian.AppendUint32(nil, version)
	request = binary.NativeEndian.AppendUint32(request, invalidate)
	request = binary.NativeEndian.AppendUint32(request, uint32(len(key)))
	if _, err := c.Write(append(request, key...)); err != nil {
		return err
	}
	answer := make([]byte, 4)
	if _, err := c.Read(answer); err != nil {
		if os.Geteuid() != 0 {
			return ErrRights // it hangs up on everybody else
		}
		return err
	}
	if code := binary.NativeEndian.Uint32(answer); code != 0 {
		return fmt.Errorf("nscd answered %d", int32(code))
	}
	done.Proved = true
	return nil
}

// flushDnsmasq tells every dnsmasq of this computer's network to empty its cache and read its files
// anew (SIGHUP, dnsmasq(8)).
func flushDnsmasq(_ context.Context, done *Done, _ bool) error {
	told := 0
	for _, p := range processes("dnsmasq") {
		if !p.resolves() {
			continue
		}
		err := p.signal(unix.SIGHUP)
		if errors.Is(err, unix.ESRCH) {
			continue
		}
		if err != nil {
			return rights(err)
		}
		told++
	}
	if told == 0 {
		return ErrNothing
	}
	return nil
}

// flushUnbound removes everything below the root; unbound says how much that was.
func flushUnbound(ctx context.Context, done *Done, _ bool) error {
	out, err := run(ctx, "unbound-control", "flush_zone", ".")
	if err != nil {
		return err
	}
	sets, messages, ok := unboundRemoved(out)
	if !ok {
		return fmt.Errorf("unbound-control: %s", clip(strings.TrimSpace(out)))
	}
	done.Before, done.After, done.Proved = strconv.Itoa(sets+messages), "0", true
	return nil
}

// process is one that runs in this computer's network, not in a container's.
type process struct {
	pid  int
	name string
	argv []string
}

// resolves reports whether a dnsmasq is of the kind that answers this computer's programs: not one of a
// virtual network, and not NetworkManager's, which FlushNM knows.
func (p process) resolves() bool {
	return !slices.ContainsFunc(p.argv, func(arg string) bool {
		return strings.Contains(arg, "/libvirt/") || strings.Contains(arg, "/lxc") || arg == "--conf-file=/dev/null"
	})
}

// processes lists those with one of the names, in the order of their numbers.
func processes(names ...string) (list []process) {
	own, _ := os.Readlink("/proc/self/ns/net")
	dirs, _ := filepath.Glob("/proc/[0-9]*")
	for _, dir := range dirs {
		comm, err := os.ReadFile(filepath.Join(dir, "comm"))
		if err != nil {
			continue
		}
		name := strings.TrimSuffix(string(comm), "\n")
		pid, err := strconv.Atoi(filepath.Base(dir))
		if err != nil || !slices.Contains(names, name) {
			continue
		}
		// Only root may read where somebody else's process belongs.
		if ns, err := os.Readlink(filepath.Join(dir, "ns", "net")); err == nil && ns != own {
			continue
		}
		raw, _ := os.ReadFile(filepath.Join(dir, "cmdline"))
		list = append(list, process{pid, name, strings.Split(strings.TrimSuffix(string(raw), "\x00"), "\x00")})
	}
	return list
}

// signal sends a signal to the process, and to no other that got its number meanwhile.
func (p process) signal(s unix.Signal) error {
	fd, err := unix.PidfdOpen(p.pid, 0)
	if err != nil {
		return err
	}
	defer unix.Close(fd)
	comm, err := os.ReadFile(fmt.Sprintf("/proc/%d/comm", p.pid))
	if err != nil || strings.TrimSuffix(string(comm), "\n") != p.name {
		return unix.ESRCH
	}
	return unix.PidfdSendSignal(fd, s, nil, 0)
}

// ofRoot reports whether the process belongs to root, whose arguments nobody else chose.
func (p process) ofRoot() bool {
	var s unix.Stat_t
	return unix.Stat(fmt.Sprintf("/proc/%d", p.pid), &s) == nil && s.Uid == 0
}
