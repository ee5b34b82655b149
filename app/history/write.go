package history

import (
	"context"
	"database/sql"
	"encoding/binary"
	"errors"
	"slices"
	"time"

	"github.com/waymend/waymend/diagnostics/probe"
)

const (
	// together is how far apart the probes of one row may begin, and slack how far a row's key may be
	// after the first of them; readers look that far around.
	together = time.Minute
	slack    = time.Second
	// maxAddress bounds the name of an address, bytes.
	maxAddress = 2048
	// maxRow bounds the probes of one row.
	maxRow = 4096
)

// Add writes what was probed within a tick, in one transaction. What cannot be written, for example to
// a full disk, is dropped and counted: see Dropped and Trouble. The next Add tries again.
func (s *Store) Add(ctx context.Context, list []probe.Result) error {
	if len(list) == 0 {
		return nil
	}
	list = slices.Clone(list)
	slices.SortStableFunc(list, func(a, b probe.Result) int { return a.At.Compare(b.At) })
	// It ends soon by itself; watching a context would cost more than the writing.
	err := s.do(context.WithoutCancel(ctx), true, func(ctx context.Context, conn *sql.Conn) error {
		for rest := list; len(rest) > 0; {
			n := 1
			for n < len(rest) && n < maxRow && rest[n].At.Sub(rest[0].At) < together {
				n++
			}
			if err := s.addRow(ctx, conn, rest[:n]); err != nil {
				return err
			}
			rest = rest[n:]
		}
		return s.rewind(ctx, conn, list[0].At)
	})
	if err != nil {
		s.state.Lock()
		s.dropped += int64(len(list))
		s.state.Unlock()
	}
	return err
}

func (s *Store) addRow(ctx context.Context, conn *sql.Conn, list []probe.Result) error {
	base := list[0].At.UnixMicro()
	b := make([]byte, 0, 64*len(list))
	for _, r := range list {
		as := stored{Result: r}
		var err error
		if as.address, err = s.name(ctx, conn, "address", r.Address); err != nil {
			return err
		}
		if r.Proxy != "" {
			if as.proxy, err = s.name(ctx, conn, "proxy", r.Proxy); err != nil {
				return err
			}
		}
		b = appendProbe(b, base, as)
	}
	key := base
	for range 2 {
		result, err := conn.ExecContext(ctx, "INSERT OR IGNORE INTO raw (at, probes) VALUES (?, ?)", key, append(binary.AppendVarint(nil, base-key), b...))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); n > 0 || err != nil {
			return err
		}
		// Another row has this very time.
		key, err = number(ctx, conn, "SELECT max(at) + 1 FROM raw WHERE at >= ? AND at < ?", base, base+slack.Microseconds())
		if err != nil {
			return err
		}
	}
	return errCrowded
}

var errCrowded = errors.New("too many probes have one and the same time")

// named is a text of a table of numbered ones.
type named struct{ table, name string }

// name is the number of an address or a proxy.
func (s *Store) name(ctx context.Context, conn *sql.Conn, table, name string) (id int64, err error) {
	n := named{table, name[:min(len(name), maxAddress)]}
	if id, ok := s.ids[n]; ok {
		return id, nil
	}
	if _, err := conn.ExecContext(ctx, "INSERT OR IGNORE INTO "+table+" (name) VALUES (?)", n.name); err != nil {
		return 0, err
	}
	if id, err = number(ctx, conn, "SELECT id FROM "+table+" WHERE name = ?", n.name); err != nil {
		return 0, err
	}
	if s.ids == nil {
		s.ids = map[named]int64{}
	}
	s.ids[n] = id
	return id, nil
}

// rewind has an hour summarized again when a probe of it comes after that was done, as after the clock
// was set back.
func (s *Store) rewind(ctx context.Context, conn *sql.Conn, at time.Time) (err error) {
	if s.mark < 0 {
		if s.mark, err = folded(ctx, conn); err != nil {
			return err
		}
	}
	if at.UnixMicro() >= s.mark {
		return nil
	}
	return s.setMark(ctx, conn, at.Truncate(time.Hour).UnixMicro())
}

// folded is the time, in µs, before which hours are summarized.
func folded(ctx context.Context, conn *sql.Conn) (int64, error) {
	at, err := number(ctx, conn, "SELECT CAST(at AS INTEGER) FROM mark WHERE name = 'folded'")
	if errors.Is(err, sql.ErrNoRows) {
		err = nil
	}
	return at, err
}

func (s *Store) setMark(ctx context.Context, conn *sql.Conn, at int64) error {
	_, err := conn.ExecContext(ctx, "INSERT OR REPLACE INTO mark (name, at) VALUES ('folded', ?)", at)
	if err == nil {
		s.mark = at
	}
	return err
}
