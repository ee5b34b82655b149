//go:build browsers

package clean

import (
	"context"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// testRealCrash kills a clearing at random points and has the browser start on what is left.
func testRealCrash(t *testing.T, p product) {
	if !inNamespace(t) {
		return
	}
	w := p.world(t)
	bystanders := append([]string{"notsite1.test", "site1.test.other.test", "bob.github.io"}, neighbours()[5:25]...)
	net := &web{hosts: append(append([]string{}, targets...), bystanders...), scheme: p.scheme}
	serve(t, net)
	p.tour(t, net, w.home)
	profile := w.profile()
	killed := 0
	for n := range rounds() {
		keep := others(t, w.home)
		var env []string
		if n%2 == 0 {
			env = append(env, "CLEAN_CRASH_CACHES=1")
		}
		if n%5 == 0 {
			env = append(env, "CLEAN_CRASH_UNDO=1")
		}
		if !crash(t, w.home, time.Duration(rand.IntN(80_000))*time.Microsecond, env...) {
			killed++
		}
		if n%4 != 1 { // else the browser starts before this program does
			w.clock = time.Now().Add(2 * w.Keep)
			w.System.Now = func() time.Time { return w.clock }
			for _, r := range w.Resume(context.Background(), Quickly) {
				if len(r.Refused) > 0 {
					t.Errorf("resumed with %+v", r.Refused)
				}
			}
			w.System.Now = time.Now
		}
		for name, hash := range others(t, w.home) {
			if keep[name] != hash {
				t.Errorf("%s was changed", name)
			}
			delete(keep, name)
		}
		if len(keep) > 0 {
			t.Errorf("lost: %v", keep)
		}
		asked := p.tour(t, net, w.home)
		for _, host := range bystanders {
			if len(asked[host]) == 0 {
				t.Errorf("%s was not visited", host)
			}
			for _, request := range asked[host] {
				path, cookie, _ := strings.Cut(request, " ")
				if path != "/favicon.ico" && !strings.HasPrefix(cookie, "id="+host) {
					t.Errorf("%s was asked for %s with the cookie %q", host, path, cookie)
				}
			}
		}
		w.profile()
		if t.Failed() {
			t.Fatalf("in round %d", n)
		}
	}
	t.Logf("%s: %d of %d were killed in the middle; profile %s", p.name, killed, rounds(), profile.Name)
}

func TestRealChromiumCrash(t *testing.T) { testRealCrash(t, chromiumProduct) }

func TestRealFirefoxCrash(t *testing.T) { testRealCrash(t, firefoxProduct) }
