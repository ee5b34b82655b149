package export

import (
	"encoding/json"
	"runtime"
	"strconv"
	"time"

	"github.com/waymend/waymend/resources"
)

// The types below are the JSON form of OTLP 1.x (opentelemetry-proto, "OTLP/HTTP, JSON Protobuf
// Encoding"): names in camel case, 64-bit integers as strings.
type (
	otlpValue struct {
		String *string `json:"stringValue,omitempty"`
	}
	otlpAttribute struct {
		Key   string    `json:"key"`
		Value otlpValue `json:"value"`
	}
	otlpResource struct {
		Attributes []otlpAttribute `json:"attributes"`
	}
	otlpScope struct {
		Name    string `json:"name"`
		Version string `json:"version"`
	}
	otlpPoint struct {
		Attributes []otlpAttribute `json:"attributes,omitempty"`
		At         string          `json:"timeUnixNano"`
		Int        string          `json:"asInt,omitempty"`
		Double     *float64        `json:"asDouble,omitempty"`
	}
	otlpGauge struct {
		Points []otlpPoint `json:"dataPoints"`
	}
	otlpSum struct {
		Points      []otlpPoint `json:"dataPoints"`
		Temporality int         `json:"aggregationTemporality"` // 2: cumulative
		Monotonic   bool        `json:"isMonotonic"`
	}
	otlpMetric struct {
		Name  string     `json:"name"`
		Help  string     `json:"description,omitempty"`
		Unit  string     `json:"unit,omitempty"`
		Gauge *otlpGauge `json:"gauge,omitempty"`
		Sum   *otlpSum   `json:"sum,omitempty"`
	}
	otlpScopeMetrics struct {
		Scope   otlpScope    `json:"scope"`
		Metrics []otlpMetric `json:"metrics"`
	}
	otlpResourceMetrics struct {
		Resource otlpResource       `json:"resource"`
		Scopes   []otlpScopeMetrics `json:"scopeMetrics"`
	}
	otlpMetrics struct {
		Resources []otlpResourceMetrics `json:"resourceMetrics"`
	}
	otlpRecord struct {
		At         string          `json:"timeUnixNano"`
		Observed   string          `json:"observedTimeUnixNano"`
		Number     int             `json:"severityNumber"`
		Severity   string          `json:"severityText"`
		Event      string          `json:"eventName,omitempty"`
		Body       otlpValue       `json:"body"`
		Attributes []otlpAttribute `json:"attributes"`
	}
	otlpScopeLogs struct {
		Scope   otlpScope    `json:"scope"`
		Records []otlpRecord `json:"logRecords"`
	}
	otlpResourceLogs struct {
		Resource otlpResource    `json:"resource"`
		Scopes   []otlpScopeLogs `json:"scopeLogs"`
	}
	otlpLogs struct {
		Resources []otlpResourceLogs `json:"resourceLogs"`
	}
)

func attributes(pairs ...string) (list []otlpAttribute) {
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			list = append(list, otlpAttribute{pairs[i], otlpValue{&pairs[i+1]}})
		}
	}
	return list
}

// resource says who measured, without naming the computer or its person.
func (e *Exporter) resource() otlpResource {
	return otlpResource{attributes("service.name", "waymend", "service.version", e.o.Version,
		"service.instance.id", e.o.Instance, "os.type", osType[runtime.GOOS], "waymend.seen_as", e.o.Seen)}
}

// osType are OpenTelemetry's names of systems where they differ from Go's or need to be known.
var osType = map[string]string{"linux": "linux", "windows": "windows", "darwin": "darwin"}

func (e *Exporter) scope() otlpScope {
	return otlpScope{"github.com/waymend/waymend", e.o.Version}
}

// metricsMessage holds the points that have not left yet; nil when there are none.
func (e *Exporter) metricsMessage(now time.Time) ([]byte, error) {
	var fresh []series
	for _, s := range e.all() {
		if s.At.After(s.sent) {
			fresh = append(fresh, s)
		}
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	var list []otlpMetric
	for _, m := range metrics(e.o.Watch.Names, fresh, e.incidents(), now) {
		list = append(list, m.otlp())
	}
	e.left(fresh)
	return json.Marshal(otlpMetrics{[]otlpResourceMetrics{{e.resource(), []otlpScopeMetrics{{e.scope(), list}}}}})
}

// left notes what is on its way.
func (e *Exporter) left(list []series) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, s := range list {
		if now := e.last[s.Address]; now != nil {
			now.sent = s.At
		}
	}
}

func (m metric) otlp() otlpMetric {
	points := make([]otlpPoint, len(m.points))
	for i, p := range m.points {
		points[i] = otlpPoint{Attributes: attributes(p.labels...), At: nanos(p.at)}
		if p.whole {
			points[i].Int = strconv.FormatInt(int64(p.value), 10)
		} else {
			points[i].Double = &p.value
		}
	}
	out := otlpMetric{Name: m.name, Help: m.help, Unit: m.unit}
	if m.sum {
		out.Sum = &otlpSum{Points: points, Temporality: 2}
	} else {
		out.Gauge = &otlpGauge{points}
	}
	return out
}

// logsMessage holds the incidents that have not left yet; nil when there are none.
func (e *Exporter) logsMessage(now time.Time) ([]byte, error) {
	e.mu.Lock()
	events := e.events
	e.events = nil
	e.mu.Unlock()
	if len(events) == 0 {
		return nil, nil
	}
	records := make([]otlpRecord, len(events))
	for i, v := range events {
		number, severity, id := 17, "ERROR", ""
		body, lasted := v.Title, ""
		if v.ID > 0 {
			id = strconv.FormatInt(v.ID, 10)
		}
		if v.what == ended {
			number, severity = 9, "INFO"
			lasted = strconv.FormatFloat(v.Ended.Sub(v.Began).Seconds(), 'f', 0, 64)
		}
		if body == "" {
			body = resources.Text(resources.English, "fault."+v.Fault+".title", nil)
		}
		records[i] = otlpRecord{At: nanos(v.at), Observed: nanos(now), Number: number, Severity: severity, Event: "waymend.incident." + v.what, Body: otlpValue{&body},
			Attributes: attributes("waymend.incident.id", id, "waymend.fault", v.Fault, "waymend.blame", v.Blame,
				"url.full", discreet(v.Address), "waymend.confidence", strconv.FormatFloat(v.Sure, 'f', 2, 64), "waymend.lasted_s", lasted)}
	}
	return json.Marshal(otlpLogs{[]otlpResourceLogs{{e.resource(), []otlpScopeLogs{{e.scope(), records}}}}})
}

func nanos(t time.Time) string { return strconv.FormatInt(t.UnixNano(), 10) }
