//go:build !windows && !darwin

package clipboard

import (
	"context"
	"io"
	"log"

	"github.com/jezek/xgb"
	"github.com/jezek/xgb/xproto"
)

func init() { xgb.Logger = log.New(io.Discard, "", 0) } // it writes to the terminal

// read asks the owner of the X selection CLIPBOARD (ICCCM, section 2) to put the text into a property
// of a window of ours. Wayland's own clipboard is the same one, through XWayland.
func read(ctx context.Context) (string, error) {
	c, err := xgb.NewConn()
	if err != nil {
		return "", ErrNone
	}
	stop := context.AfterFunc(ctx, c.Close) // ends the wait below
	defer func() {
		if stop() {
			c.Close()
		}
	}()
	window, err := xproto.NewWindowId(c)
	if err != nil {
		return "", err
	}
	screen := xproto.Setup(c).DefaultScreen(c)
	err = xproto.CreateWindowChecked(c, 0, window, screen.Root, 0, 0, 1, 1, 0, xproto.WindowClassInputOnly, 0, 0, nil).Check()
	if err != nil {
		return "", err
	}
	selection, err := atom(c, "CLIPBOARD")
	if err != nil {
		return "", err
	}
	form, err := atom(c, "UTF8_STRING")
	if err != nil {
		return "", err
	}
	xproto.ConvertSelection(c, window, selection, form, selection, xproto.TimeCurrentTime)
	for {
		event, failure := c.WaitForEvent()
		switch e := event.(type) {
		case nil:
			if failure == nil {
				return "", ErrNone // closed
			}
		case xproto.SelectionNotifyEvent:
			if e.Property == xproto.AtomNone {
				return "", ErrNone
			}
			return property(c, window, selection, form)
		}
	}
}

func atom(c *xgb.Conn, name string) (xproto.Atom, error) {
	r, err := xproto.InternAtom(c, false, uint16(len(name)), name).Reply()
	if err != nil {
		return 0, err
	}
	return r.Atom, nil
}

// property is the text that the owner left. What is too long for one piece comes in another form
// (INCR), and is not taken.
func property(c *xgb.Conn, window xproto.Window, name, form xproto.Atom) (string, error) {
	r, err := xproto.GetProperty(c, true, window, name, form, 0, Limit/4+1).Reply()
	if err != nil {
		return "", err
	}
	if r.Type != form || r.Format != 8 || r.BytesAfter > 0 {
		return "", ErrNone
	}
	return string(r.Value), nil
}
