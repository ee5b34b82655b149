package probe

import (
	"bytes"
	"encoding/binary"
	"net/netip"
	"strings"

	"golang.org/x/net/dns/dnsmessage"
)

const (
	// headerSize of a DNS message, bytes (RFC 1035 section 4.1.1).
	headerSize = 12
	// maxAliases: deeper chains of CNAME records are cut off by resolvers, too.
	maxAliases = 16
	// maxFound bounds the addresses that are kept of one answer.
	maxFound = 16
)

// Families as the DNS calls them.
const (
	typeA    = uint16(dnsmessage.TypeA)
	typeAAAA = uint16(dnsmessage.TypeAAAA)
)

// wireName is a name as it stands in a message (RFC 1035 section 3.1).
func wireName(name string) ([]byte, bool) {
	b := make([]byte, 0, len(name)+2)
	for label := range strings.SplitSeq(strings.TrimSuffix(name, "."), ".") {
		if len(label) == 0 || len(label) > 63 {
			return nil, false
		}
		b = append(append(b, byte(len(label))), label...)
	}
	b = append(b, 0)
	return b, len(b) <= 255
}

// message is a question for one family.
func message(space []byte, id uint16, name []byte, family uint16) []byte {
	b := binary.BigEndian.AppendUint16(space[:0], id)
	b = append(b, 1, 0 /* recursion is desired */, 0, 1 /* question */, 0, 0, 0, 0, 0, 0)
	b = append(b, name...)
	b = binary.BigEndian.AppendUint16(b, family)
	return binary.BigEndian.AppendUint16(b, uint16(dnsmessage.ClassINET))
}

// answers reports whether a message answers the question for the name and family, so that it is not
// somebody else's or a guess. Some servers leave the question out of an error.
func answers(b, name []byte, family uint16) bool {
	if len(b) < headerSize || b[2]&0x80 == 0 {
		return false
	}
	switch binary.BigEndian.Uint16(b[4:]) {
	case 0:
		return b[3]&0xf != byte(dnsmessage.RCodeSuccess) && binary.BigEndian.Uint16(b[6:]) == 0
	case 1:
	default:
		return false
	}
	q := b[headerSize:]
	return len(q) >= len(name)+4 && bytes.EqualFold(q[:len(name)], name) &&
		binary.BigEndian.Uint16(q[len(name):]) == family &&
		binary.BigEndian.Uint16(q[len(name)+2:]) == uint16(dnsmessage.ClassINET)
}

// parse reads an answer to the question for the name, whose addresses may stand behind aliases.
func parse(b []byte, name string, family uint16) (r reply) {
	r.family = family
	var p dnsmessage.Parser
	h, err := p.Start(b)
	if err != nil {
		r.err = errBadMessage
		return r
	}
	switch {
	case h.RCode == dnsmessage.RCodeNameError:
		r.err = errNoName
		return r
	case h.RCode != dnsmessage.RCodeSuccess:
		r.err = errCannot
		return r
	case h.Truncated:
		r.cut = true
		return r
	}
	var found records
	if p.SkipAllQuestions() != nil || found.read(&p) != nil {
		r.err = errBadMessage
		return r
	}
	if r.addrs = found.of(name); len(r.addrs) == 0 {
		r.err = errNoAddr
	}
	return r
}

// records are the ones of an answer that matter.
type records struct {
	aliases []record
	addrs   []record
}

type record struct {
	owner  string
	target string // of an alias
	addr   netip.Addr
}

func (f *records) read(p *dnsmessage.Parser) error {
	for {
		h, err := p.AnswerHeader()
		if err == dnsmessage.ErrSectionDone {
			return nil
		}
		if err != nil {
			return err
		}
		r := record{}
		switch {
		case h.Class != dnsmessage.ClassINET:
			err = p.SkipAnswer()
		case h.Type == dnsmessage.TypeA:
			var a dnsmessage.AResource
			a, err = p.AResource()
			r.addr = netip.AddrFrom4(a.A)
		case h.Type == dnsmessage.TypeAAAA:
			var a dnsmessage.AAAAResource
			a, err = p.AAAAResource()
			r.addr = netip.AddrFrom16(a.AAAA).Unmap()
		case h.Type == dnsmessage.TypeCNAME:
			var c dnsmessage.CNAMEResource
			c, err = p.CNAMEResource()
			r.target = c.CNAME.String()
		default:
			err = p.SkipAnswer()
		}
		if err != nil {
			return err
		}
		r.owner = h.Name.String()
		switch {
		case r.target != "" && len(f.aliases) < maxAliases:
			f.aliases = append(f.aliases, r)
		case r.addr.IsValid() && len(f.addrs) < maxFound:
			f.addrs = append(f.addrs, r)
		}
	}
}

// of returns the addresses at the end of the name's aliases, and nothing that was slipped in beside.
func (f *records) of(name string) (list []netip.Addr) {
	at := strings.TrimSuffix(name, ".") + "."
	for range f.aliases {
		next := ""
		for _, a := range f.aliases {
			if strings.EqualFold(a.owner, at) {
				next = a.target
			}
		}
		if next == "" {
			break
		}
		at = next
	}
	for _, a := range f.addrs {
		if strings.EqualFold(a.owner, at) {
			list = append(list, a.addr)
		}
	}
	return list
}
