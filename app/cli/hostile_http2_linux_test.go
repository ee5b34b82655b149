package cli

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// speak reads the client's preface, sends settings unless told not to, and writes frames as f says.
func speak(f func(fr *http2.Framer, c net.Conn) error) func(net.Conn) {
	return func(c net.Conn) {
		if _, err := io.ReadFull(c, make([]byte, len(http2.ClientPreface))); err != nil {
			return
		}
		fr := http2.NewFramer(c, c)
		fr.AllowIllegalWrites = true
		if fr.WriteSettings() != nil {
			return
		}
		for { // until the request has come
			frame, err := fr.ReadFrame()
			if err != nil {
				return
			}
			if h, ok := frame.(*http2.HeadersFrame); ok && h.StreamID == 1 {
				break
			}
		}
		if f(fr, c) == nil {
			_, _ = io.Copy(io.Discard, c)
		}
	}
}

// forever is speak with one step again and again.
func forever(f func(*http2.Framer) error) func(net.Conn) {
	return speak(func(fr *http2.Framer, _ net.Conn) error {
		for {
			if err := f(fr); err != nil {
				return err
			}
		}
	})
}

// proper serves by the rules of the protocol.
func proper(f http.HandlerFunc) func(net.Conn) {
	//lint:ignore SA1019 package http serves listeners, and this is one connection
	return func(c net.Conn) { new(http2.Server).ServeConn(c, &http2.ServeConnOpts{Handler: f}) }
}

// fields is a header block.
func fields(pairs ...string) []byte {
	var b bytes.Buffer
	e := hpack.NewEncoder(&b)
	for i := 0; i+1 < len(pairs); i += 2 {
		_ = e.WriteField(hpack.HeaderField{Name: pairs[i], Value: pairs[i+1]})
	}
	return b.Bytes()
}

func head(fr *http2.Framer, end bool, pairs ...string) error {
	return fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: fields(pairs...), EndHeaders: true, EndStream: end})
}

func TestHostileHTTP2(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	a := newAuthority(t)
	block := bytes.Repeat([]byte{'a'}, 16000)
	debug := []byte(escapes)
	for _, c := range []hostile{
		{"garbage at once", repeating(block), nil},
		{"garbage after the request", speak(func(_ *http2.Framer, c net.Conn) error {
			for {
				if _, err := c.Write(block); err != nil {
					return err
				}
			}
		}), nil},
		{"HTTP/1.1 where HTTP/2 was agreed", repeating([]byte("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello")), nil},
		{"settings without end", forever(func(fr *http2.Framer) error {
			return fr.WriteSettings(http2.Setting{ID: http2.SettingInitialWindowSize, Val: 65535})
		}), nil},
		{"absurd settings", speak(func(fr *http2.Framer, _ net.Conn) error {
			return fr.WriteSettings(http2.Setting{ID: http2.SettingMaxFrameSize, Val: 1}, http2.Setting{ID: http2.SettingInitialWindowSize, Val: 1 << 31})
		}), nil},
		{"pings without end", forever(func(fr *http2.Framer) error { return fr.WritePing(false, [8]byte{}) }), nil},
		{"windows without end", forever(func(fr *http2.Framer) error { return fr.WriteWindowUpdate(0, 1<<30) }), nil},
		{"priorities without end", forever(func(fr *http2.Framer) error {
			return fr.WritePriority(1, http2.PriorityParam{StreamDep: 3, Weight: 7})
		}), nil},
		{"unknown frames without end", forever(func(fr *http2.Framer) error { return fr.WriteRawFrame(0xbe, 0, 0, block) }), nil},
		{"promises without end", forever(func(fr *http2.Framer) error {
			return fr.WritePushPromise(http2.PushPromiseParam{StreamID: 1, PromiseID: 2, BlockFragment: fields(":method", "GET"), EndHeaders: true})
		}), nil},
		{"headers without end", speak(func(fr *http2.Framer, _ net.Conn) error {
			err := fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: fields(":status", "200")})
			for err == nil {
				err = fr.WriteContinuation(1, false, fields("x-filler", strings.Repeat("a", 8000)))
			}
			return err
		}), nil},
		{"empty continuations without end", speak(func(fr *http2.Framer, _ net.Conn) error {
			err := fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: fields(":status", "200")})
			for err == nil {
				err = fr.WriteContinuation(1, false, nil)
			}
			return err
		}), nil},
		{"one field repeated by its index", speak(func(fr *http2.Framer, _ net.Conn) error {
			first := fields(":status", "200", "x-bomb", strings.Repeat("a", 3900))
			err := fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: first})
			for err == nil {
				err = fr.WriteContinuation(1, false, bytes.Repeat([]byte{0xbe}, 16000)) // index 62: the newest
			}
			return err
		}), nil},
		{"broken field compression", speak(func(fr *http2.Framer, _ net.Conn) error {
			return fr.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: bytes.Repeat([]byte{0xff}, 100), EndHeaders: true})
		}), nil},
		{"interim answers without end", forever(func(fr *http2.Framer) error { return head(fr, false, ":status", "103", "link", "</a>") }), nil},
		{"trailers again and again", speak(func(fr *http2.Framer, _ net.Conn) error {
			err := head(fr, false, ":status", "200")
			for err == nil {
				err = head(fr, false, "x-trailer", "a")
			}
			return err
		}), nil},
		{"a body beyond the windows", speak(func(fr *http2.Framer, c net.Conn) error {
			go func() { _, _ = io.Copy(io.Discard, c) }()
			err := head(fr, false, ":status", "200")
			for err == nil {
				err = fr.WriteData(1, false, block)
			}
			return err
		}), nil},
		{"a body without end", proper(func(w http.ResponseWriter, _ *http.Request) {
			for {
				if _, err := w.Write(block); err != nil {
					return
				}
			}
		}), []string{"ok"}},
		{"a bomb without end", proper(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			for bomb := []byte(zipped(64, 0)); ; {
				if _, err := w.Write(bomb); err != nil {
					return
				}
			}
		}), []string{"ok"}},
		{"empty data without end", speak(func(fr *http2.Framer, _ net.Conn) error {
			err := head(fr, false, ":status", "200")
			for err == nil {
				err = fr.WriteData(1, false, nil)
			}
			return err
		}), nil},
		{"padding without end", speak(func(fr *http2.Framer, _ net.Conn) error {
			err := head(fr, false, ":status", "200")
			for err == nil {
				err = fr.WriteDataPadded(1, false, nil, make([]byte, 255))
			}
			return err
		}), nil},
		{"a dripping body", speak(func(fr *http2.Framer, _ net.Conn) error {
			err := head(fr, false, ":status", "200")
			for err == nil {
				time.Sleep(time.Second)
				err = fr.WriteData(1, false, []byte{'z'})
			}
			return err
		}), nil},
		{"less than declared", speak(func(fr *http2.Framer, _ net.Conn) error {
			_ = head(fr, false, ":status", "200", "content-length", "100")
			return fr.WriteData(1, true, []byte("hello"))
		}), nil},
		{"more than declared", speak(func(fr *http2.Framer, _ net.Conn) error {
			_ = head(fr, false, ":status", "200", "content-length", "2")
			return fr.WriteData(1, true, block)
		}), nil},
		{"the stream is reset", speak(func(fr *http2.Framer, _ net.Conn) error { return fr.WriteRSTStream(1, http2.ErrCodeInternal) }), nil},
		{"resets without end", forever(func(fr *http2.Framer) error { return fr.WriteRSTStream(1, http2.ErrCode(0xdeadbeef)) }), nil},
		{"HTTP/1.1 is required", speak(func(fr *http2.Framer, _ net.Conn) error { return fr.WriteRSTStream(1, http2.ErrCodeHTTP11Required) }), nil},
		{"go away", speak(func(fr *http2.Framer, _ net.Conn) error {
			return fr.WriteGoAway(0, http2.ErrCodeEnhanceYourCalm, debug)
		}), nil},
		{"go away without end", forever(func(fr *http2.Framer) error { return fr.WriteGoAway(1<<31-1, http2.ErrCodeNo, block) }), nil},
		{"go away in the page", speak(func(fr *http2.Framer, _ net.Conn) error {
			_ = head(fr, false, ":status", "200")
			return fr.WriteGoAway(1, http2.ErrCodeProtocol, debug)
		}), nil},
		{"escapes in the fields", speak(func(fr *http2.Framer, _ net.Conn) error {
			return head(fr, true, ":status", "502", "server", escapes, "via", escapes, "location", escapes, "set-cookie", escapes)
		}), nil},
		{"escapes for a status", speak(func(fr *http2.Framer, _ net.Conn) error { return head(fr, true, ":status", escapes) }), nil},
		{"escapes for a name", speak(func(fr *http2.Framer, _ net.Conn) error { return head(fr, true, ":status", "200", escapes, "x") }), nil},
		{"printable fields of escapes", speak(func(fr *http2.Framer, _ net.Conn) error {
			return head(fr, true, ":status", "502", "server", "nginx\u009b2J\u202etxt")
		}), nil},
		{"a frame longer than agreed", speak(func(_ *http2.Framer, c net.Conn) error {
			b := binary.BigEndian.AppendUint32(nil, 0xffffff<<8)
			_, err := c.Write(append(append(b, 0, 0, 0, 0, 1), block...))
			return err
		}), nil},
		{"no settings, only silence", func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.check(t, a.home(t), "https://"+listen(t, secured(a.leaf(t, nil), c.serve, "h2"))+"/", "website")
		})
	}
}
