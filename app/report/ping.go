package report

import (
	"fmt"
	"strconv"

	"github.com/waymend/waymend/diagnostics/wire/trace"
	"github.com/waymend/waymend/resources"
)

// PingSchema names the form of a Ping; keys are added, never renamed.
const PingSchema = "waymend.ping/1"

// Ping is a row of measurements of one address as a document, in one language.
type Ping struct {
	Schema    string      `json:"schema"`
	Target    string      `json:"target"`
	Address   string      `json:"address"`
	Protocol  string      `json:"protocol"`
	Method    string      `json:"method"`
	Port      uint16      `json:"port,omitempty"`
	StartedAt string      `json:"started_at"`
	ElapsedMs float64     `json:"elapsed_ms"`
	Sent      int         `json:"sent"`
	Received  int         `json:"received"`
	Lost      int         `json:"lost"`
	RTT       *TraceTimes `json:"rtt_ms"`
	Samples   []*float64  `json:"samples_ms"` // the latest ones; null: no answer
	Refusal   string      `json:"refusal,omitempty"`
	Reason    string      `json:"reason,omitempty"` // why nothing could be measured
	Text      string      `json:"text"`
}

// NewPing makes the document.
func NewPing(target string, r trace.Result, lang string) Ping {
	d := Ping{
		Schema: PingSchema, Target: target, Address: r.Target.String(), Protocol: string(r.Protocol), Method: r.Method, Port: r.Port,
		StartedAt: r.Started.UTC().Format("2006-01-02T15:04:05.000Z"), ElapsedMs: thousandths(r.Elapsed), Samples: []*float64{},
	}
	if len(r.Flows) > 0 && len(r.Flows[0].Hops) > 0 {
		h := r.Flows[0].Hops[0]
		d.Sent, d.Lost, d.Refusal = h.Sent, h.Lost, h.Code
		if r.Flows[0].Reached || h.Code == "" {
			d.Received = h.Received
			d.RTT = traceFlow(r.Flows[0], nil).Hops[0].RTT
		}
		for _, s := range h.Samples {
			var v *float64
			if !s.Lost {
				ms := thousandths(s.RTT)
				v = &ms
			}
			d.Samples = append(d.Samples, v)
		}
	}
	switch {
	case r.Fail != nil:
		d.Reason = r.Fail.Text
		d.Text = resources.Text(lang, "trace.cannot", map[string]string{"reason": d.Reason})
	case d.Received == 0:
		d.Text = resources.Text(lang, "ping.none", map[string]string{"target": target})
	default:
		share := 0.0
		if n := d.Received + d.Lost; n > 0 {
			share = 100 * float64(d.Lost) / float64(n)
		}
		d.Text = resources.Text(lang, "ping.summary", map[string]string{
			"sent": strconv.Itoa(d.Sent), "received": strconv.Itoa(d.Received), "loss": Measure(lang, fmt.Sprintf("%.0f %%", share)),
		})
	}
	return d
}

// JSON writes the document as one indented JSON text.
func (d Ping) JSON() ([]byte, error) {
	text, err := marshal(d)
	if err != nil {
		return nil, err
	}
	return append(escapeUnprintable(text), '\n'), nil
}
