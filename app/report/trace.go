package report

import (
	"math"
	"net/netip"
	"strconv"
	"strings"

	"github.com/waymend/waymend/diagnostics/route"
	"github.com/waymend/waymend/diagnostics/whose"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
	"github.com/waymend/waymend/resources"
)

// TraceSchema names the form of a Trace; keys are added, never renamed.
const TraceSchema = "waymend.trace/1"

// Trace is a traced route as a document, in one language.
type Trace struct {
	Schema    string        `json:"schema"`
	Target    string        `json:"target"` // as it was typed
	Address   string        `json:"address"`
	Protocol  string        `json:"protocol"`
	Method    string        `json:"method"` // what was used to send and to listen
	Port      uint16        `json:"port,omitempty"`
	Stable    bool          `json:"flow_stable"` // false: each probe may have taken another way
	StartedAt string        `json:"started_at"`
	ElapsedMs float64       `json:"elapsed_ms"`
	Flows     []TraceFlow   `json:"flows"`
	Reached   bool          `json:"reached"`
	Slowest   *TraceStretch `json:"slowest"`
	LossAt    *TraceLoss    `json:"loss_starts_at"`
	Verdict   TraceVerdict  `json:"verdict"`
	PortTried *TracePort    `json:"port_tried,omitempty"`
}

// TraceFlow is one path.
type TraceFlow struct {
	Hops    []TraceHop `json:"hops"`
	Reached bool       `json:"reached"`
	Rounds  int        `json:"rounds"`
	MTU     int        `json:"mtu,omitempty"`
}

// TraceHop is one router, or the target.
type TraceHop struct {
	TTL       int           `json:"ttl"`
	Addresses []string      `json:"addresses"`
	Sent      int           `json:"sent"`
	Lost      int           `json:"lost"`
	RTT       *TraceTimes   `json:"rtt_ms"`
	Note      string        `json:"note"` // "silent", "limits" …; "" for nothing
	Station   string        `json:"station"`
	Code      string        `json:"code,omitempty"`
	MTU       int           `json:"mtu,omitempty"`
	Labels    []trace.Label `json:"labels,omitempty"`
	HopsBack  int           `json:"hops_back,omitempty"`
	Flaps     int           `json:"flaps,omitempty"`     // how often another address answered than before
	LastFlap  string        `json:"last_flap,omitempty"` // when the latest change was seen
	Name      string        `json:"name,omitempty"`      // of the latest address, when names were asked for
	AS        uint32        `json:"as,omitempty"`        // the network that announces it, when the outside was asked
	Network   string        `json:"network,omitempty"`   // what that calls itself
}

// TraceTimes are round trips in milliseconds.
type TraceTimes struct {
	Min    float64 `json:"min"`
	Avg    float64 `json:"avg"`
	Max    float64 `json:"max"`
	Jitter float64 `json:"jitter"`
	Median float64 `json:"median"`
	Last   float64 `json:"last"`
}

// TracePlace is an end of a stretch; TTL 0 is this computer.
type TracePlace struct {
	TTL     int    `json:"ttl"`
	Address string `json:"address,omitempty"`
}

// TraceStretch is where most of the time goes.
type TraceStretch struct {
	From    TracePlace `json:"from"`
	To      TracePlace `json:"to"`
	AddedMs float64    `json:"added_ms"`
	TotalMs float64    `json:"total_ms"`
	Station string     `json:"station"`
}

// TraceLoss is where loss begins that goes on to the target.
type TraceLoss struct {
	After   TracePlace `json:"after"`
	TTL     int        `json:"ttl"`
	Address string     `json:"address"`
	Share   float64    `json:"share"`
	Station string     `json:"station"`
	Way     string     `json:"way"` // "back" where only the way back can be the cause, "either" where that cannot be told
}

// TraceVerdict is what it all means.
type TraceVerdict struct {
	ID   string   `json:"id"`
	Text string   `json:"text"`
	Also []string `json:"also,omitempty"`
}

// TracePort is a plain connection to the target, tried because it did not answer.
type TracePort struct {
	Port    uint16  `json:"port"`
	Answers bool    `json:"answers"`
	RTTMs   float64 `json:"rtt_ms,omitempty"`
}

// NewTrace makes the document.
func NewTrace(target string, r trace.Result, port *route.Port, lang string) Trace {
	reading := route.Read(r, port)
	d := Trace{
		Schema: TraceSchema, Target: target, Address: r.Target.String(), Protocol: string(r.Protocol), Method: r.Method, Port: r.Port, Stable: r.FlowStable(),
		StartedAt: r.Started.UTC().Format("2006-01-02T15:04:05.000Z"), ElapsedMs: thousandths(r.Elapsed), Reached: reading.Reached,
		Flows: []TraceFlow{}, Verdict: TraceVerdict{ID: reading.Verdict},
	}
	for i, f := range r.Flows {
		d.Flows = append(d.Flows, traceFlow(f, reading.Hops[i]))
	}
	if s := reading.Slowest; s != nil {
		d.Slowest = &TraceStretch{tracePlace(s.From), tracePlace(s.To), thousandths(s.Added), thousandths(s.Total), string(s.Station)}
	}
	if l := reading.Loss; l != nil {
		d.LossAt = &TraceLoss{tracePlace(l.After), l.At.TTL, l.At.Addr.String(), math.Round(l.Share*1000) / 1000, string(l.Station), "either"}
		if l.Back {
			d.LossAt.Way = "back"
		}
	}
	for i, s := range reading.Sentences {
		if text := TraceSentence(lang, s); i == 0 {
			d.Verdict.Text = text
		} else {
			d.Verdict.Also = append(d.Verdict.Also, text)
		}
	}
	if port != nil {
		d.PortTried = &TracePort{port.Port, port.Answers, thousandths(port.RTT)}
	}
	return d
}

func traceFlow(f trace.Flow, notes []route.Hop) TraceFlow {
	out := TraceFlow{Hops: []TraceHop{}, Reached: f.Reached, Rounds: f.Rounds, MTU: f.MTU}
	for i, h := range f.Hops {
		x := TraceHop{TTL: h.TTL, Addresses: []string{}, Sent: h.Sent, Lost: h.Lost, Code: h.Code, MTU: h.MTU, Labels: h.Labels, HopsBack: h.Back}
		if i < len(notes) {
			x.Note, x.Station = notes[i].Note, string(notes[i].Station)
		}
		if x.Flaps = h.Flaps; h.Flaps > 0 {
			x.LastFlap = h.Flapped.UTC().Format("2006-01-02T15:04:05.000Z")
		}
		for _, a := range h.Addrs {
			x.Addresses = append(x.Addresses, a.Addr.String())
		}
		if h.Received > 0 {
			x.RTT = &TraceTimes{thousandths(h.Min), thousandths(h.Avg), thousandths(h.Max), thousandths(h.Jitter), thousandths(h.Median), thousandths(h.Last)}
		}
		out.Hops = append(out.Hops, x)
	}
	return out
}

// Identify adds whose the hops' latest addresses are, as far as that is known.
func (d *Trace) Identify(of func(netip.Addr) whose.Owner) {
	for _, f := range d.Flows {
		for i := range f.Hops {
			h := &f.Hops[i]
			if len(h.Addresses) == 0 {
				continue
			}
			if a, err := netip.ParseAddr(h.Addresses[len(h.Addresses)-1]); err == nil {
				o := of(a)
				h.Name, h.AS, h.Network = o.Name, o.AS, o.Network
			}
		}
	}
}

// Whose is a hop's name and network, "" when neither is known.
func (h TraceHop) Whose() string {
	var words []string
	if h.Name != "" {
		words = append(words, h.Name)
	}
	if h.AS != 0 {
		words = append(words, strings.TrimSpace("AS"+strconv.FormatUint(uint64(h.AS), 10)+" "+h.Network))
	}
	return strings.Join(words, ", ")
}

func tracePlace(p route.Place) TracePlace {
	if p.TTL == 0 || p.Addr == (netip.Addr{}) {
		return TracePlace{TTL: p.TTL}
	}
	return TracePlace{p.TTL, p.Addr.String()}
}

func thousandths(ms wire.Ms) float64 { return math.Round(float64(ms)*1000) / 1000 }

// TraceSentence puts a sentence into words.
func TraceSentence(lang string, s route.Sentence) string {
	values := make(map[string]string, len(s.Values))
	for name, v := range s.Values {
		values[name] = Measure(lang, wire.Printable(v, 300))
	}
	return resources.Text(lang, s.Key, values)
}

// MethodIn says what was used to trace.
func (d Trace) MethodIn(lang string) string {
	values := map[string]string{}
	if d.Port != 0 {
		values["port"] = strconv.Itoa(int(d.Port))
	}
	return resources.Text(lang, "trace.method."+strings.ReplaceAll(d.Method, " ", "-"), values)
}

// JSON writes the document as one indented JSON text.
func (d Trace) JSON() ([]byte, error) {
	text, err := marshal(d)
	if err != nil {
		return nil, err
	}
	return append(escapeUnprintable(text), '\n'), nil
}
