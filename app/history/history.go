// Package history keeps what the background checks saw: every probe for a while, summaries of them
// for years, and each incident with the whole examination of the moment when something broke. It
// stores what was measured; what it means is judged anew whenever an incident is opened. It decides
// neither what is probed nor what an incident is.
//
// It is one SQLite file with one writer, and readers that never wait for it. The probes of a tick are
// one row, which is what makes writing them cheap; of every hour that is over, each address gets a row
// of summaries by the minute, and its day one by the hour. What is too old at its own grain goes, and
// the coarser one stays.
package history

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"time"

	"github.com/waymend/waymend/app/settings"
)

// Incident is one time of trouble, from its first bad probe to the recovery.
type Incident struct {
	ID      int64     `json:"id"`
	Address string    `json:"address"` // "" for the connection in general
	Fault   string    `json:"fault"`   // of the catalogue
	Blame   string    `json:"blame"`
	Title   string    `json:"title"` // the answer in one sentence, in the language of that moment
	Sure    float64   `json:"confidence"`
	Began   time.Time `json:"began"`          // the first bad probe
	Known   time.Time `json:"known"`          // when it had stayed long enough to be told
	Ended   time.Time `json:"ended,omitzero"` // zero while it lasts
	// Examined tells that the whole examination is kept with it.
	Examined bool `json:"examined"`
}

// Span is a summary of the probes of one address from At on, for Store.Spans.
type Span struct {
	At     time.Time     `json:"at"`
	Length time.Duration `json:"length"`
	Probes int           `json:"probes"`
	Failed int           `json:"failed"`
	Min    time.Duration `json:"min"` // of the time that good probes took
	Mean   time.Duration `json:"mean"`
	Max    time.Duration `json:"max"`
	// P95 is exact in raw data and the greatest of its parts in summaries.
	P95 time.Duration `json:"p95"`
	// Known is for how much time the probes stand, and Well for how much of that they were well. The last
	// probe of a span stands for some of the next one's time, too, where there is none in it.
	Known time.Duration `json:"known"`
	Well  time.Duration `json:"well"`
}

// Uptime tells how well an address was.
type Uptime struct {
	Probes int           `json:"probes"`
	Failed int           `json:"failed"`
	Known  time.Duration `json:"known"` // how much of the time is known at all
	Well   time.Duration `json:"well"`  // of what is known
}

// Share is the part of the known time that was well, 0 to 1; 0 when nothing is known.
func (u Uptime) Share() float64 {
	if u.Known <= 0 {
		return 0
	}
	return float64(u.Well) / float64(u.Known)
}

// Keep says for how long is kept each probe, summaries of a minute, and summaries of an hour together
// with incidents. What is zero is as in the settings' defaults.
type Keep struct{ Raw, Minutes, Hours time.Duration }

func (k Keep) orDefaults() Keep {
	for _, one := range []struct {
		keep  *time.Duration
		usual time.Duration
	}{{&k.Raw, settings.DefaultKeepRaw}, {&k.Minutes, settings.DefaultKeepMinutes}, {&k.Hours, settings.DefaultKeepHours}} {
		if *one.keep <= 0 {
			*one.keep = one.usual
		}
	}
	return k
}

// Errors that callers tell apart.
var (
	// ErrNone is Read's error when there is no history yet.
	ErrNone = errors.New("there is no history yet")
	// ErrNewer is the error for a file of a later version; it is not touched.
	ErrNewer = errors.New("the history was written by a newer version of Waymend")
	// ErrBusy is Open's error while another process writes the history.
	ErrBusy = errors.New("another process of Waymend writes the history")
	// ErrPlace is the error when something other than a file of this account has the history's name:
	// a link, a folder, a pipe. It is not touched.
	ErrPlace = errors.New("what has the name of the history is not a file of this account")
	// ErrDamaged is Read's error for a file that is no database, or a broken or foreign one. Open sets
	// such a file aside.
	ErrDamaged = errors.New("the history is damaged")
	// ErrUnknown is the error when there is no such incident, or no examination kept with it.
	ErrUnknown = errors.New("nothing of that kind is kept")
	// ErrTooLarge is the error for an examination larger than any of our own.
	ErrTooLarge = errors.New("the examination is too large to be kept")
)

// Store is an open history. It may be used by several goroutines.
type Store struct {
	path   string
	keep   Keep
	writer bool
	unlock func()

	mu   sync.Mutex // one connection, one user at a time: that is what keeps it small
	db   *sql.DB
	conn *sql.Conn
	ids  map[named]int64 // of addresses and proxies
	mark int64           // µs; the hours before it are summarized
	wait time.Time       // no earlier than this is opening tried again

	state   sync.Mutex // guards what follows, so that asking never waits for the disk
	aside   string
	why     error
	dropped int64
	trouble error
}

// SetAside tells where a damaged history was moved to since this one was opened, and why; "" when none
// was.
func (s *Store) SetAside() (path string, why error) {
	s.state.Lock()
	defer s.state.Unlock()
	return s.aside, s.why
}

// Dropped is how many probes could not be written since the history was opened.
func (s *Store) Dropped() int64 {
	s.state.Lock()
	defer s.state.Unlock()
	return s.dropped
}

func (s *Store) tell(trouble error) {
	s.state.Lock()
	defer s.state.Unlock()
	s.trouble = trouble
}

// Trouble is why the last writing failed; nil when it succeeded.
func (s *Store) Trouble() error {
	s.state.Lock()
	defer s.state.Unlock()
	return s.trouble
}

// Close ends the use of the file.
func (s *Store) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	err := s.disconnect()
	if s.unlock != nil {
		s.unlock()
		s.unlock = nil
	}
	return err
}

// do runs f inside a transaction; a writer's that reads takes no lock that would keep others waiting.
// A writer that finds its file damaged sets it aside and runs f once more, on a new one.
func (s *Store) do(ctx context.Context, write bool, f func(context.Context, *sql.Conn) error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if write && !s.writer {
		return errReadOnly
	}
	err := s.transact(ctx, write, f)
	if s.writer && damaged(err) {
		if again := s.afresh(ctx, err); again != nil {
			err = again
		} else {
			err = s.transact(ctx, write, f)
		}
	}
	if write && ctx.Err() == nil && !errors.Is(err, ErrUnknown) {
		s.tell(err)
	}
	return err
}

var (
	errReadOnly = errors.New("this history was opened for reading only")
	errClosed   = errors.New("the history is closed")
)

func (s *Store) transact(ctx context.Context, write bool, f func(context.Context, *sql.Conn) error) error {
	if s.conn == nil {
		if err := s.reconnect(ctx); err != nil {
			return err
		}
	}
	begin := "BEGIN"
	if write {
		begin = "BEGIN IMMEDIATE"
	}
	if _, err := s.conn.ExecContext(ctx, begin); err != nil {
		return err
	}
	err := f(ctx, s.conn)
	if err == nil {
		if _, err = s.conn.ExecContext(ctx, "COMMIT"); err == nil {
			return nil
		}
	}
	s.forget()
	s.conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK") //nolint:errcheck // a full disk has rolled back already
	return err
}

// reconnect tries again what failed when the history was opened or began afresh, but not at every tick.
func (s *Store) reconnect(ctx context.Context) error {
	switch {
	case !s.writer || s.unlock == nil:
		return errClosed
	case time.Now().Before(s.wait):
		return s.Trouble()
	}
	err := s.connect(ctx)
	if err != nil {
		s.wait = time.Now().Add(retryAfter)
	}
	return err
}

// forget drops what is remembered of the file; a transaction that failed may have changed it.
func (s *Store) forget() { s.ids, s.mark = nil, -1 }
