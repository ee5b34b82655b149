package browser

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/net/publicsuffix"

	"github.com/waymend/waymend/platform/browser/sqlitefile"
)

// Jar is what a profile would send to a host.
type Jar struct {
	// Count is the number of cookies in the largest Cookie header that any page of the host gets
	// over https, and Bytes the length of that header's value. Values that the browser encrypts
	// are estimated by the length of their ciphertext, within 8 bytes each.
	Count, Bytes int
}

// Bounds of a cookie store.
const (
	maxDatabase = 64 << 20 // bytes, with its journals
	maxCookies  = 4096     // browsers keep 180 a site
)

// Cookies reads how many cookies a profile would send to the host. The browser's database is read
// together with its journals, as it lies there. The error says in one clause why it could not be
// read; a profile without a cookie store has none.
func (s System) Cookies(ctx context.Context, p Profile, host string) (Jar, error) {
	if p.Family.Private {
		return Jar{}, errors.New("this browser keeps none")
	}
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	ctx, cancel := context.WithTimeout(ctx, CookieTime)
	defer cancel()
	type answer struct {
		jar Jar
		err error
	}
	done := make(chan answer, 1)
	go func() { // a file on a dead network drive keeps its reader for ever
		jar, err := s.readCookies(ctx, p, host)
		done <- answer{jar, err}
	}()
	select {
	case a := <-done:
		return a.jar, describe(a.err)
	case <-ctx.Done():
		return Jar{}, describe(ctx.Err())
	}
}

func (s System) readCookies(ctx context.Context, p Profile, host string) (Jar, error) {
	var cookies []cookie
	var err error
	switch p.Family.Engine {
	case Chromium, QtWebEngine:
		file := firstFile(filepath.Join(p.Dir, "Network", "Cookies"), filepath.Join(p.Dir, "Cookies"))
		cookies, err = fromDatabase(ctx, file, func(db *sqlitefile.DB) ([]cookie, error) {
			return chromiumCookies(ctx, db, host, s.Now(), sealed[s.OS])
		})
	case Gecko, WebKitGTK:
		file := firstFile(filepath.Join(p.Dir, "cookies.sqlite"))
		cookies, err = fromDatabase(ctx, file, func(db *sqlitefile.DB) ([]cookie, error) {
			return geckoCookies(ctx, db, host, s.Now())
		})
	case Safari:
		cookies, err = safariCookies(filepath.Join(p.Dir, "Cookies", "Cookies.binarycookies"), host, s.Now())
	}
	return largest(cookies), err
}

func firstFile(names ...string) string {
	for _, n := range names {
		if info, err := os.Stat(n); err == nil && info.Mode().IsRegular() {
			return n
		}
	}
	return ""
}

// describe turns an error into one clause without paths.
func describe(err error) error {
	var path *fs.PathError
	switch {
	case err == nil:
		return nil
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, context.Canceled):
		return errors.New("not read in time")
	case errors.As(err, &path):
		return fmt.Errorf("the cookie store cannot be opened: %w", path.Err)
	}
	return errors.New("the cookie store cannot be read: " + harmlessText(err.Error()))
}

func harmlessText(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, s[:min(len(s), 120)])
}

// cookie is one cookie that would be sent: its path and its length as name=value.
type cookie struct {
	path string
	size int
}

// largest finds the page of the host that gets the longest Cookie header: the paths of cookies
// are the only pages that can differ (RFC 6265, 5.1.4).
func largest(cookies []cookie) (jar Jar) {
	pages := map[string]bool{}
	for _, c := range cookies {
		pages[c.path] = true
	}
	for page := range pages {
		var here Jar
		for _, c := range cookies {
			if c.path == page || strings.HasPrefix(page, c.path) &&
				(strings.HasSuffix(c.path, "/") || page[len(c.path)] == '/') {
				here.Count++
				here.Bytes += c.size + len("; ")
			}
		}
		if here.Bytes -= len("; "); here.Bytes > jar.Bytes {
			jar = here
		}
	}
	return jar
}

// cookieHosts lists the domains under which a browser keeps the cookies that it sends to a host:
// the host itself, and with a leading dot the host and its parents up to the registrable domain.
func cookieHosts(host string) []string {
	list := []string{host}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return list
	}
	list = append(list, "."+host)
	site, err := publicsuffix.EffectiveTLDPlusOne(host)
	if err != nil {
		return list
	}
	for host != site && len(list) < 32 {
		_, parent, ok := strings.Cut(host, ".")
		if !ok {
			break
		}
		host = parent
		list = append(list, "."+host)
	}
	return list
}

// site is the registrable domain of a host, or the host where there is none.
func site(host string) string {
	if s, err := publicsuffix.EffectiveTLDPlusOne(host); err == nil {
		return s
	}
	return host
}

// chromiumTime counts microseconds since 1601.
func chromiumTime(t time.Time) int64 { return t.UnixMicro() + 11644473600*1e6 }
