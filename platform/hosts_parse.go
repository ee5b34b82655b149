package platform

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"net/netip"
	"os"
	"strings"
)

// maxHosts bounds the hosts file; block lists of a hundred thousand names have 3 MB.
const maxHosts = 4 << 20

// hostsIn returns the function that reads a hosts file; a missing file has no entries.
func hostsIn(path string) func(context.Context, []string) ([]HostsEntry, error) {
	return func(ctx context.Context, names []string) ([]HostsEntry, error) {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		b, err := readBounded(path, maxHosts)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		return parseHosts(b, path, names), err
	}
}

// readBounded reads at most limit bytes of an ordinary file. Pipes and devices, which could keep
// the reader waiting, are refused.
func readBounded(path string, limit int64) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, &fs.PathError{Op: "read", Path: path, Err: errors.New("not an ordinary file")}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return io.ReadAll(io.LimitReader(f, limit))
}

// parseHosts finds the lines of a hosts file (hosts(5)) that name one of names.
func parseHosts(b []byte, file string, names []string) []HostsEntry {
	asked := make(map[string]bool, len(names))
	for _, n := range names {
		if n = hostsName(n); n != "" {
			asked[n] = true
		}
	}
	entries := []HostsEntry{}
	b = bytes.TrimPrefix(b, []byte("\ufeff"))
	for line := 1; len(b) > 0; line++ {
		text := b
		if i := bytes.IndexByte(b, '\n'); i >= 0 {
			text, b = b[:i], b[i+1:]
		} else {
			b = nil
		}
		if i := bytes.IndexByte(text, '#'); i >= 0 {
			text = text[:i]
		}
		address, rest := field(text)
		var addr netip.Addr
		for name, rest := field(rest); len(name) > 0; name, rest = field(rest) {
			if len(name) > 255 || !asked[hostsName(string(name))] {
				continue
			}
			if !addr.IsValid() {
				var err error
				if addr, err = netip.ParseAddr(string(address)); err != nil {
					break
				}
			}
			entries = append(entries, HostsEntry{Addr: addr, Name: hostsName(string(name)), File: file, Line: line})
		}
	}
	return entries
}

// field cuts the first word of a line and what follows it, without allocating.
func field(b []byte) (word, rest []byte) {
	const space = " \t\r\v\f"
	b = bytes.TrimLeft(b, space)
	if i := bytes.IndexAny(b, space); i >= 0 {
		return b[:i], b[i:]
	}
	return b, nil
}

func hostsName(s string) string { return strings.TrimSuffix(strings.ToLower(s), ".") }
