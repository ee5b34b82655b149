//go:build browsers

package clean

import (
	"bufio"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/waymend/waymend/platform/browser"
)

// These tests drive real browsers in a network namespace of their own, against servers on its
// loopback, with a home of their own:
//
//	go test -tags browsers -run Real ./platform/browser/clean

// inNamespace tells whether the test is without any network but a loopback. If not, it has run it
// so, and its caller is done.
func inNamespace(t *testing.T) bool {
	t.Helper()
	if os.Getenv("CLEAN_NAMESPACE") != "" {
		if out, err := exec.Command("ip", "link", "set", "lo", "up").CombinedOutput(); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		return true
	}
	cmd := exec.Command("unshare", "-n", "--", os.Args[0], "-test.run=^"+t.Name()+"$", "-test.v", "-test.timeout=1h")
	cmd.Env = append(os.Environ(), "CLEAN_NAMESPACE=1")
	out, err := cmd.CombinedOutput()
	switch {
	case strings.Contains(string(out), "Operation not permitted"):
		t.Skip("no network namespace can be made here")
	case err != nil:
		t.Fatalf("%v\n%s", err, out)
	case strings.Contains(string(out), "--- SKIP"):
		t.Skipf("%s", out)
	}
	t.Logf("%s", out)
	return false
}

// web is all websites there are. It notes what was asked of it.
type web struct {
	sync.Mutex
	hosts  []string
	asked  map[string][]string // host -> path and cookie
	done   chan struct{}
	scheme string // of what is embedded
}

// Every page is kept by the browser for a day, and leads to the next host's. It embeds a script
// that is kept, a picture that never is, and a picture of another site that sets a cookie.
func (w *web) ServeHTTP(out http.ResponseWriter, in *http.Request) {
	host, _, ok := strings.Cut(in.Host, ":")
	if !ok {
		host = in.Host
	}
	w.Lock()
	defer w.Unlock()
	w.asked[host] = append(w.asked[host], in.URL.Path+" "+in.Header.Get("Cookie"))
	head := out.Header()
	keep := "max-age=86400, public"
	switch in.URL.Path {
	case "/page":
		head.Set("Set-Cookie", "id="+host+"; Max-Age=864000; Path=/")
		head.Set("Cache-Control", keep)
		head.Set("Content-Type", "text/html")
		next := "http://" + w.hosts[0] + "/done"
		for i, h := range w.hosts[:len(w.hosts)-1] {
			if h == host {
				next = "http://" + w.hosts[i+1] + "/page"
			}
		}
		fmt.Fprintf(out, `<!doctype html><title>%s</title><body onload="location.href='%s'"><script src="/big.js"></script>
			<img src="/ping"><img src="%s://cdn.test/chip">`, host, next, w.scheme)
	case "/big.js":
		head.Set("Cache-Control", keep)
		head.Set("Content-Type", "text/javascript")
		io.WriteString(out, "var x='"+strings.Repeat("y", 4000)+"'")
	case "/chip":
		head.Set("Set-Cookie", "chip=1; Max-Age=864000; Path=/; Secure; SameSite=None; Partitioned")
		if w.scheme == "http" {
			head.Set("Set-Cookie", "chip=1; Max-Age=864000; Path=/")
		}
		head.Set("Cache-Control", keep)
	case "/done":
		head.Set("Cache-Control", "no-store")
		select {
		case w.done <- struct{}{}:
		default:
		}
	default:
		head.Set("Cache-Control", "no-store")
	}
}

func serve(t *testing.T, w *web) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), DNSNames: []string{"cdn.test"}, NotAfter: time.Now().Add(time.Hour)}
	cert, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	must(t, err)
	server := &http.Server{Handler: w, ErrorLog: log.New(io.Discard, "", 0),
		TLSConfig: &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{cert}, PrivateKey: key}}}}
	plain, err := net.Listen("tcp", "127.0.0.1:80")
	must(t, err)
	secure, err := net.Listen("tcp", "127.0.0.1:443")
	must(t, err)
	go server.Serve(plain)
	go server.ServeTLS(secure, "", "")
	t.Cleanup(func() { server.Close() })
}

// product is a browser that the tests can drive.
type product struct {
	name   string
	scheme string
	start  func(t *testing.T, home, url string) *exec.Cmd
	quit   func(t *testing.T, cmd *exec.Cmd)
	prep   func(w *world)
}

func run(t *testing.T, home, name string, args ...string) *exec.Cmd {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skip("not installed:", name)
	}
	cmd := exec.Command(path, args...)
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME=", "XDG_CACHE_HOME=", "MOZ_LEGACY_HOME=1", "DBUS_SESSION_BUS_ADDRESS=disabled:")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	must(t, cmd.Start())
	t.Cleanup(func() { syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	return cmd
}

var chromiumProduct = product{
	name: "Chromium", scheme: "https",
	start: func(t *testing.T, home, url string) *exec.Cmd {
		return run(t, home, "chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--password-store=basic", "--no-first-run",
			"--user-data-dir="+home+"/.config/chromium", "--disable-features=HttpsUpgrades,HttpsFirstBalancedModeAutoEnable",
			"--host-resolver-rules=MAP * 127.0.0.1", "--ignore-certificate-errors", "--disable-component-update",
			"--disable-background-networking", url)
	},
	quit: func(t *testing.T, cmd *exec.Cmd) { must(t, cmd.Process.Signal(syscall.SIGINT)) },
	prep: func(w *world) {
		w.put(w.home+"/.config/chromium/Default/Bookmarks", `{"checksum":"","roots":{"bookmark_bar":{"children":[{"date_added":"1","guid":"00000000-0000-4000-a000-00000000000a","id":"5","name":"kept","type":"url","url":"http://kept.test/"}],"guid":"0bc5d13f-2cba-5d74-951f-3f233fe6c908","id":"1","name":"Bookmarks bar","type":"folder"},"other":{"children":[],"guid":"82b081ec-3dd3-529c-8475-ab6c344590dd","id":"2","name":"Other","type":"folder"},"synced":{"children":[],"guid":"4cf2e351-0e85-532b-bb37-df045d8f8d0f","id":"3","name":"Mobile","type":"folder"}},"version":1}`)
	},
}

var firefoxProduct = product{
	name: "Firefox", scheme: "http",
	start: func(t *testing.T, home, url string) *exec.Cmd {
		return run(t, home, "firefox-esr", "--headless", "--no-remote", "--marionette", "-P", "a", url)
	},
	quit: quitFirefox,
	prep: func(w *world) {
		w.put(w.home+"/.mozilla/firefox/profiles.ini", "[Profile0]\nName=a\nIsRelative=1\nPath=ab.a\nDefault=1\n\n[General]\nStartWithLastProfile=1\nVersion=2\n")
		w.put(w.home+"/.mozilla/firefox/ab.a/logins.json", `{"nextId":1,"logins":[],"potentiallyVulnerablePasswords":[],"dismissedBreachAlertsByLoginGUID":{},"version":3}`)
		w.put(w.home+"/.mozilla/firefox/ab.a/user.js", `
user_pref("network.dns.forceResolve", "127.0.0.1");
user_pref("network.dns.disableIPv6", true);
user_pref("dom.security.https_first", false);
user_pref("browser.shell.checkDefaultBrowser", false);
user_pref("datareporting.policy.dataSubmissionEnabled", false);
user_pref("browser.cache.disk.smart_size.enabled", false);
user_pref("network.captive-portal-service.enabled", false);
user_pref("network.connectivity-service.enabled", false);
user_pref("app.update.enabled", false);
`)
	},
}

// quitFirefox asks as its own driver does: it knows no signal that ends it in order.
func quitFirefox(t *testing.T, _ *exec.Cmd) {
	t.Helper()
	var conn net.Conn
	var err error
	for range 100 {
		if conn, err = net.Dial("tcp", "127.0.0.1:2828"); err == nil {
			break
		}
		time.Sleep(100 * time.Millisecond)
	}
	must(t, err)
	defer conn.Close()
	must(t, conn.SetDeadline(time.Now().Add(30*time.Second)))
	r := bufio.NewReader(conn)
	receive := func() {
		length, err := r.ReadString(':')
		if err != nil {
			return
		}
		var n int
		fmt.Sscan(strings.TrimSuffix(length, ":"), &n)
		io.CopyN(io.Discard, r, int64(n))
	}
	receive()
	for i, command := range []string{`["WebDriver:NewSession",{}]`, `["Marionette:Quit",{"flags":["eAttemptQuit"]}]`} {
		message := fmt.Sprintf("[0,%d,%s", i+1, command[1:])
		fmt.Fprintf(conn, "%d:%s", len(message), message)
		receive()
	}
}

// tour has the browser visit all hosts and then close; it returns what they were asked.
func (p product) tour(t *testing.T, w *web, home string) map[string][]string {
	t.Helper()
	w.Lock()
	w.asked, w.done = map[string][]string{}, make(chan struct{}, 1)
	first := "http://" + w.hosts[0] + "/page"
	w.Unlock()
	cmd := p.start(t, home, first)
	select {
	case <-w.done:
	case <-time.After(3 * time.Minute):
		t.Fatal("the browser did not visit all sites")
	}
	p.quit(t, cmd)
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case <-ended:
	case <-time.After(30 * time.Second):
		t.Fatal("the browser did not close")
	}
	w.Lock()
	defer w.Unlock()
	return w.asked
}

func (p product) world(t *testing.T) *world {
	t.Helper()
	home, err := os.MkdirTemp("", "clean-")
	must(t, err)
	t.Cleanup(func() { os.RemoveAll(home) })
	w := newWorld(t, home)
	w.System.Now = time.Now
	p.prep(w)
	return w
}

// profile is the one that the browser made.
func (w *world) profile() browser.Profile {
	w.t.Helper()
	var list []browser.Profile
	for range 50 { // the last of its processes may take a moment to end
		list = w.System.Profiles(context.Background())
		if len(list) == 1 && w.System.State(list[0]).State == browser.Stopped {
			return list[0]
		}
		time.Sleep(100 * time.Millisecond)
	}
	w.t.Fatalf("profiles %+v", list)
	return browser.Profile{}
}

// chips lists the sites below which cdn.test keeps a cookie.
func (w *world) chips(p browser.Profile) []string {
	if p.Family.Engine == browser.Gecko {
		return rows(w.t, p.Dir+"/cookies.sqlite", "SELECT originAttributes, '' FROM moz_cookies WHERE host = 'cdn.test' AND originAttributes <> '' AND originAttributes LIKE '%site1%'")
	}
	return rows(w.t, p.Dir+"/Cookies", "SELECT top_frame_site_key, '' FROM cookies WHERE host_key = 'cdn.test' AND top_frame_site_key LIKE '%site1%'")
}

func neighbours() (list []string) {
	list = []string{"notsite1.test", "xsite1.test", "site1.test.other.test", "bob.github.io", "cdn.test"}
	for i := range 200 {
		list = append(list, fmt.Sprintf("s%d.test", i))
	}
	return list
}

var targets = []string{"site1.test", "www.site1.test", "a.b.site1.test", "alice.github.io"}

func testRealSite(t *testing.T, p product) {
	if !inNamespace(t) {
		return
	}
	w := p.world(t)
	net := &web{hosts: append(append([]string{}, targets...), neighbours()...), scheme: p.scheme}
	serve(t, net)
	p.tour(t, net, w.home)
	profile := w.profile()
	again := p.tour(t, net, w.home) // all is in the cache now, or the test shows nothing
	for _, host := range net.hosts {
		if got := strings.Join(again[host], ","); strings.Contains(got, "/big.js") {
			t.Fatalf("%s was not kept: %s", host, got)
		}
	}
	w.profile()

	if p.name == "Chromium" { // it takes partitioned cookies only on pages with https: these are copies of one of its own
		for _, site := range []string{"site1.test", "notsite1.test", "site1.test.other.test"} {
			makeDatabase(t, profile.Dir+"/Cookies", "CREATE TEMP TABLE one AS SELECT * FROM cookies WHERE host_key = 'cdn.test' LIMIT 1",
				"UPDATE one SET name = 'chip', top_frame_site_key = 'https://"+site+"'", "INSERT INTO cookies SELECT * FROM one")
		}
	}
	chips := w.chips(profile)
	t.Logf("cookies kept below a site: %q", chips)
	for _, address := range []string{"http://www.site1.test/page", "alice.github.io"} {
		start := time.Now()
		plan := w.plan(Request{Profiles: []browser.Profile{profile}, Site: siteOf(t, address), Cookies: true, Pages: true})
		result := w.apply(plan)
		t.Logf("%s, %s: %d cookies, %d files, %d refused, %v", p.name, address, result.Rows, result.Files, len(result.Refused), time.Since(start))
		if len(result.Refused) > 0 || result.Rows == 0 || result.Files == 0 {
			t.Errorf("result %+v", result)
		}
		if _, err := w.Delete(context.Background(), result.ID, Quickly, nil); err != nil {
			t.Error(err)
		}
	}
	if left := w.chips(profile); len(chips) < 2 || len(left) != len(chips)-1 || strings.Contains(strings.Join(left, ","), "2Csite1.test%") || slices.Contains(left, "https://site1.test ") {
		t.Errorf("cookies kept below a site: %q, were %q", left, chips)
	}
	asked := p.tour(t, net, w.home)
	for _, host := range targets {
		got := asked[host]
		if len(got) == 0 || got[0] != "/page " || !strings.Contains(strings.Join(got, ","), "/big.js") {
			t.Errorf("%s was asked %q, want the page without cookies and the script", host, got)
		}
	}
	for _, host := range neighbours() {
		for _, request := range asked[host] {
			path, cookie, _ := strings.Cut(request, " ")
			switch {
			case path == "/page", path == "/big.js":
				t.Errorf("%s was asked again for %s", host, path)
			case path == "/ping" && !strings.HasPrefix(cookie, "id="+host):
				t.Errorf("%s got the cookie %q", host, cookie)
			}
		}
		if host != "cdn.test" && len(asked[host]) == 0 {
			t.Errorf("%s was not visited", host)
		}
	}
	w.profile()
	if p.name == "Chromium" {
		b, err := os.ReadFile(filepath.Join(profile.Dir, "Bookmarks"))
		must(t, err)
		if !json.Valid(b) || !strings.Contains(string(b), "kept.test") {
			t.Errorf("bookmarks: %s", b)
		}
	}
}

func TestRealChromiumSite(t *testing.T) { testRealSite(t, chromiumProduct) }

func TestRealFirefoxSite(t *testing.T) { testRealSite(t, firefoxProduct) }
