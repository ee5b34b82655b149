package control

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

const (
	// askTime bounds a short request to the agent.
	askTime = 5 * time.Second
	// maxStatus bounds one status: ten thousand addresses of two thousand letters each.
	maxStatus = 32 << 20
)

// AgentStatus asks the schedule how things are: the person's own, or else the machine's. Like the other
// functions here it returns ErrAbsent when neither runs, and an *Error for a refusal; that of an account
// without rights has the status 403.
func AgentStatus(ctx context.Context) (s Status, err error) {
	err = ask(ctx, http.MethodGet, "status", nil, &s)
	return s, err
}

// AgentStatusOf asks the schedule of one scope.
func AgentStatusOf(ctx context.Context, scope Scope) (s Status, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	err = call(ctx, scope, Agent, http.MethodGet, "/v1/status", nil, &s, maxStatus)
	return s, err
}

// AgentCheck begins a check of a watched address, "" for all.
func AgentCheck(ctx context.Context, address string) error {
	return ask(ctx, http.MethodPost, "check", checkRequest{address}, nil)
}

// AgentPause holds the checks until then; UntilTold, or zero, until AgentResume.
func AgentPause(ctx context.Context, until time.Time) error {
	return ask(ctx, http.MethodPost, "pause", pauseRequest{Until: until}, nil)
}

// AgentResume ends a pause.
func AgentResume(ctx context.Context) error {
	return ask(ctx, http.MethodPost, "resume", nil, nil)
}

// AgentReload lets the schedule read its settings again.
func AgentReload(ctx context.Context) error {
	return ask(ctx, http.MethodPost, "reload", nil, nil)
}

// AgentWatch adds an address to the settings of the schedule, or gives it another interval; 0 is the
// usual one.
func AgentWatch(ctx context.Context, address string, every time.Duration) error {
	return ask(ctx, http.MethodPost, "watch", watchRequest{address, every}, nil)
}

// AgentUnwatch takes an address out of the settings of the schedule.
func AgentUnwatch(ctx context.Context, address string) error {
	return ask(ctx, http.MethodPost, "unwatch", checkRequest{address}, nil)
}

// AgentQuit asks the process that runs the schedule to end.
func AgentQuit(ctx context.Context) error {
	return ask(ctx, http.MethodPost, "quit", nil, nil)
}

// ask asks the person's own schedule, or else the machine's.
func ask(ctx context.Context, method, path string, in, out any) error {
	ctx, cancel := context.WithTimeout(ctx, askTime)
	defer cancel()
	err := call(ctx, Person, Agent, method, "/v1/"+path, in, out, maxStatus)
	if errors.Is(err, ErrAbsent) {
		err = call(ctx, Machine, Agent, method, "/v1/"+path, in, out, maxStatus)
	}
	return err
}

// FollowAgent hands over the present status and each later one, until the context or the schedule ends;
// what changes faster than a reader reads is left out. The error says why it ended and is never nil:
// ErrAbsent when there was none. It does not connect again.
func FollowAgent(ctx context.Context, each func(Status)) error {
	resp, err := followed(ctx, Person)
	if errors.Is(err, ErrAbsent) {
		resp, err = followed(ctx, Machine)
	}
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return answer(resp, nil, 0)
	}
	lines := bufio.NewScanner(resp.Body)
	lines.Buffer(nil, maxStatus)
	for lines.Scan() {
		var s Status
		if err := json.Unmarshal(lines.Bytes(), &s); err != nil {
			return fmt.Errorf("control: %w", err)
		}
		each(s)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	err = lines.Err()
	if err == nil {
		err = io.ErrUnexpectedEOF
	}
	return fmt.Errorf("control: %w", err)
}

// AwaitAgent returns when no schedule of that scope runs any more, or the context has ended. It does not
// ask again and again: a line to the other end says when it goes.
func AwaitAgent(ctx context.Context, scope Scope) error {
	for {
		resp, err := followed(ctx, scope)
		if err == nil {
			_, _ = io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
		}
		if errors.Is(err, ErrAbsent) {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Second): // it is just ending, or has no room for one more
		}
	}
}

func followed(ctx context.Context, scope Scope) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://waymend/v1/events", nil)
	if err != nil {
		return nil, fmt.Errorf("control: %w", err)
	}
	return roundTrip(req, scope, Agent)
}
