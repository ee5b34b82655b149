package remedy

import (
	"context"
	"errors"
	"strconv"

	"github.com/waymend/waymend/platform/change"
)

// turn-proxy-off turns the proxy off that this account set in its desktop. Variables of the environment
// are in files that a person wrote; they are shown, not edited.
func init() {
	register(ofSteps("turn-proxy-off", true, func(ctx context.Context, h Host, _ Target) ([]change.Step, []Line, error) {
		if h.System.ProxyOff == nil {
			return nil, nil, ErrNotHere
		}
		var notes []Line
		if h.System.Variables != nil {
			for _, v := range h.System.Variables(ctx) {
				l := Line{Key: "change.note.variable", Values: map[string]string{"name": v.Name}}
				if v.File != "" {
					l.Values["file"], l.Values["line"] = v.File, strconv.Itoa(v.Line)
				}
				notes = append(notes, l)
			}
		}
		steps, err := h.System.ProxyOff(ctx)
		if errors.Is(err, ErrNothing) && len(notes) > 0 {
			return nil, nil, &ShowError{notes, ErrNotHere}
		}
		return steps, notes, err
	}))
}

// ShowError is an ErrNotHere, or an ErrNothing, with what a person can do by hand.
type ShowError struct {
	Lines []Line
	err   error
}

// Error is the first sentence in English.
func (e *ShowError) Error() string { return e.Lines[0].Text("en") }

// Unwrap tells which of the two it is.
func (e *ShowError) Unwrap() error { return e.err }
