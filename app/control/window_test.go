package control

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode"

	"github.com/waymend/waymend/resources"
)

func TestOpenWindow(t *testing.T) {
	place(t)
	if there, err := OpenWindow(t.Context(), Wish{Address: "example.com"}); there || err != nil {
		t.Fatalf("%v, %v, although no window is open", there, err)
	}
	opened := make(chan string, 1)
	serve(t, Window, WindowHandler(func(wish Wish) { opened <- wish.Address }), usual)
	for _, address := range []string{"", "example.com", "https://example.com/a?b=ä&c=\"'<>", strings.Repeat("<", maxAddress)} {
		there, err := OpenWindow(t.Context(), Wish{Address: address})
		if !there || err != nil {
			t.Fatalf("%.20q: %v, %v", address, there, err)
		}
		if got := <-opened; got != address {
			t.Errorf("%.20q arrived as %.20q", address, got)
		}
	}
	for _, address := range []string{"a\nb", "\x1b[2J", "\u202e", strings.Repeat("a", maxAddress+1), strings.Repeat("a", maxBody+1)} {
		var refusal *Error
		if there, err := OpenWindow(t.Context(), Wish{Address: address}); there || !errors.As(err, &refusal) || refusal.Status != http.StatusBadRequest {
			t.Errorf("%.20q: %v, %v", address, there, err)
		}
	}
	if len(opened) != 0 {
		t.Errorf("%.20q was opened", <-opened)
	}
}

func TestWindowHandler(t *testing.T) {
	for _, c := range []struct {
		method, path, body string
		code               int
		opened             bool
	}{
		{"POST", "/v1/open", `{"address":"a"}`, 204, true},
		{"POST", "/v1/open", `{"address":"a","later":1}`, 204, true},
		{"POST", "/v1/open", `{}`, 204, true},
		{"POST", "/v1/open", `{"address":1}`, 400, false},
		{"POST", "/v1/open", `[]`, 400, false},
		{"POST", "/v1/open", ``, 400, false},
		{"POST", "/v1/open", `{"address":"\u0000"}`, 400, false},
		{"POST", "/v1/open", `{"page":"history","incident":7}`, 204, true},
		{"POST", "/v1/open", `{"page":"reset"}`, 204, true},
		{"POST", "/v1/open", `{"page":"delete"}`, 400, false},
		{"POST", "/v1/open", `{"incident":-1}`, 400, false},
		{"GET", "/v1/open", ``, 405, false},
		{"POST", "/v1/other", `{}`, 404, false},
	} {
		opened := false
		w := httptest.NewRecorder()
		WindowHandler(func(Wish) { opened = true }).ServeHTTP(w, httptest.NewRequest(c.method, c.path, strings.NewReader(c.body)))
		if w.Code != c.code || opened != c.opened {
			t.Errorf("%s %s %s: %d, opened %v", c.method, c.path, c.body, w.Code, opened)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add([]byte(`{"address":"https://example.com/"}`))
	f.Add([]byte(`{"address":"\u202e\ud800"}`))
	f.Fuzz(func(t *testing.T, body []byte) {
		opened, address := 0, ""
		w := httptest.NewRecorder()
		h := WindowHandler(func(wish Wish) { opened, address = opened+1, wish.Address })
		h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v1/open", strings.NewReader(string(body))))
		if opened > 1 || (opened == 1) != (w.Code == http.StatusNoContent) {
			t.Errorf("opened %d times, answered %d", opened, w.Code)
		}
		checkText(t, address)
	})
}

func checkText(t *testing.T, address string) {
	t.Helper()
	if len(address) > maxAddress || strings.ContainsFunc(address, func(r rune) bool { return !unicode.IsPrint(r) }) {
		t.Errorf("let %q through", address)
	}
}

func TestParseLink(t *testing.T) {
	for _, c := range []struct {
		link, address string
		err           error
	}{
		{"waymend://check?url=https%3A%2F%2Fexample.com%2Fa%3Fb%3Dc%26d%3De%23f", "https://example.com/a?b=c&d=e#f", nil},
		{"waymend://check?url=example.com", "example.com", nil},
		{"waymend://check/?url=https://example.com/a?b=c+d", "https://example.com/a?b=c+d", nil},
		{"waymend:check?url=example.com", "example.com", nil},
		{"WAYMEND://CHECK?url=b%C3%BCcher.example", "bücher.example", nil},
		{"waymend://check?url=%20example.com%20", "example.com", nil},

		{"", "", LinkForeign},
		{"example.com", "", LinkForeign},
		{"https://check?url=example.com", "", LinkForeign},
		{" waymend://check?url=example.com", "", LinkForeign},
		{"waymendx://check?url=example.com", "", LinkForeign},

		{"waymend://", "", LinkUnknown},
		{"waymend://reset?url=example.com", "", LinkUnknown},
		{"waymend://history?x", "", LinkUnknown},
		{"waymend://incident", "", LinkUnknown},
		{"waymend://incident?id=0", "", LinkUnknown},
		{"waymend://incident?id=-1", "", LinkUnknown},
		{"waymend://incident?id=1;ls", "", LinkUnknown},
		{"waymend://check/reset?url=example.com", "", LinkUnknown},
		{"waymend://user@check?url=example.com", "", LinkUnknown},
		{"waymend://check:80?url=example.com", "", LinkUnknown},
		{"waymend:///check?url=example.com", "", LinkUnknown},
		{"waymend://check?file=/etc/passwd", "", LinkUnknown},
		{"waymend://check?url=example.com&fix=all", "", LinkUnknown},
		{"waymend://check?fix=all&url=example.com", "", LinkUnknown},
		{"waymend://check?url=example.com#x", "", LinkUnknown},

		{"waymend://check", "", LinkNoAddress},
		{"waymend://check?url=", "", LinkNoAddress},
		{"waymend://check?url=%20", "", LinkNoAddress},
		{"waymend://check?url=%zz", "", LinkNoAddress},
		{"waymend://check?url=a%00b", "", LinkNoAddress},
		{"waymend://check?url=a%0Ab", "", LinkNoAddress},
		{"waymend://check?url=%FF", "", LinkNoAddress},
		{"waymend://check?url=a%E2%80%AEb", "", LinkNoAddress},
		{"waymend://check?url=--report%3D%2Fetc%2Fpasswd", "", LinkNoAddress},
		{"waymend://check?url=%20-4", "", LinkNoAddress},

		{"waymend://check?url=" + strings.Repeat("a", maxAddress), "", LinkTooLong},
	} {
		got, err := ParseLink(c.link)
		if got != (Wish{Address: c.address}) || !errors.Is(err, c.err) {
			t.Errorf("%.60q: %+v, %v", c.link, got, err)
		}
	}
}

func TestLinkArgument(t *testing.T) {
	for _, c := range []struct {
		args    []string
		address string
		isLink  bool
		err     error
	}{
		{nil, "", false, nil},
		{[]string{"check", "waymend://check?url=example.com"}, "", false, nil},
		{[]string{"waymend"}, "", false, nil},
		{[]string{"waymend.example"}, "", false, nil},
		{[]string{"waymend://check?url=example.com"}, "example.com", true, nil},
		{[]string{"Waymend:check?url=example.com"}, "example.com", true, nil},
		{[]string{"waymend:"}, "", true, LinkUnknown},
		{[]string{"waymend://check?url=example.com", "--report", "x"}, "", true, LinkUnknown},
	} {
		wish, isLink, err := LinkArgument(c.args)
		if wish.Address != c.address || isLink != c.isLink || !errors.Is(err, c.err) {
			t.Errorf("%q: %+v, %v, %v", c.args, wish, isLink, err)
		}
	}
}

// TestLinkErrors holds that every refusal has a sentence.
func TestLinkErrors(t *testing.T) {
	for _, e := range []LinkError{LinkTooLong, LinkForeign, LinkUnknown, LinkNoAddress} {
		if !resources.Has(resources.English, string(e)) || e.Error() == string(e) {
			t.Errorf("%s has no words", string(e))
		}
	}
}

func FuzzParseLink(f *testing.F) {
	f.Add("waymend://check?url=https%3A%2F%2Fexample.com%2F")
	f.Add("waymend:check/?url=%2d%00")
	f.Fuzz(func(t *testing.T, link string) {
		wish, err := ParseLink(link)
		if (err == nil) != (wish != Wish{}) {
			t.Errorf("%+v, %v", wish, err)
		}
		address := wish.Address
		var reason LinkError
		if err != nil && !errors.As(err, &reason) {
			t.Errorf("%v is not a LinkError", err)
		}
		checkText(t, address)
		if strings.HasPrefix(address, "-") || address != strings.TrimSpace(address) {
			t.Errorf("let %q through", address)
		}
		if _, err := json.Marshal(wish); err != nil {
			t.Error(err)
		}
	})
}
