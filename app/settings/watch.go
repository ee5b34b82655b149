package settings

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/diagnostics"
)

// Limits of the background checks.
const (
	// DefaultEvery is how often an address is checked when nothing else is said.
	DefaultEvery = time.Minute
	MinEvery     = 5 * time.Second
	MaxEvery     = 24 * time.Hour
	// MaxWatched bounds the addresses of one schedule.
	MaxWatched = 10_000
)

// How long the history keeps what it knows, when nothing else is said: each probe, summaries of a
// minute, and summaries of an hour.
const (
	DefaultKeepRaw     = 7 * 24 * time.Hour
	DefaultKeepMinutes = 92 * 24 * time.Hour
	DefaultKeepHours   = 5 * 366 * 24 * time.Hour
)

// Names of the metrics that leave this computer.
const (
	OTel     = "otel"     // httpcheck.*, as OpenTelemetry's receivers name them
	Blackbox = "blackbox" // probe_*, as blackbox_exporter names them
)

// Watch is what is checked in the background, and what becomes of it.
type Watch struct {
	Off       bool          // nothing is checked in the background
	Every     time.Duration // of addresses without an interval of their own, and of the connection in general
	Quiet     bool          // no notifications
	Addresses []Watched
	// KeepRaw, KeepMinutes and KeepHours say for how long the history keeps each probe, summaries of a
	// minute, and summaries of an hour.
	KeepRaw, KeepMinutes, KeepHours time.Duration
	// OTLP is the collector's address (http:// or https://, without /v1/metrics); "" sends nothing.
	OTLP string
	// Prometheus is the loopback address and port that answers GET /metrics; "" listens nowhere.
	Prometheus string
	// Names is OTel or Blackbox.
	Names string
}

// Watched is one address of the schedule.
type Watched struct {
	Address string        // as diagnostics.ParseTarget takes it, without user name and password
	Every   time.Duration // 0 for Watch.Every
}

// defaultWatch is what holds without a file: the connection in general, each minute.
func defaultWatch() Watch {
	return Watch{Every: DefaultEvery, KeepRaw: DefaultKeepRaw, KeepMinutes: DefaultKeepMinutes, KeepHours: DefaultKeepHours, Names: OTel}
}

// fileWatch is Watch as it is written down.
type fileWatch struct {
	Off         bool          `toml:"off,omitempty"`
	Every       string        `toml:"every,omitempty"`
	Quiet       bool          `toml:"quiet,omitempty"`
	KeepRaw     string        `toml:"keep_raw,omitempty"`
	KeepMinutes string        `toml:"keep_minutes,omitempty"`
	KeepHours   string        `toml:"keep_hours,omitempty"`
	OTLP        string        `toml:"otlp,omitempty"`
	Prometheus  string        `toml:"prometheus,omitempty"`
	Names       string        `toml:"names,omitempty"`
	Addresses   []fileWatched `toml:"addresses,omitempty"`
}

type fileWatched struct {
	Address string `toml:"address"`
	Every   string `toml:"every,omitempty"`
}

func (s *Settings) setWatch(f fileWatch) error {
	w := defaultWatch()
	w.Off, w.Quiet, w.OTLP, w.Prometheus = f.Off, f.Quiet, f.OTLP, f.Prometheus
	for _, span := range []struct {
		name, text  string
		into        *time.Duration
		least, most time.Duration
	}{
		{"every", f.Every, &w.Every, MinEvery, MaxEvery},
		{"keep_raw", f.KeepRaw, &w.KeepRaw, time.Hour, DefaultKeepHours},
		{"keep_minutes", f.KeepMinutes, &w.KeepMinutes, time.Hour, DefaultKeepHours},
		{"keep_hours", f.KeepHours, &w.KeepHours, time.Hour, 4 * DefaultKeepHours},
	} {
		if err := setSpan(span.into, span.text, span.least, span.most); err != nil {
			return fmt.Errorf("watch.%s: %w", span.name, err)
		}
	}
	switch f.Names {
	case "", OTel:
	case Blackbox:
		w.Names = Blackbox
	default:
		return fmt.Errorf("watch.names: %q is not otel or blackbox", plain(f.Names))
	}
	if err := collector(f.OTLP); err != nil {
		return fmt.Errorf("watch.otlp: %w", err)
	}
	if err := loopback(f.Prometheus); err != nil {
		return fmt.Errorf("watch.prometheus: %w", err)
	}
	if len(f.Addresses) > MaxWatched {
		return fmt.Errorf("watch.addresses: at most %d are checked", MaxWatched)
	}
	for i, a := range f.Addresses {
		t, err := diagnostics.ParseTarget(a.Address)
		one := Watched{Address: t.Input} // no password goes on from here: into a status, the history, a file
		if err == nil {
			err = setSpan(&one.Every, a.Every, MinEvery, MaxEvery)
		}
		if err != nil {
			return fmt.Errorf("watch.addresses, number %d: %w", i+1, err)
		}
		w.Addresses = append(w.Addresses, one)
	}
	s.Watch = w
	return nil
}

func setSpan(into *time.Duration, text string, least, most time.Duration) error {
	if text == "" {
		return nil
	}
	d, err := time.ParseDuration(text)
	if err != nil {
		return fmt.Errorf("%q is not a span of time such as 30s, 5m or 12h", plain(text))
	}
	if d < least || d > most {
		return fmt.Errorf("%s is out of range: it goes from %s to %s", plain(text), Span(least), Span(most))
	}
	*into = d
	return nil
}

// Span writes a length of time as a person writes it in the settings: "24h", not "24h0m0s".
func Span(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// collector refuses what no path can be put after. It does not repeat the address: a password may be in it.
func collector(text string) error {
	if text == "" {
		return nil
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Port() != "" && !portNumber(u.Port()) {
		return errors.New("it is not an address that begins with http:// or https://, such as https://collector.example:4318")
	}
	if u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("a user name, a password, a query or a # in the address is not supported")
	}
	return nil
}

// portNumber reports whether text is a port that something can listen on.
func portNumber(text string) bool {
	n, err := strconv.ParseUint(text, 10, 16)
	return err == nil && n > 0
}

// loopback refuses to serve measurements to other computers.
func loopback(text string) error {
	if text == "" {
		return nil
	}
	host, port, err := net.SplitHostPort(text)
	if err != nil || !portNumber(port) {
		return fmt.Errorf("%q is not an address and a port such as 127.0.0.1:9115", plain(text))
	}
	if a, err := netip.ParseAddr(host); host != "localhost" && (err != nil || !a.IsLoopback()) {
		return errors.New("only an address of this computer itself is allowed, such as 127.0.0.1:9115")
	}
	return nil
}

// file returns what is not as it is by default.
func (w Watch) file() (f fileWatch) {
	standard := defaultWatch()
	span := func(d, usual time.Duration) string {
		if d == usual {
			return ""
		}
		return Span(d)
	}
	f = fileWatch{Off: w.Off, Quiet: w.Quiet, OTLP: w.OTLP, Prometheus: w.Prometheus,
		Every: span(w.Every, standard.Every), KeepRaw: span(w.KeepRaw, standard.KeepRaw),
		KeepMinutes: span(w.KeepMinutes, standard.KeepMinutes), KeepHours: span(w.KeepHours, standard.KeepHours)}
	if w.Names != standard.Names {
		f.Names = w.Names
	}
	for _, a := range w.Addresses {
		f.Addresses = append(f.Addresses, fileWatched{a.Address, span(a.Every, 0)})
	}
	return f
}

// Add adds an address, or gives one that is there its new interval. It reports false when there is no
// room.
func (w *Watch) Add(a Watched) bool {
	for i, b := range w.Addresses {
		if b.Address == a.Address {
			w.Addresses[i] = a
			return true
		}
	}
	if len(w.Addresses) >= MaxWatched {
		return false
	}
	w.Addresses = append(w.Addresses, a)
	return true
}

// Remove takes an address out and reports whether it was there.
func (w *Watch) Remove(address string) bool {
	n := len(w.Addresses)
	w.Addresses = slices.DeleteFunc(w.Addresses, func(a Watched) bool { return a.Address == address })
	return len(w.Addresses) < n
}
