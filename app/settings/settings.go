// Package settings holds what a person can choose, in one TOML file, and one table of every path
// that the program owns. It applies nothing by itself; whoever needs a setting reads it here.
package settings

import (
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"

	"github.com/BurntSushi/toml"

	"github.com/waymend/waymend/diagnostics"
)

// Limits of a whole examination.
const (
	DefaultTimeout = 15 * time.Second
	MinTimeout     = 100 * time.Millisecond
	MaxTimeout     = 10 * time.Minute
)

// maxFile bounds the settings file: a hundred times what a person would write.
const maxFile = 1 << 20

// MaxReferences bounds each list of references: more would be a burden on those who run them.
const MaxReferences = 16

// Settings is what a person can choose. Defaults returns what holds without a file.
type Settings struct {
	Timeout    time.Duration // of a whole examination
	Language   string        // of the texts, "en"; "" follows the system
	References diagnostics.References
	Theme      string // of the window: Light, Dark, or "" to follow the system
	Size       int    // of all things in the window, percent; 0 follows the screen
	Still      bool   // nothing in the window moves, whatever the system says
	Closing    string // what becomes of the background checks when the window is closed: Stay, End, or "" to ask
	Forget     bool   // answers and addresses are not kept
	Watch      Watch
}

// Themes of the window.
const (
	Light = "light"
	Dark  = "dark"
)

// What becomes of the background checks when the window is closed.
const (
	Stay = "stay" // they begin, or go on
	End  = "end"  // they are not begun
)

// The least and the greatest Size, percent.
const (
	MinSize = 75
	MaxSize = 300
)

// Defaults returns the settings that hold when nothing else is chosen.
func Defaults() Settings {
	return Settings{Timeout: DefaultTimeout, References: diagnostics.DefaultReferences(), Watch: defaultWatch()}
}

// file is the settings file as it is written down.
type file struct {
	Language string `toml:"language,omitempty"`
	Check    struct {
		Timeout string `toml:"timeout,omitempty"`
	} `toml:"check,omitempty"`
	Window struct {
		Theme string `toml:"theme,omitempty"`
		Size  int    `toml:"size,omitempty"`
		Still bool   `toml:"still,omitempty"`

		Closing string `toml:"closing,omitempty"`
	} `toml:"window,omitempty"`
	Privacy struct {
		Forget bool `toml:"forget,omitempty"`
	} `toml:"privacy,omitempty"`
	Watch      fileWatch `toml:"watch,omitempty"`
	References struct {
		Anchors []fileAnchor `toml:"anchors"`
		SignIn  []fileProbe  `toml:"sign_in"`
	} `toml:"references,omitempty"`
}

type fileAnchor struct {
	Operator string `toml:"operator,omitempty"`
	IPv4     string `toml:"ipv4,omitempty"`
	IPv6     string `toml:"ipv6,omitempty"`
	DoH      string `toml:"doh,omitempty"`
}

type fileProbe struct {
	URL    string `toml:"url"`
	Status int    `toml:"status"`
	Body   string `toml:"body,omitempty"`
}

// Load reads the settings file; a file that does not exist means the defaults. Errors are
// sentences that can be shown as they are, and the defaults come with them.
func Load(path string) (Settings, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return Defaults(), nil
	}
	if err == nil && !info.Mode().IsRegular() {
		return Defaults(), fmt.Errorf("the settings file %s is not a file", path)
	}
	if err == nil && info.Size() > maxFile {
		return Defaults(), fmt.Errorf("the settings file %s is larger than %d kB", path, maxFile>>10)
	}
	var text []byte
	if err == nil {
		text, err = os.ReadFile(path)
	}
	if err != nil {
		return Defaults(), fmt.Errorf("the settings file %s cannot be read: %w", path, errors.Unwrap(err))
	}
	s, err := Parse(string(text))
	if err != nil {
		return Defaults(), fmt.Errorf("the settings file %s is not valid: %w", path, err)
	}
	return s, nil
}

// Parse reads the text of a settings file. With an error come the defaults.
func Parse(text string) (Settings, error) {
	var f file
	meta, err := toml.Decode(text, &f)
	if err != nil {
		return Defaults(), errors.New(plain(tomlReason(err)))
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return Defaults(), fmt.Errorf("there is no setting called %s", plain(extra[0].String()))
	}
	s, err := f.settings(meta)
	if err != nil {
		return Defaults(), err
	}
	return s, nil
}

func (f file) settings(meta toml.MetaData) (s Settings, err error) {
	s = Defaults()
	s.Language = f.Language
	if len(f.Language) > 20 || strings.ContainsFunc(f.Language, func(r rune) bool { return r != '-' && r != '_' && (r > unicode.MaxASCII || !unicode.IsLetter(r)) }) {
		return s, fmt.Errorf("language: %q is not the name of a language", plain(f.Language))
	}
	if f.Check.Timeout != "" {
		if s.Timeout, err = ParseTimeout(f.Check.Timeout); err != nil {
			return s, fmt.Errorf("check.timeout: %w", err)
		}
	}
	if err := s.setWindow(f); err != nil {
		return s, err
	}
	s.Forget = f.Privacy.Forget
	if err := s.setWatch(f.Watch); err != nil {
		return s, err
	}
	if len(f.References.Anchors) > MaxReferences || len(f.References.SignIn) > MaxReferences {
		return s, fmt.Errorf("references: at most %d of a kind are used", MaxReferences)
	}
	if meta.IsDefined("references", "anchors") {
		s.References.Anchors = nil
	}
	for i, a := range f.References.Anchors {
		anchor := diagnostics.Anchor{Operator: a.Operator, DoH: a.DoH}
		if anchor.V4, err = address(a.IPv4, false); err == nil {
			anchor.V6, err = address(a.IPv6, true)
		}
		switch {
		case err != nil:
		case !anchor.V4.IsValid() && !anchor.V6.IsValid():
			err = errors.New("ipv4 or ipv6 is needed")
		case a.DoH != "":
			err = web(a.DoH, "https")
		}
		if err != nil {
			return s, fmt.Errorf("references.anchors, number %d: %w", i+1, err)
		}
		s.References.Anchors = append(s.References.Anchors, anchor)
	}
	if meta.IsDefined("references", "sign_in") {
		s.References.SignIn = nil
	}
	for i, p := range f.References.SignIn {
		err := web(p.URL, "http")
		if err == nil && (p.Status < 200 || p.Status > 599) {
			err = errors.New("status must be between 200 and 599")
		}
		if err != nil {
			return s, fmt.Errorf("references.sign_in, number %d: %w", i+1, err)
		}
		s.References.SignIn = append(s.References.SignIn, diagnostics.Probe{URL: p.URL, Status: p.Status, Body: p.Body})
	}
	return s, nil
}

func (s *Settings) setWindow(f file) error {
	switch f.Window.Theme {
	case "", "system":
	case Light, Dark:
		s.Theme = f.Window.Theme
	default:
		return fmt.Errorf("window.theme: %q is not system, light or dark", plain(f.Window.Theme))
	}
	if f.Window.Size != 0 && (f.Window.Size < MinSize || f.Window.Size > MaxSize) {
		return fmt.Errorf("window.size: %d is out of range: it goes from %d to %d percent", f.Window.Size, MinSize, MaxSize)
	}
	switch f.Window.Closing {
	case "", Stay, End:
	default:
		return fmt.Errorf("window.closing: %q is not stay or end", plain(f.Window.Closing))
	}
	s.Size, s.Still, s.Closing = f.Window.Size, f.Window.Still, f.Window.Closing
	return nil
}

// ParseTimeout reads the limit of an examination: "15s", "1m", or plain seconds.
func ParseTimeout(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	if err != nil {
		if d, err = time.ParseDuration(text + "s"); err != nil {
			return 0, fmt.Errorf("%q is not a span of time such as 15s or 1m", plain(text))
		}
	}
	if d < MinTimeout || d > MaxTimeout {
		return 0, fmt.Errorf("%s is out of range: it goes from 0.1s to 10m", plain(text))
	}
	return d, nil
}

func address(text string, six bool) (netip.Addr, error) {
	if text == "" {
		return netip.Addr{}, nil
	}
	a, err := netip.ParseAddr(text)
	if err != nil || a.Is6() != six || a.Is4In6() {
		return netip.Addr{}, fmt.Errorf("%q is not an %s address", plain(text), map[bool]string{false: "IPv4", true: "IPv6"}[six])
	}
	return a, nil
}

func web(text, scheme string) error {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != scheme || u.Hostname() == "" || u.User != nil {
		return fmt.Errorf("%q is not an address that begins with %s://", plain(text), scheme)
	}
	return nil
}

// tomlReason drops the library's name from its message and keeps the line number.
func tomlReason(err error) string {
	var p toml.ParseError
	if errors.As(err, &p) {
		return fmt.Sprintf("line %d: %s", p.Position.Line, p.Message)
	}
	return strings.TrimPrefix(err.Error(), "toml: ")
}

// plain makes text from a file fit for a message: short and without control characters.
func plain(s string) string {
	const most = 120
	out := []rune(strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return ' '
		}
		return r
	}, s[:min(len(s), 4*most)]))
	if len(out) > most {
		return string(out[:most]) + "…"
	}
	return string(out)
}
