package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
)

func saved(t testing.TB, e Examination) []byte {
	d := New(e, "en")
	d.Replay = e.Save()
	text, err := d.JSON()
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func examination(t testing.TB, address string, facts []diagnostics.Fact) Examination {
	var target diagnostics.Target
	if address != "" {
		var err error
		if target, err = diagnostics.ParseTarget(address); err != nil {
			t.Fatal(err)
		}
	}
	return Examination{
		Version: "0.1.0", Started: time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC), Elapsed: 231400 * time.Microsecond,
		Facts: diagnostics.NewFacts(target, facts),
	}
}

func TestReplayRoundTrip(t *testing.T) {
	for _, address := range []string{"", "example.com/a?b=c", "http://[fe80::1%25eth0]:8080/", "bücher.example", "2001:db8::1"} {
		facts := filled(t)
		facts[0].State, facts[0].Value, facts[0].Err = diagnostics.Unknown, nil, "no permission"
		want := examination(t, address, facts)
		got, err := Read(bytes.NewReader(saved(t, want)), checks.All())
		if err != nil {
			t.Fatalf("%q: %v", address, err)
		}
		if got.Version != want.Version || !got.Started.Equal(want.Started) || got.Elapsed != want.Elapsed || got.Facts.Target != want.Facts.Target {
			t.Errorf("%q: %+v, want %+v", address, got.Facts.Target, want.Facts.Target)
		}
		all := got.Facts.All()
		for i, f := range want.Facts.All() {
			if !reflect.DeepEqual(all[i], f) {
				t.Errorf("%s: read back as\n%+v, want\n%+v", f.ID, all[i], f)
			}
		}
		a, b := New(want, "en"), New(got, "en")
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%q: judged differently after saving", address)
		}
	}
}

// hostile are files that are refused, with words that the sentence must hold.
var hostile = []struct{ name, text, says string }{
	{"empty", "", "not a saved examination"},
	{"binary", "\x00\x01\x1b[31m\xff", "not a saved examination"},
	{"other JSON", `{"a": 1}`, "not a saved examination"},
	{"list", `[]`, "not a saved examination"},
	{"other schema", `{"schema": "waymend.check/99", "replay": {"facts": []}}`, "not a saved examination"},
	{"answer only", `{"schema": "waymend.check/1"}`, "not the measurements"},
	{"wrong types", `{"schema": "waymend.check/1", "replay": {"facts": "x"}}`, "not a saved examination"},
	{"bad target", `{"schema": "waymend.check/1", "target": {"url": "file:///etc/passwd"}, "replay": {"facts": []}}`, "not a saved examination"},
	{"empty target", `{"schema": "waymend.check/1", "target": {}, "replay": {"facts": []}}`, "not a saved examination"},
	{"bad value", `{"schema": "waymend.check/1", "replay": {"facts": [{"id": "site.addresses", "state": "ok", "value": {"rows": 5}}]}}`, "cannot be understood"},
	{"bad address", `{"schema": "waymend.check/1", "replay": {"facts": [{"id": "router.echo", "state": "ok", "value": {"gateways": [{"addr": "x"}]}}]}}`, "cannot be understood"},
	{"bad state", `{"schema": "waymend.check/1", "replay": {"facts": [{"id": "site.addresses", "state": "\u001b"}]}}`, "unknown state"},
	{"many facts", `{"schema": "waymend.check/1", "replay": {"facts": [` + strings.Repeat("{},", maxFacts) + `{}]}}`, "more than"},
	{"many values", `{"schema": "waymend.check/1", "replay": {"facts": [{"id": "site.addresses", "value": [` + strings.Repeat("{},", maxValues+1) + `{}]}]}}`, "more than"},
	{"deep", `{"schema": "waymend.check/1", "x": ` + strings.Repeat("[", 1<<20), "not a saved examination"},
}

func TestHostileReplay(t *testing.T) {
	for _, c := range hostile {
		_, err := Read(strings.NewReader(c.text), checks.All())
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: %v, want %q", c.name, err, c.says)
		}
	}
	if _, err := Read(endless{}, checks.All()); !errors.Is(err, ErrTooLarge) {
		t.Errorf("endless: %v", err)
	}
}

func TestValues(t *testing.T) {
	for text, want := range map[string]int{``: 0, `[1,2]`: 1, `{"a,\\",b":"\",","c":[],"d":1}`: 2, `"a\`: 0, `\`: 0} {
		if got := values([]byte(text)); got != want {
			t.Errorf("%s: %d, want %d", text, got, want)
		}
	}
}

// endless is a file without an end.
type endless struct{}

func (endless) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestReplayOfNewerVersion(t *testing.T) {
	e, err := Read(strings.NewReader(`{"schema": "waymend.check/1", "new": 1, "replay": {"started": "2026-01-02T03:04:05Z", "elapsed_ns": -5,
		"facts": [{"id": "future.check", "state": "odd", "value": 5}, {"id": "site.addresses", "state": "skipped"}]}}`), checks.All())
	if err != nil || len(e.Facts.All()) != 1 || e.Elapsed != 0 {
		t.Errorf("%+v, %v", e, err)
	}
}

func FuzzRead(f *testing.F) {
	for _, c := range hostile {
		if len(c.text) < 10000 {
			f.Add([]byte(c.text))
		}
	}
	f.Add(saved(f, examination(f, "https://example.com/", filled(f))))
	f.Fuzz(func(t *testing.T, text []byte) {
		e, err := Read(bytes.NewReader(text), checks.All())
		if err != nil {
			if strings.ContainsAny(err.Error(), "\x1b\r\n") || len(err.Error()) > 300 {
				t.Errorf("bad sentence %q", err)
			}
			return
		}
		for _, f := range e.Facts.All() {
			if s := Summary("en", f); strings.ContainsAny(s, "\x1b\r\n") {
				t.Errorf("%s: unprintable summary %q", f.ID, s)
			}
		}
		again, err := json.Marshal(e.Save())
		if err != nil || len(again) == 0 {
			t.Errorf("cannot be saved again: %v", err)
		}
	})
}
