package control

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// Window is the name that the window holds.
const Window = "window"

const (
	// maxAddress is what ParseTarget accepts at most.
	maxAddress = 8 << 10
	// openTime is what a running window may take to answer; it only notes the wish.
	openTime = 3 * time.Second
)

// Page is a place in the window.
type Page string

// Pages that can be wished for.
const (
	History Page = "history"
	Reset   Page = "reset" // the plan of the one-click reset; nothing is cleared before it is confirmed
)

// Wish is what the window shall show; the zero value only brings it up. It is the body of POST /v1/open.
type Wish struct {
	Address  string `json:"address"` // to examine
	Page     Page   `json:"page,omitempty"`
	Incident int64  `json:"incident,omitempty"` // of the history; 0 for none
}

// valid refuses what no window of this version can show.
func (w Wish) valid() bool {
	return validAddress(w.Address) && (w.Page == "" || w.Page == History || w.Page == Reset) && w.Incident >= 0
}

// OpenWindow asks a running window to come up and to show what is wished. It reports whether there was
// one.
func OpenWindow(ctx context.Context, wish Wish) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	letForward()
	err := Call(ctx, Window, http.MethodPost, "/v1/open", wish, nil)
	if errors.Is(err, ErrAbsent) {
		return false, nil
	}
	return err == nil, err
}

// WindowHandler is what the window listens with. open is called on a goroutine of the server's, with
// an address that is printable and at most 8 KiB long but otherwise as it was typed. It should only
// note the wish.
func WindowHandler(open func(Wish)) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/open", func(w http.ResponseWriter, r *http.Request) {
		var in Wish
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, "not a request", http.StatusBadRequest)
			return
		}
		if !in.valid() {
			http.Error(w, "not an address", http.StatusBadRequest)
			return
		}
		open(in)
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

// validAddress bounds what is handed on; whether it is an address, ParseTarget says.
func validAddress(s string) bool {
	return len(s) <= maxAddress && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
