package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/waymend/waymend/diagnostics/probe"
)

// Bounds of what one Thin does; what is left is done by the next ones.
const (
	foldAtOnce  = 48       // hours
	dropAtOnce  = 2000     // rows of one transaction
	dropsAtOnce = 20       // transactions
	freeAtOnce  = 512      // pages
	maxExamined = 16 << 20 // bytes of all examinations together
)

// settled is how long after its end an hour is summarized: probes that were slow come later.
const settled = 5 * time.Minute

// Thin summarizes the hours that are over, drops what is too old, and gives the room back. It is meant
// to be called every hour; the work of one call is bounded, and probes can be added in between.
func (s *Store) Thin(ctx context.Context, now time.Time) error {
	for range foldAtOnce {
		if more, err := s.foldNext(ctx, now); err != nil || !more {
			if err != nil {
				return err
			}
			break
		}
	}
	if err := s.dropRaw(ctx, now.Add(-s.keep.Raw)); err != nil {
		return err
	}
	for u, keep := range map[unit]time.Duration{minutes: s.keep.Minutes, hours: s.keep.Hours} {
		if err := s.dropCells(ctx, u, now.Add(-keep)); err != nil {
			return err
		}
	}
	if err := s.dropIncidents(ctx, now.Add(-s.keep.Hours)); err != nil {
		return err
	}
	return s.free(ctx)
}

// foldNext summarizes the first hour that is over and has not been; more tells that there was one.
func (s *Store) foldNext(ctx context.Context, now time.Time) (more bool, err error) {
	err = s.do(ctx, true, func(ctx context.Context, conn *sql.Conn) error {
		more = false
		end := now.Add(-settled).Truncate(time.Hour)
		mark, err := folded(ctx, conn)
		if err != nil {
			return err
		}
		switch ahead := mark - end.UnixMicro(); {
		case ahead > time.Hour.Microseconds():
			mark = 0 // the clock was ahead; what was summarized then does no harm
		case ahead >= 0:
			return nil
		}
		// A row's probes begin up to a second before its key and a minute after it.
		next, err := number(ctx, conn, "SELECT coalesce(min(at), 0) FROM raw WHERE at >= ?", mark-together.Microseconds())
		if err != nil {
			return err
		}
		hour := moment(max(next-slack.Microseconds(), mark)).Truncate(time.Hour)
		if next == 0 || !hour.Before(end) {
			return s.setMark(ctx, conn, end.UnixMicro())
		}
		more = true
		if err := fold(ctx, conn, hour); err != nil {
			return err
		}
		return s.setMark(ctx, conn, hour.Add(time.Hour).UnixMicro())
	})
	return more, err
}

// brief is what a summary needs of a probe, in eight bytes: of a thousand addresses there are many.
type brief struct {
	at   uint32 // µs after the hour
	took uint32 // µs, at most those of an hour; failed for one that was not well
}

const failed = 1<<32 - 1

func briefOf(r probe.Result, hour time.Time) brief {
	took := uint32(failed)
	if r.Well() {
		took = uint32(min(r.Took, time.Hour).Microseconds())
	}
	return brief{uint32(r.At.Sub(hour).Microseconds()), took}
}

func (b brief) cell(hour time.Time) Span {
	c := Span{At: hour.Add(time.Duration(b.at) * time.Microsecond), Probes: 1}
	if b.took == failed {
		c.Failed = 1
		return c
	}
	c.Mean = time.Duration(b.took) * time.Microsecond
	c.Min, c.Max, c.P95 = c.Mean, c.Mean, c.Mean
	return c
}

// fold summarizes one hour.
func fold(ctx context.Context, conn *sql.Conn, hour time.Time) error {
	all := map[int64][]brief{} // by address
	end := hour.Add(time.Hour)
	err := rawRows(ctx, conn, hour, end, false, func(key int64, value []byte) bool {
		eachProbe(key, value, func(r stored) { //nolint:errcheck // a garbled row gives what it can
			if !r.At.Before(hour) && r.At.Before(end) {
				all[r.address] = append(all[r.address], briefOf(r.Result, hour))
			}
		})
		return true
	})
	if err != nil {
		return err
	}
	var cells []Span
	for id, list := range all {
		cells = cells[:0]
		for _, b := range list {
			cells = append(cells, b.cell(hour))
		}
		slices.SortStableFunc(cells, func(a, b Span) int { return a.At.Compare(b.At) })
		stand(cells, end)
		if err := foldAddress(ctx, conn, id, hour, cells); err != nil {
			return err
		}
	}
	return nil
}

// foldAddress writes the minutes of an hour of an address, and the hour. A summary gives way only to
// one that knows as much: after the clock was set back there may be less.
func foldAddress(ctx context.Context, conn *sql.Conn, id int64, hour time.Time, cells []Span) error {
	day := hour.Truncate(24 * time.Hour)
	of, err := blocks(ctx, conn, hours, id, day, day.Add(24*time.Hour))
	if err != nil {
		return err
	}
	whole := gather(cells, hour, time.Hour)[0]
	at, there := slices.BinarySearchFunc(of, hour, func(c Span, t time.Time) int { return c.At.Compare(t) })
	if there {
		if of[at].Probes > whole.Probes {
			return nil
		}
		of[at] = whole
	} else {
		of = slices.Insert(of, at, whole)
	}
	if err := writeCells(ctx, conn, hours, id, day, of); err != nil {
		return err
	}
	return writeCells(ctx, conn, minutes, id, hour, gather(cells, hour, time.Minute))
}

func writeCells(ctx context.Context, conn *sql.Conn, u unit, id int64, start time.Time, cells []Span) error {
	_, err := conn.ExecContext(ctx, "INSERT OR REPLACE INTO summary (unit, address, at, cells) VALUES (?, ?, ?, ?)",
		int64(u), id, start.UnixMicro(), encodeCells(start, u, cells))
	return err
}

// dropRaw drops probes that are older than that and summarized.
func (s *Store) dropRaw(ctx context.Context, before time.Time) error {
	for range dropsAtOnce {
		var gone int64
		err := s.do(ctx, true, func(ctx context.Context, conn *sql.Conn) error {
			mark, err := folded(ctx, conn)
			if err != nil {
				return err
			}
			last := min(mark, before.UnixMicro()) - together.Microseconds()
			result, err := conn.ExecContext(ctx, "DELETE FROM raw WHERE at IN (SELECT at FROM raw WHERE at < ? ORDER BY at LIMIT ?)", last, dropAtOnce)
			if err == nil {
				gone, err = result.RowsAffected()
			}
			return err
		})
		if err != nil || gone < dropAtOnce {
			return err
		}
	}
	return nil
}

// dropCells drops summaries of whole blocks that are older than that.
func (s *Store) dropCells(ctx context.Context, u unit, before time.Time) error {
	last := before.Add(-u.block()).UnixMicro()
	return s.do(ctx, true, func(ctx context.Context, conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, `DELETE FROM summary WHERE unit = ?1 AND (address, at) IN
			(SELECT s.address, s.at FROM address CROSS JOIN summary s ON s.unit = ?1 AND s.address = address.id AND s.at < ?2 LIMIT ?3)`,
			int64(u), last, dropAtOnce)
		return err
	})
}

// dropIncidents drops those that ended before that, and the oldest examinations where all together
// take too much room. The incident stays.
func (s *Store) dropIncidents(ctx context.Context, before time.Time) error {
	return s.do(ctx, true, func(ctx context.Context, conn *sql.Conn) error {
		_, err := conn.ExecContext(ctx, "DELETE FROM incident WHERE ended > 0 AND ended < ?", stamp(before))
		if err != nil {
			return err
		}
		_, err = conn.ExecContext(ctx, `DELETE FROM examination WHERE incident NOT IN (SELECT id FROM incident) OR incident IN
			(SELECT incident FROM (SELECT incident, sum(length(data)) OVER (ORDER BY incident DESC) AS total FROM examination) WHERE total > ?)`, maxExamined)
		return err
	})
}

// free gives pages that are not used any more back to the file system.
func (s *Store) free(ctx context.Context) error {
	return s.do(ctx, true, func(ctx context.Context, conn *sql.Conn) error {
		rows, err := conn.QueryContext(ctx, fmt.Sprintf("PRAGMA incremental_vacuum(%d)", freeAtOnce))
		if err != nil {
			return err
		}
		for rows.Next() { // each row is a page
		}
		return errors.Join(rows.Err(), rows.Close())
	})
}
