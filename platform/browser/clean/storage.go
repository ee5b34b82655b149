package clean

import (
	"bytes"
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"

	"github.com/waymend/waymend/platform/browser"
	"github.com/waymend/waymend/platform/browser/tree"
)

// storage finds the directories of what sites have stored themselves. Those of extensions and of
// the browser itself are never among them.
type storage struct {
	site   *Site // nil for all
	origin func(name string) (scheme, host, top string)
}

func storageOf(engine browser.Engine, site *Site) storage {
	if engine == browser.Gecko {
		return storage{site, geckoOrigin}
	}
	return storage{site, chromiumOrigin}
}

// geckoOrigin takes the name of a directory of Firefox's apart
// (dom/quota/OriginParser.cpp): colons and slashes are pluses.
//
//	https+++a.example.com+8443^partitionKey=%28https%2Ctop.example%29
func geckoOrigin(name string) (scheme, host, top string) {
	name, attributes, _ := strings.Cut(name, "^")
	scheme, host, ok := strings.Cut(name, "+++")
	if !ok {
		return "", "", ""
	}
	if strings.HasPrefix(host, "[") {
		host, _, _ = strings.Cut(strings.ReplaceAll(host, "+", ":"), "]")
		host = host[1:]
	} else {
		host, _, _ = strings.Cut(host, "+")
	}
	return scheme, host, partitionSite(attributes)
}

// chromiumOrigin takes the name of a directory of Chromium's IndexedDB apart
// (storage/common/database/database_identifier.cc): scheme, host and port.
//
//	https_a.example.com_0.indexeddb.leveldb
func chromiumOrigin(name string) (scheme, host, top string) {
	origin, ok := strings.CutSuffix(name, ".indexeddb.leveldb")
	if !ok {
		if origin, ok = strings.CutSuffix(name, ".indexeddb.blob"); !ok {
			return "", "", ""
		}
	}
	scheme, rest, _ := strings.Cut(origin, "_")
	end := strings.LastIndexByte(rest, '_')
	if end < 1 {
		return "", "", ""
	}
	host = rest[:end]
	if strings.HasPrefix(host, "[") {
		host = strings.ReplaceAll(strings.Trim(host, "[]"), "_", ":")
	}
	return scheme, host, ""
}

// has tells whether a directory is the site's: of its own, or of others below it.
func (s storage) has(name string) bool {
	scheme, host, top := s.origin(name)
	if scheme != "https" && scheme != "http" || host == "" {
		return false
	}
	return s.site == nil || s.site.Has(host) || top != "" && s.site.isURL(top)
}

func (s storage) plan(ctx context.Context, i *Item) error {
	in, name, err := parent(i.Place)
	if err != nil {
		return err
	}
	defer in.Close()
	dir, info, err := openCache(in, name)
	if err != nil {
		return err
	}
	defer dir.Close()
	i.id = info.ID
	if err := dir.List(func(list []tree.Entry) bool {
		for _, e := range list {
			if s.has(e.Name) {
				i.names = append(i.names, e.Name)
			}
		}
		return ctx.Err() == nil
	}); err != nil {
		return err
	}
	slices.Sort(i.names)
	var odd firstError
	for _, name := range i.names {
		size, err := measureStored(ctx, dir, name, &odd)
		if err = errors.Join(err, odd.get()); err != nil {
			return err
		}
		i.Bytes += size.Bytes
	}
	if i.Files = int64(len(i.names)); i.Files == 0 {
		return errNothing
	}
	return ctx.Err()
}

func measureStored(ctx context.Context, in *tree.Dir, name string, odd *firstError) (tree.Size, error) {
	dir, _, err := openCache(in, name)
	if err != nil {
		return tree.Size{}, err
	}
	defer dir.Close()
	return tree.Measure(ctx, dir, tree.Work{
		See: func(depth int, e tree.Entry, info tree.Info, where *tree.Dir) {
			if info.Owner != tree.Self() {
				odd.set(because{NotOurs, filepath.Join(where.Path(), e.Name)})
			}
		},
		Lost: func(name string, err error) {
			if errors.Is(err, tree.ErrMount) {
				odd.set(because{IsMount, name})
			}
		},
	})
}

// planTogether refuses what holds anything: nobody but the browser can take it apart without loss.
func planTogether(_ context.Context, i *Item) error {
	in, name, err := parent(i.Place)
	if err != nil {
		return err
	}
	defer in.Close()
	dir, _, err := openCache(in, name)
	if err != nil {
		return err
	}
	defer dir.Close()
	some := false
	if err := dir.List(func(list []tree.Entry) bool { some = some || len(list) > 0; return !some }); err != nil {
		return err
	}
	if !some {
		return errNothing
	}
	return Together
}

// planWorkers counts the site's entries in Firefox's list.
func planWorkers(i *Item, site *Site) error {
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
	_, i.Rows, err = withoutWorkers(b, site)
	if err == nil && i.Rows == 0 {
		err = errNothing
	}
	return err
}

// withoutWorkers removes a site's entries from Firefox's serviceworker.txt: a line with the version,
// then for each entry the attributes of the origin, the address for which it works, and more lines
// up to one with "#" (dom/serviceworkers/ServiceWorkerRegistrar.cpp). Those of extensions stay.
func withoutWorkers(b []byte, site *Site) ([]byte, int64, error) {
	version, rest, ok := bytes.Cut(b, []byte("\n"))
	if !ok || len(version) == 0 || len(version) > 3 || len(bytes.Trim(version, "0123456789")) > 0 {
		return nil, 0, Schema
	}
	out, rows := slices.Clone(b[:len(version)+1]), int64(0)
	for len(rest) > 0 {
		end := bytes.Index(rest, []byte("\n#\n"))
		if end < 0 {
			return nil, 0, Schema
		}
		entry := rest[:end+3]
		rest = rest[end+3:]
		lines := strings.SplitN(string(entry), "\n", 3)
		if !strings.Contains(lines[1], "://") {
			return nil, 0, Schema
		}
		web := strings.HasPrefix(lines[1], "https://") || strings.HasPrefix(lines[1], "http://")
		if web && (site == nil || site.isURL(lines[1]) || site.isURL(partitionSite(lines[0]))) {
			rows++
			continue
		}
		out = append(out, entry...)
	}
	return out, rows, nil
}
