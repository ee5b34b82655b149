package change

import (
	"fmt"
	"maps"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// Verb names one thing that can be done. The list is closed: it is all that a process with more
// rights will ever do for this program.
type Verb string

// Verbs. Those with a system in their name are found only there.
const (
	FlushResolved Verb = "flush-resolved" // systemd-resolved
	FlushNM       Verb = "flush-nm"       // the dnsmasq that NetworkManager runs
	FlushNscd     Verb = "flush-nscd"
	FlushDnsmasq  Verb = "flush-dnsmasq"
	FlushUnbound  Verb = "flush-unbound"
	FlushMac      Verb = "flush-macos"
	FlushWindows  Verb = "flush-windows"

	RenewNM       Verb = "renew-nm"
	RenewNetworkd Verb = "renew-networkd"
	RenewDhcpcd   Verb = "renew-dhcpcd"
	RenewDhclient Verb = "renew-dhclient"
	RenewUdhcpc   Verb = "renew-udhcpc"
	RenewMac      Verb = "renew-macos"
	RenewWindows  Verb = "renew-windows"

	RestartNM      Verb = "restart-nm"
	RestartLink    Verb = "restart-link" // down and up; whoever manages the link sets it up again
	RestartMac     Verb = "restart-macos"
	RestartWindows Verb = "restart-windows"

	ProxyGNOME   Verb = "proxy-gnome"
	ProxyKDE     Verb = "proxy-kde"
	ProxyMac     Verb = "proxy-macos"
	ProxyWindows Verb = "proxy-windows"

	HostsComment Verb = "hosts-comment"
	HostsRestore Verb = "hosts-restore"

	ClockService  Verb = "clock-service" // systemd-timedated: synchronise, and correct now
	ClockChrony   Verb = "clock-chrony"
	ClockMac      Verb = "clock-macos"
	ClockWindows  Verb = "clock-windows"
	NeighboursOf  Verb = "neighbours"
	NeighboursAt  Verb = "neighbours-windows"
	WinsockReset  Verb = "winsock-reset"
	InternetReset Verb = "tcpip-reset"
)

// Rights says on whose behalf a step is done.
type Rights int

// Rights of steps.
const (
	// Person: a setting of this account; never done by a process with more rights.
	Person Rights = iota
	// Service: a service of the system does it and asks for a password itself where it wants one.
	Service
	// Admin: only root or an administrator can do it.
	Admin
)

type spec struct {
	rights Rights
	limit  time.Duration // how long the step may take once it is allowed
	args   map[string]pattern
}

// What arguments may hold. No value may begin with a hyphen, which a program could take for an option.
var (
	linkArg    = lazily(`^[A-Za-z0-9][A-Za-z0-9_.@:-]{0,14}$`) // IFNAMSIZ
	indexArg   = lazily(`^[1-9][0-9]{0,8}$`)
	nameArg    = lazily(`^[a-z0-9_][a-z0-9_.-]{0,252}$`)
	sumArg     = lazily(`^[0-9a-f]{64}$`)
	markArg    = lazily(`^[0-9a-z]{4,32}$`)
	serviceArg = lazily(`^[\p{L}\p{N}][\p{L}\p{N} ._/()&+'’-]{0,126}$`) // a network service of macOS
	kindsArg   = lazily(`^[a-z]{2,6}(\.[a-z]{2,6}){0,5}$`)
	onOffArg   = lazily(`^(on|off)$`)
	gnomeArg   = lazily(`^(none|manual|auto)$`)
	kdeArg     = lazily(`^[0-4]$`)
	flagsArg   = lazily(`^[0-9]{1,2}$`)
)

// pattern is an expression that is compiled when it is first needed: most uses of the program change
// nothing.
type pattern func() *regexp.Regexp

// MatchString reports whether the expression is in the text.
func (p pattern) MatchString(text string) bool { return p().MatchString(text) }

func lazily(expression string) pattern {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}

const (
	cacheTime = 5 * time.Second
	leaseTime = 30 * time.Second // a server that is there answers within four seconds; one retry takes twelve
	restTime  = 20 * time.Second
	askTime   = 2 * time.Minute // for a person to find and type a password
)

type args = map[string]pattern

var specs = map[Verb]spec{
	FlushResolved: {Service, cacheTime, nil},
	FlushNM:       {Service, cacheTime, nil},
	FlushNscd:     {Admin, cacheTime, nil},
	FlushDnsmasq:  {Admin, cacheTime, nil},
	FlushUnbound:  {Admin, cacheTime, nil},
	FlushMac:      {Admin, cacheTime, nil},
	FlushWindows:  {Service, cacheTime, nil},

	RenewNM:       {Service, leaseTime, args{"link": linkArg}},
	RenewNetworkd: {Service, leaseTime, args{"link": linkArg}},
	RenewDhcpcd:   {Admin, leaseTime, args{"link": linkArg}},
	RenewDhclient: {Admin, leaseTime, args{"link": linkArg}},
	RenewUdhcpc:   {Admin, leaseTime, args{"link": linkArg}},
	RenewMac:      {Admin, leaseTime, args{"link": linkArg}},
	RenewWindows:  {Admin, leaseTime, args{"index": indexArg}},

	RestartNM:      {Service, leaseTime, args{"link": linkArg}},
	RestartLink:    {Admin, restTime, args{"link": linkArg}},
	RestartMac:     {Admin, restTime, args{"link": linkArg}},
	RestartWindows: {Admin, restTime, args{"index": indexArg}},

	ProxyGNOME:   {Person, cacheTime, args{"mode": gnomeArg}},
	ProxyKDE:     {Person, cacheTime, args{"mode": kdeArg}},
	ProxyMac:     {Admin, cacheTime, args{"service": serviceArg, "kinds": kindsArg, "state": onOffArg}},
	ProxyWindows: {Person, cacheTime, args{"flags": flagsArg}},

	HostsComment: {Admin, cacheTime, args{"name": nameArg, "mark": markArg, "sum": sumArg}},
	HostsRestore: {Admin, cacheTime, args{"mark": markArg, "sum": sumArg}},

	ClockService:  {Service, restTime, nil},
	ClockChrony:   {Admin, restTime, nil},
	ClockMac:      {Admin, restTime, nil},
	ClockWindows:  {Admin, restTime, nil},
	NeighboursOf:  {Admin, cacheTime, args{"link": linkArg}},
	NeighboursAt:  {Admin, cacheTime, args{"index": indexArg}},
	WinsockReset:  {Admin, restTime, nil},
	InternetReset: {Admin, restTime, nil},
}

// Verbs lists the closed list, in alphabetical order.
func Verbs() []Verb { return slices.Sorted(maps.Keys(specs)) }

// Step is one change: a verb and its arguments.
type Step struct {
	Verb Verb              `json:"verb"`
	Args map[string]string `json:"args,omitempty"`
	// Info is what a person wants to know about the step before it is done, such as the text of a
	// line. It commands nothing and is not handed on.
	Info map[string]string `json:"info,omitempty"`
}

// Check reports whether the verb is known and has exactly the arguments that it takes.
func (s Step) Check() error {
	spec, ok := specs[s.Verb]
	if !ok {
		return ErrStep
	}
	if len(s.Args) != len(spec.args) {
		return fmt.Errorf("%w: %s takes %d arguments", ErrStep, s.Verb, len(spec.args))
	}
	for key, allowed := range spec.args {
		if value, ok := s.Args[key]; !ok || !allowed.MatchString(value) {
			return fmt.Errorf("%w: argument %s of %s", ErrStep, key, s.Verb)
		}
	}
	return nil
}

// Rights says what the step needs; Admin for one that is not known.
func (s Step) Rights() Rights {
	if spec, ok := specs[s.Verb]; ok {
		return spec.rights
	}
	return Admin
}

// askers are services whose makers let nobody but an administrator use them, as delivered.
var askers = []Verb{FlushNM, RenewNetworkd, ClockService}

// Asks reports whether doing the step will make the system ask an account without rights for consent.
// A service can be set up otherwise; it says so when it is asked.
func (s Step) Asks() bool { return s.Rights() == Admin || slices.Contains(askers, s.Verb) }

// Limit bounds the time that the step takes.
func (s Step) Limit() time.Duration { return specs[s.Verb].limit }

// String writes the step as one word for a command line: "renew-nm:link=wlan0". Arguments come in
// alphabetical order; all that is not a letter, a digit or one of -_.~ is escaped.
func (s Step) String() string {
	var b strings.Builder
	b.WriteString(string(s.Verb))
	for i, key := range slices.Sorted(maps.Keys(s.Args)) {
		b.WriteByte(":,"[min(i, 1)])
		b.WriteString(key + "=" + strings.ReplaceAll(url.QueryEscape(s.Args[key]), "+", "%20"))
	}
	return b.String()
}

// maxStep bounds the text of a step; the longest one has a tenth of it.
const maxStep = 4 << 10

// ParseStep reads what String writes, and nothing else.
func ParseStep(text string) (Step, error) {
	if len(text) > maxStep {
		return Step{}, ErrStep
	}
	verb, rest, has := strings.Cut(text, ":")
	s := Step{Verb: Verb(verb)}
	if has {
		s.Args = map[string]string{}
		for pair := range strings.SplitSeq(rest, ",") {
			key, escaped, ok := strings.Cut(pair, "=")
			value, err := url.QueryUnescape(escaped)
			if _, twice := s.Args[key]; !ok || err != nil || twice {
				return Step{}, ErrStep
			}
			s.Args[key] = value
		}
	}
	if err := s.Check(); err != nil {
		return Step{}, err
	}
	if s.String() != text {
		return Step{}, fmt.Errorf("%w: not as it is written", ErrStep)
	}
	return s, nil
}

// checked refuses steps with arguments that are out of the ordinary, such as a link's name.
func checked(steps ...Step) ([]Step, error) {
	for _, s := range steps {
		if err := s.Check(); err != nil {
			return nil, fmt.Errorf("%w: %w", ErrNotHere, err)
		}
	}
	return steps, nil
}
