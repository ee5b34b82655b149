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
		`every = "1s"`:                                          "out of range",
		`every = "soon"`:                                        "not a span",
		`prometheus = "0.0.0.0:9115"`:                           "this computer itself",
		`prometheus = "9115"`:                                   "a port",
		`otlp = "file:///etc/passwd"`:                           "begins with",
		`prometheus = "[::1]:80000"`:                            "a port",
		`prometheus = "[::1]:0"`:                                "a port",
		`otlp = "http://a:secret@b"`:                            "not supported",
		`otlp = "http://b/?k=secret"`:                           "not supported",
		`otlp = "http://b:99999"`:                               "begins with",
		`otlp = "http://a:secret@b:x`:                           "line 2",
		`otlp = "http://a:secret@%"`:                            "begins with",
		`every = "25h"`:                                         "from 5s to 24h",
		`names = "other"`:                                       "otel or blackbox",
		`keep_raw = "1m"`:                                       "out of range",
		"[[watch.addresses]]\naddress = \"file:///etc/passwd\"": "number 1",
	} {
		_, err := Parse("[watch]\n" + text + "\n")
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

// TestWatchedPassword: what is watched is shown, stored and sent in many places; no password gets there.
func TestWatchedPassword(t *testing.T) {
	s, err := Parse("[[watch.addresses]]\naddress = \"http://joe:secret@intranet.example/a?b=c\"\n")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := s.Watch.Addresses[0].Address, "http://intranet.example/a?b=c"; got != want {
		t.Errorf("watched as %q, want %q", got, want)
	}
}

func TestSpan(t *testing.T) {
	for d, want := range map[time.Duration]string{5 * time.Second: "5s", time.Minute: "1m", 90 * time.Second: "1m30s", 24 * time.Hour: "24h", 90 * time.Minute: "1h30m", time.Hour + time.Second: "1h0m1s", 10 * time.Minute: "10m"} {
		if got := Span(d); got != want {
			t.Errorf("Span(%d) = %q, want %q", d, got, want)
		}
	}
}
