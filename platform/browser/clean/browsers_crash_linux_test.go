//go:build browsers

package clean

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/pbkdf2"
	"crypto/sha1"
	"encoding/hex"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/platform/browser"
)

// enrich gives a profile a login and a bookmark.
func enrich(t *testing.T, p browser.Profile) {
	t.Helper()
	if p.Family.Engine == browser.Gecko {
		makeDatabase(t, p.Dir+"/places.sqlite", `INSERT INTO moz_bookmarks (type, fk, parent, position, title, dateAdded, lastModified, guid)
			VALUES (1, (SELECT min(id) FROM moz_places), 3, 0, 'kept', 1700000000000000, 1700000000000000, 'keptkeptkept')`)
		must(t, os.WriteFile(p.Dir+"/logins.json", []byte(`{"nextId":2,"logins":[{"id":1,"hostname":"https://kept.test","httpRealm":null,
			"formSubmitURL":"https://kept.test","usernameField":"u","passwordField":"p","encryptedUsername":"MDIEEPgAAAAAAAAAAAAAAAAAAAEwFAYIKoZIhvcNAwcECAxGIxfAIZwqBAh8nwiUUNLtsw==",
			"encryptedPassword":"MDIEEPgAAAAAAAAAAAAAAAAAAAEwFAYIKoZIhvcNAwcECAxGIxfAIZwqBAh8nwiUUNLtsw==","guid":"{0e2a4f0e-51b4-4c6c-8c83-1d4f2b5d7c11}","encType":1,
			"timeCreated":1700000000000,"timeLastUsed":1700000000000,"timePasswordChanged":1700000000000,"timesUsed":1}],
			"potentiallyVulnerablePasswords":[],"dismissedBreachAlertsByLoginGUID":{},"version":3}`), 0o600))
		return
	}
	// As Chromium encrypts without a keyring (components/os_crypt/sync/os_crypt_linux.cc).
	key, err := pbkdf2.Key(sha1.New, "peanuts", []byte("saltysalt"), 1, 16)
	must(t, err)
	block, err := aes.NewCipher(key)
	must(t, err)
	secret := []byte("secret\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a\x0a")
	cipher.NewCBCEncrypter(block, bytes.Repeat([]byte(" "), 16)).CryptBlocks(secret, secret)
	makeDatabase(t, p.Dir+"/Login Data", `INSERT INTO logins (origin_url, action_url, username_element, username_value, password_element, password_value,
		signon_realm, date_created, blacklisted_by_user, scheme, password_type, times_used)
		VALUES ('https://kept.test/', '', '', 'anna', '', x'`+hex.EncodeToString(append([]byte("v10"), secret...))+`', 'https://kept.test/', 13300000000000000, 0, 0, 0, 1)`)
}

// checkRiches looks for the login and the bookmark after the browser has been at work.
func checkRiches(t *testing.T, p browser.Profile) {
	t.Helper()
	bookmarks, logins := p.Dir+"/Bookmarks", ""
	if p.Family.Engine == browser.Gecko {
		bookmarks, logins = p.Dir+"/logins.json", strings.Join(rows(t, p.Dir+"/places.sqlite", "SELECT title, guid FROM moz_bookmarks WHERE guid = 'keptkeptkept'"), ",")
	} else {
		logins = strings.Join(rows(t, p.Dir+"/Login Data", "SELECT 'kept ' || username_value, origin_url FROM logins"), ",")
	}
	b, err := os.ReadFile(bookmarks)
	if err != nil || !strings.Contains(string(b), "kept.test") {
		t.Errorf("%s: %v, %.300s", bookmarks, err, b)
	}
	if !strings.Contains(logins, "kept") {
		t.Errorf("%s: %q", p.Dir, logins)
	}
}

// testRealCrash kills clearings of a real profile at random points. After each, nothing is missing
// that is no clearing's business; after every tenth, and after each that left what was not seen
// before, the browser starts on it and goes to its sites.
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
	enrich(t, profile)
	p.tour(t, net, w.home)
	checkRiches(t, w.profile())
	full := t.TempDir() + "/full" // what each round begins with
	command(t, "cp", "-a", w.home, full)
	keep, cookies := others(t, w.home), w.foreign(profile)
	k, starts := killer{}, 0
	for n := range rounds() {
		command(t, "rm", "-rf", w.home)
		command(t, "cp", "-a", full, w.home)
		var env []string
		if n%2 == 0 {
			env = append(env, "CLEAN_CRASH_CACHES=1")
		}
		if n%5 == 0 {
			env = append(env, "CLEAN_CRASH_UNDO=1")
		}
		_, state := k.crash(t, w, env...)
		if n%4 != 1 { // else the browser starts before this program does
			w.resumeLater(t)
		}
		now := others(t, w.home)
		for name, hash := range keep {
			if now[name] != hash {
				t.Errorf("%s was changed or is gone", name)
			}
		}
		if len(now) != len(keep) {
			t.Errorf("there are %d files, were %d", len(now), len(keep))
		}
		if got := w.foreign(profile); !slices.Equal(got, cookies) {
			t.Errorf("cookies of other sites: %d, were %d", len(got), len(cookies))
		}
		if n%10 == 9 || k.found[state] == 1 {
			starts++
			checkTour(t, p.tour(t, net, w.home), bystanders)
			checkRiches(t, w.profile())
			w.resumeLater(t)
		}
		if t.Failed() {
			t.Fatalf("in round %d, which left %s", n, state)
		}
	}
	t.Logf("%s, profile %s, started %d times; of %d clearings %s", p.name, profile.Name, starts, rounds(), &k)
}

func command(t *testing.T, name string, args ...string) {
	t.Helper()
	if out, err := exec.Command(name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v %s", name, err, out)
	}
}

// foreign lists the cookies of other sites, after the database has checked itself.
func (w *world) foreign(p browser.Profile) []string {
	file, query := p.Dir+"/Cookies", "SELECT host_key || name || path, top_frame_site_key || hex(encrypted_value) FROM cookies"
	if p.Family.Engine == browser.Gecko {
		file, query = p.Dir+"/cookies.sqlite", "SELECT host || name || path, originAttributes || value FROM moz_cookies"
	}
	if said := rows(w.t, file, "SELECT integrity_check, '' FROM pragma_integrity_check"); !slices.Equal(said, []string{"ok "}) {
		w.t.Errorf("%s: %q", file, said)
	}
	list := slices.DeleteFunc(rows(w.t, file, query), func(row string) bool {
		host, _, _ := strings.Cut(row, "id")
		return siteOf(w.t, "site1.test").hasCookie(host) || strings.Contains(row, "2Csite1.test%29") || strings.Contains(row, "https://site1.test")
	})
	slices.Sort(list)
	return list
}

// resumeLater is the next start of this program, after the time for Undo.
func (w *world) resumeLater(t *testing.T) {
	t.Helper()
	w.clock = time.Now().Add(2 * w.Keep)
	w.System.Now = func() time.Time { return w.clock }
	defer func() { w.System.Now = time.Now }()
	for _, r := range w.Resume(context.Background(), Quickly) {
		if len(r.Refused) > 0 {
			t.Errorf("resumed with %+v", r.Refused)
		}
	}
}

// checkTour tells whether the browser still sent each site its own cookie.
func checkTour(t *testing.T, asked map[string][]string, hosts []string) {
	t.Helper()
	for _, host := range hosts {
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
}

func TestRealChromiumCrash(t *testing.T) { testRealCrash(t, chromiumProduct) }

func TestRealFirefoxCrash(t *testing.T) { testRealCrash(t, firefoxProduct) }
