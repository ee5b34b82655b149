package control

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// place makes a computer where nobody listens.
func place(t *testing.T) {
	t.Helper()
	if runtime.GOOS == "windows" {
		return // pipes have no folder; every test closes what it opens
	}
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
}

// echo answers with what it was sent.
func echo() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/echo", func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			http.Error(w, err.Error(), http.StatusRequestEntityTooLarge)
			return
		}
		w.Write(text)
	})
	mux.HandleFunc("/v1/long", func(w http.ResponseWriter, r *http.Request) {
		io.WriteString(w, `"`+strings.Repeat("a", maxAnswer)+`"`)
	})
	mux.HandleFunc("/v1/odd", func(w http.ResponseWriter, r *http.Request) {
		http.Error(w, "\x1b[2Jno "+strings.Repeat("x", 1000), http.StatusTeapot)
	})
	mux.HandleFunc("/v1/panic", func(http.ResponseWriter, *http.Request) { panic("on purpose") })
	return mux
}

func serve(t *testing.T, name string, h http.Handler, l limits) *Server {
	t.Helper()
	s, err := listen(Person, name, h, l)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestCall(t *testing.T) {
	place(t)
	type message struct{ Text string }
	in, out := message{"hello ☃"}, message{}
	call := func() error { return Call(t.Context(), "test", http.MethodPost, "/v1/echo", in, &out) }
	if err := call(); !errors.Is(err, ErrAbsent) {
		t.Fatalf("nobody listens, but %v", err)
	}
	s := serve(t, "test", echo(), usual)
	if err := call(); err != nil || out != in {
		t.Fatalf("%+v, %v", out, err)
	}
	if _, err := Listen("test", echo()); !errors.Is(err, ErrTaken) {
		t.Errorf("taken twice: %v", err)
	}
	serve(t, "other", echo(), usual)
	var refusal *Error
	if err := Call(t.Context(), "test", http.MethodGet, "/v1/odd", nil, nil); !errors.As(err, &refusal) || refusal.Status != http.StatusTeapot || strings.Contains(refusal.Text, "\x1b") || len(refusal.Text) > 300 {
		t.Errorf("%v", err)
	}
	if err := Call(t.Context(), "test", http.MethodGet, "/v1/nothing", nil, nil); !errors.As(err, &refusal) || refusal.Status != http.StatusNotFound {
		t.Errorf("%v", err)
	}
	if err := Call(t.Context(), "test", http.MethodGet, "/v1/long", nil, new(string)); err == nil {
		t.Error("a long answer was read")
	}
	if err := Call(t.Context(), "test", http.MethodGet, "/v1/panic", nil, nil); err == nil {
		t.Error("no error of a handler that panics")
	}
	in.Text = strings.Repeat("x", maxBody)
	if err := call(); !errors.As(err, &refusal) || refusal.Status != http.StatusRequestEntityTooLarge {
		t.Errorf("a body of %d bytes: %v", maxBody, err)
	}
	in.Text = "again"
	if err := call(); err != nil || out != in {
		t.Fatalf("%+v, %v", out, err)
	}
	s.Close()
	if err := call(); !errors.Is(err, ErrAbsent) {
		t.Errorf("after the end: %v", err)
	}
	serve(t, "test", echo(), usual)
	if err := call(); err != nil {
		t.Errorf("the second one under the name: %v", err)
	}
}

func TestNames(t *testing.T) {
	place(t)
	for _, name := range []string{"", "../x", "a/b", "A", "a.b", "abcdefghijklmnopq", "a\x00"} {
		if s, err := Listen(name, echo()); err == nil {
			s.Close()
			t.Errorf("%q was taken", name)
		}
		if err := Call(t.Context(), name, http.MethodGet, "/v1/echo", nil, nil); err == nil || errors.Is(err, ErrAbsent) {
			t.Errorf("%q was asked: %v", name, err)
		}
	}
	if err := Call(t.Context(), "test", http.MethodGet, "/v2/echo", nil, nil); err == nil || errors.Is(err, ErrAbsent) {
		t.Errorf("a path of another version was asked: %v", err)
	}
}

func TestVersioned(t *testing.T) {
	h := versioned(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	for path, want := range map[string]int{"/v1/x": 204, "/v2/x": 404, "/": 404, "/v1": 404} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
		if w.Code != want {
			t.Errorf("%s: %d", path, w.Code)
		}
	}
}

// TestTwoStarters has several take the name at once, fifty times: exactly one succeeds.
func TestTwoStarters(t *testing.T) {
	place(t)
	for round := range 50 {
		const starters = 6
		won := make(chan *Server, starters)
		var all sync.WaitGroup
		begin := make(chan struct{})
		for range starters {
			all.Go(func() {
				<-begin
				s, err := Listen("test", echo())
				if err == nil {
					won <- s
				} else if !errors.Is(err, ErrTaken) {
					t.Errorf("round %d: %v", round, err)
				}
			})
		}
		close(begin)
		all.Wait()
		close(won)
		if len(won) != 1 {
			t.Fatalf("round %d: %d succeeded", round, len(won))
		}
		if err := Call(t.Context(), "test", http.MethodPost, "/v1/echo", 1, nil); err != nil {
			t.Fatalf("round %d: %v", round, err)
		}
		(<-won).Close()
	}
}

// TestEnding takes the name while its holder lets go.
func TestEnding(t *testing.T) {
	place(t)
	first := serve(t, "test", echo(), usual)
	go first.Close()
	s, err := Listen("test", echo())
	if errors.Is(err, ErrTaken) {
		return // it still answered
	}
	if err != nil {
		t.Fatal(err)
	}
	s.Close()
}
