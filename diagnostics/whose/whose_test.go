package whose

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
)

// book is a DNS that knows what is written in it, and takes its time.
type book struct {
	takes time.Duration
	names map[string]string
	texts map[string]string

	mu    sync.Mutex
	asked []string
}

func (b *book) wait(ctx context.Context, what string) error {
	b.mu.Lock()
	b.asked = append(b.asked, what)
	b.mu.Unlock()
	select {
	case <-time.After(b.takes):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (b *book) LookupAddr(ctx context.Context, addr string) ([]string, error) {
	if err := b.wait(ctx, addr); err != nil {
		return nil, err
	}
	if n, ok := b.names[addr]; ok {
		return []string{n}, nil
	}
	return nil, errors.New("no such name")
}

func (b *book) LookupTXT(ctx context.Context, name string) ([]string, error) {
	if err := b.wait(ctx, name); err != nil {
		return nil, err
	}
	if t, ok := b.texts[name]; ok {
		return []string{t}, nil
	}
	return nil, errors.New("no such name")
}

func dns(takes time.Duration) *book {
	return &book{
		takes: takes,
		names: map[string]string{"192.168.1.1": "fritz.box.", "192.0.2.7": "core1.\x1b[31mprovider.example."},
		texts: map[string]string{
			"7.2.0.192.origin.asn.cymru.com.": "64500 64501 | 192.0.2.0/24 | DE | ripencc | 2001-01-01",
			"AS64500.asn.cymru.com.":          "64500 | DE | ripencc | 2001-01-01 | PROVIDER-AS Provider GmbH, DE",
			"1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.origin6.asn.cymru.com.": "64500 | 2001:db8::/32 | DE | ripencc | ",
		},
	}
}

func TestBook(t *testing.T) {
	a, private, six := netip.MustParseAddr("192.0.2.7"), netip.MustParseAddr("192.168.1.1"), netip.MustParseAddr("2001:db8::1")
	for _, x := range []struct {
		names, networks bool
		want            map[netip.Addr]Owner
		asked           int
	}{
		{false, false, map[netip.Addr]Owner{}, 0},
		{true, false, map[netip.Addr]Owner{private: {Name: "fritz.box"}}, 3},
		{false, true, map[netip.Addr]Owner{a: {AS: 64500, Network: "PROVIDER-AS Provider GmbH, DE"}, six: {AS: 64500, Network: "PROVIDER-AS Provider GmbH, DE"}}, 4},
	} {
		synctest.Test(t, func(t *testing.T) {
			d := dns(30 * time.Millisecond)
			b := &Book{Names: x.names, Networks: x.networks, DNS: d}
			for range 3 { // each is asked once
				for _, addr := range []netip.Addr{a, private, six} {
					b.Ask(t.Context(), addr)
				}
			}
			b.Settle(t.Context(), time.Second)
			for addr, want := range x.want {
				if got := b.Of(addr); got != want {
					t.Errorf("%s: %+v, want %+v", addr, got, want)
				}
			}
			if len(d.asked) != x.asked {
				t.Errorf("asked %q", d.asked)
			}
			if x.names && strings.ContainsFunc(b.Of(a).Name, unicode.IsControl) {
				t.Errorf("%q", b.Of(a).Name)
			}
		})
	}
}

// TestSettleIsBounded holds that slow servers keep nobody waiting longer than that.
func TestSettleIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := &Book{Names: true, DNS: dns(time.Hour)}
		b.Ask(t.Context(), netip.MustParseAddr("192.0.2.7"))
		start := time.Now()
		b.Settle(t.Context(), 300*time.Millisecond)
		if took := time.Since(start); took != 300*time.Millisecond {
			t.Errorf("%v", took)
		}
		if (&Book{}).Of(netip.Addr{}) != (Owner{}) || (*Book)(nil).Of(netip.Addr{}) != (Owner{}) {
			t.Error("an empty book knows something")
		}
	})
}

func FuzzCymru(f *testing.F) {
	f.Add("23028 | 216.90.108.0/24 | US | arin | 1998-09-25")
	f.Add("23028 | US | arin | 2002-01-04 | TEAMCYMRU, US")
	f.Add("| | | |")
	f.Add("99999999999 |")
	f.Fuzz(func(t *testing.T, text string) {
		as := readOrigin(text)
		if name := readNetwork(text, as); strings.ContainsFunc(name, unicode.IsControl) || len(name) > 4*maxName+8 {
			t.Errorf("%q", name)
		}
	})
}
