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

// openRequest is the body of POST /v1/open.
type openRequest struct {
	Address string `json:"address"`
}

// OpenWindow asks a running window to come up and to take over the address, "" for none. It reports
// whether there was one.
func OpenWindow(ctx context.Context, address string) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, openTime)
	defer cancel()
	letForward()
	err := Call(ctx, Window, http.MethodPost, "/v1/open", openRequest{address}, nil)
	if errors.Is(err, ErrAbsent) {
		return false, nil
	}
	return err == nil, err
}

// WindowHandler is what the window listens with. open is called on a goroutine of the server's, with
// an address that is printable and at most 8 KiB long but otherwise as it was typed, "" for none. It
// should only note the wish.
func WindowHandler(open func(address string)) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v1/open", func(w http.ResponseWriter, r *http.Request) {
		var in openRequest
		if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
			http.Error(w, "not a request", http.StatusBadRequest)
			return
		}
		if !validAddress(in.Address) {
			http.Error(w, "not an address", http.StatusBadRequest)
			return
		}
		open(in.Address)
		w.WriteHeader(http.StatusNoContent)
	})
	return mux
}

// validAddress bounds what is handed on; whether it is an address, ParseTarget says.
func validAddress(s string) bool {
	return len(s) <= maxAddress && utf8.ValidString(s) && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) })
}
