package export

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// Bounds of what waits for a collector that does not answer.
const (
	mostBytes = 5 << 20
	mostFiles = 2000
	oldest    = 7 * 24 * time.Hour
)

// The signals of OTLP, as they are in its paths.
const (
	signalMetrics = "metrics"
	signalLogs    = "logs"
)

// message is one request's body.
type message struct {
	signal string
	packed []byte // gzip
	file   string // "" while it is not on disk
}

// queue is a folder of messages that wait. The zero value keeps nothing.
type queue struct{ dir string }

// queued are the names of the files that put makes; nothing else in the folder is read or removed.
var queued = regexp.MustCompile(`^(\d{19})-(metrics|logs)\.json\.gz$`)

func packed(text []byte) []byte {
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, _ = z.Write(text) // into memory
	_ = z.Close()
	return b.Bytes()
}

// put keeps a message and drops the oldest beyond the bounds.
func (q queue) put(m message, now time.Time) error {
	if q.dir == "" {
		return nil
	}
	if err := os.MkdirAll(q.dir, 0o700); err != nil {
		return err
	}
	name := filepath.Join(q.dir, strconv.FormatInt(now.UnixNano(), 10)+"-"+m.signal+".json.gz")
	temp, err := os.CreateTemp(q.dir, ".new-*")
	if err != nil {
		return err
	}
	_, err = temp.Write(m.packed)
	if closed := temp.Close(); err == nil {
		err = closed
	}
	if err == nil {
		err = os.Rename(temp.Name(), name)
	}
	if err != nil {
		os.Remove(temp.Name())
		return err
	}
	q.tidy(now)
	return nil
}

// names lists what waits, the oldest first.
func (q queue) names() (list []string) {
	if q.dir == "" {
		return nil
	}
	files, _ := os.ReadDir(q.dir)
	for _, f := range files {
		if f.Type().IsRegular() && queued.MatchString(f.Name()) {
			list = append(list, f.Name())
		}
	}
	slices.Sort(list)
	return list
}

// tidy drops what is too old or too much.
func (q queue) tidy(now time.Time) {
	names := q.names()
	slices.Reverse(names)
	var total int64
	for i, name := range names {
		path := filepath.Join(q.dir, name)
		info, err := os.Lstat(path)
		if err != nil {
			continue
		}
		total += info.Size()
		at, _ := strconv.ParseInt(queued.FindStringSubmatch(name)[1], 10, 64)
		if i >= mostFiles || total > mostBytes || now.Sub(time.Unix(0, at)) > oldest {
			os.Remove(path)
		}
	}
}

// next is the oldest message that waits.
func (q queue) next() (m message, ok bool) {
	for _, name := range q.names() {
		path := filepath.Join(q.dir, name)
		info, err := os.Lstat(path)
		if err == nil && info.Mode()&fs.ModeType == 0 && info.Size() <= mostBytes {
			if text, err := os.ReadFile(path); err == nil {
				return message{queued.FindStringSubmatch(name)[2], text, path}, true
			}
		}
		os.Remove(path) // it cannot be read: it would stand in the way of the rest
	}
	return message{}, false
}

// done removes a message that has arrived, or that nobody wants.
func (q queue) done(m message) {
	if m.file != "" {
		os.Remove(m.file)
	}
}
