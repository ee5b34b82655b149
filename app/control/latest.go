package control

import "sync"

// Latest holds a status for any number of readers, none of whom can hold up the writer. The zero value
// is ready to use.
type Latest struct {
	mu      sync.Mutex
	status  Status
	changed chan struct{}
}

// Set replaces the status and wakes who waits for a change. The value is shared with the readers: what
// it points to must not be changed afterwards.
func (l *Latest) Set(s Status) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.status = s
	if l.changed != nil {
		close(l.changed)
		l.changed = nil
	}
}

// Get returns the present status and a channel that is closed when it is no longer the latest.
func (l *Latest) Get() (Status, <-chan struct{}) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.changed == nil {
		l.changed = make(chan struct{})
	}
	return l.status, l.changed
}
