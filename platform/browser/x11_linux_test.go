package browser

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"slices"
	"testing"
)

// xServer answers like an X server: each request with the next answer, and keeps what it was sent.
type xServer struct {
	bytes.Buffer
	sent []byte
}

func (x *xServer) Write(b []byte) (int, error) { x.sent = append(x.sent, b...); return len(b), nil }

// xReply is an answer with numbers for its fixed part and a list behind it.
func xReply(format byte, at8 uint32, list ...uint32) []byte {
	b := []byte{1, format, 0, 0}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(list)))
	b = binary.LittleEndian.AppendUint32(b, at8)
	b = binary.LittleEndian.AppendUint32(b, 0)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(list)))
	b = append(b, make([]byte, 12)...)
	for _, v := range list {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	return b
}

func xSetup(root uint32) []byte {
	body := make([]byte, 32)
	body[16], body[20], body[21] = 5, 1, 2 // vendor of five letters, one screen, two formats
	body = append(append(body, "maker\x00\x00\x00"...), make([]byte, 16)...)
	body = append(binary.LittleEndian.AppendUint32(body, root), make([]byte, 36)...)
	head := []byte{1, 0, 11, 0, 0, 0, byte(len(body) / 4), 0}
	return append(head, body...)
}

func TestOnlyTheWindowsOfTheProcessAreAskedToClose(t *testing.T) {
	server := &xServer{}
	event := make([]byte, 32)
	event[0] = 28
	for _, b := range [][]byte{xSetup(0x123), xReply(0, 1), xReply(0, 2), event, xReply(0, 3), xReply(32, 33, 0x700, 0x701, 0x702),
		xReply(32, 6, 77), xReply(32, 6, 78), xReply(0, 0), xReply(0, 0)} {
		server.Buffer.Write(b)
	}
	x := &display{conn: server}
	if err := x.setup([]byte("cookie")); err != nil || x.root != 0x123 {
		t.Fatalf("setup: %v, root %x", err, x.root)
	}
	server.sent = nil
	count, err := x.closeAll(78)
	if err != nil || count != 1 {
		t.Fatalf("%d closed, %v", count, err)
	}
	message := binary.LittleEndian.AppendUint32([]byte{33, 32, 0, 0}, 0x701)
	message = binary.LittleEndian.AppendUint32(message, 3)
	if !bytes.Contains(server.sent, message) || bytes.Count(server.sent, []byte{33, 32, 0, 0}) != 1 {
		t.Errorf("sent %x", server.sent)
	}
}

func TestAuthority(t *testing.T) {
	record := func(family uint16, texts ...string) (b []byte) {
		b = binary.BigEndian.AppendUint16(b, family)
		for _, s := range texts {
			b = append(binary.BigEndian.AppendUint16(b, uint16(len(s))), s...)
		}
		return b
	}
	host, err := os.Hostname()
	if err != nil {
		t.Fatal(err)
	}
	file := slices.Concat(record(256, "elsewhere", "0", cookieProtocol, "a"), record(256, host, "1", cookieProtocol, "b"),
		record(256, host, "0", "XDM-AUTHORIZATION-1", "c"), record(256, host, "0", cookieProtocol, "d"), record(65535, "", "", cookieProtocol, "e"))
	for number, want := range map[string]string{"0": "d", "1": "b", "9": "e"} {
		if got := string(authority(file, number)); got != want {
			t.Errorf("display %s: %q, want %q", number, got, want)
		}
	}
	if got := authority(file[:len(file)-1], "9"); got != nil {
		t.Errorf("cut short: %q", got)
	}
}

func FuzzDisplay(f *testing.F) {
	f.Add(slices.Concat(xSetup(1), xReply(0, 1), xReply(0, 2), xReply(0, 3), xReply(32, 33, 7), xReply(32, 6, 78), xReply(0, 0)))
	f.Fuzz(func(t *testing.T, b []byte) {
		server := &xServer{}
		server.Buffer.Write(b)
		x := &display{conn: server}
		err := x.setup(nil)
		if err == nil {
			_, err = x.closeAll(78)
		}
		if err != nil && !errors.Is(err, errX) && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Error(err)
		}
		authority(b, "0")
	})
}
