package export

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Limits of one sending.
const (
	sendLimit = 10 * time.Second
	// leastWait and mostWait bound how long a collector is left alone that does not take anything.
	leastWait = 5 * time.Second
	mostWait  = 15 * time.Minute
	// mostInRow bounds how much of what waits is sent in one go.
	mostInRow = 50
)

var silent = log.New(io.Discard, "", 0) // what a peer does wrong is nobody's news

// errUnwanted: the collector will never take this message.
var errUnwanted = errors.New("the collector refuses it")

// busy is a collector that asks to wait.
type busy struct {
	after time.Duration
	why   string
}

func (b busy) Error() string { return b.why }

// send hands metrics on every minute and incidents at once, until ctx ends; what is at hand then is kept.
func (e *Exporter) send(ctx context.Context) {
	client := &http.Client{
		Timeout:       sendLimit,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Transport:     &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConns: 1, IdleConnTimeout: 2 * sendEvery, MaxResponseHeaderBytes: 64 << 10},
	}
	defer client.CloseIdleConnections()
	var wait time.Duration // how long the collector is left alone
	var until time.Time
	// Ten thousand computers that started together must not all send in the same second.
	next := time.Now().Add(rand.N(sendEvery))
	for {
		timer := time.NewTimer(max(0, time.Until(next)))
		select {
		case <-ctx.Done():
			timer.Stop()
			e.collect(time.Now(), true)
			return
		case <-e.wake:
			timer.Stop()
			e.collect(time.Now(), false)
		case <-timer.C:
			next = time.Now().Add(sendEvery)
			e.collect(time.Now(), true)
		}
		if time.Now().Before(until) {
			continue
		}
		err := e.flush(ctx, client)
		e.note(err)
		wait = waitAfter(err, wait)
		until = time.Now().Add(wait)
	}
}

// waitAfter is how long the collector is left alone: twice as long each time, or what it asks for.
func waitAfter(err error, before time.Duration) time.Duration {
	var asked busy
	switch {
	case err == nil:
		return 0
	case errors.As(err, &asked) && asked.after > 0:
		return min(asked.after, mostWait)
	}
	wait := min(max(2*before, leastWait), mostWait)
	return wait + rand.N(wait/4)
}

// collect puts what is at hand into the queue.
func (e *Exporter) collect(now time.Time, all bool) {
	put := func(signal string, make func(time.Time) ([]byte, error)) {
		text, err := make(now)
		if err == nil && text != nil {
			err = e.keep(message{signal: signal, packed: packed(text)}, now)
		}
		if err != nil {
			e.note(err)
		}
	}
	put(signalLogs, e.logsMessage)
	if all {
		put(signalMetrics, e.metricsMessage)
	}
}

// keep puts a message where it waits: on disk, or where there is no room, for a while in memory.
func (e *Exporter) keep(m message, now time.Time) error {
	err := e.queue.put(m, now)
	if err != nil || e.queue.dir == "" {
		e.mu.Lock()
		defer e.mu.Unlock()
		e.memory = append(e.memory[max(0, len(e.memory)-mostInMemory+1):], m)
	}
	return err
}

// mostInMemory bounds what waits where no file can be written.
const mostInMemory = 20

// flush sends what waits, the oldest first, until something is not taken.
func (e *Exporter) flush(ctx context.Context, client *http.Client) error {
	for range mostInRow {
		m, ok := e.queue.next()
		if !ok {
			if m, ok = e.remembered(); !ok {
				return nil
			}
		}
		err := e.post(ctx, client, m)
		if err != nil && !errors.Is(err, errUnwanted) {
			if m.file == "" {
				_ = e.keep(m, time.Now())
			}
			return err
		}
		e.queue.done(m)
		if err != nil {
			e.note(err)
		}
	}
	return nil
}

func (e *Exporter) remembered() (m message, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if len(e.memory) == 0 {
		return m, false
	}
	m, e.memory = e.memory[0], e.memory[1:]
	return m, true
}

// post sends one message. The statuses are those of the OTLP specification ("Failures"): 429, 502, 503
// and 504 are tried again, other refusals are not.
func (e *Exporter) post(ctx context.Context, client *http.Client, m message) error {
	to := strings.TrimSuffix(e.o.Watch.OTLP, "/") + "/v1/" + m.signal
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, to, bytes.NewReader(m.packed))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Content-Encoding", "gzip")
	req.Header.Set("User-Agent", "Waymend/"+e.o.Version)
	resp, err := client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(resp.Body, 64<<10)) // so that the connection can be used again
	switch code := resp.StatusCode; {
	case code >= 200 && code < 300:
		return nil
	case code == 429 || code == 502 || code == 503 || code == 504:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return busy{time.Duration(min(max(seconds, 0), 24*3600)) * time.Second, fmt.Sprintf("the collector answers %d", code)}
	default:
		return fmt.Errorf("%w: status %d", errUnwanted, code)
	}
}
