package change

import (
	"context"
	"fmt"
	"os"
	"strings"
	"time"
)

var (
	timedate = target{"org.freedesktop.timedate1", "/org/freedesktop/timedate1", "org.freedesktop.timedate1"}
	systemd  = target{"org.freedesktop.systemd1", "/org/freedesktop/systemd1", "org.freedesktop.systemd1.Manager"}
)

// clockSteps chooses the time service that this system has; the program sets no time of its own.
func clockSteps(ctx context.Context) ([]Step, error) {
	if len(processes("chronyd")) > 0 {
		return []Step{{Verb: ClockChrony}}, nil
	}
	err := looking(ctx, func(ctx context.Context, b bus) error {
		if can, err := timedateSays(ctx, b, "CanNTP"); err != nil || !can {
			return fmt.Errorf("%w: this system has no time service", ErrNotHere)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return []Step{{Verb: ClockService}}, nil
}

// timedateSays asks systemd-timedated, which is started by the question.
func timedateSays(ctx context.Context, b bus, property string) (bool, error) {
	call, err := b.call(ctx, false, target{timedate.name, timedate.path, "org.freedesktop.DBus.Properties"}, "Get", timedate.iface, property)
	if err != nil {
		return false, err
	}
	var yes bool
	err = call.Store(&yes)
	return yes, err
}

// clockService turns the synchronisation on; where it is on, the service starts anew, which makes it
// ask its servers at once.
func clockService(ctx context.Context, done *Done, ask bool) error {
	return onBus(ctx, func(ctx context.Context, b bus) error {
		on, err := timedateSays(ctx, b, "NTP")
		if err != nil {
			return err
		}
		done.Before, done.After = "off", "on"
		if on {
			done.Before = "on"
			_, err = b.call(ctx, ask, systemd, "TryRestartUnit", "systemd-timesyncd.service", "replace")
		} else {
			_, err = b.call(ctx, ask, timedate, "SetNTP", true, ask)
		}
		if err != nil {
			return err
		}
		return pollFor(ctx, syncTime, func() bool {
			done.Proved, _ = timedateSays(ctx, b, "NTPSynchronized")
			return done.Proved
		})
	})
}

// syncTime is how long a time service takes to hear from a server and to step the clock.
const syncTime = 8 * time.Second

// clockChrony lets chrony correct at once what it has measured.
func clockChrony(ctx context.Context, done *Done, _ bool) error {
	if len(processes("chronyd")) == 0 {
		return ErrNothing
	}
	out, err := run(ctx, "chronyc", "-n", "makestep")
	if strings.Contains(out, "501 Not authorised") || os.Geteuid() != 0 && err != nil {
		return ErrRights
	}
	if err != nil {
		return err
	}
	done.Proved = out == "200 OK\n"
	return nil
}
