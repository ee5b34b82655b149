package checks

import (
	"net/netip"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
)

// Moments at which a step that is still waiting is worth a look around.
const (
	slowConnect   = 700 * ms
	slowHandshake = 900 * ms
	slowExchange  = 1200 * ms
	// stallCheck is how long a body may stand still after that.
	stallCheck = 400 * ms
)

// noteSiteFailed is settled when none of Site's first attempts went well, closed when one did.
const noteSiteFailed = "site-failed"

// watch looks at Site's first attempts and leaves notes on the board as soon as something is amiss.
type watch struct {
	board *diagnostics.Board

	mu        sync.Mutex // guards all of this and of the rows
	rows      []*watchRow
	connected bool // any of them
	dialling  int
	left      int // first attempts under way
	good      bool
}

// stage is where an attempt is.
type stage int

const (
	dialling stage = iota
	handshaking
	secured
	asking
	over
)

// watchRow is one address's first attempt.
type watchRow struct {
	*watch
	addr     netip.AddrPort
	stage    stage
	noWay    bool // the system itself knew no way there
	progress atomic.Int64
}

// newWatch begins to watch first attempts on all the addresses.
func newWatch(b *diagnostics.Board, addrs []netip.AddrPort) *watch {
	w := &watch{board: b, dialling: len(addrs), left: len(addrs)}
	for _, a := range addrs {
		w.rows = append(w.rows, &watchRow{watch: w, addr: a})
	}
	w.after(slowConnect, func() {
		if w.left > 0 {
			w.noConnect()
		}
	})
	return w
}

// after runs f under the lock.
func (w *watch) after(d time.Duration, f func()) {
	time.AfterFunc(d, func() {
		w.mu.Lock()
		defer w.mu.Unlock()
		f()
	})
}

// noConnect leaves a note when no address has connected. The first that the system knew a way to
// is the one to look at.
func (w *watch) noConnect() {
	if w.connected {
		return
	}
	i := max(0, slices.IndexFunc(w.rows, func(r *watchRow) bool { return !r.noWay }))
	w.board.Put(noteNoConnect, w.rows[i].addr)
}

// didConnect takes note of how the connection attempt ended.
func (r *watchRow) didConnect(c wire.Connect) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.dialling--
	if c.OK {
		r.connected, r.stage = true, handshaking
		r.after(slowHandshake, func() {
			if r.stage == handshaking {
				r.board.Put(noteNoTLS, r.addr)
			}
		})
		return
	}
	r.noWay = c.Fail.Is(wire.NetUnreachable, wire.NoFamily, wire.NoPort) && !c.Fail.Offender.IsValid()
	if r.dialling == 0 && c.Fail.Real() {
		r.noConnect()
	}
}

// didSecure takes note of how the handshake ended.
func (r *watchRow) didSecure(h wire.Handshake) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stage = secured
	if h.Fail.Real() {
		r.board.Put(noteNoTLS, r.addr)
	}
}

// didAsk takes note that the request leaves.
func (r *watchRow) didAsk() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stage = asking
	r.after(slowExchange, func() { r.stalled(0) })
}

// stalled leaves a note when nothing has come since there were so many bytes.
func (r *watchRow) stalled(before int64) {
	n := r.progress.Load()
	switch {
	case r.stage != asking:
	case n == before:
		r.board.Put(noteStalled, r.addr)
	default:
		r.after(stallCheck, func() { r.stalled(n) })
	}
}

// ended takes note of the end; after the last one nothing more will be noted.
func (r *watchRow) ended(a wire.Attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stage = over
	r.left--
	if !r.good && wentWell(a) {
		r.good = true
		r.board.Close(noteSiteFailed)
	}
	if r.left > 0 {
		return
	}
	r.board.Put(noteSiteFailed, true)
	for _, key := range []string{noteNoConnect, noteNoTLS, noteStalled} {
		r.board.Close(key)
	}
}

// wentWell reports whether an attempt brought what it was to bring.
func wentWell(a wire.Attempt) bool {
	proven := a.Handshake == nil || a.Handshake.Trusted()
	return a.Connect.OK && a.Fail() == nil && proven && (a.Exchange == nil || a.Exchange.Status < 400)
}
