package checks

import "time"

const second = time.Second

// Limits of single steps, with their reasons.
const (
	// connectLimit outlasts two retransmissions of a SYN (after 1 s and 3 s on every system), so
	// that two lost packets are not taken for a dead server.
	connectLimit = 3200 * time.Millisecond
	// handshakeLimit outlasts one lost flight; a server that needs longer is not usable either.
	handshakeLimit = 3 * time.Second
	// anchorLimit is for references that answer within 300 ms from anywhere: one retransmission.
	anchorLimit = 1800 * time.Millisecond
	// dnsLimit leaves room for three tries; resolvers answer what they have cached in one round
	// trip and the rest in well under a second.
	dnsLimit = 2400 * time.Millisecond
)

// Keys of Env.Board.
const (
	// noteAddresses holds []netip.Addr: the target's addresses, from whichever of SystemLookup and
	// ConfiguredServers had a usable answer first (the latter waits 600 ms for the former).
	noteAddresses = "addresses"
	// noteNoConnect holds the netip.AddrPort of Site's first address whose connection failed or has
	// not succeeded after 700 ms, provided that no other address has connected; closed when Site's
	// first attempts ended without such.
	noteNoConnect = "no-connect"
	// notePoorWay holds the netip.Addr of an anchor that answers, to which packets get lost or take
	// long; closed when the way out is neither lossy nor long.
	notePoorWay = "poor-way"
	// noteNoTLS holds the netip.AddrPort of Site's first address whose handshake failed or has not
	// been answered after 900 ms; closed when Site's first attempts ended without such.
	noteNoTLS = "no-tls"
	// noteStalled holds the netip.AddrPort of Site's first address whose exchange has not
	// brought its first byte, or whose body has stopped, 1200 ms after the handshake.
	noteStalled = "stalled"
)
