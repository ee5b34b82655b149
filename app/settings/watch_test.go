package settings

import (
	"strings"
	"testing"
	"time"
)

func TestWatch(t *testing.T) {
	s, err := Parse("[watch]\nevery = \"30s\"\nquiet = true\nprometheus = \"[::1]:9115\"\notlp = \"https://collector.example\"\n[[watch.addresses]]\naddress = \"example.com\"\nevery = \"5s\"\n")
	if err != nil {
		t.Fatal(err)
	}
	w := s.Watch
	if w.Every != 30*time.Second || !w.Quiet || len(w.Addresses) != 1 || w.Addresses[0] != (Watched{"example.com", 5 * time.Second}) || w.KeepRaw != DefaultKeepRaw {
		t.Errorf("read as %+v", w)
	}
	text, err := s.Text()
	if err != nil {
		t.Fatal(err)
	}
	again, err := Parse(text)
	if err != nil || again.Watch.Every != w.Every || len(again.Watch.Addresses) != 1 || again.Watch.OTLP != w.OTLP {
		t.Errorf("written as\n%s\nand read as %+v, %v", text, again.Watch, err)
	}
}

func TestWatchRefusals(t *testing.T) {
	for text, want := range map[string]string{
		`every = "1s"`:                "out of range",
		`every = "soon"`:              "not a span",
		`prometheus = "0.0.0.0:9115"`: "this computer itself",
		`prometheus = "9115"`:         "a port",
		`otlp = "file:///etc/passwd"`: "begins with",
		`names = "other"`:             "otel or blackbox",
		`keep_raw = "1m"`:             "out of range",
		"[[watch.addresses]]\naddress = \"file:///etc/passwd\"": "number 1",
	} {
		_, err := Parse("[watch]\n" + text + "\n")
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
