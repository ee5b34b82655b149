//go:build !windows

package control

import (
	"errors"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// short makes a peer that hangs a matter of a moment, and is long enough for a computer under load.
var short = limits{header: time.Second, read: time.Second, write: 5 * time.Second, idle: time.Second}

// raw connects without asking whose the other end is.
func raw(t *testing.T, name string) net.Conn {
	t.Helper()
	dir, err := folder(Person)
	if err != nil {
		t.Fatal(err)
	}
	c, err := net.Dial("unix", filepath.Join(dir, name+".sock"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	if err := c.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return c
}

func works(t *testing.T, name string) {
	t.Helper()
	out := ""
	if err := Call(t.Context(), name, http.MethodPost, "/v1/echo", "x", &out); err != nil || out != "x" {
		t.Errorf("it no longer answers: %q, %v", out, err)
	}
}

// TestHangingPeers sends beginnings and waits: the other end gives up on each.
func TestHangingPeers(t *testing.T) {
	place(t)
	serve(t, "test", echo(), short)
	conns := map[string]net.Conn{} // all wait at the same time
	for name, text := range map[string]string{
		"nothing":       "",
		"half a line":   "POST /v1/ec",
		"half a head":   "POST /v1/echo HTTP/1.1\r\nHost: x\r\n",
		"half a body":   "POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nabc",
		"half a chunk":  "POST /v1/echo HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc",
		"then idleness": "POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\n\r\na",
	} {
		conns[name] = raw(t, "test")
		io.WriteString(conns[name], text)
	}
	for name, c := range conns {
		if _, err := io.Copy(io.Discard, c); err != nil {
			t.Errorf("%s: the connection was not ended in order: %v", name, err)
		}
	}
	works(t, "test")
}

// TestGarbage sends what no client of ours would.
func TestGarbage(t *testing.T) {
	place(t)
	serve(t, "test", echo(), short)
	for name, c := range map[string]struct{ text, answer string }{
		"bytes":        {"\x00\xff\x16\x03\x01\r\n\r\n", "HTTP/1.1 400"},
		"long line":    {"GET /" + strings.Repeat("a", 1<<20) + " HTTP/1.1\r\n\r\n", "HTTP/1.1 431"},
		"long head":    {"GET /v1/echo HTTP/1.1\r\nHost: x\r\nA: " + strings.Repeat("a", 1<<20) + "\r\n\r\n", "HTTP/1.1 431"},
		"two lengths":  {"POST /v1/echo HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "HTTP/1.1 400"},
		"long body":    {"POST /v1/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 999999999\r\n\r\n" + strings.Repeat("a", 1<<17), "HTTP/1.1 413"},
		"endless body": {"POST /v1/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("100\r\n"+strings.Repeat("a", 256)+"\r\n", 512), "HTTP/1.1 413"},
		"other path":   {"GET /debug HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 404"},
		"proxy":        {"CONNECT 192.0.2.1:80 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", "HTTP/1.1 404"},
	} {
		t.Run(name, func(t *testing.T) {
			conn := raw(t, "test")
			go io.WriteString(conn, c.text) // may be cut off
			head, _ := io.ReadAll(io.LimitReader(conn, 512))
			if !strings.HasPrefix(string(head), c.answer) {
				t.Errorf("answered %.40q", head)
			}
			conn.Close()
			works(t, "test")
		})
	}
}

// TestFlood opens far more connections than are let in; all get an end, and then there is room.
func TestFlood(t *testing.T) {
	place(t)
	serve(t, "test", echo(), short)
	var conns []net.Conn
	for range 10 * maxConns {
		c := raw(t, "test")
		io.WriteString(c, "POST /v1/ec")
		conns = append(conns, c)
	}
	for _, c := range conns {
		if _, err := io.Copy(io.Discard, c); err != nil && !errors.Is(err, syscall.ECONNRESET) {
			t.Fatalf("a connection was left open: %v", err)
		}
	}
	works(t, "test")
}

// TestGate counts how many are let in at a time.
func TestGate(t *testing.T) {
	place(t)
	line, release, err := take(Person, "test")
	if err != nil {
		t.Fatal(err)
	}
	defer release()
	g := &gate{Listener: line, scope: Person}
	defer g.Close()
	let := make(chan net.Conn)
	go func() {
		defer close(let)
		for {
			c, err := g.Accept()
			if err != nil {
				return
			}
			let <- c
		}
	}()
	var in []net.Conn
	for range maxConns {
		raw(t, "test")
		in = append(in, <-let)
	}
	over := raw(t, "test")
	if n, err := over.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Error("one too many was let in")
	}
	in[0].Close()
	in[0].Close()
	raw(t, "test")
	<-let
	if n := g.open; n != maxConns {
		t.Errorf("%d are counted", n)
	}
	over = raw(t, "test")
	if n, err := over.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Error("a connection that was closed twice made room for two")
	}
}

// TestAgentHostile lays garbage, hanging peers, a flood and a body without end at the agent's own API;
// it answers all the time, and nothing reaches the schedule.
func TestAgentHostile(t *testing.T) {
	place(t)
	d := newDiary(t)
	serve(t, Agent, AgentHandler(d), short)
	answers := func(after string) {
		t.Helper()
		until(t, "an answer after "+after, func() bool { _, err := AgentStatus(t.Context()); return err == nil })
	}
	for name, text := range map[string]string{
		"nothing":             "",
		"half a request":      "POST /v1/quit HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\n{",
		"garbage":             "\x00\xff\x16\x03\x01\r\n\r\n",
		"bytes for an object": "POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n\xff\xfe\x00{",
		"deep JSON":           "POST /v1/check HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\n" + strings.Repeat("[", 60000),
		"a stream not read":   "GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n",
	} {
		io.WriteString(raw(t, Agent), text)
		answers(name)
	}
	for range 1000 {
		io.WriteString(raw(t, Agent), "POST /v1/ch")
	}
	answers("a flood")

	huge := raw(t, Agent)
	sent := make(chan int64, 1)
	go func() {
		io.WriteString(huge, "POST /v1/watch HTTP/1.1\r\nHost: x\r\nContent-Length: 1073741824\r\n\r\n{\"address\":\"")
		n, _ := io.Copy(huge, io.LimitReader(endless{}, 1<<30))
		sent <- n
	}()
	head, _ := io.ReadAll(io.LimitReader(huge, 12))
	if string(head) != "HTTP/1.1 413" {
		t.Errorf("a body of a gigabyte: %q", head)
	}
	answers("a body of a gigabyte")
	if n := <-sent; n > 4<<20 {
		t.Errorf("%d bytes of it were taken", n)
	}
	if got := d.notes(); len(got) > 0 {
		t.Errorf("told %q", got)
	}
}

// endless is letters without end.
type endless struct{}

func (endless) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = 'a'
	}
	return len(b), nil
}

// TestSlowReader follows and reads nothing while the status changes all the time: the writer goes on, and
// the reader is left in the end.
func TestSlowReader(t *testing.T) {
	place(t)
	d := newDiary(t)
	long := strings.Repeat("x", 4<<20) // more than the kernel takes for a peer
	d.Set(Status{Title: long})
	serve(t, Agent, handler(d, 500*time.Millisecond), usual)
	c := raw(t, Agent)
	io.WriteString(c, "GET /v1/events HTTP/1.1\r\nHost: x\r\n\r\n")
	for range 2000 {
		d.Set(Status{Title: long})
		time.Sleep(time.Millisecond)
	}
	text, err := io.ReadAll(c)
	if err != nil || len(text) >= len(long) {
		t.Errorf("%d bytes came to who had not read: %v", len(text), err)
	}
	if _, err := AgentStatus(t.Context()); err != nil {
		t.Error(err)
	}
}
