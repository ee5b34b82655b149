package trace

import (
	"context"
	"net/netip"
	"time"
)

// carrier takes probes out and brings answers in; every system has its own.
type carrier interface {
	method() string
	// send lets a probe leave and says when. It does not wait.
	send(p probe) (time.Time, error)
	// receive hands over what has come, waiting for it until the moment given, or until ctx ends. It
	// returns after a bounded number of answers.
	receive(ctx context.Context, until time.Time, take func(answer)) error
	mtu() int // what the first link takes, 0 when unknown
	close()
}

// Methods, as a result names them.
const (
	methodRaw  = "icmp"
	methodPing = "ping socket"
	methodUDP  = "udp"
	methodTCP  = "tcp"
)

// probe is one packet that is sent.
type probe struct {
	flow, ttl int
	seq       uint16
	size      int    // with the IP header; 0 is the least
	port      uint16 // for UDP and TCP
}

// kind is what an answer says.
type kind int

const (
	exceeded    kind = iota // its life ended on the way
	reached                 // the target itself
	unreachable             // somebody refuses to carry it on
	tooBig                  // it does not fit through the next link
)

// answer is what came back for one probe.
type answer struct {
	flow int
	seq  uint16
	// nameless answers quote too little to tell the probe by its number; port then tells it by where it
	// was sent.
	nameless bool
	port     uint16

	kind   kind
	code   string // of unreachable: traceroute's letters
	from   netip.Addr
	at     time.Time
	rtt    time.Duration // when the system itself measured it
	back   int           // the life that the answer has left on arrival; 0 when unknown
	mtu    int           // of tooBig
	labels []Label
}

// burst bounds how many messages one call of receive handles, so that a storm of them cannot keep the
// probes from leaving.
const burst = 256
