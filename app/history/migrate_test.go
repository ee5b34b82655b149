package history

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics/probe"
)

// recorded writes what every recorded history holds. Whoever adds a version records it with
// HISTORY_RECORD=1 before it is released, and leaves the older ones as they are.
func recorded(t *testing.T, path string) {
	ctx := context.Background()
	s := openAt(t, path)
	minutely(t, s, "https://a.example/", noon, 2*time.Hour)
	minutely(t, s, "", noon, 2*time.Hour)
	_, err := s.Begin(ctx, Incident{Address: "https://a.example/", Fault: "site.down", Blame: "website", Title: "It does not answer", Sure: 0.9,
		Began: noon.Add(9 * time.Minute), Known: noon.Add(10 * time.Minute), Ended: noon.Add(11 * time.Minute)}, []byte("what was measured"))
	must(t, err)
	_, err = s.Begin(ctx, Incident{Fault: "provider.down", Blame: "provider", Title: "Offline", Sure: 0.8, Began: noon.Add(time.Hour), Known: noon.Add(time.Hour)}, nil)
	must(t, err)
	must(t, s.Thin(ctx, noon.Add(time.Hour+6*time.Minute)), s.Close())
}

func fixture(v int) string { return filepath.Join("testdata", fmt.Sprintf("v%d.db", v)) }

// TestEveryReleasedVersionIsBroughtUpToDate opens a history of each version there ever was.
func TestEveryReleasedVersionIsBroughtUpToDate(t *testing.T) {
	if os.Getenv("HISTORY_RECORD") != "" {
		must(t, os.MkdirAll("testdata", 0o755), os.RemoveAll(fixture(version)))
		path := filepath.Join(t.TempDir(), "history.db")
		recorded(t, path)
		b, err := os.ReadFile(path)
		must(t, err, os.WriteFile(fixture(version), b, 0o644))
	}
	ctx := context.Background()
	for v := 1; v <= version; v++ {
		t.Run(fmt.Sprintf("version %d", v), func(t *testing.T) {
			b, err := os.ReadFile(fixture(v))
			must(t, err)
			path := filepath.Join(t.TempDir(), "history.db")
			must(t, os.WriteFile(path, b, 0o600))
			s := openAt(t, path)
			if aside, why := s.SetAside(); aside != "" {
				t.Fatalf("set aside: %v", why)
			}
			if has, err := number(ctx, s.conn, "PRAGMA user_version"); err != nil || has != int64(version) {
				t.Errorf("version %d %v", has, err)
			}
			has, err := tables(ctx, s.conn)
			if must(t, err); !reflect.DeepEqual(has, schema) {
				t.Errorf("tables %v", has)
			}
			must(t, sound(ctx, s.conn))
			holdsWhatWasRecorded(t, s)
			must(t, s.Add(ctx, []probe.Result{good("https://a.example/", noon.Add(3*time.Hour), time.Second)}), s.Thin(ctx, noon.Add(9*24*time.Hour)))
			if list, err := s.Spans(ctx, "https://a.example/", noon, noon.Add(24*time.Hour), time.Hour); err != nil || len(list) != 3 {
				t.Errorf("%+v %v", list, err)
			}
		})
	}
}

func holdsWhatWasRecorded(t *testing.T, s *Store) {
	t.Helper()
	ctx := context.Background()
	if list, err := s.Addresses(ctx); err != nil || !reflect.DeepEqual(list, []string{"", "https://a.example/"}) {
		t.Errorf("addresses %q %v", list, err)
	}
	list, err := s.Probes(ctx, "https://a.example/", noon, noon.Add(time.Minute), 0)
	if err != nil || len(list) != 1 || list[0] != good("https://a.example/", noon, 100*time.Millisecond) {
		t.Errorf("probes %+v %v", list, err)
	}
	up, err := s.Uptime(ctx, "", noon, noon.Add(2*time.Hour))
	if want := (Uptime{Probes: 120, Failed: 12, Known: 2 * time.Hour, Well: 108 * time.Minute}); err != nil || up != want {
		t.Errorf("uptime %+v %v", up, err)
	}
	all, err := s.Incidents(ctx, nil, noon, noon.Add(2*time.Hour), 0)
	if err != nil || len(all) != 2 || !all[1].Examined || all[1].Title != "It does not answer" || !all[1].Ended.Equal(noon.Add(11*time.Minute)) {
		t.Errorf("incidents %+v %v", all, err)
	}
	if text, err := s.Examination(ctx, 1); err != nil || string(text) != "what was measured" {
		t.Errorf("examination %q %v", text, err)
	}
	if lasting, err := s.Lasting(ctx); err != nil || len(lasting) != 1 || lasting[0].Fault != "provider.down" {
		t.Errorf("lasting %+v %v", lasting, err)
	}
}

func TestIncidents(t *testing.T) {
	ctx, s := context.Background(), fresh(t)
	one := Incident{Address: "a", Fault: "site.down", Blame: "website", Title: "It is down", Sure: 0.7, Began: noon, Known: noon.Add(time.Minute)}
	id, err := s.Begin(ctx, one, nil)
	must(t, err)
	_, err = s.Begin(ctx, Incident{Began: noon.Add(time.Hour), Ended: noon.Add(2 * time.Hour)}, []byte("general"))
	must(t, err)
	if _, err := s.Examination(ctx, id); !errors.Is(err, ErrUnknown) {
		t.Errorf("no examination: %v", err)
	}
	one.ID, one.Fault, one.Sure = id, "site.bad-gateway", 0.95
	must(t, s.Amend(ctx, one), s.SetExamination(ctx, id, []byte("{}")), s.SetExamination(ctx, id, []byte(`{"newer":true}`)))
	one.Examined = true
	if got, err := s.Incident(ctx, id); err != nil || got != one {
		t.Errorf("got %+v %v, want %+v", got, err, one)
	}
	if text, err := s.Examination(ctx, id); err != nil || string(text) != `{"newer":true}` {
		t.Errorf("examination %q %v", text, err)
	}
	must(t, s.End(ctx, id, noon.Add(3*time.Hour)))
	for _, err := range []error{s.End(ctx, 99, noon), s.Amend(ctx, Incident{ID: 99}), s.SetExamination(ctx, 99, []byte("{}"))} {
		if !errors.Is(err, ErrUnknown) || s.Trouble() != nil {
			t.Errorf("an unknown incident: %v, trouble %v", err, s.Trouble())
		}
	}
	if err := s.SetExamination(ctx, id, make([]byte, 100<<20)); err != ErrTooLarge {
		t.Errorf("a huge examination: %v", err)
	}
	general, address := "", "a"
	for _, c := range []struct {
		address  *string
		from, to time.Duration
		limit    int
		want     int
	}{
		{nil, 0, 4 * time.Hour, 0, 2}, {nil, 0, 4 * time.Hour, 1, 1}, {&general, 0, 4 * time.Hour, 0, 1}, {&address, 0, 4 * time.Hour, 0, 1},
		{nil, 150 * time.Minute, 4 * time.Hour, 0, 1}, {nil, 4 * time.Hour, 5 * time.Hour, 0, 0}, {nil, -time.Hour, 0, 0, 0},
	} {
		if list, err := s.Incidents(ctx, c.address, noon.Add(c.from), noon.Add(c.to), c.limit); err != nil || len(list) != c.want {
			t.Errorf("%+v: %d, %v", c, len(list), err)
		}
	}
	if list, err := s.Lasting(ctx); err != nil || len(list) != 0 {
		t.Errorf("lasting %+v %v", list, err)
	}
}

// TestExaminationsTakeBoundedRoom: the oldest go; their incidents stay.
func TestExaminationsTakeBoundedRoom(t *testing.T) {
	ctx, s := context.Background(), fresh(t)
	noise := make([]byte, 3<<20)
	for i, x := range []byte(fmt.Sprint(noon)) {
		for j := i; j < len(noise); j += 1 + i {
			noise[j] = noise[j]*31 + x + byte(j*j>>8)
		}
	}
	last := int64(0)
	for i := range 40 {
		at := noon.Add(time.Duration(i) * time.Hour)
		id, err := s.Begin(ctx, Incident{Address: "a", Began: at, Ended: at.Add(time.Minute)}, noise)
		must(t, err)
		last = id
	}
	must(t, s.Thin(ctx, noon.Add(48*time.Hour)))
	room, err := number(ctx, s.conn, "SELECT sum(length(data)) FROM examination")
	if must(t, err); room > maxExamined || room < maxExamined/2 {
		t.Errorf("%d bytes", room)
	}
	if i, err := s.Incident(ctx, last); err != nil || !i.Examined {
		t.Errorf("the newest: %+v %v", i, err)
	}
	if i, err := s.Incident(ctx, 1); err != nil || i.Examined {
		t.Errorf("the oldest: %+v %v", i, err)
	}
}

// TestClockThatWasWrong: summaries follow a clock that is set back and forth.
func TestClockThatWasWrong(t *testing.T) {
	ctx, s := context.Background(), fresh(t)
	minutely(t, s, "a", noon, time.Hour)
	must(t, s.Thin(ctx, noon.Add(100*24*time.Hour))) // ahead; raw and minutes go too early
	minutely(t, s, "a", noon.Add(time.Hour), time.Hour)
	must(t, s.Thin(ctx, noon.Add(3*time.Hour)))
	if up, err := s.Uptime(ctx, "a", noon, noon.Add(2*time.Hour)); err != nil || up.Probes != 120 || up.Known != 2*time.Hour {
		t.Errorf("%+v %v", up, err)
	}
	// Some come late into an hour that is summarized, and of which the probes are gone.
	must(t, s.Add(ctx, []probe.Result{bad("a", noon.Add(90*time.Second))}), s.Thin(ctx, noon.Add(3*time.Hour)))
	if up, err := s.Uptime(ctx, "a", noon, noon.Add(time.Hour)); err != nil || up.Probes != 60 {
		t.Errorf("%+v %v", up, err)
	}
	// And into one of which they are not.
	must(t, s.Add(ctx, []probe.Result{bad("a", noon.Add(90*time.Minute+time.Second))}), s.Thin(ctx, noon.Add(3*time.Hour)))
	if up, err := s.Uptime(ctx, "a", noon.Add(time.Hour), noon.Add(2*time.Hour)); err != nil || up.Probes != 61 || up.Failed != 7 {
		t.Errorf("%+v %v", up, err)
	}
}
