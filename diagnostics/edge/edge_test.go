package edge

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// recorded is an answer from testdata with what its comment lines say.
type recorded struct {
	Answer
	want []string // id, fault, blame
}

// replay reads a recorded answer.
func replay(t testing.TB, file string) recorded {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var r recorded
	for bytes.HasPrefix(data, []byte("# ")) {
		line, rest, _ := strings.Cut(string(data), "\n")
		data = []byte(rest)
		key, value, _ := strings.Cut(line[2:], ": ")
		switch key {
		case "tls":
			r.TLS = value == "yes"
		case "host":
			r.Host = value
		case "cname":
			r.CNAMEs = strings.Split(value, ", ")
		case "want":
			r.want = strings.Fields(value)
		default:
			t.Fatalf("%s: unknown comment %q", file, line)
		}
	}
	if len(data) == 0 {
		return r
	}
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(data)), nil)
	if err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	defer response.Body.Close()
	r.Status, r.Header = response.StatusCode, response.Header
	if r.Body, err = io.ReadAll(response.Body); err != nil {
		t.Fatalf("%s: %v", file, err)
	}
	return r
}

// recordings are the ids of the recorded answers in a folder.
func recordings(t testing.TB, folder string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*.http"))
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, f := range files {
		ids = append(ids, strings.TrimSuffix(filepath.Base(f), ".http"))
	}
	slices.Sort(ids)
	return ids
}

func TestEverySignatureHasOneRecording(t *testing.T) {
	var ids []string
	for _, g := range tables().signatures {
		ids = append(ids, g.ID)
	}
	slices.Sort(ids)
	if files := recordings(t, "testdata"); !slices.Equal(ids, files) {
		t.Errorf("table and testdata differ\ntable: %v\nfiles: %v", ids, files)
	}
	ids = nil
	for _, e := range tables().edges {
		ids = append(ids, e.ID)
	}
	slices.Sort(ids)
	if files := recordings(t, "testdata/networks"); !slices.Equal(ids, files) {
		t.Errorf("table and testdata/networks differ\ntable: %v\nfiles: %v", ids, files)
	}
}

func TestExactlyOneSignatureClaims(t *testing.T) {
	for _, id := range recordings(t, "testdata") {
		t.Run(id, func(t *testing.T) {
			r := replay(t, "testdata/"+id+".http")
			claims := tables().claims(tables().look(r.Answer))
			if len(claims) == 0 || claims[0].sig.ID != id {
				t.Fatalf("claimed by %v", names(claims))
			}
			if len(claims) > 1 && claims[1].score.compare(claims[0].score) >= 0 {
				t.Errorf("%s claims it too, as specific: %v", claims[1].sig.ID, names(claims))
			}
			if w := Recognise(r.Answer); w.ID != id || w.Confidence <= 0 || w.Confidence > 1 {
				t.Errorf("Recognise: %+v", w)
			}
		})
	}
}

func names(claims []claim) (all []string) {
	for _, c := range claims {
		all = append(all, c.sig.ID)
	}
	return all
}

func TestExactlyOneNetworkClaims(t *testing.T) {
	for _, id := range recordings(t, "testdata/networks") {
		t.Run(id, func(t *testing.T) {
			r := replay(t, "testdata/networks/"+id+".http")
			all := tables().networksOf(&view{Answer: r.Answer})
			if len(all) == 0 || all[0].ID != id {
				t.Fatalf("claimed by %v", all)
			}
			if len(all) > 1 && all[1].rank(all) >= all[0].rank(all) {
				t.Errorf("%s claims it too, as specific", all[1].ID)
			}
			if c, ok := Network(r.Answer); !ok || c.ID != id {
				t.Errorf("Network: %+v", c)
			}
			if w := Recognise(r.Answer); w.ID != "" || w.Means != OK || w.Fault != "" {
				t.Errorf("a success is recognised as %+v", w)
			}
		})
	}
}

func TestLookalikes(t *testing.T) {
	for _, id := range recordings(t, "testdata/lookalikes") {
		t.Run(id, func(t *testing.T) {
			r := replay(t, "testdata/lookalikes/"+id+".http")
			w := Recognise(r.Answer)
			got := []string{w.ID, w.Fault, w.Blame}
			for i, s := range got {
				if s == "" {
					got[i] = "-"
				}
			}
			if !slices.Equal(got, r.want) {
				t.Errorf("got %v, want %v: %+v", got, r.want, w)
			}
		})
	}
}

var update = flag.Bool("update", false, "rewrite testdata/writers.txt from what is recognised")

// TestWriters holds what is said of every recorded answer against one file, to
// be read as a whole.
func TestWriters(t *testing.T) {
	var b strings.Builder
	for _, id := range recordings(t, "testdata") {
		w := Recognise(replay(t, "testdata/"+id+".http").Answer)
		fmt.Fprintf(&b, "%s\n\t%s\n\tparty=%s means=%s fault=%s blame=%s note=%s\n\tid=%s at=%s retry=%s cached=%t confidence=%.2f\n",
			id, w.Vendor, w.Party, w.Means, w.Fault, w.Blame, w.Note,
			w.RequestID, w.Location, w.RetryAfter, w.Cached, w.Confidence)
	}
	const golden = "testdata/writers.txt"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(want), "\n")
	for i, got := range strings.Split(b.String(), "\n") {
		if i >= len(lines) || got != lines[i] {
			t.Fatalf("%s, line %d: got %q; rewrite it with -update and read the difference", golden, i+1, got)
		}
	}
}
