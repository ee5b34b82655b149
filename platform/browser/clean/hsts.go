package clean

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"os"
	"strings"

	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/tree"
)

// maxHSTS bounds a file of remembered orders to use https; browsers keep some thousands.
const maxHSTS = 32 << 20

// planHSTS counts the site's entries.
func planHSTS(i *Item, site Site, seen map[string]bool) error {
	dir, name, err := parent(i.Place)
	if err != nil {
		return err
	}
	defer dir.Close()
	info, b, err := readFile(dir, name)
	if err != nil {
		return err
	}
	i.id = info.ID
	for _, host := range site.hosts(seen) {
		i.names = append(i.names, strings.TrimPrefix(host, "."))
	}
	_, i.Rows, err = without(i, b, &site)
	if err == nil && i.Rows == 0 {
		err = errNothing
	}
	return err
}

// removeLines writes a file anew without the site's entries, after a copy was put aside.
func removeLines(i *Item, site *Site, dir *tree.Dir, name string, aside *tree.Dir, number string) (rows int64, err error) {
	info, b, err := readFile(dir, name)
	if err != nil {
		return 0, err
	}
	if info.ID != i.id {
		return 0, Changed
	}
	b, rows, err = without(i, b, site)
	if err != nil {
		return 0, err
	}
	if err := copySet(dir, name, aside, number); err != nil {
		return 0, err
	}
	return rows, replaceFile(dir, name, aside, number+".part", info, b)
}

// replaceFile puts a new file in the place of another one, in one step.
func replaceFile(dir *tree.Dir, name string, aside *tree.Dir, part string, like tree.Info, b []byte) error {
	f, err := aside.OpenFile(part, os.O_WRONLY|os.O_CREATE|os.O_EXCL, like.Mode.Perm())
	if err != nil {
		return err
	}
	_, err = f.Write(b)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return errors.Join(err, ignore(aside.Remove(part, false)))
	}
	return aside.Replace(part, dir, name)
}

// restoreLines puts the copy back, unless the browser has written the file since.
func restoreLines(i *Item, site *Site, dir *tree.Dir, name string, aside *tree.Dir, number string) error {
	from, err := aside.Sub(number)
	if err != nil {
		return Expired
	}
	defer from.Close()
	_, old, err := readFile(from, "copy")
	if err != nil {
		return err
	}
	info, now, err := readFile(dir, name)
	if err != nil {
		return err
	}
	// What was cleared from the old file is what is there now, or the browser has been at work.
	cleared, _, err := without(i, old, site)
	if err != nil {
		return err
	}
	if !bytes.Equal(cleared, now) {
		return Changed
	}
	return replaceFile(dir, name, aside, number+".part", info, old)
}

// readFile reads a file of ours of sensible size.
func readFile(dir *tree.Dir, name string) (tree.Info, []byte, error) {
	info, err := dir.Stat(name)
	if err != nil {
		return info, nil, err
	}
	if info.Owner != tree.Self() {
		return info, nil, NotOurs
	}
	f, err := dir.OpenFile(name, os.O_RDONLY, 0)
	if err != nil {
		return info, nil, err
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxHSTS+1))
	if len(b) > maxHSTS {
		err = TooLarge
	}
	return info, b, err
}

// without is a file's content without the entries that an item is about.
func without(i *Item, b []byte, site *Site) ([]byte, int64, error) {
	switch {
	case i.What == Workers:
		return withoutWorkers(b, site)
	case site == nil:
		return nil, 0, Schema // a damaged journal: these are never cleared for all sites
	case i.profile.Family.Engine == browser.Gecko:
		return withoutSiteSecurity(b, *site)
	}
	return withoutTransportSecurity(b, i.names)
}

// withoutTransportSecurity removes hosts from Chromium's TransportSecurity. The file names hosts by
// a hash only; everything else in it stays as it is.
func withoutTransportSecurity(b []byte, hosts []string) ([]byte, int64, error) {
	var file map[string]json.RawMessage
	var list []json.RawMessage
	var version int
	if json.Unmarshal(b, &file) != nil || json.Unmarshal(file["sts"], &list) != nil ||
		json.Unmarshal(file["version"], &version) != nil || version != 2 {
		return nil, 0, Schema
	}
	remove := map[string]bool{}
	for _, host := range hosts {
		remove[hashHost(host)] = true
	}
	left := []json.RawMessage{}
	for _, entry := range list {
		var e struct{ Host string }
		if json.Unmarshal(entry, &e) != nil {
			return nil, 0, Schema
		}
		if !remove[e.Host] {
			left = append(left, entry)
		}
	}
	rows := int64(len(list) - len(left))
	if rows == 0 {
		return b, 0, nil
	}
	sts, err := json.Marshal(left)
	if err != nil {
		return nil, 0, err
	}
	file["sts"] = sts
	b, err = json.Marshal(file)
	return b, rows, err
}

// hashHost is the name that Chromium keeps of a host: the hash of its labels, each with its length.
func hashHost(host string) string {
	var wire []byte
	for label := range strings.SplitSeq(host, ".") {
		wire = append(append(wire, byte(min(len(label), 255))), label...)
	}
	sum := sha256.Sum256(append(wire, 0))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Firefox's SiteSecurityServiceState.bin is a table of slots: six bytes, a key and a value, both
// filled up with zeroes. An empty slot is all zeroes.
const (
	slotKey  = 6
	slotSize = slotKey + 256 + 24
)

// withoutSiteSecurity empties the slots of a site.
func withoutSiteSecurity(b []byte, site Site) ([]byte, int64, error) {
	if len(b)%slotSize != 0 {
		return nil, 0, Schema
	}
	out := bytes.Clone(b)
	rows := int64(0)
	for at := 0; at < len(out); at += slotSize {
		slot := out[at : at+slotSize]
		key, _, _ := bytes.Cut(slot[slotKey:slotKey+256], []byte{0})
		host, attributes, _ := strings.Cut(string(key), "^")
		host, _, _ = strings.Cut(host, ":") // older versions name what is kept
		if host != "" && (site.Has(host) || site.isURL(partitionSite(attributes))) {
			clear(slot)
			rows++
		}
	}
	return out, rows, nil
}
