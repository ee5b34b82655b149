package notify

import (
	"context"
	"fmt"
	"os/exec"
	"sync"
	"time"
)

// showTime bounds the script, which takes a fraction of a second.
const showTime = 5 * time.Second

// script is constant: the texts are its arguments. A note cannot be replaced, withdrawn or have
// actions this way, and the system shows it in the name of Script Editor. What can do more
// (UNUserNotificationCenter) needs a signed bundle.
const script = `on run argv
	display notification (item 3 of argv) with title (item 2 of argv)
end run`

// system keeps notes in order.
type system struct{ mu sync.Mutex }

func (n *Notifier) show(ctx context.Context, note Note) error {
	n.system.mu.Lock()
	defer n.system.mu.Unlock()
	ctx, cancel := context.WithTimeout(ctx, showTime)
	defer cancel()
	// The first argument is constant too: after it none is read as an option.
	c := exec.CommandContext(ctx, "/usr/bin/osascript", "-e", script, "note", note.Title, note.Body)
	c.WaitDelay = time.Second
	if err := c.Run(); err != nil {
		return fmt.Errorf("%w: %w", ErrUnsupported, err)
	}
	return nil
}

func (n *Notifier) withdraw(context.Context, uint64) error { return ErrUnsupported }

func (n *Notifier) close() {}
