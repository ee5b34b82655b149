package browser

import (
	"cmp"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// closeWindows asks the window manager of an X display to close the windows of a process, as the
// cross in their frame does (_NET_CLOSE_WINDOW of the Extended Window Manager Hints). Wayland has
// nothing like it.
func closeWindows(ctx context.Context, getenv func(string) string, pid uint32) error {
	conn, err := dialDisplay(ctx, getenv("DISPLAY"))
	if err != nil {
		return ErrByHand
	}
	defer conn.Close()
	if end, ok := ctx.Deadline(); ok {
		conn.SetDeadline(end)
	}
	home := getenv("HOME")
	_, number, _ := strings.Cut(getenv("DISPLAY"), ":")
	number, _, _ = strings.Cut(number, ".")
	file, _ := readText(cmp.Or(getenv("XAUTHORITY"), filepath.Join(home, ".Xauthority")))
	x := &display{conn: conn}
	if err := x.setup(authority(file, number)); err != nil {
		return ErrByHand
	}
	closed, err := x.closeAll(pid)
	if err != nil || closed == 0 {
		return ErrByHand
	}
	return nil
}

// dialDisplay connects to a display of this computer, ":0" or "unix:0".
func dialDisplay(ctx context.Context, name string) (net.Conn, error) {
	host, number, ok := strings.Cut(name, ":")
	number, _, _ = strings.Cut(number, ".")
	if n, err := strconv.Atoi(number); !ok || host != "" && host != "unix" || err != nil || n < 0 {
		return nil, errors.ErrUnsupported
	}
	var d net.Dialer
	conn, err := d.DialContext(ctx, "unix", "/tmp/.X11-unix/X"+number)
	if err != nil {
		conn, err = d.DialContext(ctx, "unix", "@/tmp/.X11-unix/X"+number)
	}
	return conn, err
}

const cookieProtocol = "MIT-MAGIC-COOKIE-1"

// authority finds the cookie for a display of this computer in an .Xauthority file: records of a
// family and four texts (address, number of the display, protocol, data), each with its length.
func authority(b []byte, number string) []byte {
	for len(b) > 2 {
		family := binary.BigEndian.Uint16(b)
		b = b[2:]
		var texts [4][]byte
		for i := range texts {
			if len(b) < 2 || len(b)-2 < int(binary.BigEndian.Uint16(b)) {
				return nil
			}
			n := int(binary.BigEndian.Uint16(b))
			texts[i], b = b[2:2+n], b[2+n:]
		}
		const local, any = 256, 65535
		host, _ := os.Hostname()
		if (family == any || family == local && string(texts[0]) == host) &&
			(len(texts[1]) == 0 || string(texts[1]) == number) && string(texts[2]) == cookieProtocol {
			return texts[3]
		}
	}
	return nil
}

// display is a connection to an X server: as much of the protocol as closing windows takes.
type display struct {
	conn io.ReadWriter
	root uint32
}

var order = binary.LittleEndian

var errX = errors.New("the display did not understand")

func padded(b []byte) []byte { return append(b, make([]byte, -len(b)&3)...) }

func (x *display) setup(cookie []byte) error {
	name := []byte(cookieProtocol)
	if cookie == nil {
		name = nil
	}
	b := []byte{'l', 0, 11, 0, 0, 0}
	b = order.AppendUint16(b, uint16(len(name)))
	b = order.AppendUint16(b, uint16(len(cookie)))
	b = append(b, 0, 0)
	b = append(append(b, padded(name)...), padded(cookie)...)
	if _, err := x.conn.Write(b); err != nil {
		return err
	}
	head := make([]byte, 8)
	if _, err := io.ReadFull(x.conn, head); err != nil {
		return err
	}
	body := make([]byte, 4*int(order.Uint16(head[6:])))
	if _, err := io.ReadFull(x.conn, body); err != nil {
		return err
	}
	if head[0] != 1 || len(body) < 32 {
		return errX
	}
	vendor, formats := int(order.Uint16(body[16:])), int(body[21])
	at := 32 + (vendor+3)&^3 + 8*formats
	if body[20] == 0 || at+4 > len(body) {
		return errX
	}
	x.root = order.Uint32(body[at:])
	return nil
}

// request sends a request; its length is filled in.
func (x *display) request(op, detail byte, body []byte) error {
	b := order.AppendUint16([]byte{op, detail}, uint16((4+len(body)+3)/4))
	_, err := x.conn.Write(append(b, padded(body)...))
	return err
}

// reply waits for the answer to the last request.
func (x *display) reply() ([]byte, error) {
	for {
		b := make([]byte, 32)
		if _, err := io.ReadFull(x.conn, b); err != nil {
			return nil, err
		}
		switch b[0] {
		case 0:
			return nil, errX
		case 1:
			more := order.Uint32(b[4:])
			if more > 1<<18 {
				return nil, errX
			}
			b = append(b, make([]byte, 4*more)...)
			_, err := io.ReadFull(x.conn, b[32:])
			return b, err
		}
	}
}

func (x *display) atom(name string) (uint32, error) {
	body := order.AppendUint16(nil, uint16(len(name)))
	if err := x.request(16, 0, append(append(body, 0, 0), name...)); err != nil {
		return 0, err
	}
	b, err := x.reply()
	if err != nil {
		return 0, err
	}
	return order.Uint32(b[8:]), nil
}

// property reads a list of numbers that is kept with a window.
func (x *display) property(window, name uint32) (list []uint32, err error) {
	var body []byte
	for _, v := range []uint32{window, name, 0, 0, 1 << 16} {
		body = order.AppendUint32(body, v)
	}
	if err := x.request(20, 0, body); err != nil {
		return nil, err
	}
	b, err := x.reply()
	if err != nil || b[1] != 32 {
		return nil, err
	}
	n := min(int(order.Uint32(b[16:])), (len(b)-32)/4)
	for i := range n {
		list = append(list, order.Uint32(b[32+4*i:]))
	}
	return list, nil
}

// closeAll asks all windows of a process to close, and counts them.
func (x *display) closeAll(pid uint32) (count int, err error) {
	var atoms [3]uint32
	for i, name := range []string{"_NET_CLIENT_LIST", "_NET_WM_PID", "_NET_CLOSE_WINDOW"} {
		if atoms[i], err = x.atom(name); err != nil {
			return 0, err
		}
	}
	windows, err := x.property(x.root, atoms[0])
	if err != nil {
		return 0, err
	}
	for _, window := range windows {
		owner, err := x.property(window, atoms[1])
		if err != nil || len(owner) == 0 || owner[0] != pid {
			continue // gone meanwhile, or another's
		}
		const toManager = 1<<19 | 1<<20 // SubstructureNotify, SubstructureRedirect
		body := order.AppendUint32(order.AppendUint32(nil, x.root), toManager)
		body = append(body, 33, 32, 0, 0) // a ClientMessage of 32-bit numbers
		for _, v := range []uint32{window, atoms[2], 0, 2, 0, 0, 0} {
			body = order.AppendUint32(body, v)
		}
		if err := x.request(25, 0, body); err != nil {
			return count, err
		}
		count++
	}
	if err := x.request(43, 0, nil); err != nil { // any request with an answer: all before were taken
		return count, err
	}
	_, err = x.reply()
	return count, err
}
