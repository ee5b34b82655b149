package control

import (
	"context"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/waymend/waymend/app/settings"
)

// diary is a schedule that does nothing and notes what it was told.
type diary struct {
	Latest
	file string

	mu   sync.Mutex
	told []string
}

func (d *diary) note(what string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.told = append(d.told, what)
}

func (d *diary) notes() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	return slices.Clone(d.told)
}

func (d *diary) Status() (Status, <-chan struct{}) { return d.Get() }
func (d *diary) Check(address string) error {
	if address == "unknown.example" {
		return ErrUnknown
	}
	d.note("check " + address)
	return nil
}
func (d *diary) Pause(until time.Time) { d.note("pause " + until.UTC().Format(time.RFC3339)) }
func (d *diary) Resume()               { d.note("resume") }
func (d *diary) Reload() error {
	s, err := settings.Load(d.file)
	if err != nil {
		return err
	}
	list := "reload"
	for _, w := range s.Watch.Addresses {
		list += " " + w.Address
	}
	d.note(list)
	return nil
}
func (d *diary) File() string { return d.file }
func (d *diary) Quit()        { d.note("quit") }

func newDiary(t *testing.T) *diary {
	t.Helper()
	return &diary{file: filepath.Join(t.TempDir(), "settings.toml")}
}

// TestAgent goes through the whole API, from the client's functions to the schedule.
func TestAgent(t *testing.T) {
	place(t)
	ctx := t.Context()
	if _, err := AgentStatus(ctx); !errors.Is(err, ErrAbsent) {
		t.Fatalf("nobody listens, but %v", err)
	}
	d := newDiary(t)
	serve(t, Agent, AgentHandler(d), usual)
	want := Status{Version: "1", Health: Well, Seen: string(Person), Targets: []Watched{{Address: "a.example", Every: time.Minute, Health: Trouble}}}
	d.Set(want)
	got, err := AgentStatus(ctx)
	if since := time.Since(got.Started); since < 0 || since > time.Minute {
		t.Errorf("started at %v", got.Started)
	}
	got.Started = time.Time{}
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := AgentStatusOf(ctx, Machine); !errors.Is(err, ErrAbsent) {
		t.Errorf("of the machine: %v", err)
	}
	until := time.Date(2030, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, err := range []error{
		AgentCheck(ctx, ""), AgentCheck(ctx, "a.example"), AgentPause(ctx, until), AgentPause(ctx, time.Time{}), AgentResume(ctx), AgentReload(ctx),
		AgentWatch(ctx, "b.example", time.Minute), AgentWatch(ctx, "c.example", 0), AgentWatch(ctx, "b.example", 0), AgentUnwatch(ctx, "b.example"), AgentQuit(ctx),
	} {
		if err != nil {
			t.Error(err)
		}
	}
	told := []string{
		"check ", "check a.example", "pause 2030-01-02T03:04:05Z", "pause 9999-12-31T00:00:00Z", "resume", "reload",
		"reload b.example", "reload b.example c.example", "reload b.example c.example", "reload c.example", "quit",
	}
	if got := d.notes(); !slices.Equal(got, told) {
		t.Errorf("told %q, want %q", got, told)
	}
}

// TestAwaitAgent returns at the end of who listens, and not before.
func TestAwaitAgent(t *testing.T) {
	place(t)
	if err := AwaitAgent(t.Context(), Person); err != nil {
		t.Fatalf("nobody listens, but %v", err)
	}
	s := serve(t, Agent, AgentHandler(newDiary(t)), usual)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := AwaitAgent(ctx, Person); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("while it listens: %v", err)
	}
	time.AfterFunc(100*time.Millisecond, func() { s.Close() })
	if err := AwaitAgent(t.Context(), Person); err != nil {
		t.Error(err)
	}
}

// TestAgentRefuses asks for what cannot be done: nothing reaches the schedule.
func TestAgentRefuses(t *testing.T) {
	place(t)
	d := newDiary(t)
	serve(t, Agent, AgentHandler(d), usual)
	type object = map[string]any
	for _, c := range []struct {
		path string
		in   any
		want int
	}{
		{"check", object{"address": "unknown.example"}, 404},
		{"check", object{"address": "a\x1b[2J"}, 400},
		{"check", object{"address": 1}, 400},
		{"check", object{"where": "a"}, 400},
		{"check", []int{}, 400},
		{"check", object{"address": strings.Repeat("a", maxBody)}, 413},
		{"pause", object{"minutes": -1}, 400},
		{"pause", object{"minutes": maxPause + 1}, 400},
		{"pause", object{"minutes": 1, "until": "2030-01-01T00:00:00Z"}, 400},
		{"pause", object{"until": "tomorrow"}, 400},
		{"watch", object{"address": ""}, 400},
		{"watch", object{"address": "a.example", "every": int64(time.Millisecond)}, 400},
		{"watch", object{"address": "a.example", "every": int64(1000 * time.Hour)}, 400},
		{"unwatch", object{"address": "a.example"}, 404},
		{"nothing", nil, 404},
		{"status", nil, 405},
	} {
		var refusal *Error
		if err := Call(t.Context(), Agent, http.MethodPost, "/v1/"+c.path, c.in, nil); !errors.As(err, &refusal) || refusal.Status != c.want {
			t.Errorf("%s %.60v: %v, want %d", c.path, c.in, err, c.want)
		}
	}
	if got := d.notes(); len(got) > 0 {
		t.Errorf("told %q", got)
	}
}

// TestAgentPassword: a password in an address goes nowhere, and neither does it hide the address.
func TestAgentPassword(t *testing.T) {
	place(t)
	d := newDiary(t)
	serve(t, Agent, AgentHandler(d), usual)
	const address = "http://joe:secret@intranet.example/?a=b"
	if err := AgentWatch(t.Context(), address, 0); err != nil {
		t.Fatal(err)
	}
	set, err := settings.Load(d.file)
	if err != nil || len(set.Watch.Addresses) != 1 || set.Watch.Addresses[0].Address != "http://intranet.example/?a=b" {
		t.Errorf("%+v, %v", set.Watch.Addresses, err)
	}
	if text, _ := os.ReadFile(d.file); strings.Contains(string(text), "secret") {
		t.Errorf("the settings hold the password:\n%s", text)
	}
	if err := AgentUnwatch(t.Context(), address); err != nil {
		t.Error(err)
	}
}

// TestAgentKeepsBadSettings leaves a file that it does not understand as it is, and says why.
func TestAgentKeepsBadSettings(t *testing.T) {
	place(t)
	d := newDiary(t)
	d.file = t.TempDir() // not a file
	serve(t, Agent, AgentHandler(d), usual)
	var refusal *Error
	if err := AgentWatch(t.Context(), "a.example", 0); !errors.As(err, &refusal) || refusal.Status != http.StatusConflict || !strings.Contains(refusal.Text, "is not a file") {
		t.Errorf("%v", err)
	}
}

// TestFollow sees the present status at once, the latest one after changes, and the end.
func TestFollow(t *testing.T) {
	place(t)
	if err := FollowAgent(t.Context(), func(Status) {}); !errors.Is(err, ErrAbsent) {
		t.Fatalf("nobody listens, but %v", err)
	}
	d := newDiary(t)
	d.Set(Status{Title: "0"})
	// The times of the server are over long before the stream is.
	s := serve(t, Agent, AgentHandler(d), limits{header: time.Second, read: 500 * time.Millisecond, write: 500 * time.Millisecond, idle: time.Second})
	seen := make(chan string, 100)
	ended := make(chan error, 1)
	go func() { ended <- FollowAgent(t.Context(), func(s Status) { seen <- s.Title }) }()
	next := func() string {
		select {
		case title := <-seen:
			return title
		case err := <-ended:
			t.Fatalf("it ended: %v", err)
		case <-time.After(time.Minute):
			t.Fatal("nothing came")
		}
		return ""
	}
	if got := next(); got != "0" {
		t.Errorf("first %q", got)
	}
	time.Sleep(time.Second)
	for n := range 10_000 {
		d.Set(Status{Title: strings.Repeat("x", n%100)})
	}
	d.Set(Status{Title: "last"})
	count := 0
	for next() != "last" {
		count++
	}
	if count > 100 {
		t.Errorf("%d lines for what changed at once", count)
	}
	s.Close()
	if err := <-ended; err == nil || errors.Is(err, ErrAbsent) {
		t.Errorf("at the end: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	serve(t, Agent, AgentHandler(d), usual)
	if err := FollowAgent(ctx, func(Status) { cancel() }); !errors.Is(err, context.Canceled) {
		t.Errorf("after it was stopped: %v", err)
	}
}

// TestManyFollow has more readers than there is room for; those that are refused are told, and a short
// request still gets its answer.
func TestManyFollow(t *testing.T) {
	place(t)
	d := newDiary(t)
	serve(t, Agent, AgentHandler(d), usual)
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan struct{}, 2*maxStreams)
	ended := make(chan error, 2*maxStreams)
	for range maxStreams {
		go func() { ended <- FollowAgent(ctx, func(Status) { first <- struct{}{} }) }()
	}
	for range maxStreams {
		<-first
	}
	var refusal *Error
	if err := FollowAgent(ctx, func(Status) { t.Error("let in") }); !errors.As(err, &refusal) || refusal.Status != http.StatusServiceUnavailable {
		t.Errorf("one too many: %v", err)
	}
	if _, err := AgentStatus(ctx); err != nil {
		t.Error(err)
	}
	cancel()
	for range maxStreams {
		if err := <-ended; !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	until(t, "a free place", func() bool {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		return errors.Is(FollowAgent(ctx, func(Status) { cancel() }), context.Canceled)
	})
}

// until waits for something to become true.
func until(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(time.Minute); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited too long for %s", what)
		}
	}
}

// leaver ends its own server when it is asked to quit, as the agent does.
type leaver struct {
	*diary
	server *Server
}

func (l leaver) Quit() { go l.server.Close() }

// TestQuitIsAnswered quits many times over: whoever asks hears that it was done.
func TestQuitIsAnswered(t *testing.T) {
	place(t)
	for range 50 {
		l := &leaver{diary: newDiary(t)}
		server, err := Listen(Agent, AgentHandler(l))
		if err != nil {
			t.Fatal(err)
		}
		l.server = server
		if err := AgentQuit(t.Context()); err != nil {
			t.Fatal(err)
		}
		server.Close()
	}
}
