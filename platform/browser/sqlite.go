package browser

import (
	"cmp"
	"context"
	"iter"
	"slices"
	"strconv"
	"time"

	"github.com/waymend/waymend/platform/browser/sqlitefile"
)

// fromDatabase opens a database for a reader. No file, no cookies.
func fromDatabase(ctx context.Context, file string, read func(*sqlitefile.DB) ([]cookie, error)) ([]cookie, error) {
	if file == "" {
		return nil, nil
	}
	db, err := sqlitefile.OpenFile(ctx, file, maxDatabase)
	if err != nil {
		return nil, err
	}
	return read(db)
}

// sealed is how many bytes more a ciphertext has than its value, by GOOS: the version mark, then
// on Windows nonce and tag of AES-GCM, elsewhere half a block of padding on average. Newer
// databases (version 24) also seal in a hash of the host.
var sealed = map[string]int{"windows": 3 + 12 + 16, "darwin": 3 + 8, "linux": 3 + 8}

const (
	sealedHash    = 32
	sealedVersion = 24
)

// chromiumCookies reads the table cookies of Chromium's store.
func chromiumCookies(ctx context.Context, db *sqlitefile.DB, host string, now time.Time, overhead int) ([]cookie, error) {
	if chromiumVersion(db) >= sealedVersion {
		overhead += sealedHash
	}
	hosts, sites := cookieHosts(host), []string{"", "https://" + site(host)}
	columns := []string{"host_key", "path", "name", "value", "encrypted_value", "has_expires", "expires_utc"}
	// Partitioned cookies are sent below their own site only; before version 15 there are none.
	return readCookies(ctx, db, "cookies", columns, "top_frame_site_key", func(row []sqlitefile.Value, partition *sqlitefile.Value) (c cookie, ok bool) {
		if !among(row[0], hosts) || partition != nil && !among(*partition, sites) {
			return c, false
		}
		if row[5].Int() != 0 && row[6].Int() <= chromiumTime(now) {
			return c, false
		}
		size := row[3].Len
		if cipher := row[4].Len; cipher > 0 {
			size = max(cipher-overhead, 0)
		}
		return newCookie(row[1].Text(), int64(row[2].Len), int64(size)), true
	})
}

// chromiumVersion is that of the store's schema, 0 for an odd one.
func chromiumVersion(db *sqlitefile.DB) (version int64) {
	_ = db.Rows("meta", []string{"key", "value"}, func(row []sqlitefile.Value) bool { // an old store has none
		if row[0].Text() != "version" {
			return true
		}
		if version = row[1].Int(); row[1].Type == sqlitefile.Text {
			version, _ = strconv.ParseInt(row[1].Text(), 10, 64)
		}
		return false
	})
	return version
}

// geckoCookies reads the table moz_cookies of Firefox, and of GNOME Web, which lacks a column.
// Containers are jars of their own and are left out.
func geckoCookies(ctx context.Context, db *sqlitefile.DB, host string, now time.Time) ([]cookie, error) {
	hosts, jars := cookieHosts(host), []string{"", "^partitionKey=%28https%2C" + site(host) + "%29"}
	columns := []string{"host", "path", "name", "value", "expiry"}
	return readCookies(ctx, db, "moz_cookies", columns, "originAttributes", func(row []sqlitefile.Value, jar *sqlitefile.Value) (c cookie, ok bool) {
		if !among(row[0], hosts) || jar != nil && !among(*jar, jars) {
			return c, false
		}
		// expiry counts seconds, in newer versions milliseconds; no date in seconds is above 1e11.
		expiry := row[4].Int()
		if expiry > 1e11 {
			expiry /= 1000
		}
		if row[4].Type == sqlitefile.Null || expiry != 0 && expiry <= now.Unix() {
			return c, false
		}
		return newCookie(row[1].Text(), int64(row[2].Len), int64(row[3].Len)), true
	})
}

// readCookies collects what a reader makes of the rows of a table. The column optional, which not
// every version of the table has, is handed over on its own.
func readCookies(ctx context.Context, db *sqlitefile.DB, table string, columns []string, optional string,
	read func(row []sqlitefile.Value, extra *sqlitefile.Value) (cookie, bool)) ([]cookie, error) {
	has, err := db.Columns(table)
	if err != nil {
		return nil, err
	}
	known := slices.Contains(has, optional)
	if known {
		columns = append(columns, optional)
	}
	var list []cookie
	err = db.Rows(table, columns, func(row []sqlitefile.Value) bool {
		var extra *sqlitefile.Value
		if known {
			extra = &row[len(row)-1]
		}
		if c, ok := read(row, extra); ok {
			list = append(list, c)
		}
		return len(list) < maxCookies && ctx.Err() == nil
	})
	if err := cmp.Or(ctx.Err(), err); err != nil {
		return nil, err
	}
	return list, nil
}

// among tells whether a value is one of some texts.
func among(v sqlitefile.Value, texts []string) bool {
	return v.Type == sqlitefile.Text && slices.Contains(texts, v.Text())
}

// newCookie bounds what a strange database claims.
func newCookie(path string, name, value int64) cookie {
	const most = 1 << 20
	return cookie{
		path: cmp.Or(path[:min(len(path), 4096)], "/"),
		size: int(min(max(name, 0), most)) + len("=") + int(min(max(value, 0), most)),
	}
}

// groupProfiles reads names and paths of the profiles that Firefox's newer manager keeps.
func groupProfiles(file string) iter.Seq2[string, string] {
	return func(yield func(string, string) bool) {
		ctx, cancel := context.WithTimeout(context.Background(), CookieTime)
		defer cancel()
		db, err := sqlitefile.OpenFile(ctx, file, maxDatabase)
		if err != nil {
			return
		}
		left := maxProfiles
		_ = db.Rows("Profiles", []string{"name", "path"}, func(row []sqlitefile.Value) bool {
			left--
			return yield(row[0].Text(), row[1].Text()) && left > 0 && ctx.Err() == nil
		})
	}
}
