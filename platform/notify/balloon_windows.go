package notify

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"
	"unicode/utf16"
	"unsafe"

	"golang.org/x/sys/windows"

	"github.com/waymend/waymend/resources"
)

// A note is a balloon of Shell_NotifyIconW, which Windows 10 and later show as a toast. The texts go
// as characters into a structure, and no other program is started. A click on it is its first
// action; further actions would need a signed package or a COM server. For as long as it is shown
// there is an icon in the tray besides the agent's.

// showTime bounds how long the shell may take; it takes milliseconds unless it hangs.
const showTime = 5 * time.Second

// most is how many notes are shown at once; the oldest goes first.
const most = 4

// system is a thread with an invisible window, which the shell tells about clicks.
type system struct {
	mu     sync.Mutex
	window windows.Handle
	orders []order
	closed bool
	ended  chan struct{}

	// The thread's own.
	shown  []balloon
	number uint32
	icon   windows.Handle
}

// balloon is a note that is shown.
type balloon struct {
	id     uint64
	number uint32 // of its icon
	action string
}

// order is something for the thread to do; the answer always has room.
type order struct {
	note   *Note // nil: take the note with the ID away
	id     uint64
	answer chan error
}

func (n *Notifier) show(ctx context.Context, note Note) error {
	return n.do(ctx, order{note: &note, id: note.ID})
}

func (n *Notifier) withdraw(ctx context.Context, id uint64) error {
	return n.do(ctx, order{id: id})
}

func (n *Notifier) do(ctx context.Context, o order) error {
	ctx, cancel := context.WithTimeout(ctx, showTime)
	defer cancel()
	o.answer = make(chan error, 1)
	s := &n.system
	s.mu.Lock()
	if s.window == 0 && !s.closed {
		if o.note == nil {
			s.mu.Unlock()
			return nil
		}
		ready := make(chan windows.Handle)
		s.ended = make(chan struct{})
		go n.thread(ready)
		s.window = <-ready
		s.closed = s.window == 0 // it would fail again
	}
	window := s.window
	if window != 0 {
		s.orders = append(s.orders, o)
	}
	s.mu.Unlock()
	if window == 0 {
		return ErrUnsupported
	}
	procPostMessage.Call(uintptr(window), messageOrder, 0, 0)
	select {
	case err := <-o.answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (n *Notifier) close() {
	s := &n.system
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	if s.window != 0 {
		procPostMessage.Call(uintptr(s.window), messageClose, 0, 0)
		s.window = 0
		select {
		case <-s.ended: // the icons are gone; the shell keeps those of a program that has ended until it is pointed at
		case <-time.After(showTime):
		}
	}
}

// thread makes the window and serves it: Windows delivers a window's messages to the thread that
// made it.
func (n *Notifier) thread(ready chan<- windows.Handle) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	s := &n.system
	defer close(s.ended)
	class, _ := windows.UTF16PtrFromString(fmt.Sprintf("WaymendNotes%p", n))
	var instance windows.Handle
	_ = windows.GetModuleHandleEx(0, nil, &instance)
	wc := windowClass{Proc: windows.NewCallback(n.message), Instance: instance, Name: class}
	wc.Size = uint32(unsafe.Sizeof(wc))
	procRegisterClass.Call(uintptr(unsafe.Pointer(&wc)))
	const messageOnly = ^uintptr(2) // HWND_MESSAGE, −3
	w, _, _ := procCreateWindow.Call(0, uintptr(unsafe.Pointer(class)), 0, 0, 0, 0, 0, 0, messageOnly, 0, uintptr(instance), 0)
	if w != 0 {
		s.icon = picture()
	}
	ready <- windows.Handle(w)
	if w == 0 {
		return
	}
	var m windowMessage
	for {
		if r, _, _ := procGetMessage.Call(uintptr(unsafe.Pointer(&m)), w, 0, 0); int32(r) <= 0 || m.Message == messageClose {
			break
		}
		procDispatchMessage.Call(uintptr(unsafe.Pointer(&m)))
	}
	for len(s.shown) > 0 {
		s.remove(windows.Handle(w), 0)
	}
	procDestroyWindow.Call(w)
}

// message is the window's procedure.
func (n *Notifier) message(w windows.Handle, message uint32, first, second uintptr) uintptr {
	s := &n.system
	switch message {
	case messageOrder:
		s.mu.Lock()
		orders := s.orders
		s.orders = nil
		s.mu.Unlock()
		for _, o := range orders {
			o.answer <- s.obey(w, o)
		}
	case messageIcon:
		for i, b := range s.shown {
			if uintptr(b.number) != first {
				continue
			}
			switch uint32(second) {
			case balloonClicked, buttonUp:
				s.remove(w, i)
				if b.action != "" {
					n.pick(b.id, b.action)
				}
			case balloonTimeout:
				s.remove(w, i)
			}
			break
		}
	default:
		r, _, _ := procDefWindow.Call(uintptr(w), uintptr(message), first, second)
		return r
	}
	return 0
}

// obey shows a note, in the place of one with the same ID, or takes one away.
func (s *system) obey(w windows.Handle, o order) error {
	for i, b := range s.shown {
		if b.id == o.id {
			s.remove(w, i)
			break
		}
	}
	if o.note == nil {
		return nil
	}
	if len(s.shown) == most {
		s.remove(w, 0)
	}
	s.number++
	d := iconData{Window: w, Number: s.number, Flags: flagMessage | flagIcon | flagTip | flagInfo, Message: messageIcon, Icon: s.icon}
	d.Size = uint32(unsafe.Sizeof(d))
	fill(d.Tip[:], o.note.Title)
	fill(d.InfoTitle[:], o.note.Title)
	fill(d.Info[:], o.note.Body)
	if o.note.Body == "" {
		fill(d.Info[:], o.note.Title) // an empty text would show nothing
	}
	d.InfoFlags = infoPlain | infoQuiet
	if o.note.Urgency == Critical {
		d.InfoFlags = infoWarning
	}
	if r, _, _ := procNotifyIcon.Call(iconAdd, uintptr(unsafe.Pointer(&d))); r == 0 {
		return ErrUnsupported
	}
	b := balloon{id: o.id, number: s.number}
	if len(o.note.Actions) > 0 {
		b.action = o.note.Actions[0].ID
	}
	s.shown = append(s.shown, b)
	return nil
}

// remove takes a note and its icon away.
func (s *system) remove(w windows.Handle, i int) {
	d := iconData{Window: w, Number: s.shown[i].number}
	d.Size = uint32(unsafe.Sizeof(d))
	procNotifyIcon.Call(iconDelete, uintptr(unsafe.Pointer(&d)))
	s.shown = append(s.shown[:i], s.shown[i+1:]...)
}

// fill writes as much of a text as there is room for, and a zero. A character of two units is not
// cut in half.
func fill(to []uint16, text string) {
	units := utf16.Encode([]rune(text))
	if room := len(to) - 1; len(units) > room {
		units = units[:room-1]
		if last := units[len(units)-1]; last >= 0xD800 && last < 0xDC00 {
			units = units[:len(units)-1]
		}
		units = append(units, '…')
	}
	clear(to[copy(to, units):])
}

// picture is the program's icon.
func picture() windows.Handle {
	raw := resources.AppPicture
	h, _, _ := procCreateIcon.Call(uintptr(unsafe.Pointer(&raw[0])), uintptr(len(raw)), 1, 0x00030000, 32, 32, 0)
	if h == 0 {
		const information = 32516
		h, _, _ = procLoadIcon.Call(0, information)
	}
	return windows.Handle(h)
}
