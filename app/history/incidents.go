package history

import (
	"bytes"
	"compress/flate"
	"context"
	"database/sql"
	"errors"
	"io"
	"time"

	"github.com/waymend/waymend/app/report"
)

// maxText bounds each text of an incident, bytes.
const maxText = 2048

// Begin notes a new incident and returns its number. The examination, a report in JSON, may be nil and
// come later.
func (s *Store) Begin(ctx context.Context, i Incident, examination []byte) (id int64, err error) {
	packed, err := pack(examination)
	if err != nil {
		return 0, err
	}
	err = s.do(ctx, true, func(ctx context.Context, conn *sql.Conn) error {
		result, err := conn.ExecContext(ctx, `INSERT INTO incident (address, fault, blame, title, sure, began, known, ended) VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
			short(i.Address), short(i.Fault), short(i.Blame), short(i.Title), i.Sure, stamp(i.Began), stamp(i.Known), stamp(i.Ended))
		if err != nil {
			return err
		}
		if id, err = result.LastInsertId(); err != nil || packed == nil {
			return err
		}
		return keepExamination(ctx, conn, id, packed)
	})
	return id, err
}

// Amend replaces all that is noted of an incident but its examination.
func (s *Store) Amend(ctx context.Context, i Incident) error {
	return s.change(ctx, `UPDATE incident SET address = ?, fault = ?, blame = ?, title = ?, sure = ?, began = ?, known = ?, ended = ? WHERE id = ?`,
		short(i.Address), short(i.Fault), short(i.Blame), short(i.Title), i.Sure, stamp(i.Began), stamp(i.Known), stamp(i.Ended), i.ID)
}

// End notes that an incident is over.
func (s *Store) End(ctx context.Context, id int64, at time.Time) error {
	return s.change(ctx, `UPDATE incident SET ended = ? WHERE id = ?`, stamp(at), id)
}

func (s *Store) change(ctx context.Context, query string, args ...any) error {
	return s.do(ctx, true, func(ctx context.Context, conn *sql.Conn) error {
		result, err := conn.ExecContext(ctx, query, args...)
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); n == 0 && err == nil {
			return ErrUnknown
		}
		return nil
	})
}

// SetExamination keeps the whole examination, a report in JSON, with an incident.
func (s *Store) SetExamination(ctx context.Context, id int64, examination []byte) error {
	packed, err := pack(examination)
	if err != nil || packed == nil {
		return err
	}
	return s.do(ctx, true, func(ctx context.Context, conn *sql.Conn) error {
		if n, err := number(ctx, conn, "SELECT count(*) FROM incident WHERE id = ?", id); err != nil || n == 0 {
			return errors.Join(err, ErrUnknown)
		}
		return keepExamination(ctx, conn, id, packed)
	})
}

func keepExamination(ctx context.Context, conn *sql.Conn, id int64, packed []byte) error {
	_, err := conn.ExecContext(ctx, "INSERT OR REPLACE INTO examination (incident, data) VALUES (?, ?)", id, packed)
	return err
}

// Examination returns what was measured at the moment of the incident, a report in JSON.
func (s *Store) Examination(ctx context.Context, id int64) (examination []byte, err error) {
	err = s.do(ctx, false, func(ctx context.Context, conn *sql.Conn) error {
		var packed []byte
		err := conn.QueryRowContext(ctx, "SELECT data FROM examination WHERE incident = ?", id).Scan(&packed)
		if errors.Is(err, sql.ErrNoRows) {
			return ErrUnknown
		}
		if err == nil {
			examination, err = unpack(packed)
		}
		return err
	})
	return examination, err
}

// Lasting lists the incidents that have not ended, the oldest first: those that a new agent goes on
// with.
func (s *Store) Lasting(ctx context.Context) ([]Incident, error) {
	return s.incidents(ctx, "ended = 0 ORDER BY began, id LIMIT 10000")
}

// Incidents lists those that were going on between from and to, the newest first; nil means of every
// address, "" of the connection in general. A limit of 0 means 1,000.
func (s *Store) Incidents(ctx context.Context, address *string, from, to time.Time, limit int) ([]Incident, error) {
	if limit <= 0 {
		limit = 1000
	}
	if address == nil {
		return s.incidents(ctx, "began < ?1 AND (ended = 0 OR ended >= ?2) ORDER BY began DESC, id DESC LIMIT ?3", stamp(to), stamp(from), limit)
	}
	return s.incidents(ctx, "began < ?1 AND (ended = 0 OR ended >= ?2) AND address = ?4 ORDER BY began DESC, id DESC LIMIT ?3",
		stamp(to), stamp(from), limit, *address)
}

// Incident returns one of them.
func (s *Store) Incident(ctx context.Context, id int64) (Incident, error) {
	list, err := s.incidents(ctx, "id = ?", id)
	if err == nil && len(list) == 0 {
		err = ErrUnknown
	}
	if err != nil {
		return Incident{}, err
	}
	return list[0], nil
}

func (s *Store) incidents(ctx context.Context, which string, args ...any) (list []Incident, err error) {
	err = s.do(ctx, false, func(ctx context.Context, conn *sql.Conn) error {
		list = nil
		rows, err := conn.QueryContext(ctx, `SELECT id, substr(address, 1, 2048), substr(fault, 1, 2048), substr(blame, 1, 2048), substr(title, 1, 2048),
			CAST(sure AS REAL), CAST(began AS INTEGER), CAST(known AS INTEGER), CAST(ended AS INTEGER), EXISTS (SELECT 1 FROM examination WHERE incident = incident.id) FROM incident WHERE `+which, args...)
		if err != nil {
			return err
		}
		defer rows.Close()
		for rows.Next() {
			var i Incident
			var began, known, ended int64
			if err := rows.Scan(&i.ID, &i.Address, &i.Fault, &i.Blame, &i.Title, &i.Sure, &began, &known, &ended, &i.Examined); err != nil {
				return err
			}
			i.Began, i.Known, i.Ended = moment(began), moment(known), moment(ended)
			list = append(list, i)
		}
		return rows.Err()
	})
	return list, err
}

func short(s string) string { return s[:min(len(s), maxText)] }

// stamp is a time in µs, 0 for none; moment is the reverse.
func stamp(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// lastMoment is the end of the year 9999, after which times cannot be written in JSON.
const lastMoment = 253402300799_000000

func moment(us int64) time.Time {
	if us <= 0 {
		return time.Time{}
	}
	return time.UnixMicro(min(us, lastMoment)).UTC()
}

// pack compresses an examination; nil stays nil.
func pack(text []byte) ([]byte, error) {
	if len(text) == 0 {
		return nil, nil
	}
	if len(text) > report.MaxReplay {
		return nil, ErrTooLarge
	}
	var b bytes.Buffer
	w, err := flate.NewWriter(&b, flate.BestSpeed) // it takes a fifth of the default's memory
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	err = w.Close()
	return b.Bytes(), err
}

func unpack(packed []byte) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(packed)), report.MaxReplay+1))
	if err != nil || len(text) > report.MaxReplay {
		return nil, errGarbled
	}
	return text, nil
}
