package report

import (
	"encoding/json"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/route"
	"github.com/waymend/waymend/diagnostics/whose"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/diagnostics/wire/trace"
	"github.com/waymend/waymend/resources"
)

// tracedResult is a path of four hops; the second is silent, and the last stretch the slowest.
func tracedResult() trace.Result {
	at := time.Unix(1000, 0)
	hop := func(ttl int, addr string, ms wire.Ms, lost int) trace.Hop {
		return trace.Hop{
			TTL: ttl, Addrs: []trace.Seen{{Addr: netip.MustParseAddr(addr), First: at, Last: at, Count: 10}}, Sent: 10, Received: 10 - lost, Lost: lost,
			Last: ms, Min: ms, Avg: ms, Median: ms, Max: ms, Samples: []trace.Sample{{At: at, RTT: ms}, {At: at, Lost: true}},
		}
	}
	return trace.Result{
		Target: netip.MustParseAddr("203.0.113.9"), Protocol: trace.UDP, Port: 33434, Method: "udp", Started: at, Elapsed: 123.4567,
		Flows: []trace.Flow{{Reached: true, Rounds: 10, MTU: 1500, Hops: []trace.Hop{
			hop(1, "192.168.1.1", 1.23456, 0), {TTL: 2, Sent: 10, Lost: 10}, hop(3, "192.0.2.1", 9, 0), hop(4, "203.0.113.9", 98.7, 0),
		}}},
	}
}

// TestTraceKeys holds the document to its keys: scripts stand on them.
func TestTraceKeys(t *testing.T) {
	raw, err := NewTrace("example.com", tracedResult(), nil, resources.English).JSON()
	if err != nil {
		t.Fatal(err)
	}
	var d map[string]any
	if err := json.Unmarshal(raw, &d); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"schema", "target", "address", "protocol", "method", "started_at", "elapsed_ms", "flows", "reached", "slowest", "loss_starts_at", "verdict"} {
		if _, ok := d[key]; !ok {
			t.Errorf("no %s", key)
		}
	}
	hops := d["flows"].([]any)[0].(map[string]any)["hops"].([]any)
	first, silent := hops[0].(map[string]any), hops[1].(map[string]any)
	for _, key := range []string{"ttl", "addresses", "sent", "lost", "rtt_ms", "note", "station"} {
		if _, ok := first[key]; !ok {
			t.Errorf("a hop has no %s", key)
		}
	}
	if first["rtt_ms"].(map[string]any)["min"] != 1.235 || silent["rtt_ms"] != nil || silent["note"] != "silent" || len(silent["addresses"].([]any)) != 0 {
		t.Errorf("%v, %v", first, silent)
	}
	slowest := d["slowest"].(map[string]any)
	if slowest["to"].(map[string]any)["address"] != "203.0.113.9" || slowest["added_ms"] != 89.7 || slowest["station"] != "website" || d["loss_starts_at"] != nil {
		t.Errorf("%v, %v", slowest, d["loss_starts_at"])
	}
	if v := d["verdict"].(map[string]any); v["id"] != "slow" || v["text"] != "The slowest stretch is the website’s own, between 192.0.2.1 and 203.0.113.9: 90 ms of 100 ms." {
		t.Errorf("%v", v)
	}
}

// TestTraceTexts looks every verdict, note, station and method up.
func TestTraceTexts(t *testing.T) {
	keys := []string{"trace.loss-back", "trace.port-only", "trace.nothing", "trace.too-long", "trace.refused.other", "trace.refused.host", "trace.refused.network"}
	for _, s := range []route.Station{route.Router, route.Provider, route.Beyond, route.Website} {
		keys = append(keys, "trace.station."+string(s), "trace.slowest."+string(s), "trace.loss."+string(s))
		if s != route.Website {
			keys = append(keys, "trace.ends."+string(s))
		}
	}
	for _, n := range []string{route.Silent, route.Limits, route.Late, route.Looping, route.Refuses, route.Changed, route.Translates, route.Labelled, route.Narrows, route.Parallel, route.Shared} {
		keys = append(keys, "trace.note."+n)
	}
	for _, m := range []string{"icmp", "ping socket", "udp", "tcp", "windows icmp", "datagram icmp"} {
		keys = append(keys, "trace.method."+strings.ReplaceAll(m, " ", "-"))
	}
	for _, key := range keys {
		if !resources.Has(resources.English, key) {
			t.Errorf("no text for %s", key)
		}
	}
}

func TestPing(t *testing.T) {
	r := tracedResult()
	r.Flows[0].Hops = r.Flows[0].Hops[3:]
	d := NewPing("example.com", r, resources.English)
	if d.Sent != 10 || d.Received != 10 || d.RTT == nil || d.RTT.Min != 98.7 || len(d.Samples) != 2 || d.Samples[1] != nil || d.Text != "10 sent, 10 answered, 0 % lost" {
		t.Errorf("%+v", d)
	}
	r.Flows[0].Reached, r.Flows[0].Hops[0].Code = false, trace.Prohibited
	if d := NewPing("example.com", r, resources.English); d.Received != 0 || d.Refusal != trace.Prohibited || d.RTT != nil {
		t.Errorf("refused: %+v", d)
	}
	r.Fail = &wire.Failure{Text: "no way"}
	if d := NewPing("example.com", r, resources.English); d.Reason != "no way" {
		t.Errorf("failed: %+v", d)
	}
}

// TestIdentify adds names and networks to the hops that answered, and nothing from the network raw.
func TestIdentify(t *testing.T) {
	d := NewTrace("example.com", tracedResult(), nil, resources.English)
	d.Identify(func(a netip.Addr) whose.Owner {
		if a == netip.MustParseAddr("192.0.2.1") {
			return whose.Owner{Name: "core1.provider.example", AS: 64500, Network: "PROVIDER, DE"}
		}
		return whose.Owner{}
	})
	var got []string
	for _, h := range d.Flows[0].Hops {
		got = append(got, h.Whose())
	}
	if want := "||core1.provider.example, AS64500 PROVIDER, DE|"; strings.Join(got, "|") != want {
		t.Errorf("%q", got)
	}
}
