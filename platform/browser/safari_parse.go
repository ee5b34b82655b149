package browser

import (
	"encoding/binary"
	"errors"
	"math"
	"os"
	"slices"
	"strings"
	"time"
)

// safariCookies reads Safari's binary jar. macOS hides it from programs without Full Disk Access.
func safariCookies(file, host string, now time.Time) ([]cookie, error) {
	b, err := readText(file)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return parseBinaryCookies(b, host, now)
}

// errJar says that a jar is not one.
var errJar = errors.New("it is not a jar of binary cookies")

// parseBinaryCookies finds the cookies for a host in a file that begins with "cook": a big-endian
// number of pages and their lengths, then the pages; in a page, little-endian, a mark, the number
// of cookies and their offsets; in a cookie, the offsets of its strings and its dates.
func parseBinaryCookies(b []byte, host string, now time.Time) ([]cookie, error) {
	if len(b) < 8 || string(b[:4]) != "cook" {
		return nil, errJar
	}
	pages := int(min(binary.BigEndian.Uint32(b[4:]), 1<<16))
	at := 8 + 4*pages
	if at > len(b) {
		return nil, errJar
	}
	hosts := cookieHosts(host)
	var list []cookie
	for i := range pages {
		size := int(binary.BigEndian.Uint32(b[8+4*i:]))
		if size < 8 || size > len(b)-at {
			return list, errJar
		}
		page := b[at : at+size]
		at += size
		count := int(min(binary.LittleEndian.Uint32(page[4:]), maxCookies))
		for j := range count {
			if 8+4*j+4 > len(page) || len(list) == maxCookies {
				break
			}
			offset := binary.LittleEndian.Uint32(page[8+4*j:])
			if int64(offset)+56 > int64(len(page)) {
				continue
			}
			if c, ok := binaryCookie(page[offset:], hosts, now); ok {
				list = append(list, c)
			}
		}
	}
	return list, nil
}

func binaryCookie(b []byte, hosts []string, now time.Time) (cookie, bool) {
	str := func(at int) string {
		from := binary.LittleEndian.Uint32(b[at:])
		if int64(from) >= int64(len(b)) {
			return ""
		}
		s, _, _ := strings.Cut(string(b[from:min(int(from)+(16<<10), len(b))]), "\x00")
		return s
	}
	const epoch = 978307200 // 2001, in seconds since 1970
	expires := math.Float64frombits(binary.LittleEndian.Uint64(b[40:]))
	if !slices.Contains(hosts, strings.ToLower(str(16))) || expires+epoch < float64(now.Unix()) {
		return cookie{}, false
	}
	return newCookie(str(24), int64(len(str(20))), int64(len(str(28)))), true
}
