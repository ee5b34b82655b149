package demo

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/waymend/waymend/app/examine"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics/edge"
	"github.com/waymend/waymend/resources"
)

// seen is what a client saw of one request on a fresh connection.
type seen struct {
	url    string
	status int
	header http.Header
	body   string
	err    error
}

func start(t *testing.T, id string) *Site {
	t.Helper()
	s, err := Start(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// ask requests the site's page without following redirects.
func ask(t *testing.T, s *Site, header http.Header) seen {
	t.Helper()
	transport := &http.Transport{
		DisableKeepAlives: true,
		ForceAttemptHTTP2: true,
		TLSClientConfig:   &tls.Config{RootCAs: s.Roots},
	}
	defer transport.CloseIdleConnections()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, s.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	if header != nil {
		r.Header = header
	}
	answer, err := transport.RoundTrip(r)
	if err != nil {
		return seen{url: s.URL, err: err}
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	return seen{s.URL, answer.StatusCode, answer.Header, string(body), err}
}

func TestScenarios(t *testing.T) {
	checks := map[string]func(t *testing.T, s *Site){
		"healthy":             status(200, ""),
		"nginx-502":           status(502, "nginx"),
		"apache-502":          status(502, "Apache"),
		"haproxy-502":         status(502, ""),
		"cdn-502":             status(502, "cloudflare"),
		"cdn-522":             status(522, "cloudflare"),
		"cdn-trouble":         status(502, "cloudflare"),
		"haproxy-503":         status(503, ""),
		"maintenance":         headerIs(503, "Retry-After", "120"),
		"gateway-timeout":     status(504, "nginx"),
		"internal-error":      status(500, "nginx"),
		"intermittent":        takesTurns,
		"timeout":             staysSilent,
		"expired-certificate": badCertificate(func(err error) bool { return invalid(err, x509.Expired) }),
		"wrong-name":          badCertificate(func(err error) bool { var e x509.HostnameError; return errors.As(err, &e) }),
		"self-signed":         badCertificate(func(err error) bool { var e x509.UnknownAuthorityError; return errors.As(err, &e) }),
		"old-encryption":      speaksOnlyOldTLS,
		"not-encrypted":       speaksNoTLS,
		"redirect-loop":       goesInCircle,
		"empty-reply":         failsWith(func(err error) bool { return errors.Is(err, io.EOF) }),
		"reset": failsWith(func(err error) bool {
			return strings.Contains(err.Error(), "reset") || strings.Contains(err.Error(), "forcibly closed")
		}),
		"truncated":        stopsHalfWay,
		"slow":             status(200, ""),
		"not-found":        onlyPageMissing,
		"rate-limited":     headerIs(429, "Retry-After", "60"),
		"too-many-cookies": refusesCookies,
	}
	for _, sc := range List() {
		check := checks[sc.ID]
		if check == nil {
			t.Errorf("%s has no test", sc.ID)
			continue
		}
		delete(checks, sc.ID)
		t.Run(sc.ID, func(t *testing.T) {
			t.Parallel()
			check(t, start(t, sc.ID))
		})
	}
	for id := range checks {
		t.Errorf("there is no scenario %s", id)
	}
}

// status expects an answer with the status, by the server of that name ("" for any), which the
// tables of package edge read as the scenario's fault.
func status(want int, server string) func(*testing.T, *Site) {
	return func(t *testing.T, s *Site) {
		got := ask(t, s, nil)
		if got.err != nil || got.status != want {
			t.Fatalf("got %d, %v", got.status, got.err)
		}
		if server != "" && got.header.Get("Server") != server {
			t.Errorf("Server: %q", got.header.Get("Server"))
		}
		if _, there := got.header["Date"]; there == strings.HasPrefix(s.Scenario.ID, "haproxy") {
			t.Errorf("Date: %q", got.header["Date"])
		}
		if want >= 400 {
			if w := written(got); w.Fault != s.Scenario.Fault {
				t.Errorf("%s by %s is read as %q, want %q", w.ID, w.Vendor, w.Fault, s.Scenario.Fault)
			}
		}
	}
}

func written(got seen) edge.Writer {
	return edge.Recognise(edge.Answer{Status: got.status, Header: got.header, Body: []byte(got.body), TLS: true, Host: "localhost"})
}

func headerIs(want int, name, value string) func(*testing.T, *Site) {
	return func(t *testing.T, s *Site) {
		status(want, "nginx")(t, s)
		if got := ask(t, s, nil); got.header.Get(name) != value {
			t.Errorf("%s: %q", name, got.header.Get(name))
		}
	}
}

func invalid(err error, reason x509.InvalidReason) bool {
	var e x509.CertificateInvalidError
	return errors.As(err, &e) && e.Reason == reason
}

// badCertificate expects the certificate, and nothing else, to be wrong.
func badCertificate(want func(error) bool) func(*testing.T, *Site) {
	return func(t *testing.T, s *Site) {
		if got := ask(t, s, nil); got.err == nil || !want(got.err) {
			t.Errorf("got %d, %v", got.status, got.err)
		}
		if err := shake(t, s, &tls.Config{InsecureSkipVerify: true}); err != nil {
			t.Errorf("without looking at the certificate: %v", err)
		}
	}
}

// failsWith expects no answer, twice, on fresh connections that could be secured.
func failsWith(want func(error) bool) func(*testing.T, *Site) {
	return func(t *testing.T, s *Site) {
		for range 2 {
			if got := ask(t, s, nil); got.err == nil || !want(got.err) {
				t.Errorf("got %d, %v", got.status, got.err)
			}
		}
		if err := shake(t, s, &tls.Config{RootCAs: s.Roots, ServerName: "localhost"}); err != nil {
			t.Error(err)
		}
	}
}

// shake connects and completes a handshake.
func shake(t *testing.T, s *Site, config *tls.Config) error {
	t.Helper()
	conn := dial(t, s)
	return tls.Client(conn, config).HandshakeContext(t.Context())
}

func dial(t *testing.T, s *Site) net.Conn {
	t.Helper()
	u, err := url.Parse(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	conn, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", u.Host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	return conn
}

// takesTurns expects each address to answer well, badly, and well again.
func takesTurns(t *testing.T, s *Site) {
	for _, l := range s.listeners {
		var got []int
		for range 4 {
			direct := &Site{URL: "https://" + l.Addr().String() + "/", Roots: s.Roots}
			got = append(got, ask(t, direct, nil).status)
		}
		if fmt.Sprint(got) != "[200 502 200 502]" {
			t.Errorf("%s answered %v", l.Addr(), got)
		}
	}
}

// staysSilent expects that the connection is taken and stays open, and that nothing comes.
func staysSilent(t *testing.T, s *Site) {
	conn := dial(t, s)
	if _, err := conn.Write([]byte("\x16\x03\x01\x00\x05hello")); err != nil {
		t.Fatal(err)
	}
	_ = conn.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
	n, err := conn.Read(make([]byte, 1))
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read %d bytes, %v", n, err)
	}
}

func speaksOnlyOldTLS(t *testing.T, s *Site) {
	if err := shake(t, s, &tls.Config{RootCAs: s.Roots, ServerName: "localhost", MinVersion: tls.VersionTLS12}); err == nil {
		t.Error("it speaks TLS 1.2")
	}
	if err := shake(t, s, &tls.Config{RootCAs: s.Roots, ServerName: "localhost", MinVersion: tls.VersionTLS10}); err != nil {
		t.Errorf("TLS 1.0: %v", err)
	}
}

func speaksNoTLS(t *testing.T, s *Site) {
	var record tls.RecordHeaderError
	if err := shake(t, s, &tls.Config{RootCAs: s.Roots, ServerName: "localhost"}); !errors.As(err, &record) {
		t.Errorf("handshake: %v", err)
	}
	s.URL = "http" + strings.TrimPrefix(s.URL, "https")
	if got := ask(t, s, nil); got.status != 200 {
		t.Errorf("plain: %d, %v", got.status, got.err)
	}
}

func goesInCircle(t *testing.T, s *Site) {
	first := s.URL
	for range 2 {
		got := ask(t, s, nil)
		base, err := url.Parse(s.URL)
		if err != nil || got.status != http.StatusFound {
			t.Fatalf("%s answered %d, %v", s.URL, got.status, got.err)
		}
		next, err := base.Parse(got.header.Get("Location"))
		if err != nil || next.String() == s.URL {
			t.Fatalf("%s leads to %v, %v", s.URL, next, err)
		}
		s.URL = next.String()
	}
	if s.URL != first {
		t.Errorf("it ends at %s", s.URL)
	}
}

func stopsHalfWay(t *testing.T, s *Site) {
	got := ask(t, s, nil)
	if got.status != 200 || !errors.Is(got.err, io.ErrUnexpectedEOF) || len(got.body) < 10_000 || got.header.Get("Content-Length") != "48000" {
		t.Errorf("got %d, %d bytes of %s, %v", got.status, len(got.body), got.header.Get("Content-Length"), got.err)
	}
}

func onlyPageMissing(t *testing.T, s *Site) {
	status(404, "nginx")(t, s)
	s.URL = strings.TrimSuffix(s.URL, "no-such-page")
	if got := ask(t, s, nil); got.status != 200 {
		t.Errorf("start page: %d, %v", got.status, got.err)
	}
}

// refusesCookies expects that a request without cookies, and with a few, is answered, and one with
// as many as the made-up browser holds is not.
func refusesCookies(t *testing.T, s *Site) {
	env, err := s.Env(settings.Defaults(), examine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	profiles, err := env.Host.Browsers(t.Context(), "localhost")
	if err != nil || len(profiles) != 1 {
		t.Fatal(profiles, err)
	}
	for size, want := range map[int]int{0: 200, 1000: 200, profiles[0].CookieBytes: 400} {
		got := ask(t, s, http.Header{"Cookie": {strings.Repeat("c", size)}})
		if got.err != nil || got.status != want {
			t.Errorf("%d bytes of cookies: %d, %v", size, got.status, got.err)
		}
		if w := written(got); want == 400 && w.Means != edge.CookiesTooLarge {
			t.Errorf("the refusal is read as %+v", w)
		}
	}
}

// Nothing of this computer or of any network is in a demo.
func TestNothingElseIsExamined(t *testing.T) {
	env, err := start(t, "nginx-502").Env(settings.Defaults(), examine.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if h := env.Host; h.Browsers != nil || h.Links != nil || h.Routes != nil || h.Resolvers != nil || len(env.References.Anchors)+len(env.References.SignIn) > 0 {
		t.Errorf("got %+v, %+v", h, env.References)
	}
}

// TestLateAnswers proves with made-up time that slow scenarios wait as long as they say, and that
// they let go when the visitor leaves.
func TestLateAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for id, want := range map[string]time.Duration{"slow": answerWait, "gateway-timeout": gatewayWait} {
			p, _ := find(id)
			begun := time.Now()
			p.handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(t.Context(), "GET", "/", nil))
			if took := time.Since(begun); took != want {
				t.Errorf("%s took %v, want %v", id, took, want)
			}
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			begun = time.Now()
			p.handler().ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
			if took := time.Since(begun); took != time.Second {
				t.Errorf("%s went on for %v after the visitor had left", id, took-time.Second)
			}
			cancel()
		}
	})
}

func TestCatalogue(t *testing.T) {
	list := List()
	if len(list) < 16 || list[0].Fault != "ok" {
		t.Errorf("%d scenarios, the first of which is %v", len(list), list[0])
	}
	seen := map[string]bool{}
	for _, s := range list {
		if seen[s.ID] {
			t.Errorf("%s is there twice", s.ID)
		}
		seen[s.ID] = true
		if !resources.Has(resources.English, s.Title) {
			t.Errorf("%s is missing", s.Title)
		}
		if _, ok := resources.FaultByID(s.Fault); !ok {
			t.Errorf("%s: there is no fault %q", s.ID, s.Fault)
		}
	}
	if _, err := Start(t.Context(), "no-such-demo"); err == nil {
		t.Error("a demo that does not exist was started")
	}
}

// TestClose expects that nothing is left: neither the port nor open connections, whoever ends it.
func TestClose(t *testing.T) {
	for _, id := range []string{"healthy", "timeout"} {
		for _, byContext := range []bool{false, true} {
			ctx, cancel := context.WithCancel(t.Context())
			s, err := Start(ctx, id)
			if err != nil {
				t.Fatal(err)
			}
			conn := dial(t, s)
			if byContext {
				cancel()
			} else {
				s.Close()
			}
			_ = conn.SetReadDeadline(time.Now().Add(20 * time.Second))
			if _, err := bufio.NewReader(conn).ReadByte(); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
				t.Errorf("%s: the connection is still open: %v", id, err)
			}
			s.Close()
			cancel()
			u, _ := url.Parse(s.URL)
			if c, err := net.Dial("tcp", u.Host); err == nil {
				_ = c.Close()
				t.Errorf("%s still listens", id)
			}
		}
	}
}
