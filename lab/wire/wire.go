//go:build linux

// Package wire joins two network namespaces by a cable in user space: an Ethernet device (TAP) in
// each, and frames carried between them with delay, jitter, loss, duplication, rate, queue and a
// silent size limit, set for each direction and changeable while frames flow. It stands in for
// netem, which not every kernel has. It is for tests: it needs CAP_NET_ADMIN and does not try to
// be a fast switch.
package wire

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sys/unix"
)

// linkHeader is the length of an Ethernet header; sizes and rates count what is behind it.
const linkHeader = 14

// defaultQueue is how many bytes may wait for a limited rate, about what home routers hold.
const defaultQueue = 256 << 10

// End is one end of the cable: the device's name and how to run a function in its namespace
// (on a thread of it, returning when the function has).
type End struct {
	Enter func(func())
	Dev   string
}

// Wire is a cable between two namespaces. Close takes the devices away.
type Wire struct {
	AB, BA *Dir // from the first end to the second, and back
	a, b   *os.File
	wg     sync.WaitGroup
}

// New makes both devices, still without addresses and down, and starts forwarding.
// Equal seeds lose equal frames.
func New(a, b End, seed uint64) (*Wire, error) {
	fa, err := a.open()
	if err != nil {
		return nil, err
	}
	fb, err := b.open()
	if err != nil {
		fa.Close()
		return nil, err
	}
	w := &Wire{AB: newDir(fa, fb, seed, 1), BA: newDir(fb, fa, seed, 2), a: fa, b: fb}
	for _, d := range []*Dir{w.AB, w.BA} {
		w.wg.Go(d.read)
		w.wg.Go(d.send)
	}
	return w, nil
}

// Close stops forwarding; the devices disappear with their descriptors.
func (w *Wire) Close() {
	w.a.Close()
	w.b.Close()
	w.AB.stop()
	w.BA.stop()
	w.wg.Wait()
}

func (e End) open() (f *os.File, err error) {
	var fd int
	e.Enter(func() { fd, err = openTAP(e.Dev) })
	if err != nil {
		return nil, fmt.Errorf("wire: device %s: %w", e.Dev, err)
	}
	return os.NewFile(uintptr(fd), "tap "+e.Dev), nil // not blocking, so Close wakes its reader
}

func openTAP(name string) (int, error) {
	ifr, err := unix.NewIfreq(name)
	if err != nil {
		return -1, err
	}
	fd, err := unix.Open("/dev/net/tun", unix.O_RDWR|unix.O_CLOEXEC|unix.O_NONBLOCK, 0)
	if err != nil {
		return -1, err
	}
	ifr.SetUint16(unix.IFF_TAP | unix.IFF_NO_PI)
	if err := unix.IoctlIfreq(fd, unix.TUNSETIFF, ifr); err != nil {
		unix.Close(fd)
		return -1, err
	}
	return fd, nil
}

// Dir is one direction of the wire.
type Dir struct {
	in, out *os.File
	params  atomic.Pointer[Params]

	// Only the reader touches these.
	rng  *rand.Rand
	bad  bool  // state of the Gilbert model
	seq  int64 // frames queued so far
	last int64 // latest due time, to keep the order
	free int64 // when the imagined transmitter falls idle

	mu    sync.Mutex
	cond  *sync.Cond
	queue queue
	ended bool
}

func newDir(in, out *os.File, seed, stream uint64) *Dir {
	d := &Dir{in: in, out: out, rng: rand.New(rand.NewPCG(seed, stream))}
	d.cond = sync.NewCond(&d.mu)
	d.Set(Params{})
	return d
}

// Set replaces the parameters from the next frame on.
func (d *Dir) Set(p Params) { d.params.Store(&p) }

// Get returns the current parameters.
func (d *Dir) Get() Params { return *d.params.Load() }

func (d *Dir) stop() {
	d.mu.Lock()
	d.ended = true
	d.cond.Broadcast()
	d.mu.Unlock()
}

func (d *Dir) read() {
	b := make([]byte, 65536+linkHeader)
	for {
		n, err := d.in.Read(b)
		switch {
		case err == nil && n >= linkHeader:
			d.admit(b[:n])
		case errors.Is(err, os.ErrClosed):
			return
		default: // the device is down for now
			time.Sleep(time.Millisecond)
		}
	}
}

// admit decides the fate of one frame.
func (d *Dir) admit(b []byte) {
	p, size := d.params.Load(), len(b)-linkHeader
	if p.Down || p.MTU > 0 && size > p.MTU || d.lose(p) {
		return
	}
	now := monotonic()
	if p.Delay == 0 && p.Jitter == 0 && p.Rate == 0 && p.Dup == 0 && d.last <= now {
		d.out.Write(b) // a perfect cable: no queue, no copy; a frame the other end cannot take is lost
		return
	}
	sent := now
	if p.Rate > 0 {
		limit := p.Limit
		if limit == 0 {
			limit = defaultQueue
		}
		if float64(d.free-now)*p.Rate/8e9 > float64(limit) {
			return
		}
		d.free = max(d.free, now) + int64(float64(size)*8e9/p.Rate)
		sent = d.free
	}
	copies := 1
	if p.Dup > 0 && d.rng.Float64() < p.Dup {
		copies = 2
	}
	for range copies {
		d.enqueue(d.due(p, sent), b)
	}
}

// due is when a frame that leaves the transmitter at sent arrives.
func (d *Dir) due(p *Params, sent int64) int64 {
	due := sent + int64(p.Delay)
	if p.Jitter > 0 {
		due = max(sent, due+int64(d.rng.NormFloat64()*float64(p.Jitter)))
	}
	if !p.Reorder {
		due = max(due, d.last)
	}
	d.last = max(d.last, due)
	return due
}

func (d *Dir) enqueue(due int64, b []byte) {
	d.seq++
	d.mu.Lock()
	defer d.mu.Unlock()
	d.queue.push(frame{due, d.seq, append(make([]byte, 0, len(b)), b...)})
	d.cond.Signal()
}

// lose draws from independent loss, or from a Gilbert model when losses come in bursts.
func (d *Dir) lose(p *Params) bool {
	if p.Loss <= 0 {
		return false
	}
	if p.Burst <= 1 || p.Loss >= 1 {
		return d.rng.Float64() < p.Loss
	}
	leave := 1 / p.Burst                   // from bad to good
	enter := leave * p.Loss / (1 - p.Loss) // so that the share of bad is Loss
	if r := d.rng.Float64(); d.bad && r < leave || !d.bad && r < enter {
		d.bad = !d.bad
	}
	return d.bad
}

// nap is how long the sender sleeps at most where a reordered frame may fall due before the one it waits
// for. Elsewhere it sleeps through: twenty cables that wake for nothing take the time of what is measured.
const nap = int64(500 * time.Microsecond)

// send writes frames when they fall due. It sleeps on a thread of its own, because Go's timers
// are only good to about a millisecond.
func (d *Dir) send() {
	runtime.LockOSThread() // the thread ends with this goroutine, and its slack with it
	unix.Prctl(unix.PR_SET_TIMERSLACK, 1000, 0, 0, 0)
	for {
		d.mu.Lock()
		for len(d.queue) == 0 && !d.ended {
			d.cond.Wait()
		}
		if d.ended {
			d.mu.Unlock()
			return
		}
		now := monotonic()
		if wait := d.queue[0].due - now; wait > 0 {
			d.mu.Unlock()
			if d.Get().Reorder {
				wait = min(wait, nap)
			}
			ts := unix.NsecToTimespec(now + wait)
			unix.ClockNanosleep(unix.CLOCK_MONOTONIC, unix.TIMER_ABSTIME, &ts, nil)
			continue
		}
		f := d.queue.pop()
		d.mu.Unlock()
		d.out.Write(f.bytes)
	}
}

// monotonic is nanoseconds on the clock that ClockNanosleep reads.
func monotonic() int64 {
	var t unix.Timespec
	unix.ClockGettime(unix.CLOCK_MONOTONIC, &t)
	return t.Nano()
}
