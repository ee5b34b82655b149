package export

import (
	"strconv"
	"time"

	"github.com/waymend/waymend/app/history"
	"github.com/waymend/waymend/app/settings"
)

// metric is one quantity with its points.
type metric struct {
	name, unit, help string
	sum              bool // how OpenTelemetry's receiver has it: a sum that may fall
	counter          bool // it only grows
	points           []point
}

// point is one value. Labels come in pairs.
type point struct {
	at     time.Time
	value  float64
	whole  bool // written as an integer
	labels []string
}

// collection gathers points under the names of their metrics, in the order of first use.
type collection struct {
	list  []*metric
	named map[string]*metric
}

func (c *collection) add(name, unit, help string, at time.Time, value float64, labels ...string) *metric {
	m := c.named[name]
	if m == nil {
		if c.named == nil {
			c.named = map[string]*metric{}
		}
		m = &metric{name: name, unit: unit, help: help}
		c.named[name], c.list = m, append(c.list, m)
	}
	m.points = append(m.points, point{at: at, value: value, whole: value == float64(int64(value)), labels: labels})
	return m
}

// metrics names all that is known as the settings say; the addresses are as they may be called outside.
func metrics(names string, list []series, incidents []history.Incident, now time.Time) []*metric {
	var c collection
	for _, s := range list {
		if s.shown == "" {
			c.connection(s)
		} else if names == settings.Blackbox {
			c.blackbox(s)
		} else {
			c.otel(s)
		}
	}
	for _, i := range incidents {
		c.add("waymend.incident.active", "1", "An incident that is not over, by fault and who is to blame.", now, 1,
			"fault", i.Fault, "blame", i.Blame, "http.url", i.Address)
	}
	return c.list
}

// connection is this computer's connection in general.
func (c *collection) connection(s series) {
	c.add("waymend.connection.status", "1", "Whether the connection in general works.", s.At, float64(number(s.Well())), "error.type", kindOf(s.Result))
	c.add("waymend.connection.duration", "ms", "How long the probe of the connection took.", s.At, millis(s.Took))
}

// otel are the metrics of the collector's httpcheck receiver: one point for each class of status, 1 for
// the one that matches.
func (c *collection) otel(s series) {
	class := s.Status / 100
	code := strconv.Itoa(s.Status)
	for i := 1; i <= 5; i++ {
		m := c.add("httpcheck.status", "1", "1 for the class of status that was answered.", s.At, float64(number(i == class)),
			"http.url", s.shown, "http.status_code", code, "http.method", "GET", "http.status_class", strconv.Itoa(i)+"xx")
		m.sum = true
	}
	c.add("httpcheck.duration", "ms", "How long the whole check took.", s.At, millis(s.Took), "http.url", s.shown)
	for _, part := range []struct {
		name string
		took time.Duration
	}{
		{"httpcheck.dns.lookup.duration", s.DNS}, {"httpcheck.client.connection.duration", s.Connect},
		{"httpcheck.tls.handshake.duration", s.TLS}, {"httpcheck.response.duration", s.First},
	} {
		if part.took > 0 {
			c.add(part.name, "ms", "How long a step of the check took.", s.At, millis(part.took), "http.url", s.shown)
		}
	}
	if kind := kindOf(s.Result); kind != "" {
		m := c.add("httpcheck.error", "{error}", "What was wrong, as a short word.", s.At, 1, "http.url", s.shown, "error.message", kind)
		m.sum = true
	}
	if !s.CertEnds.IsZero() {
		c.add("httpcheck.tls.cert_remaining", "s", "How long the certificates stay valid.", s.At, float64(int64(s.CertEnds.Sub(s.At).Seconds())), "http.url", s.shown)
	}
}

// blackbox are the metrics of blackbox_exporter's http prober.
func (c *collection) blackbox(s series) {
	target := []string{"instance", s.shown}
	c.add("probe_success", "", "Displays whether or not the probe was a success", s.At, float64(number(s.Well())), target...)
	c.add("probe_duration_seconds", "", "Returns how long the probe took to complete in seconds", s.At, s.Took.Seconds(), target...)
	c.add("probe_dns_lookup_time_seconds", "", "Returns the time taken for probe dns lookup in seconds", s.At, s.DNS.Seconds(), target...)
	for _, phase := range []struct {
		name string
		took time.Duration
	}{
		{"resolve", s.DNS}, {"connect", s.Connect}, {"tls", s.TLS}, {"processing", s.First},
		{"transfer", max(0, s.Took-s.DNS-s.Connect-s.TLS-s.First)},
	} {
		c.add("probe_http_duration_seconds", "", "Duration of http request by phase, summed over all redirects", s.At, phase.took.Seconds(), "instance", s.shown, "phase", phase.name)
	}
	c.add("probe_http_status_code", "", "Response HTTP status code", s.At, float64(s.Status), target...)
	c.add("probe_http_ssl", "", "Indicates if SSL was used for the final redirect", s.At, float64(number(s.secure())), target...)
	c.add("probe_http_uncompressed_body_length", "", "Length of uncompressed response body", s.At, float64(s.Bytes), target...)
	if version, err := strconv.ParseFloat(s.Version, 64); err == nil {
		c.add("probe_http_version", "", "Returns the version of HTTP of the probe response", s.At, version, target...)
	}
	if s.Server.IsValid() {
		family := 6.0
		if s.Server.Addr().Unmap().Is4() {
			family = 4
		}
		c.add("probe_ip_protocol", "", "Specifies whether probe ip protocol is IP4 or IP6", s.At, family, target...)
	}
	if !s.CertEnds.IsZero() {
		c.add("probe_ssl_earliest_cert_expiry", "", "Returns last SSL chain expiry in unixtime", s.At, float64(s.CertEnds.Unix()), target...)
	}
}

// millis is a span of time in milliseconds, whole as OpenTelemetry's receiver has it.
func millis(d time.Duration) float64 { return float64(d.Round(time.Millisecond).Milliseconds()) }
