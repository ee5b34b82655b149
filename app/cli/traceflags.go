package cli

import (
	"errors"
	"flag"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/waymend/waymend/diagnostics/wire/trace"
)

// traceOptions are the flags of trace and ping.
type traceOptions struct {
	count          int
	flows          int
	port           uint16
	interval       time.Duration
	tcp, udp, icmp bool
	summary        bool
	names          bool
}

var (
	pingFlags  = append(slices.Clone(commonFlags), "4", "6", "c", "interval", "tcp", "udp", "icmp", "port")
	traceFlags = append(slices.Clone(pingFlags), "flows", "names", "outside", onceFlag)
)

// onceFlag is what the flag --report of trace is called among all flags: check has one of that name, too.
const onceFlag = "once"

// gluedCount is a count as ping(8) lets people write it.
var gluedCount = regexp.MustCompile(`^-c(\d+)$`)

// traceArguments prepares the words of the command line: "-c5" is "-c 5". It reports whether the command
// is trace.
func traceArguments(args []string) (list []string, tracing bool) {
	if len(args) == 0 || args[0] != "trace" && args[0] != "ping" {
		return args, false
	}
	for i, a := range args {
		if m := gluedCount.FindStringSubmatch(a); m != nil {
			list = append(list, "-c", m[1])
		} else if a == "--" {
			return append(list, args[i:]...), args[0] == "trace"
		} else {
			list = append(list, a)
		}
	}
	return list, args[0] == "trace"
}

// Bounds of what a person may ask for.
const (
	maxCount    = 1_000_000
	minInterval = 10 * time.Millisecond
	maxInterval = time.Hour
)

func (o *traceOptions) define(set *flag.FlagSet) {
	set.Func("c", "", number(&o.count, 1, maxCount))
	set.Func("flows", "", number(&o.flows, 1, trace.MaxFlows))
	set.Func("port", "", func(s string) error {
		n := 0
		err := number(&n, 1, 65535)(s)
		o.port = uint16(n)
		return err
	})
	set.Func("interval", "", func(s string) (err error) {
		if o.interval, err = time.ParseDuration(s); err != nil {
			return errors.New("a span of time is needed, such as 200ms or 1s")
		}
		if o.interval < minInterval || o.interval > maxInterval {
			return errors.New("out of range; it goes from 10ms to 1h")
		}
		return nil
	})
	set.BoolVar(&o.names, "names", false, "")
	set.BoolVar(&o.tcp, "tcp", false, "")
	set.BoolVar(&o.udp, "udp", false, "")
	set.BoolVar(&o.icmp, "icmp", false, "")
}

// number reads a whole number within bounds.
func number(into *int, least, most int) func(string) error {
	return func(s string) error {
		n, err := strconv.Atoi(s)
		if err != nil || n < least || n > most {
			return errors.New("a number from " + strconv.Itoa(least) + " to " + strconv.Itoa(most) + " is needed")
		}
		*into = n
		return nil
	}
}

// protocol is the one that was asked for; only one may be.
func (o *traceOptions) protocol() (p trace.Protocol, err error) {
	n := 0
	for _, x := range []struct {
		asked bool
		p     trace.Protocol
	}{{o.tcp, trace.TCP}, {o.udp, trace.UDP}, {o.icmp, trace.ICMP}} {
		if x.asked {
			p = x.p
			n++
		}
	}
	if n > 1 {
		return p, misuse("--tcp, --udp and --icmp exclude each other")
	}
	if o.port != 0 && (n == 0 || p == trace.ICMP) {
		return p, misuse("--port goes with --tcp or --udp")
	}
	return p, nil
}
