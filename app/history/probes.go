package history

import (
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/wire"
)

// The probes of a tick are one value: the time that they count from, as µs after the row's key (zigzag),
// and for each probe
//
//	address, At in µs, a byte with the step, the version and whether there is a proxy, the kind,
//	a byte that says which of the following are there: Due before At (zigzag), DNS, Connect, TLS,
//	First, Took, all in µs; status and bytes; server (length, address, port); the certificate's end
//	(zigzag, seconds after At); the proxy.
//
// Numbers are varints. A site of our days takes 35 to 50 bytes.

// Bits of what is there.
const (
	hasDue = 1 << iota
	hasDNS
	hasConnect
	hasTLS
	hasFirst
	hasStatus
	hasServer
	hasCert
)

// The codes below are written into files: only ever append to these lists.
var (
	steps    = []probe.Step{probe.Done, probe.Name, probe.Connect, probe.TLS, probe.Request}
	versions = []string{"", "1.0", "1.1", "2", "3"}
	kinds    = []wire.Kind{"", probe.ServerError, wire.Timeout, wire.Refused, wire.Reset, wire.EOF, wire.NetUnreachable,
		wire.HostUnreachable, wire.Denied, wire.Blocked, wire.Invalid, wire.NoPort, wire.NoProtocol, wire.NoFiles, wire.NoFamily,
		wire.TooBig, wire.Unsupported, wire.Cancelled, wire.NotTLS, wire.Alert, wire.ProtocolVersion, wire.BadTLS, wire.ClientCert,
		wire.NotHTTP, wire.BadHTTP, wire.HTTP2, wire.Truncated, wire.BadEncoding, wire.EndlessInterim, wire.BadDNS, wire.Other,
		probe.ProxyRefused}
)

// spelled stands for a kind or a version that has no code and follows as text.
const (
	spelledKind    = 255
	spelledVersion = 15
	hasProxy       = 1 << 7 // beside step and version
	maxSpelled     = 40
)

// codeOf is a value's place in its list, or what says that it is spelled.
func codeOf[T comparable](list []T, value T, spelled int) int {
	if i := slices.Index(list, value); i >= 0 {
		return i
	}
	return spelled
}

// stored is a probe as it is written, with the numbers of its texts.
type stored struct {
	address int64
	proxy   int64 // 0 for none
	probe.Result
}

// appendProbe appends one probe of a row whose times count from base, in µs.
func appendProbe(b []byte, base int64, r stored) []byte {
	b = binary.AppendUvarint(b, uint64(r.address))
	b = binary.AppendUvarint(b, uint64(max(0, r.At.UnixMicro()-base)))
	step, version, kind := max(0, slices.Index(steps, r.Ended)), codeOf(versions, r.Version, spelledVersion), codeOf(kinds, r.Kind, spelledKind)
	how := byte(step | version<<3)
	if r.proxy > 0 {
		how |= hasProxy
	}
	b = append(b, how)
	if version == spelledVersion {
		b = appendText(b, r.Version)
	}
	b = append(b, byte(kind))
	if kind == spelledKind {
		b = appendText(b, string(r.Kind))
	}
	mask := len(b)
	b = append(b, 0)
	put := func(bit byte, there bool) bool {
		if there {
			b[mask] |= bit
		}
		return there
	}
	if put(hasDue, !r.Due.IsZero()) {
		b = binary.AppendVarint(b, r.At.UnixMicro()-r.Due.UnixMicro())
	}
	for _, d := range []struct {
		bit  byte
		took time.Duration
	}{{hasDNS, r.DNS}, {hasConnect, r.Connect}, {hasTLS, r.TLS}, {hasFirst, r.First}} {
		if put(d.bit, d.took > 0) {
			b = binary.AppendUvarint(b, uint64(d.took.Microseconds()))
		}
	}
	b = binary.AppendUvarint(b, uint64(max(0, r.Took.Microseconds())))
	if put(hasStatus, r.Status != 0 || r.Bytes != 0) {
		b = binary.AppendUvarint(b, uint64(max(0, r.Status)))
		b = binary.AppendUvarint(b, uint64(max(0, r.Bytes)))
	}
	if put(hasServer, r.Server.IsValid()) {
		ip := r.Server.Addr().WithZone("").AsSlice()
		b = append(append(b, byte(len(ip))), ip...)
		b = binary.AppendUvarint(b, uint64(r.Server.Port()))
	}
	if put(hasCert, !r.CertEnds.IsZero()) {
		b = binary.AppendVarint(b, r.CertEnds.Unix()-r.At.Unix())
	}
	if r.proxy > 0 {
		b = binary.AppendUvarint(b, uint64(r.proxy))
	}
	return b
}

func appendText(b []byte, s string) []byte {
	s = s[:min(len(s), maxSpelled)]
	return append(append(b, byte(len(s))), s...)
}

var errGarbled = errors.New("a value in the history cannot be read")

// in reads numbers from a value; after the first that is not there it is failed and reads zeros.
type in struct {
	b      []byte
	failed bool
}

func (i *in) number() int64 {
	n, size := binary.Uvarint(i.b)
	if size <= 0 || n > 1<<62 {
		i.failed, i.b = true, nil
		return 0
	}
	i.b = i.b[size:]
	return int64(n)
}

func (i *in) signed() int64 {
	n, size := binary.Varint(i.b)
	if size <= 0 || n > 1<<61 || n < -1<<61 {
		i.failed, i.b = true, nil
		return 0
	}
	i.b = i.b[size:]
	return n
}

func (i *in) bytes(n int) []byte {
	if n > len(i.b) {
		i.failed, i.b = true, nil
		return nil
	}
	b := i.b[:n]
	i.b = i.b[n:]
	return b
}

func (i *in) octet() byte {
	if b := i.bytes(1); b != nil {
		return b[0]
	}
	return 0
}

func (i *in) text() string { return string(i.bytes(int(min(i.octet(), maxSpelled)))) }

// micros is a span of time; a damaged value ends at an hour.
func (i *in) micros() time.Duration {
	return time.Duration(min(i.number(), time.Hour.Microseconds())) * time.Microsecond
}

// eachProbe calls f for every probe of the row with a key; a value that is cut off or garbled gives
// those before the damage, and an error.
func eachProbe(key int64, value []byte, f func(stored)) error {
	i := &in{b: value}
	base := key + i.signed()
	for len(i.b) > 0 {
		r, ok := i.probe(base)
		if !ok {
			return errGarbled
		}
		f(r)
	}
	return nil
}

func (i *in) probe(base int64) (r stored, ok bool) {
	r.address = i.number()
	at := base + i.micros().Microseconds()
	r.At = time.UnixMicro(at).UTC()
	how := i.octet()
	if step := int(how & 7); step < len(steps) {
		r.Ended = steps[step]
	} else {
		return r, false
	}
	switch version := int(how &^ hasProxy >> 3); {
	case version < len(versions):
		r.Version = versions[version]
	case version == spelledVersion:
		r.Version = i.text()
	}
	switch kind := int(i.octet()); {
	case kind < len(kinds):
		r.Kind = kinds[kind]
	case kind == spelledKind:
		r.Kind = wire.Kind(i.text())
	default:
		r.Kind = wire.Other
	}
	mask := i.octet()
	if mask&hasDue != 0 {
		r.Due = time.UnixMicro(at - i.signed()).UTC()
	}
	for _, d := range []struct {
		bit  byte
		into *time.Duration
	}{{hasDNS, &r.DNS}, {hasConnect, &r.Connect}, {hasTLS, &r.TLS}, {hasFirst, &r.First}} {
		if mask&d.bit != 0 {
			*d.into = i.micros()
		}
	}
	r.Took = i.micros()
	if mask&hasStatus != 0 {
		r.Status, r.Bytes = int(min(i.number(), 1<<30)), int(min(i.number(), 1<<30))
	}
	if mask&hasServer != 0 {
		ip, good := netip.AddrFromSlice(i.bytes(int(i.octet())))
		i.failed = i.failed || !good
		r.Server = netip.AddrPortFrom(ip, uint16(i.number()))
	}
	if mask&hasCert != 0 {
		r.CertEnds = time.Unix(r.At.Unix()+i.signed(), 0).UTC()
	}
	if how&hasProxy != 0 {
		r.proxy = i.number()
	}
	return r, !i.failed
}
