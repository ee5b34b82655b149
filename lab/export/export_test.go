//go:build lab && linux

// Package export_test hands measurements to a real Prometheus and a real OpenTelemetry collector, on
// loopback. Where they are not installed their tests are skipped.
package export_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waymend/waymend/app/export"
	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics/probe"
	"github.com/waymend/waymend/diagnostics/wire"
)

const patience = 60 * time.Second

// program finds what tools/install.sh put into dist/tools, or the system has.
func program(t *testing.T, name string) string {
	t.Helper()
	own, err := filepath.Abs("../../dist/tools/" + name)
	if err == nil {
		if _, err := os.Stat(own); err == nil {
			return own
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed", name)
	}
	return path
}

// freePort is a port of loopback that nobody listens on.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}

// output collects what a program writes.
type output struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.b.String()
}

// start runs a program until the test ends, or the returned function is called.
func start(t *testing.T, argv ...string) (out *output, stop func()) {
	t.Helper()
	out = new(output)
	ctx, cancel := context.WithCancel(context.Background())
	run := exec.CommandContext(ctx, argv[0], argv[1:]...)
	run.Stdout, run.Stderr = out, out
	if err := run.Start(); err != nil {
		t.Fatal(err)
	}
	stop = sync.OnceFunc(func() { cancel(); _ = run.Wait() })
	t.Cleanup(stop)
	return out, stop
}

func wait(t *testing.T, what string, holds func() bool) {
	t.Helper()
	for limit := time.Now().Add(patience); !holds(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(limit) {
			t.Fatalf("waited in vain until %s", what)
		}
	}
}

func begin(t *testing.T, o export.Options) (e *export.Exporter, end func()) {
	t.Helper()
	e = export.New(o)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { e.Run(ctx); close(done) }()
	end = sync.OnceFunc(func() { cancel(); <-done })
	t.Cleanup(end)
	return e, end
}

func results() []probe.Result {
	now := time.Now()
	return []probe.Result{
		{At: now, Took: 12 * time.Millisecond},
		{Address: "https://www.example.com/a?token=secret", At: now, DNS: 4 * time.Millisecond, Connect: 20 * time.Millisecond, TLS: 25 * time.Millisecond,
			First: 40 * time.Millisecond, Took: 91 * time.Millisecond, Status: 200, Version: "1.1", CertEnds: now.Add(time.Hour)},
		{Address: "http://down.example/", At: now, Ended: probe.Connect, Kind: wire.Refused, Took: 3 * time.Millisecond},
	}
}

func TestPrometheus(t *testing.T) {
	prometheus, promtool := program(t, "prometheus"), program(t, "promtool")
	for names, queries := range map[string]map[string]string{
		settings.Blackbox: {
			`probe_success{instance="http://down.example/"}`:                                                             "0",
			`probe_duration_seconds{instance="https://www.example.com/a?token=REDACTED"}`:                                "0.091",
			`sum(probe_http_duration_seconds{instance="https://www.example.com/a?token=REDACTED",phase=~"resolve|tls"})`: "0.029",
		},
		settings.OTel: {
			`httpcheck_duration_milliseconds{http_url="https://www.example.com/a?token=REDACTED"}`: "91",
			`httpcheck_error{error_message="connect_refused"}`:                                     "1",
			`waymend_incident_active{fault="site.refused"}`:                                        "1",
		},
	} {
		t.Run(names, func(t *testing.T) {
			ours, theirs := freePort(t), freePort(t)
			e, _ := begin(t, export.Options{Watch: settings.Watch{Prometheus: ours, Names: names}, Version: "test", Seen: "person"})
			e.Probes(results())
			e.Incident(history.Incident{ID: 1, Address: "http://down.example/", Fault: "site.refused", Blame: "website", Known: time.Now()})
			var text []byte
			wait(t, "the metrics are there", func() bool {
				resp, err := http.Get("http://" + ours + "/metrics")
				if err != nil {
					return false
				}
				defer resp.Body.Close()
				text, err = io.ReadAll(resp.Body)
				return err == nil
			})
			checkText(t, promtool, text, names)
			dir := t.TempDir()
			config := filepath.Join(dir, "prometheus.yml")
			// honor_labels: blackbox_exporter's dashboards want the target as the instance.
			yaml := fmt.Sprintf("global: {scrape_interval: 1s}\nscrape_configs:\n- job_name: waymend\n  honor_labels: true\n  static_configs: [{targets: [%q]}]\n", ours)
			if err := os.WriteFile(config, []byte(yaml), 0o600); err != nil {
				t.Fatal(err)
			}
			out, _ := start(t, prometheus, "--config.file="+config, "--storage.tsdb.path="+filepath.Join(dir, "data"), "--web.listen-address="+theirs)
			for query, want := range queries {
				got := ""
				wait(t, "Prometheus knows "+query+"\n"+out.String(), func() bool { got = ask(theirs, query); return got != "" })
				if got != want {
					t.Errorf("%s is %s, want %s", query, got, want)
				}
			}
		})
	}
}

// checkText lets Prometheus' own linter read the text. blackbox_exporter's names are as they are, so of
// those only what cannot be parsed counts.
func checkText(t *testing.T, promtool string, text []byte, names string) {
	t.Helper()
	lint := exec.Command(promtool, "check", "metrics")
	lint.Stdin = bytes.NewReader(text)
	said, err := lint.CombinedOutput()
	if err != nil && (names != settings.Blackbox || strings.Contains(string(said), "error while linting")) && strings.Contains(string(said), "error") {
		t.Errorf("promtool: %v: %s\n%s", err, said, text)
	}
}

// ask is the value of a query, "" while there is none.
func ask(server, query string) string {
	resp, err := http.Get("http://" + server + "/api/v1/query?query=" + url.QueryEscape(query))
	if err != nil {
		return ""
	}
	defer resp.Body.Close()
	var answer struct {
		Data struct {
			Result []struct {
				Value [2]any `json:"value"`
			} `json:"result"`
		} `json:"data"`
	}
	if json.NewDecoder(resp.Body).Decode(&answer) != nil || len(answer.Data.Result) != 1 {
		return ""
	}
	return fmt.Sprint(answer.Data.Result[0].Value[1])
}

// TestCollector sends before the collector is there, while it is, and after it was away: everything
// arrives once.
func TestCollector(t *testing.T) {
	collector := program(t, "collector")
	to, dir := freePort(t), t.TempDir()
	config := fmt.Sprintf(`yaml:{receivers: {otlp: {protocols: {http: {endpoint: %q}}}}, exporters: {debug: {verbosity: detailed}},`+
		` service: {telemetry: {metrics: {level: none}}, pipelines: {metrics: {receivers: [otlp], exporters: [debug]}, logs: {receivers: [otlp], exporters: [debug]}}}}`, to)
	o := export.Options{Watch: settings.Watch{OTLP: "http://" + to, Names: settings.OTel}, Dir: dir, Version: "test", Instance: export.Instance(dir), Seen: "person"}
	incident := history.Incident{ID: 1, Address: "http://down.example/", Fault: "site.refused", Blame: "website", Title: "The website refuses connections", Sure: 0.9, Began: time.Now(), Known: time.Now()}

	away, end := begin(t, o) // nobody listens yet
	away.Probes(results())
	away.Incident(incident)
	time.Sleep(200 * time.Millisecond)
	end()

	out, _ := start(t, collector, "--config", config)
	wait(t, "the collector is ready\n"+out.String(), func() bool { return strings.Contains(out.String(), "Everything is ready") })
	there, _ := begin(t, o)
	incident.Ended = time.Now()
	there.Incident(incident)
	for _, want := range []string{
		"httpcheck.duration", "httpcheck.status", "http.url: Str(https://www.example.com/a?token=REDACTED)", "error.message: Str(connect_refused)",
		"waymend.connection.status", "service.name: Str(waymend)", "Value: 91",
		"The website refuses connections", "waymend.fault: Str(site.refused)", "SeverityText: ERROR", "SeverityText: INFO",
	} {
		wait(t, want+" has arrived", func() bool { return strings.Contains(out.String(), want) })
	}
	if n := strings.Count(out.String(), "Name: httpcheck.duration"); n != 1 {
		t.Errorf("a measurement arrived %d times", n)
	}
	if strings.Contains(out.String(), "secret") {
		t.Error("a secret left this computer")
	}
	wait(t, "nothing waits any more", func() bool { waiting, _ := filepath.Glob(filepath.Join(dir, "*.gz")); return len(waiting) == 0 })
	if err := there.Trouble(); err != nil {
		t.Error(err)
	}
}
