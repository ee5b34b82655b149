package diagnostics

import (
	"context"
	"sync"
)

// Board passes early hints between the running checks of one examination ("the first address does
// not connect"), so that a check beside another can start before that one's fact is complete.
// Nothing on it is a fact and no verdict reads it. The zero value is ready; a nil Board holds nothing.
type Board struct {
	mu    sync.Mutex
	notes map[string]*note
}

type note struct {
	set   chan struct{}
	value any
	ok    bool
}

func (b *Board) note(key string) *note {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.notes == nil {
		b.notes = make(map[string]*note)
	}
	n := b.notes[key]
	if n == nil {
		n = &note{set: make(chan struct{})}
		b.notes[key] = n
	}
	return n
}

// Put leaves the first value for key; later ones are ignored.
func (b *Board) Put(key string, value any) { b.settle(key, value, true) }

// Close tells those who wait that nothing will come.
func (b *Board) Close(key string) { b.settle(key, nil, false) }

func (b *Board) settle(key string, value any, ok bool) {
	if b == nil {
		return
	}
	n := b.note(key)
	b.mu.Lock()
	defer b.mu.Unlock()
	select {
	case <-n.set:
	default:
		n.value, n.ok = value, ok
		close(n.set)
	}
}

// Wait returns the value for key once there is one; ok is false when none will come.
func (b *Board) Wait(ctx context.Context, key string) (value any, ok bool) {
	if b == nil {
		return nil, false
	}
	n := b.note(key)
	select {
	case <-n.set:
		return n.value, n.ok
	case <-ctx.Done():
		return nil, false
	}
}
