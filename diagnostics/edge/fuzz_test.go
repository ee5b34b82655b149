package edge

import (
	"net/http"
	"strings"
	"testing"
)

// headersOf reads "Name: value" lines without the checks of a real HTTP reader:
// other readers may let more through.
func headersOf(lines string) http.Header {
	h := http.Header{}
	for line := range strings.SplitSeq(lines, "\n") {
		if name, value, ok := strings.Cut(line, ": "); ok {
			h.Add(name, value)
		}
	}
	return h
}

func FuzzRecognise(f *testing.F) {
	for _, folder := range []string{"testdata", "testdata/networks", "testdata/lookalikes"} {
		for _, id := range recordings(f, folder) {
			r := replay(f, folder+"/"+id+".http")
			var lines strings.Builder
			for name, values := range r.Header {
				for _, v := range values {
					lines.WriteString(name + ": " + v + "\n")
				}
			}
			f.Add(r.Status, lines.String(), r.Body, r.TLS, strings.Join(r.CNAMEs, " "))
		}
	}
	f.Fuzz(func(t *testing.T, status int, lines string, body []byte, tls bool, cnames string) {
		a := Answer{Status: status, Header: headersOf(lines), Body: body, TLS: tls, CNAMEs: strings.Fields(cnames)}
		w := Recognise(a)
		checkClean(t, w)
		if w.Confidence < 0 || w.Confidence > 1 {
			t.Errorf("confidence %f", w.Confidence)
		}
		if blame := blames[w.Fault]; w.Fault != "" && w.Blame != blame {
			t.Errorf("%s: fault %s with blame %q", w.ID, w.Fault, w.Blame)
		}
		if c, ok := Network(a); ok && (len(c.RequestID) > maxID || len(c.Location) > maxName) {
			t.Errorf("out of bounds: %+v", c)
		}
	})
}

func FuzzRetryAfter(f *testing.F) {
	for _, c := range retryAfters {
		f.Add(c.value, c.date)
	}
	f.Fuzz(func(t *testing.T, value, date string) {
		if d := retryAfter(value, date); d < 0 || d > longestWait {
			t.Errorf("retryAfter(%q, %q) = %s", value, date, d)
		}
	})
}

// FuzzList covers Proxy-Status and Cache-Status.
func FuzzList(f *testing.F) {
	for _, c := range lists {
		f.Add(c.value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		members := parseList([]string{value})
		if len(members) > maxMembers {
			t.Errorf("%d members", len(members))
		}
		for _, m := range members {
			if len(m.params) > maxParams {
				t.Errorf("%d parameters", len(m.params))
			}
			if len(m.name) > len(value) {
				t.Errorf("member %q grew out of %q", m.name, value)
			}
		}
	})
}

func FuzzVia(f *testing.F) {
	for _, c := range vias {
		f.Add(c.value)
	}
	f.Fuzz(func(t *testing.T, value string) {
		hops := parseVia([]string{value})
		if len(hops) > maxHops {
			t.Errorf("%d hops", len(hops))
		}
		for _, h := range hops {
			if len(h.Name)+len(h.Protocol)+len(h.Comment) > len(value) {
				t.Errorf("hop %+v grew out of %q", h, value)
			}
		}
	})
}

func FuzzFlatten(f *testing.F) {
	f.Add([]byte("Reference&#32;&#35;18&#46; \r\n &#x41;&#;"))
	f.Fuzz(func(t *testing.T, body []byte) {
		text := flatten(body)
		if len(text) > len(body) || strings.Contains(text, "  ") || strings.ContainsAny(text, "\t\r\n") {
			t.Errorf("flatten(%q) = %q", body, text)
		}
		title(text)
		columns(text)
		referenceAfter(text, "Reference #")
	})
}

func BenchmarkRecognise(b *testing.B) {
	nginx := replay(b, "testdata/nginx.502.http").Answer
	hostile := nginx
	hostile.Header = headersOf(strings.Repeat("Via: 1.1 a, 1.1 b\nSet-Cookie: BIGipServerx=1\nX-Cache: HIT from x\n", 50))
	full := func(unit string) []byte { return []byte(strings.Repeat(unit, MaxBody/len(unit)+1)[:MaxBody]) }
	for name, unit := range map[string]string{
		"near-misses": "<title>503 Service Temporarily Unavailabl<center><h1>502 Bad Gatewa<hr><center>ngin",
		"references":  "&#60;&#",
		"brackets":    "<",
		"columns":     `id="cf-host-status"id="cf-browser-status"`,
	} {
		a := hostile
		a.Status, a.Body = 403, full(unit)
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				Recognise(a)
			}
		})
	}
	b.Run("nginx.502", func(b *testing.B) {
		for b.Loop() {
			Recognise(nginx)
		}
	})
	b.Run("load", func(b *testing.B) {
		for b.Loop() {
			loadEmbedded()
		}
	})
}
