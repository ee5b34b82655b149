package history

import (
	"context"
	"database/sql"
	"errors"
	"maps"
	"slices"
	"time"

	"github.com/waymend/waymend/diagnostics/probe"
)

// Addresses lists all that are known, sorted.
func (s *Store) Addresses(ctx context.Context) (list []string, err error) {
	err = s.do(ctx, false, func(ctx context.Context, conn *sql.Conn) error {
		all, err := names(ctx, conn, "address")
		list = slices.Sorted(maps.Values(all))
		return err
	})
	return list, err
}

// names lists the addresses or the proxies by their numbers.
func names(ctx context.Context, conn *sql.Conn, table string) (map[int64]string, error) {
	rows, err := conn.QueryContext(ctx, "SELECT id, substr(name, 1, 2048) FROM "+table+" LIMIT 100000")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	list := map[int64]string{}
	for rows.Next() {
		var id int64
		var name string
		if err := rows.Scan(&id, &name); err != nil {
			return nil, err
		}
		list[id] = name
	}
	return list, rows.Err()
}

// Probes lists the single probes of an address from a time on and before another, the oldest first. Of
// more than limit it lists the newest; 0 means 10,000.
func (s *Store) Probes(ctx context.Context, address string, from, to time.Time, limit int) (list []probe.Result, err error) {
	if limit <= 0 {
		limit = 10_000
	}
	err = s.do(ctx, false, func(ctx context.Context, conn *sql.Conn) error {
		list = nil
		id, err := known(ctx, conn, address)
		if err != nil || id == 0 {
			return err
		}
		proxies, err := names(ctx, conn, "proxy")
		if err != nil {
			return err
		}
		enough := int64(-1 << 62) // rows before this have nothing newer than what is there
		return rawRows(ctx, conn, from, to, true, func(key int64, value []byte) bool {
			if key < enough {
				return false
			}
			eachProbe(key, value, func(r stored) { //nolint:errcheck // a garbled row gives what it can
				if r.address == id && !r.At.Before(from) && r.At.Before(to) {
					r.Address, r.Proxy = address, proxies[r.proxy]
					list = append(list, r.Result)
				}
			})
			if len(list) >= limit && enough < 0 {
				enough = key - (together + slack).Microseconds()
			}
			return true
		})
	})
	slices.SortStableFunc(list, func(a, b probe.Result) int { return a.At.Compare(b.At) })
	return list[max(0, len(list)-limit):], err
}

// known is the number of an address, 0 when there is none.
func known(ctx context.Context, conn *sql.Conn, address string) (int64, error) {
	id, err := number(ctx, conn, "SELECT id FROM address WHERE name = ?", address[:min(len(address), maxAddress)])
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return id, err
}

// rawRows calls f for each row that may have probes between the two times, until f has enough.
func rawRows(ctx context.Context, conn *sql.Conn, from, to time.Time, backwards bool, f func(key int64, value []byte) bool) error {
	query := "SELECT at, probes FROM raw WHERE at >= ? AND at < ? ORDER BY at"
	if backwards {
		query += " DESC"
	}
	rows, err := conn.QueryContext(ctx, query, from.Add(-together).UnixMicro(), to.Add(slack).UnixMicro())
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var key int64
		var value sql.RawBytes
		if err := rows.Scan(&key, &value); err != nil {
			return err
		}
		if !f(key, value) {
			break
		}
	}
	return rows.Err()
}

// Spans summarizes the probes of an address in steps of a width, from a time on and before another,
// out of the finest that is still kept. A step of which nothing is known has no span. Where only
// coarser summaries are left, a span is longer than the width. A width of 0 means a hundredth of the
// whole; what would be more than 10,000 steps gets wider ones.
func (s *Store) Spans(ctx context.Context, address string, from, to time.Time, width time.Duration) (list []Span, err error) {
	all := to.Sub(from)
	if all <= 0 {
		return nil, nil
	}
	if width <= 0 {
		width = all / 100
	}
	width = max(width, all/10_000, time.Millisecond)
	cells, err := s.cells(ctx, address, from, to, width)
	return gather(cells, from, width), err
}

// Uptime tells how well an address was between two times.
func (s *Store) Uptime(ctx context.Context, address string, from, to time.Time) (Uptime, error) {
	cells, err := s.cells(ctx, address, from, to, time.Hour)
	var t tally
	for _, c := range cells {
		t.add(c)
	}
	return Uptime{Probes: t.Probes, Failed: t.Failed, Known: t.Known, Well: t.Well}, err
}

// gather adds cells, sorted by time, up to steps of a width.
func gather(cells []Span, from time.Time, width time.Duration) (list []Span) {
	var t *tally
	flush := func() {
		if t != nil {
			list = append(list, t.span())
		}
	}
	for _, c := range cells {
		at := from.Add(c.At.Sub(from).Truncate(width))
		if c.Length > width {
			at = c.At
		}
		if t == nil || !t.At.Equal(at) {
			flush()
			t = &tally{Span: Span{At: at, Length: max(width, c.Length)}}
		}
		t.add(c)
	}
	flush()
	return list
}

// cells lists the summaries of an address that are fine enough for the width, sorted by time: of hours
// or minutes where an hour is over and summarized, of single probes after that.
func (s *Store) cells(ctx context.Context, address string, from, to time.Time, width time.Duration) (list []Span, err error) {
	err = s.do(ctx, false, func(ctx context.Context, conn *sql.Conn) error {
		list = nil
		id, err := known(ctx, conn, address)
		if err != nil || id == 0 {
			return err
		}
		mark, err := folded(ctx, conn)
		if err != nil {
			return err
		}
		if width < minutes.length() {
			oldest, err := number(ctx, conn, "SELECT coalesce(min(at), 0) FROM raw")
			if err != nil {
				return err
			}
			if oldest > 0 { // the first hour may not be whole any more
				mark = min(mark, moment(oldest).Add(time.Hour-1).Truncate(time.Hour).UnixMicro())
			}
		}
		border := clamp(time.UnixMicro(mark).UTC(), from, to)
		if border.After(from) {
			if list, err = summaries(ctx, conn, id, from, border, width); err != nil {
				return err
			}
		}
		if !border.Before(to) {
			return nil
		}
		fresh, err := probed(ctx, conn, id, border, to)
		list = append(list, fresh...)
		return err
	})
	return list, err
}

func clamp(t, low, high time.Time) time.Time {
	if t.Before(low) {
		return low
	}
	if t.After(high) {
		return high
	}
	return t
}

// probed lists the single probes of an address as cells.
func probed(ctx context.Context, conn *sql.Conn, id int64, from, to time.Time) (list []Span, err error) {
	err = rawRows(ctx, conn, from, to, false, func(key int64, value []byte) bool {
		eachProbe(key, value, func(r stored) { //nolint:errcheck // a garbled row gives what it can
			if r.address == id && !r.At.Before(from) && r.At.Before(to) {
				list = append(list, cellOf(r.Result))
			}
		})
		return true
	})
	slices.SortStableFunc(list, func(a, b Span) int { return a.At.Compare(b.At) })
	for rest := list; len(rest) > 0; {
		end := rest[0].At.Truncate(time.Hour).Add(time.Hour)
		n := 1
		for n < len(rest) && rest[n].At.Before(end) {
			n++
		}
		stand(rest[:n], clamp(end, end, to))
		rest = rest[n:]
	}
	return list, err
}

// cellOf is one probe as a summary.
func cellOf(r probe.Result) Span {
	if !r.Well() {
		return Span{At: r.At, Probes: 1, Failed: 1}
	}
	return Span{At: r.At, Probes: 1, Min: r.Took, Mean: r.Took, Max: r.Took, P95: r.Took}
}

// summaries lists the minutes of an address, and the hours where minutes are not kept any more or the
// width needs no more.
func summaries(ctx context.Context, conn *sql.Conn, id int64, from, to time.Time, width time.Duration) ([]Span, error) {
	coarse, err := blocks(ctx, conn, hours, id, from, to)
	whole := width%time.Hour == 0 && from.Equal(from.Truncate(time.Hour))
	if err != nil || whole || width >= 6*time.Hour {
		return coarse, err
	}
	fine, err := blocks(ctx, conn, minutes, id, from, to)
	has := map[time.Time]bool{}
	for _, c := range fine {
		has[c.At.Truncate(time.Hour)] = true
	}
	for _, c := range coarse {
		if !has[c.At] {
			fine = append(fine, c)
		}
	}
	slices.SortFunc(fine, func(a, b Span) int { return a.At.Compare(b.At) })
	return fine, err
}

// blocks lists the cells of one kind that begin between the two times.
func blocks(ctx context.Context, conn *sql.Conn, u unit, id int64, from, to time.Time) (list []Span, err error) {
	rows, err := conn.QueryContext(ctx, "SELECT at, cells FROM summary WHERE unit = ? AND address = ? AND at >= ? AND at < ? ORDER BY at",
		int64(u), id, from.Truncate(u.block()).UnixMicro(), to.UnixMicro())
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var at int64
		var value sql.RawBytes
		if err := rows.Scan(&at, &value); err != nil {
			return nil, err
		}
		for _, c := range decodeCells(time.UnixMicro(at).UTC(), u, value) {
			if !c.At.Before(from) && c.At.Before(to) {
				list = append(list, c)
			}
		}
	}
	return list, rows.Err()
}
