package agent

import (
	"container/heap"
	"hash/fnv"
	"time"
)

const (
	// shortTick is the grain of the timetable where something is checked oftener than each longEvery,
	// longTick elsewhere. What is due within a tick leaves together: waking costs more than checking.
	shortTick = 250 * time.Millisecond
	longTick  = time.Second
	longEvery = 30 * time.Second
	// firstRound is within which all addresses are checked for the first time.
	firstRound = 10 * time.Second
	// onceMore is within which all addresses are checked when something has changed: at most, and for
	// each address.
	onceMore, onceMoreEach = 10 * time.Second, 10 * time.Millisecond
)

// entry is one address of the timetable.
type entry struct {
	address string
	every   time.Duration // as in the settings
	share   float64       // of an interval, from 0 to 1: where in it the address has its turn
	due     time.Duration // since the agent began
	running bool
	place   int // in the heap
}

// timetable says when which address is due. Times are since the agent began, by a clock that nobody
// sets. Turns are spread over the interval by a hash of the address, so that many addresses do not
// leave together, and the same one has the same turn each time.
type timetable struct {
	entries map[string]*entry
	queue   queue
	stretch int // all intervals are so many times as long
	tick    time.Duration
}

func newTimetable() *timetable {
	return &timetable{entries: map[string]*entry{}, stretch: 1, tick: longTick}
}

// set adds an address or gives it another interval.
func (t *timetable) set(address string, every, now time.Duration) {
	e, ok := t.entries[address]
	if ok && e.every == every {
		return
	}
	if !ok {
		e = &entry{address: address, share: share(address)}
		t.entries[address] = e
		heap.Push(&t.queue, e)
	}
	e.every = every
	t.retick()
	first := time.Duration(e.share * float64(min(firstRound, t.interval(e))))
	t.move(e, now+first)
}

func (t *timetable) remove(address string) {
	if e, ok := t.entries[address]; ok {
		heap.Remove(&t.queue, e.place)
		delete(t.entries, address)
		t.retick()
	}
}

// retick chooses the grain.
func (t *timetable) retick() {
	t.tick = longTick
	for _, e := range t.entries {
		if e.every < longEvery {
			t.tick = shortTick
			return
		}
	}
}

// interval is how often the address is checked at present.
func (t *timetable) interval(e *entry) time.Duration { return e.every * time.Duration(t.stretch) }

// next is when the next address is due; false when none is.
func (t *timetable) next() (time.Duration, bool) {
	if len(t.queue) == 0 {
		return 0, false
	}
	return t.queue[0].due, true
}

// take returns an address that is due, and gives it its next turn. Turns that were missed, because
// the computer slept or the process was held, are not made up.
func (t *timetable) take(now time.Duration) (e *entry, due time.Duration, ok bool) {
	if len(t.queue) == 0 || t.queue[0].due > now {
		return nil, 0, false
	}
	e = t.queue[0]
	due = e.due
	t.move(e, t.turn(e, now))
	return e, due, true
}

// turn is the address's next regular turn after now.
func (t *timetable) turn(e *entry, now time.Duration) time.Duration {
	every := t.interval(e)
	phase := time.Duration(e.share * float64(every))
	if now < phase {
		return t.align(phase)
	}
	return t.align(phase + ((now-phase)/every+1)*every)
}

// hurry makes an address due within d, if it is not sooner.
func (t *timetable) hurry(address string, now, d time.Duration) {
	if e, ok := t.entries[address]; ok && e.due > now+d {
		t.move(e, now+d)
	}
}

// all makes every address due, spread over a short time.
func (t *timetable) all(now time.Duration) {
	spread := min(onceMore, time.Duration(len(t.entries))*onceMoreEach)
	for _, e := range t.entries {
		within := min(spread, t.interval(e))
		t.move(e, now+time.Duration(e.share*float64(within)))
	}
}

func (t *timetable) move(e *entry, due time.Duration) {
	e.due = t.align(due)
	heap.Fix(&t.queue, e.place)
}

// align rounds up to the grain, so that what is due together also leaves together.
func (t *timetable) align(d time.Duration) time.Duration {
	return (d + t.tick - 1) / t.tick * t.tick
}

// share spreads addresses evenly over an interval.
func share(address string) float64 {
	h := fnv.New64a()
	h.Write([]byte(address))
	x := h.Sum64()
	x ^= x >> 33 // FNV's high bits alone are too alike for addresses that differ at their ends
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	return float64(x>>11) / (1 << 53)
}

// queue is a heap by due time.
type queue []*entry

func (q queue) Len() int           { return len(q) }
func (q queue) Less(i, j int) bool { return q[i].due < q[j].due }
func (q queue) Swap(i, j int) {
	q[i], q[j] = q[j], q[i]
	q[i].place, q[j].place = i, j
}
func (q *queue) Push(x any) {
	e := x.(*entry)
	e.place = len(*q)
	*q = append(*q, e)
}
func (q *queue) Pop() any {
	last := len(*q) - 1
	e := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return e
}
