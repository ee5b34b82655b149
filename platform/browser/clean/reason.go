package clean

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"syscall"
	"unicode"

	"modernc.org/sqlite"

	"github.com/waymend/waymend/platform/browser/tree"
)

// Reason says why something was not cleared. Its text is "clean.refused.<reason>".
type Reason string

// Reasons.
const (
	IsRunning Reason = "running"   // the browser runs
	MayRun    Reason = "may-run"   // it cannot be told whether it runs
	ByHand    Reason = "by-hand"   // this browser is for the person to clear
	IsLink    Reason = "link"      // a link leads elsewhere
	IsMount   Reason = "mount"     // another file system is mounted there
	NotDir    Reason = "not-dir"   // something else has the name of a cache
	NotOurs   Reason = "owner"     // another user's files
	IsProfile Reason = "canary"    // it holds what only a profile holds
	Denied    Reason = "denied"    // a permission is missing
	ReadOnly  Reason = "read-only" // the file system cannot be written
	DiskFull  Reason = "full"      // no room for the journal or the copy
	Damaged   Reason = "damaged"   // the database is broken
	Schema    Reason = "schema"    // a form that is not known
	Locked    Reason = "locked"    // another program uses the file
	Changed   Reason = "changed"   // it is not any more what the plan saw
	Together  Reason = "together"  // one place holds what all sites and extensions have stored
	TooLarge  Reason = "too-large" // it exceeds every sensible bound
	Stopped   Reason = "stopped"   // the person, or a deadline, ended it
	Expired   Reason = "expired"   // the time for Undo is over
	Busy      Reason = "busy"      // another process of this program works on it
	Failed    Reason = "failed"    // the system said no, see the detail
)

// Key is the key of the reason's text.
func (r Reason) Key() string { return "clean.refused." + string(r) }

// Error makes a reason an error of its own.
func (r Reason) Error() string { return "not cleared: " + string(r) }

// because is a reason with a detail.
type because struct {
	Reason
	detail string
}

func (b because) Unwrap() error { return b.Reason }

// ReasonOf finds the reason in an error that this package returned; "" for none.
func ReasonOf(err error) Reason { r, _ := reasonOf(err); return r }

func reasonOf(err error) (Reason, string) {
	var b because
	var r Reason
	var db *sqlite.Error
	switch {
	case err == nil:
		return "", ""
	case errors.As(err, &b):
		return b.Reason, printable(b.detail)
	case errors.As(err, &r):
		return r, ""
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Stopped, ""
	case errors.Is(err, tree.ErrLink):
		return IsLink, ""
	case errors.Is(err, tree.ErrMount), errors.Is(err, syscall.EXDEV):
		return IsMount, ""
	case errors.Is(err, tree.ErrNotDir), errors.Is(err, fs.ErrInvalid):
		return NotDir, ""
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, errQuota):
		return DiskFull, ""
	case errors.Is(err, syscall.EROFS):
		return ReadOnly, ""
	case errors.Is(err, errInUse):
		return Locked, ""
	case errors.Is(err, fs.ErrPermission):
		return Denied, ""
	case errors.As(err, &db):
		return databaseReason(db), ""
	}
	return Failed, printable(err.Error())
}

// databaseReason reads SQLite's result codes (https://www.sqlite.org/rescode.html).
func databaseReason(err *sqlite.Error) Reason {
	switch err.Code() & 0xff {
	case 5, 6:
		return Locked
	case 11, 26:
		return Damaged
	case 13:
		return DiskFull
	case 14, 23, 3, 8: // on a disk that can only be read no copy could have been made before
		return Denied
	case 1:
		return Schema
	}
	return Failed
}

func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s[:min(len(s), 256)])
}
