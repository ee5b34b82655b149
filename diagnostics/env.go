package diagnostics

import (
	"context"
	"crypto/x509"
	"net/netip"
	"time"

	"github.com/waymend/waymend/platform"
)

// Env is all that a check may use.
type Env struct {
	Host       platform.Host
	Target     Target
	References References
	// Roots are the trusted certificate authorities; nil means the system's own.
	Roots func() *x509.CertPool
	// Now is the computer's wall clock.
	Now func() time.Time
	// Families limits the examination to IPv4 or IPv6; zero means both.
	Family Family
	// Quick leaves out what only adds detail.
	Quick bool
	// Said is what a browser showed instead of the page; nil when nobody told.
	Said *Complaint
	// Facts holds the facts of the checks that the running one needs.
	Facts Facts
	// Asks counts the requests to each host of the target, so that all checks together stay
	// within the six a minute that reasoning allows.
	Asks *Budget
	// Board passes early hints between the running checks.
	Board *Board
	// Lookup is the system's own name lookup; nil means net.DefaultResolver.
	Lookup func(ctx context.Context, network, host string) ([]netip.Addr, error)
}

// Family is an IP family.
type Family int

// Families; Both is the zero value.
const (
	Both Family = 0
	IPv4 Family = 4
	IPv6 Family = 6
)

// Allows reports whether addr belongs to the family.
func (f Family) Allows(addr netip.Addr) bool {
	is4 := addr.Unmap().Is4()
	return f == Both || f == IPv4 && is4 || f == IPv6 && !is4
}

// References is what the examination measures against besides the target.
type References struct {
	Anchors []Anchor // public resolvers of different operators
	SignIn  []Probe  // plain-HTTP probes for sign-in pages
}

// Anchor is one operator's public resolver, reached over ICMP, TCP 443, DNS and DNS over HTTPS.
type Anchor struct {
	Operator string
	V4, V6   netip.Addr
	DoH      string // https://NAME/dns-query; dialled at V4 and V6
}

// Probe is a plain-HTTP page whose answer is known.
type Probe struct {
	URL    string
	Status int
	Body   string // what the body begins with; "" means that it is empty
}

// DefaultReferences are the only ones that the program talks to unless the person configures others.
func DefaultReferences() References {
	a := netip.MustParseAddr
	return References{
		Anchors: []Anchor{
			{"Cloudflare", a("1.1.1.1"), a("2606:4700:4700::1111"), "https://cloudflare-dns.com/dns-query"},
			{"Google", a("8.8.8.8"), a("2001:4860:4860::8888"), "https://dns.google/dns-query"},
			{"Quad9", a("9.9.9.9"), a("2620:fe::fe"), "https://dns.quad9.net/dns-query"},
			{"OpenDNS", a("208.67.222.222"), a("2620:119:35::35"), "https://doh.opendns.com/dns-query"},
		},
		SignIn: []Probe{
			{"http://connectivitycheck.gstatic.com/generate_204", 204, ""},
			{"http://www.msftconnecttest.com/connecttest.txt", 200, "Microsoft Connect Test"},
			{"http://detectportal.firefox.com/success.txt", 200, "success"},
		},
	}
}
