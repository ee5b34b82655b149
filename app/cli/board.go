package cli

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"
)

// board is a block of lines on a terminal that change in place. While it is new each change is drawn at
// once, because each is the news that the person waits for; later ones at the pace of the live view. Lines
// that stay the same are not drawn again.
type board struct {
	screen screen
	out    io.Writer
	width  func() int
	height func() int // 0: unknown
	lines  func(width int) (plain, painted []string)

	drawn   []string
	started time.Time
	changed chan struct{}
	stop    chan struct{}
	done    sync.WaitGroup
}

// startBoard shows what lines returns; it returns nil, on which all methods do nothing, where the cursor
// cannot be moved.
func startBoard(s screen, out io.Writer, lines func(width int) (plain, painted []string)) *board {
	if !s.moves {
		return nil
	}
	b := &board{screen: s, out: out, width: s.width, height: s.height, lines: lines, started: time.Now(), changed: make(chan struct{}, 1), stop: make(chan struct{})}
	b.done.Go(b.loop)
	return b
}

// change asks for another drawing.
func (b *board) change() {
	if b == nil {
		return
	}
	select {
	case b.changed <- struct{}{}:
	default:
	}
}

func (b *board) loop() {
	for {
		select {
		case <-b.changed:
		case <-b.stop:
			return
		}
		b.draw(b.height())
		select {
		case <-time.After(b.pace()):
		case <-b.stop:
			return
		}
	}
}

// How long a board is new, and how long it rests then between two drawings.
const (
	newFor  = time.Second
	newPace = 2 * time.Millisecond
)

func (b *board) pace() time.Duration {
	if time.Since(b.started) < newFor {
		return newPace
	}
	return redrawEvery
}

// end draws a last time, all lines, and leaves them where they are; false says that there is no board.
func (b *board) end() bool {
	if b == nil {
		return false
	}
	close(b.stop)
	b.done.Wait()
	b.draw(0)
	return true
}

// rows is how many rows the lines take now: a terminal that was made narrower has wrapped them.
func (b *board) rows(width int) (n int) {
	for _, line := range b.drawn {
		n += max(1, (columns(line)+width-1)/width)
	}
	return n
}

// draw shows the lines, as many of the last ones as fit into most rows: what has scrolled away cannot be
// changed any more.
func (b *board) draw(most int) {
	width := b.width()
	plain, painted := b.lines(width)
	if over := len(plain) - (most - 1); most > 1 && over > 0 {
		plain, painted = plain[over:], painted[over:]
	}
	before := b.rows(width)
	if slices.Equal(plain, b.drawn) && before == len(b.drawn) {
		return
	}
	var text strings.Builder
	if before != len(b.drawn) || len(plain) < len(b.drawn) {
		fmt.Fprintf(&text, "\x1b[%dA\r\x1b[J", before)
		b.drawn = nil
	}
	for i, line := range plain {
		switch up := len(b.drawn) - i; {
		case i >= len(b.drawn):
			text.WriteString(painted[i] + "\n")
		case line != b.drawn[i]:
			fmt.Fprintf(&text, "\x1b[%dA\r%s\x1b[K\x1b[%dB\r", up, painted[i], up)
		}
	}
	b.drawn = plain
	io.WriteString(b.out, text.String())
}
