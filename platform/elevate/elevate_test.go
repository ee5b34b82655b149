package elevate

import (
	"bytes"
	"context"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/waymend/waymend/platform/change"
)

var (
	person  = change.Step{Verb: change.ProxyGNOME, Args: map[string]string{"mode": "none"}}
	service = change.Step{Verb: change.FlushResolved}
	other   = change.Step{Verb: change.FlushNM}
	root    = change.Step{Verb: change.FlushNscd}
)

// TestWhoDoesWhat: who does which step, and how often the person is asked.
func TestWhoDoesWhat(t *testing.T) {
	for _, c := range []struct {
		name   string
		steps  []change.Step
		admin  bool
		closed bool   // services refuse without consent
		fails  error  // of the process with more rights
		want   string // what was done, in order: "here", "asking" or "elevated" and the verb
		err    error
		none   []change.Verb // steps that fail
		mute   bool          // services cannot ask by themselves
	}{
		{name: "administrator", admin: true, steps: []change.Step{root, service, person}, want: "here flush-nscd, here flush-resolved, here proxy-gnome"},
		{name: "open services", steps: []change.Step{service, other}, want: "here flush-resolved, here flush-nm"},
		{name: "one closed service asks itself", closed: true, steps: []change.Step{service}, want: "asking flush-resolved"},
		{name: "one closed service that cannot ask", closed: true, mute: true, steps: []change.Step{service}, want: "elevated flush-resolved"},
		{name: "two closed services in one question", closed: true, steps: []change.Step{service, other}, want: "elevated flush-resolved flush-nm"},
		{name: "the rest with the first", steps: []change.Step{service, root, other}, want: "here flush-resolved, elevated flush-nscd flush-nm"},
		{name: "the account's own never with more rights", steps: []change.Step{root, person, root}, want: "elevated flush-nscd, here proxy-gnome, elevated flush-nscd"},
		{name: "refused", steps: []change.Step{root, person}, fails: change.ErrRefused, err: change.ErrRefused},
		{name: "no way to ask", steps: []change.Step{root}, fails: ErrUnavailable, err: ErrUnavailable},
		{name: "no way to ask but through the services", closed: true, steps: []change.Step{service, other}, fails: ErrUnavailable, want: "asking flush-resolved, asking flush-nm"},
		{name: "nothing after a failure", none: []change.Verb{change.FlushResolved}, steps: []change.Step{service, root}, err: change.ErrNothing},
		{name: "nothing at all with one step that is not known", steps: []change.Step{service, {Verb: "sh"}}, err: change.ErrStep},
	} {
		var said []string
		var handed int
		w := way{
			admin: c.admin,
			do: func(_ context.Context, s change.Step, ask bool) (change.Done, error) {
				if slices.Contains(c.none, s.Verb) {
					return change.Done{}, change.ErrNothing
				}
				if c.closed && (!ask || c.mute) && s.Rights() == change.Service {
					return change.Done{}, change.ErrRights
				}
				said = append(said, map[bool]string{true: "asking ", false: "here "}[ask]+string(s.Verb))
				return change.Done{Step: s}, nil
			},
			elevated: func(_ context.Context, steps []change.Step, each func(change.Done)) error {
				if c.fails != nil {
					return c.fails
				}
				line := "elevated"
				for _, s := range steps {
					line += " " + string(s.Verb)
					each(change.Done{Step: s})
				}
				said = append(said, line)
				return nil
			},
		}
		err := w.run(t.Context(), c.steps, func(change.Done) { handed++ })
		if got := strings.Join(said, ", "); got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: %q, %v; want %q, %v", c.name, got, err, c.want, c.err)
		}
		if err == nil && handed != len(c.steps) {
			t.Errorf("%s: %d of %d steps handed over", c.name, handed, len(c.steps))
		}
	}
}

type answer struct{ bytes.Buffer }

func (*answer) Close() error { return nil }

func ask(args []string, isAdmin bool, do func(context.Context, change.Step, bool) (change.Done, error)) (int, *answer) {
	a := &answer{}
	return serve(args, isAdmin, do, func(string) (io.WriteCloser, error) { return a, nil }), a
}

func TestServeRefuses(t *testing.T) {
	nonce := newNonce()
	for _, args := range [][]string{
		nil, {nonce}, {"flush-nscd"}, {"", "flush-nscd"}, {strings.ToUpper(nonce), "flush-nscd"}, {nonce + "0", "flush-nscd"}, {nonce, "sh", "-c"},
		{nonce, "flush-nscd", "id"}, {nonce, "proxy-gnome:mode=none"}, {nonce, "restart-link:link=-a"}, {nonce, ""},
		append([]string{nonce}, slices.Repeat([]string{"flush-nscd"}, maxSteps+1)...),
	} {
		code, a := ask(args, true, func(_ context.Context, s change.Step, _ bool) (change.Done, error) {
			t.Errorf("%q did %v", args, s)
			return change.Done{}, nil
		})
		if code != 2 || a.Len() > 0 {
			t.Errorf("%q: %d, %q", args, code, a.String())
		}
	}
}

// TestAnswer goes from steps over arguments to the answer and back.
func TestAnswer(t *testing.T) {
	steps := []change.Step{root, {Verb: change.HostsRestore, Args: map[string]string{"mark": "abcd", "sum": strings.Repeat("ab", 32)}}}
	undo := &change.Step{Verb: change.FlushNscd}
	for _, c := range []struct {
		name  string
		admin bool
		err   error
		want  error
		done  int
	}{
		{"well", true, nil, nil, 2},
		{"changed meanwhile", true, change.ErrChanged, change.ErrChanged, 1},
		{"another failure", true, errors.New("disk full"), nil, 1},
		{"no rights after all", false, nil, change.ErrRights, 0},
	} {
		nonce := newNonce()
		code, a := ask(arguments(nonce, steps)[1:], c.admin, func(_ context.Context, s change.Step, ask bool) (change.Done, error) {
			if ask {
				t.Error("a process with more rights asks again")
			}
			if s.Verb == change.HostsRestore && c.err != nil {
				return change.Done{}, c.err
			}
			return change.Done{Step: s, Before: "3", Undo: undo}, nil
		})
		if code != 0 {
			t.Errorf("%s: code %d", c.name, code)
		}
		text := a.String()
		var got []change.Done
		err := listen(strings.NewReader("noise\n{}\n"+text), nonce, steps, func(d change.Done) { got = append(got, d) })
		if len(got) != c.done || c.want != nil && !errors.Is(err, c.want) || c.err == nil && c.want == nil && err != nil || c.err != nil && err == nil {
			t.Errorf("%s: %d done, %v\n%s", c.name, len(got), err, text)
		}
		if err := listen(strings.NewReader(text), newNonce(), steps, func(change.Done) { t.Error("believed") }); !errors.Is(err, errNoAnswer) {
			t.Errorf("%s: an answer to another question: %v", c.name, err)
		}
		if c.name == "well" { // cut off before its end
			cut := text[:strings.Index(text, `"end"`)]
			if err := listen(strings.NewReader(cut), nonce, steps, func(change.Done) {}); !errors.Is(err, errNoAnswer) {
				t.Errorf("an answer that was cut off: %v", err)
			}
			if err := listen(strings.NewReader(text), nonce, steps[:1], func(change.Done) {}); !errors.Is(err, errNoAnswer) {
				t.Errorf("more than was asked for: %v", err)
			}
		}
	}
}

func FuzzAnswer(f *testing.F) {
	nonce := strings.Repeat("0", 32)
	f.Add(`{"nonce":"` + nonce + `","done":{"step":{"verb":"flush-nscd"}}}` + "\n" + `{"nonce":"` + nonce + `","end":true}`)
	f.Add(`{"nonce":"` + nonce + `","end":true,"code":"changed","error":"x"}`)
	f.Fuzz(func(t *testing.T, text string) {
		n := 0
		err := listen(strings.NewReader(text), nonce, []change.Step{root}, func(d change.Done) {
			n++
			if d.Step.String() != root.String() || d.Undo != nil && d.Undo.Check() != nil {
				t.Errorf("%q: %+v", text, d)
			}
		})
		if n > 1 || err == nil && n != 1 {
			t.Errorf("%q: %d done, %v", text, n, err)
		}
	})
}
