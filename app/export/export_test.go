package export

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/wire"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 0, time.UTC)

func sample() []probe.Result {
	return []probe.Result{
		{At: noon, Took: 12 * time.Millisecond},
		{Address: "https://user:pw@www.example.com/a?token=s3cret#x", At: noon, DNS: 4 * time.Millisecond, Connect: 20 * time.Millisecond,
			TLS: 25 * time.Millisecond, First: 40 * time.Millisecond, Took: 90 * time.Millisecond, Status: 200, Bytes: 1234, Version: "1.1", CertEnds: noon.Add(24 * time.Hour)},
		{Address: "down.example", At: noon, Ended: probe.Connect, Kind: wire.Refused, Took: 3 * time.Millisecond},
		{Address: "http://bad.example/", At: noon, Kind: probe.ServerError, Status: 502, Took: 30 * time.Millisecond},
	}
}

var trouble = history.Incident{ID: 7, Address: "http://bad.example/", Fault: "site.bad-gateway", Blame: "website", Title: "The \"website\"\nis broken", Sure: 0.95, Began: noon, Known: noon}

func TestOffByDefault(t *testing.T) {
	e := New(Options{Watch: settings.Defaults().Watch})
	if e != nil {
		t.Fatal("something leaves this computer without being asked for")
	}
	e.Probes(sample()) // all of it does nothing
	e.Incident(trouble)
	e.Watches(nil)
	e.Run(t.Context())
	if e.Trouble() != nil {
		t.Error(e.Trouble())
	}
}

func TestDiscreet(t *testing.T) {
	for in, want := range map[string]string{
		"":            "",
		"example.com": "https://example.com/",
		"https://user:pw@example.com:8443/a?token=s3cret&b=1#frag": "https://example.com:8443/a?b=REDACTED&token=REDACTED",
	} {
		if got := discreet(in); got != want {
			t.Errorf("%q leaves as %q, want %q", in, got, want)
		}
	}
}

// TestLabels: addresses that differ only in what is hidden are still told apart.
func TestLabels(t *testing.T) {
	list := []string{"http://a.example/?k=1", "http://a.example/?k=2", "http://b.example/", "http://a.example/?k=3", "http://b.example/"}
	e := New(Options{Watch: settings.Watch{Prometheus: "127.0.0.1:1"}})
	for _, address := range list {
		e.Probes([]probe.Result{{Address: address, At: noon}})
	}
	e.Watches(list)
	for address, want := range map[string]string{list[0]: "http://a.example/?k=REDACTED", list[1]: "http://a.example/?k=REDACTED#2", list[3]: "http://a.example/?k=REDACTED#3", list[2]: "http://b.example/"} {
		if got := e.last[address].shown; got != want {
			t.Errorf("%s is called %s, want %s", address, got, want)
		}
	}
	seen := map[string]bool{}
	for line := range strings.Lines(string(e.text(noon))) {
		if series, _, _ := strings.Cut(line, "} "); !strings.HasPrefix(line, "#") && seen[series] {
			t.Errorf("twice: %s", line)
		} else {
			seen[series] = true
		}
	}
}

// TestText holds the text format to what a parser of it needs, under both sets of names.
func TestText(t *testing.T) {
	for names, want := range map[string][]string{
		settings.OTel: {
			`httpcheck_status{http_url="https://www.example.com/a?token=REDACTED",http_status_code="200",http_method="GET",http_status_class="2xx"} 1`,
			`httpcheck_status{http_url="http://bad.example/",http_status_code="502",http_method="GET",http_status_class="5xx"} 1`,
			`httpcheck_duration_milliseconds{http_url="https://www.example.com/a?token=REDACTED"} 90`,
			`httpcheck_error{http_url="https://down.example/",error_message="connect_refused"} 1`,
			`httpcheck_tls_cert_remaining_seconds{http_url="https://www.example.com/a?token=REDACTED"} 86400`,
		},
		settings.Blackbox: {
			`probe_success{instance="https://www.example.com/a?token=REDACTED"} 1`,
			`probe_success{instance="https://down.example/"} 0`,
			`probe_http_duration_seconds{instance="https://www.example.com/a?token=REDACTED",phase="transfer"} 0.001`,
			`probe_http_status_code{instance="http://bad.example/"} 502`,
			`probe_ssl_earliest_cert_expiry{instance="https://www.example.com/a?token=REDACTED"} 1.7674416e+09`,
		},
	} {
		e := New(Options{Watch: settings.Watch{Prometheus: "127.0.0.1:0", Names: names}, Version: "1", Seen: "person"})
		e.Probes(sample())
		e.Probes(sample()[2:3])
		e.Incident(trouble)
		text := string(e.text(noon))
		for _, line := range append(want,
			`waymend_connection_status{error_type=""} 1`,
			`waymend_probes_total{http_url="https://down.example/"} 2`,
			`waymend_probes_failed_total{http_url="https://down.example/"} 2`,
			`waymend_incident_active{fault="site.bad-gateway",blame="website",http_url="http://bad.example/"} 1`,
			`waymend_build_info{version="1",seen_as="person"} 1`) {
			if !strings.Contains(text, line+"\n") {
				t.Errorf("%s: %s is missing in\n%s", names, line, text)
			}
		}
		for _, secret := range []string{"s3cret", "pw", "user"} {
			if strings.Contains(text, secret) {
				t.Errorf("%s: %q leaves this computer", names, secret)
			}
		}
	}
}

func TestEscapes(t *testing.T) {
	m := metric{name: "a.b", help: "x\\\ny", points: []point{{value: 1, labels: []string{"l", "a\"b\\c\nd"}}}}
	var out bytes.Buffer
	m.write(&out)
	if want := "# HELP a_b x\\\\\\ny\n# TYPE a_b gauge\na_b{l=\"a\\\"b\\\\c\\nd\"} 1\n"; out.String() != want {
		t.Errorf("%q, want %q", out.String(), want)
	}
}

// collector is a whole small one: it keeps what it takes, and answers what it is told to.
type collector struct {
	*httptest.Server
	mu     sync.Mutex
	status int
	retry  string
	paths  []string
	bodies []string
}

func newCollector(t *testing.T) *collector {
	c := &collector{status: 200}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.retry != "" {
			w.Header().Set("Retry-After", c.retry)
		}
		w.WriteHeader(c.status)
		if c.status != 200 {
			return
		}
		z, err := gzip.NewReader(r.Body)
		if err != nil {
			t.Error(err)
			return
		}
		text, _ := io.ReadAll(z)
		if !json.Valid(text) || r.Header.Get("Content-Type") != "application/json" {
			t.Errorf("not JSON: %s", text)
		}
		c.paths, c.bodies = append(c.paths, r.URL.Path), append(c.bodies, string(text))
	}))
	t.Cleanup(c.Close)
	return c
}

func (c *collector) answer(status int, retry string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.status, c.retry = status, retry
}

func (c *collector) all() (paths []string, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.paths, strings.Join(c.bodies, "\n")
}

func exporter(t *testing.T, c *collector, dir string) *Exporter {
	t.Helper()
	return New(Options{Watch: settings.Watch{OTLP: c.URL, Names: settings.OTel}, Dir: dir, Version: "1", Instance: "0b8f", Seen: "person"})
}

// TestOutage keeps over an outage what was measured in it, also over a new start, and sends it in order.
func TestOutage(t *testing.T) {
	c, dir := newCollector(t), filepath.Join(t.TempDir(), "export")
	e := exporter(t, c, dir)
	c.answer(503, "1")
	for i := range 3 {
		r := sample()[1]
		r.At, r.Took = noon.Add(time.Duration(i)*time.Minute), time.Duration(i+1)*111*time.Millisecond
		e.Probes([]probe.Result{r})
		e.collect(r.At, true)
	}
	var asked busy
	if err := e.flush(t.Context(), c.Client()); !errors.As(err, &asked) || asked.after != time.Second {
		t.Fatalf("%v", err)
	}
	e.Incident(trouble)
	e.collect(noon.Add(time.Hour), false)
	again := exporter(t, c, dir)
	c.answer(200, "")
	if err := again.flush(t.Context(), c.Client()); err != nil {
		t.Fatal(err)
	}
	paths, text := c.all()
	if got := strings.Join(paths, " "); got != "/v1/metrics /v1/metrics /v1/metrics /v1/logs" {
		t.Errorf("sent to %s", got)
	}
	at := 0
	for _, want := range []string{`"asInt":"111"`, `"asInt":"222"`, `"asInt":"333"`, `"eventName":"waymend.incident.began"`} {
		i := strings.Index(text[at:], want)
		if i < 0 {
			t.Fatalf("%s is missing, or not in its place, in\n%s", want, text)
		}
		at += i
	}
	if files, _ := os.ReadDir(dir); len(files) != 0 {
		t.Errorf("%d files are left", len(files))
	}
	if strings.Contains(text, "s3cret") || strings.Contains(text, "pw@") {
		t.Error("a secret left this computer")
	}
}

// TestUnwanted drops what a collector will never take, so that it does not stand in the way.
func TestUnwanted(t *testing.T) {
	c, dir := newCollector(t), t.TempDir()
	e := exporter(t, c, dir)
	e.Probes(sample())
	e.collect(noon, true)
	c.answer(400, "")
	if err := e.flush(t.Context(), c.Client()); err != nil {
		t.Error(err)
	}
	if !errors.Is(e.Trouble(), errUnwanted) || len(e.queue.names()) != 0 {
		t.Errorf("%v, %d wait", e.Trouble(), len(e.queue.names()))
	}
}

// TestQueueBounds holds the folder to its size, and leaves foreign files alone.
func TestQueueBounds(t *testing.T) {
	dir := t.TempDir()
	q := queue{dir}
	foreign := filepath.Join(dir, "holiday.jpg")
	if err := os.WriteFile(foreign, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	large := strings.Repeat("x", mostBytes/10)
	for i := range 30 {
		if err := q.put(message{signal: signalLogs, packed: []byte(large)}, noon.Add(time.Duration(i)*time.Minute)); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(q.names()); n != 10 {
		t.Errorf("%d wait, want 10", n)
	}
	if m, ok := q.next(); !ok || !strings.Contains(m.file, fmt.Sprint(noon.Add(20*time.Minute).UnixNano())) {
		t.Errorf("next is %s", m.file)
	}
	q.tidy(noon.Add(oldest + 24*time.Minute + time.Second))
	if n := len(q.names()); n != 5 {
		t.Errorf("%d wait after a week, want 5", n)
	}
	if _, err := os.Stat(foreign); err != nil {
		t.Error("a foreign file is gone")
	}
}

// TestNoDisk goes on in memory where nothing can be written.
func TestNoDisk(t *testing.T) {
	c := newCollector(t)
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	e := exporter(t, c, filepath.Join(file, "below"))
	for i := range 3 * mostInMemory {
		r := sample()[0]
		r.At = noon.Add(time.Duration(i) * time.Minute)
		e.Probes([]probe.Result{r})
		e.collect(r.At, true)
	}
	if n := len(e.memory); n != mostInMemory {
		t.Errorf("%d wait in memory", n)
	}
	if err := e.flush(t.Context(), c.Client()); err != nil {
		t.Error(err)
	}
	if paths, _ := c.all(); len(paths) != mostInMemory {
		t.Errorf("%d arrived", len(paths))
	}
}

func TestWaitAfter(t *testing.T) {
	var wait time.Duration
	for range 20 {
		next := waitAfter(io.EOF, wait)
		if next < leastWait || next > mostWait+mostWait/4 {
			t.Fatalf("waits %s", next)
		}
		wait = next
	}
	if wait < mostWait {
		t.Errorf("after many failures only %s", wait)
	}
	if waitAfter(nil, wait) != 0 || waitAfter(busy{after: 24 * time.Hour}, 0) != mostWait {
		t.Error("it does not end, or obeys too much")
	}
}

// TestScrape asks as Prometheus, as a web page that has bound its name to this computer, and as somebody
// who asks for something else.
func TestScrape(t *testing.T) {
	e := New(Options{Watch: settings.Watch{Prometheus: "127.0.0.1:0", Names: settings.Blackbox}})
	e.Probes(sample())
	for _, c := range []struct {
		method, path, host string
		want               int
	}{
		{"GET", "/metrics", "127.0.0.1:9115", 200}, {"GET", "/metrics", "[::1]:9115", 200}, {"HEAD", "/metrics", "localhost", 200},
		{"GET", "/metrics", "evil.example", 403}, {"GET", "/", "localhost", 404}, {"POST", "/metrics", "localhost", 405},
	} {
		r := httptest.NewRequest(c.method, c.path, nil)
		r.Host = c.host
		w := httptest.NewRecorder()
		e.scrape(w, r, make(chan struct{}, 1))
		if w.Code != c.want {
			t.Errorf("%+v: %d", c, w.Code)
		}
	}
	full := httptest.NewRecorder()
	e.scrape(full, httptest.NewRequest("GET", "/metrics", nil), make(chan struct{}))
	if full.Code != 503 {
		t.Errorf("too many: %d", full.Code)
	}
}

// TestRun serves and sends for real, on loopback, and ends with its context.
func TestRun(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	c := newCollector(t)
	e := New(Options{Watch: settings.Watch{OTLP: c.URL, Prometheus: address, Names: settings.OTel}, Dir: t.TempDir()})
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan struct{})
	go func() { e.Run(ctx); close(ended) }()
	e.Probes(sample())
	e.Incident(trouble) // leaves at once
	for limit := time.Now().Add(20 * time.Second); ; time.Sleep(10 * time.Millisecond) {
		paths, _ := c.all()
		resp, err := http.Get("http://" + address + "/metrics")
		if err == nil {
			text, _ := io.ReadAll(resp.Body)
			resp.Body.Close()
			if len(paths) > 0 && strings.Contains(string(text), "httpcheck_status") {
				break
			}
		}
		if time.Now().After(limit) {
			t.Fatalf("sent to %q, scraped: %v", paths, err)
		}
	}
	cancel()
	<-ended
	if len(e.queue.names()) == 0 {
		t.Error("what was at hand at the end is not kept")
	}
}

// TestTaken tells once that another program has the port.
func TestTaken(t *testing.T) {
	other, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	told := make(chan string, 1)
	e := New(Options{Watch: settings.Watch{Prometheus: other.Addr().String()}, Tell: func(s string) { told <- s }})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go e.Run(ctx)
	select {
	case sentence := <-told:
		if !strings.Contains(sentence, other.Addr().String()) || !strings.Contains(sentence, "every 30s") {
			t.Errorf("told %q", sentence)
		}
	case <-time.After(20 * time.Second):
		t.Error("nobody was told")
	}
}

func BenchmarkProbes(b *testing.B) {
	e := New(Options{Watch: settings.Watch{Prometheus: "127.0.0.1:0"}})
	list := sample()
	for b.Loop() {
		e.Probes(list)
	}
}

func TestInstance(t *testing.T) {
	dir := t.TempDir()
	id := Instance(dir)
	if !uuid.MatchString(id) || Instance(dir) != id || Instance(t.TempDir()) == id {
		t.Errorf("%s is not an identity that stays", id)
	}
	if err := os.WriteFile(filepath.Join(dir, instanceFile), []byte("my name\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if got := Instance(dir); !uuid.MatchString(got) {
		t.Errorf("%q leaves this computer", got)
	}
}
