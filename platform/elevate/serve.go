package elevate

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"regexp"
	"time"

	"github.com/waymend/waymend/platform/change"
)

const (
	// maxSteps is more than any remedy has.
	maxSteps = 16
	// maxAnswer bounds one line of the answer.
	maxAnswer = 64 << 10
	// serveTime bounds all that the process with more rights does.
	serveTime = 3 * time.Minute
)

// nonceText is the number used once: 128 bits, by which an answer is known as the one to this
// question.
var nonceText = regexp.MustCompile(`^[0-9a-f]{32}$`)

// line is one line of the answer: a step that was done, or the end. Every line carries the nonce.
type line struct {
	Nonce string       `json:"nonce"`
	Done  *change.Done `json:"done,omitempty"`
	End   bool         `json:"end,omitempty"`
	Code  string       `json:"code,omitempty"` // of the error that ended it
	Error string       `json:"error,omitempty"`
}

// codes are the errors that keep their meaning on the way between the processes.
var codes = map[string]error{
	"step": change.ErrStep, "rights": change.ErrRights, "changed": change.ErrChanged, "refused": change.ErrRefused,
	"nothing": change.ErrNothing, "not-here": change.ErrNotHere, "time": context.DeadlineExceeded,
}

// Serve is what the program does when it was started again with more rights: main hands it the
// arguments after Command. It refuses everything but a nonce and steps of the closed list that need
// such rights, and returns the exit code: 0 when it answered, whatever the answer, and 2 when it was not
// asked properly.
func Serve(args []string) int { return serve(args, admin(), change.Do, openAnswer) }

func serve(args []string, isAdmin bool, do func(context.Context, change.Step, bool) (change.Done, error), open func(nonce string) (io.WriteCloser, error)) int {
	nonce, steps, err := question(args)
	if err != nil {
		return 2
	}
	out, err := open(nonce)
	if err != nil {
		return 2
	}
	defer out.Close()
	say := json.NewEncoder(out)
	if !isAdmin {
		_ = say.Encode(ended(nonce, change.ErrRights))
		return 0
	}
	prepare()
	ctx, cancel := context.WithTimeout(context.Background(), serveTime)
	defer cancel()
	for _, s := range steps {
		done, err := do(ctx, s, false)
		if err != nil {
			_ = say.Encode(ended(nonce, err))
			return 0
		}
		// Whoever asked may be gone; what was begun is still brought to its end.
		_ = say.Encode(line{Nonce: nonce, Done: &done})
	}
	_ = say.Encode(ended(nonce, nil))
	return 0
}

// question reads the arguments: a nonce and steps.
func question(args []string) (nonce string, steps []change.Step, err error) {
	if len(args) < 2 || len(args) > maxSteps+1 || !nonceText.MatchString(args[0]) {
		return "", nil, change.ErrStep
	}
	for _, text := range args[1:] {
		s, err := change.ParseStep(text)
		if err != nil {
			return "", nil, err
		}
		if s.Rights() == change.Person {
			return "", nil, fmt.Errorf("%w: %s needs no rights", change.ErrStep, s.Verb)
		}
		steps = append(steps, s)
	}
	return args[0], steps, nil
}

func ended(nonce string, err error) line {
	l := line{Nonce: nonce, End: true}
	if err != nil {
		l.Code, l.Error = "failed", clip(err.Error())
		for code, known := range codes {
			if errors.Is(err, known) {
				l.Code = code
			}
		}
	}
	return l
}

func clip(s string) string { return s[:min(len(s), 1<<10)] }

// errNoAnswer: the process with more rights ended without saying how it went.
var errNoAnswer = errors.New("elevate: the process with more rights gave no answer")

// listen reads the answer to a question about steps. Lines that are not part of it are passed over,
// and more of it than was asked for is not believed.
func listen(r io.Reader, nonce string, steps []change.Step, each func(change.Done)) error {
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, maxAnswer)
	n := 0
	for lines.Scan() {
		var l line
		if json.Unmarshal(lines.Bytes(), &l) != nil || l.Nonce != nonce {
			continue
		}
		switch {
		case l.Done != nil:
			if n == len(steps) || l.Done.Step.String() != steps[n].String() || l.Done.Undo != nil && l.Done.Undo.Check() != nil {
				return errNoAnswer
			}
			l.Done.Step = steps[n]
			each(*l.Done)
			n++
		case l.End && l.Code != "":
			if known, ok := codes[l.Code]; ok {
				return fmt.Errorf("%s (%w)", l.Error, known)
			}
			return errors.New(clip(l.Error))
		case l.End && n == len(steps):
			return nil
		}
	}
	return errNoAnswer
}
