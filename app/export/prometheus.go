package export

import (
	"bytes"
	"context"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/app/settings"
)

// The listener of Prometheus is for programs of this computer: it answers one path, and no page of a
// browser can read it, for it names no origin that may.
const (
	scrapeLimit = 5 * time.Second
	mostScrapes = 8 // at a time
	// listenAgain is how long to wait for a port that is taken.
	listenAgain = 30 * time.Second
)

// serve answers GET /metrics until ctx ends.
func (e *Exporter) serve(ctx context.Context) {
	told := false
	for ctx.Err() == nil {
		err := e.listen(ctx)
		if ctx.Err() == nil {
			e.note(err)
			if !told && e.o.Tell != nil {
				e.o.Tell(fmt.Sprintf("/metrics cannot answer at %s: %v; it is tried again every %s", e.o.Watch.Prometheus, err, settings.Span(listenAgain)))
			}
			told = true
		}
		select {
		case <-ctx.Done():
		case <-time.After(listenAgain):
		}
	}
}

func (e *Exporter) listen(ctx context.Context) error {
	line, err := new(net.ListenConfig).Listen(ctx, "tcp", e.o.Watch.Prometheus)
	if err != nil {
		return err
	}
	if to, ok := line.Addr().(*net.TCPAddr); !ok || !to.IP.IsLoopback() {
		line.Close() // a name that led elsewhere
		return fmt.Errorf("%s is not an address of this computer itself", e.o.Watch.Prometheus)
	}
	room := make(chan struct{}, mostScrapes)
	server := &http.Server{
		Handler:           http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { e.scrape(w, r, room) }),
		ReadHeaderTimeout: scrapeLimit, ReadTimeout: scrapeLimit, WriteTimeout: scrapeLimit, IdleTimeout: 2 * time.Minute,
		MaxHeaderBytes: 16 << 10, ErrorLog: silent,
	}
	defer context.AfterFunc(ctx, func() { server.Close() })()
	return server.Serve(line)
}

func (e *Exporter) scrape(w http.ResponseWriter, r *http.Request, room chan struct{}) {
	select {
	case room <- struct{}{}:
		defer func() { <-room }()
	default:
		http.Error(w, "too many at once", http.StatusServiceUnavailable)
		return
	}
	switch {
	case !fromHere(r):
		http.Error(w, "not this host", http.StatusForbidden)
	case r.URL.Path != "/metrics":
		http.NotFound(w, r)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		http.Error(w, "GET it", http.StatusMethodNotAllowed)
	default:
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8")
		_, _ = w.Write(e.text(time.Now()))
	}
}

// fromHere refuses what a page in a browser sends after it rebound its name to this computer: the name
// would be in the Host line.
func fromHere(r *http.Request) bool {
	host := r.Host
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	a, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return host == "localhost" || err == nil && a.IsLoopback()
}

// text is what is known, in Prometheus' text format 0.0.4.
func (e *Exporter) text(now time.Time) []byte {
	var b bytes.Buffer
	list := e.all()
	for _, m := range metrics(e.o.Watch.Names, list, e.incidents(), now) {
		m.write(&b)
	}
	probes := metric{name: "waymend.probes", help: "Checks made since the start.", counter: true}
	wrong := metric{name: "waymend.probes_failed", help: "Checks that found something wrong.", counter: true}
	for _, s := range list {
		labels := []string{"http.url", s.shown}
		probes.points = append(probes.points, point{value: float64(s.probes), whole: true, labels: labels})
		wrong.points = append(wrong.points, point{value: float64(s.wrong), whole: true, labels: labels})
	}
	probes.write(&b)
	wrong.write(&b)
	info := metric{name: "waymend.build_info", help: "The version that checks.", points: []point{{value: 1, whole: true, labels: []string{"version", e.o.Version, "seen_as", e.o.Seen}}}}
	info.write(&b)
	return b.Bytes()
}

func (m metric) write(b *bytes.Buffer) {
	if len(m.points) == 0 {
		return
	}
	name := m.prometheus()
	kind := "gauge"
	if m.counter {
		kind = "counter"
	}
	fmt.Fprintf(b, "# HELP %s %s\n# TYPE %s %s\n", name, helpEscapes.Replace(m.help), name, kind)
	for _, p := range m.points {
		b.WriteString(name)
		for i := 0; i+1 < len(p.labels); i += 2 {
			b.WriteString(map[bool]string{true: "{", false: ","}[i == 0])
			fmt.Fprintf(b, `%s="%s"`, underlined(p.labels[i]), labelEscapes.Replace(p.labels[i+1]))
		}
		if len(p.labels) > 1 {
			b.WriteByte('}')
		}
		b.WriteByte(' ')
		b.WriteString(strconv.FormatFloat(p.value, 'g', -1, 64))
		b.WriteByte('\n')
	}
}

// prometheus is the metric's name as Prometheus' own translation of OpenTelemetry's names has it: dots
// become underscores, and the unit is spelled out at the end.
func (m metric) prometheus() string {
	name := underlined(m.name)
	switch m.unit {
	case "ms":
		name += "_milliseconds"
	case "s":
		name += "_seconds"
	}
	if m.counter {
		name += "_total"
	}
	return name
}

func underlined(s string) string { return strings.ReplaceAll(s, ".", "_") }

var (
	labelEscapes = strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`)
	helpEscapes  = strings.NewReplacer(`\`, `\\`, "\n", `\n`)
)
