// Package control is the line between the program's own processes on one computer: the window, the
// agent, the terminal. It speaks HTTP with JSON over a socket in a folder of the person's own, or
// over a named pipe on Windows, and both ends check that the other belongs to the same account.
// Holding a name is also the lock that keeps a second one of its kind from starting. A service of the
// machine listens where every account of this computer may look, and only administrators may change.
//
// It is not a way in for anybody else: no TCP port is opened, so no browser and no other computer
// reaches it, and nothing that arrives is run or read as a path.
package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// Bounds of both ends.
const (
	maxBody   = 64 << 10 // a request
	maxAnswer = 1 << 20  // what Call reads of an answer
	maxHeader = 8 << 10
	maxConns  = 32 // our own processes hold one each; more is a mistake or a flood
	// maxOthers is how many of these accounts without rights may hold at a machine's service together,
	// and maxEach how many one of them: an administrator always gets in.
	maxOthers, maxEach = 24, 8
	// startTime is how long Listen waits for a holder that is starting or ending.
	startTime = 2 * time.Second
)

// Errors that callers tell apart.
var (
	// ErrTaken means that another process of this account holds the name.
	ErrTaken = errors.New("control: another one is running")
	// ErrAbsent means that nobody listens under the name.
	ErrAbsent = errors.New("control: none is running")
	// errStranger means that the other end belongs to somebody else.
	errStranger = errors.New("control: the other end belongs to another account")
)

// Error is a refusal by the other end.
type Error struct {
	Status int    // as in HTTP
	Text   string // printable and short
}

func (e *Error) Error() string { return fmt.Sprintf("control: %d: %s", e.Status, e.Text) }

// limits are the times of one server.
type limits struct{ header, read, write, idle time.Duration }

// usual is generous to a computer under load, and short enough that a peer that hangs costs little.
// A handler that streams for longer moves its deadline with http.ResponseController.
var usual = limits{header: 2 * time.Second, read: 5 * time.Second, write: 10 * time.Second, idle: 10 * time.Second}

// Server holds a name and answers under it.
type Server struct {
	http    *http.Server
	release func() // once
	done    chan struct{}
}

// Listen takes the name and serves h under it until Close; h sees paths that begin with /v1/ alone.
// It returns ErrTaken when another process of this account holds the name. What a process left
// behind that died is no obstacle, and of several that start at once exactly one succeeds. The name
// is made of the letters a to z.
func Listen(name string, h http.Handler) (*Server, error) { return listen(Person, name, h, usual) }

// ListenMachine is Listen for a service of the system: every account of this computer may ask, and
// the handler must leave what changes anything to those for whom MayChange is true.
func ListenMachine(name string, h http.Handler) (*Server, error) {
	return listen(Machine, name, h, usual)
}

func listen(scope Scope, name string, h http.Handler, l limits) (*Server, error) {
	if !validName(name) {
		return nil, fmt.Errorf("control: %q is not a name", name)
	}
	line, release, err := take(scope, name)
	if err != nil {
		return nil, err
	}
	s := &Server{release: sync.OnceFunc(release), done: make(chan struct{}), http: &http.Server{
		Handler:           http.MaxBytesHandler(versioned(h), maxBody),
		ReadHeaderTimeout: l.header, ReadTimeout: l.read, WriteTimeout: l.write, IdleTimeout: l.idle,
		MaxHeaderBytes: maxHeader,
		ErrorLog:       log.New(io.Discard, "", 0), // a peer that breaks off is nobody's news
		ConnContext: func(ctx context.Context, c net.Conn) context.Context {
			return context.WithValue(ctx, peerKey{}, peer{scope, c})
		},
	}}
	go func() {
		defer close(s.done)
		_ = s.http.Serve(&gate{Listener: line, scope: scope}) // ends by Close alone
	}()
	return s, nil
}

// Close gives the name back. Requests that are under way are cut off. Closing twice does no harm.
func (s *Server) Close() error {
	err := s.http.Close()
	<-s.done
	s.release()
	return err
}

func validName(name string) bool {
	return name != "" && len(name) <= 16 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz") == ""
}

// versioned refuses what a later version of the program may ask of this one.
func versioned(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasPrefix(r.URL.Path, "/v1/") {
			http.Error(w, "no such path in this version", http.StatusNotFound)
			return
		}
		h.ServeHTTP(w, r)
	})
}

// Call asks whoever holds the name. in is sent as JSON unless it is nil, and the answer is read into
// out unless that is nil. It returns ErrAbsent when nobody holds the name, and an *Error when the
// other end refuses.
func Call(ctx context.Context, name, method, path string, in, out any) error {
	return call(ctx, Person, name, method, path, in, out, maxAnswer)
}

func call(ctx context.Context, scope Scope, name, method, path string, in, out any, most int64) error {
	if !validName(name) || !strings.HasPrefix(path, "/v1/") {
		return fmt.Errorf("control: %q of %q cannot be asked", path, name)
	}
	var body bytes.Buffer
	if in != nil {
		if err := json.NewEncoder(&body).Encode(in); err != nil {
			return fmt.Errorf("control: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://waymend"+path, &body)
	if err != nil {
		return fmt.Errorf("control: %w", err)
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := roundTrip(req, scope, name)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	return answer(resp, out, most)
}

// roundTrip sends one request to the holder of the name.
func roundTrip(req *http.Request, scope Scope, name string) (*http.Response, error) {
	transport := &http.Transport{
		DisableKeepAlives: true, MaxResponseHeaderBytes: maxHeader,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) { return dial(ctx, scope, name) },
	}
	resp, err := transport.RoundTrip(req)
	if err != nil {
		return nil, fmt.Errorf("control: %s: %w", name, err)
	}
	return resp, nil
}

// answer reads what the other end says.
func answer(resp *http.Response, out any, most int64) error {
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		text, _ := io.ReadAll(io.LimitReader(resp.Body, 256))
		return &Error{resp.StatusCode, wire.Printable(string(text), 200)}
	}
	if out == nil {
		return nil
	}
	text, err := io.ReadAll(io.LimitReader(resp.Body, most+1))
	if err == nil && int64(len(text)) > most {
		err = errors.New("the answer is too long")
	}
	if err == nil {
		err = json.Unmarshal(text, out)
	}
	if err != nil {
		return fmt.Errorf("control: %w", err)
	}
	return nil
}
