package clean

import (
	"encoding/binary"
	"errors"
	"io"
	"net/url"
	"strings"
)

// errEntry says that a file is not an entry of a cache of a known form.
var errEntry = errors.New("not a cache entry of a known form")

// maxKey is more than any address that a browser takes (2 MB in Chromium).
const maxKey = 4 << 20

// Chromium's "simple" cache: a file begins with this, then version, length and hash of the key,
// padding, and the key (net/disk_cache/simple/simple_entry_format.h).
const (
	simpleMagic  = 0xfcfb6d1ba7725c30
	simpleHeader = 24
)

// simpleKey reads the key of an entry of Chromium's simple cache.
func simpleKey(r io.ReaderAt) (string, error) {
	var head [simpleHeader]byte
	if n, err := r.ReadAt(head[:], 0); n < len(head) {
		return "", errors.Join(errEntry, ignoreEOF(err))
	}
	version, size := binary.LittleEndian.Uint32(head[8:]), binary.LittleEndian.Uint32(head[12:])
	if binary.LittleEndian.Uint64(head[:]) != simpleMagic || version < 5 || version > 9 || size > maxKey {
		return "", errEntry
	}
	return readText(r, simpleHeader, int(size))
}

func readText(r io.ReaderAt, at int64, size int) (string, error) {
	// A file that claims a long key and is short costs no more than it has.
	b, err := io.ReadAll(io.NewSectionReader(r, at, int64(size)))
	if err != nil {
		return "", err
	}
	if len(b) < size {
		return "", errEntry
	}
	return string(b), nil
}

func ignoreEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// simpleOwners takes a key apart: the address of what is kept, and the site below which it is.
//
//	1/0/_dk_https://top.example https://frame.example https://host.example/big.js
//	_keyhttps://host.example/big.js \nhttps://top.example/
func simpleOwners(key string) (address, top string) {
	if code, ok := strings.CutPrefix(key, "_key"); ok {
		address, top, _ = strings.Cut(code, " \n")
		return address, top
	}
	_, rest, ok := strings.Cut(key, "_dk_")
	if !ok {
		// The numbers of credentials and upload come before the address.
		for range 2 {
			if number, after, ok := strings.Cut(key, "/"); ok && strings.Trim(number, "0123456789") == "" {
				key = after
			}
		}
		return key, ""
	}
	for _, mark := range []string{"s_", "n_", "cn_"} { // frames and navigations
		rest = strings.TrimPrefix(rest, mark)
	}
	top, rest, _ = strings.Cut(rest, " ")
	if _, address, ok := strings.Cut(rest, " "); ok {
		return address, top
	}
	return rest, top
}

// Firefox's cache2: the metadata is at the end of the file, after a hash for each chunk of the
// content; the last four bytes say where (netwerk/cache2/CacheFileMetadata.cpp).
const (
	cache2Chunk = 256 << 10
	cache2Head  = 7 * 4
	maxCache2   = 1 << 30
)

// cache2Key reads the key of an entry of Firefox's cache.
func cache2Key(r io.ReaderAt, size int64) (string, error) {
	var b [cache2Head + 4]byte
	if size < 4+4+cache2Head || size > maxCache2 {
		return "", errEntry
	}
	if _, err := r.ReadAt(b[:4], size-4); err != nil {
		return "", err
	}
	content := int64(binary.BigEndian.Uint32(b[:]))
	at := content + 4 + 2*((content+cache2Chunk-1)/cache2Chunk)
	if at+cache2Head > size-4 {
		return "", errEntry
	}
	n, err := r.ReadAt(b[:], at)
	if n < cache2Head {
		return "", errors.Join(errEntry, ignoreEOF(err))
	}
	version, length := binary.BigEndian.Uint32(b[:]), binary.BigEndian.Uint32(b[24:])
	switch at += cache2Head; {
	case version == 0 || version > 16 || length > maxKey:
		return "", errEntry
	case version >= 2:
		at += 4
	}
	if at+int64(length) > size-4 {
		return "", errEntry
	}
	return readText(r, at, int(length))
}

// cache2Owners takes a key apart: tags that end with a comma, a colon, and the address. The tag O
// has the attributes of the origin, with the site below which it is kept.
//
//	a,~123,O^partitionKey=%28https%2Ctop.example%29,:https://host.example/big.js
func cache2Owners(key string) (address, top string) {
	for key != "" {
		if key[0] == ':' {
			return key[1:], top
		}
		tag, rest := key[0], key[1:]
		value := ""
		for { // two commas are one in the value
			part, after, ok := strings.Cut(rest, ",")
			value += part
			if !ok {
				return "", ""
			}
			if rest = after; !strings.HasPrefix(rest, ",") {
				break
			}
			value, rest = value+",", rest[1:]
		}
		if tag == 'O' {
			top = partitionSite(value)
		}
		key = rest
	}
	return "", ""
}

// partitionSite finds the site in attributes such as ^userContextId=2&partitionKey=%28https%2Csite%29.
func partitionSite(attributes string) string {
	values, err := url.ParseQuery(strings.TrimPrefix(attributes, "^"))
	if err != nil {
		return ""
	}
	parts := strings.Split(strings.Trim(values.Get("partitionKey"), "()"), ",")
	if len(parts) < 2 || parts[1] == "" {
		return ""
	}
	return parts[0] + "://" + parts[1]
}
