package cli

import (
	"fmt"
	"io"
	"time"
)

// quiet is one line of progress that replaces itself, on a terminal only, and is gone at the end.
type quiet struct {
	screen screen
	out    io.Writer
	last   time.Time
	shown  bool
}

func (c *call) quiet() *quiet {
	return &quiet{screen: newScreen(c.stderr, c.flags.noColor), out: c.err}
}

// show replaces the line, not more often than can be read.
func (q *quiet) show(text string) {
	if !q.screen.moves || q.shown && time.Since(q.last) < redrawEvery {
		return
	}
	q.last, q.shown = time.Now(), true
	fmt.Fprintf(q.out, "\r%s\x1b[K", q.screen.cut(q.screen.plain(text), q.screen.width()-1))
}

// erase takes the line off the screen.
func (q *quiet) erase() {
	if q.shown {
		q.shown = false
		io.WriteString(q.out, "\r\x1b[K")
	}
}
