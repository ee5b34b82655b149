package gui

import (
	"context"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/app/settings"
)

// ours are the stacks of this program's goroutines, without that of the test.
func ours() (list []string) {
	text := make([]byte, 4<<20)
	text = text[:runtime.Stack(text, true)]
	for _, stack := range strings.Split(string(text), "\n\n")[1:] {
		if strings.Contains(stack, "github.com/waymend/waymend/") {
			list = append(list, stack)
		}
	}
	return list
}

// TestClosingLeavesNothing closes the window in the middle of whatever it can be doing, and waits for
// every goroutine that it began to end.
func TestClosingLeavesNothing(t *testing.T) {
	running := func(w *testWindow) {
		w.play("timeout") // a server that says nothing
		w.until("facts arrive", func() bool { return len(w.state.exam.facts) > 3 })
	}
	for name, do := range map[string]func(*testWindow){
		"nothing":        func(*testWindow) {},
		"an examination": running,
		"another examination": func(w *testWindow) {
			running(w)
			running(w)
		},
		"an answer": func(w *testWindow) {
			w.play("healthy")
			w.until("the answer", func() bool { return !w.state.exam.running })
		},
		"the wait for the network": func(w *testWindow) {
			w.openGuide()
			w.awaitNetwork()
		},
		"a clipboard whose owner hangs": func(w *testWindow) {
			w.outside.clipboard = func(ctx context.Context) (string, error) { <-ctx.Done(); return "", ctx.Err() }
			w.paste()
		},
		"choices": func(w *testWindow) {
			for _, lang := range []string{"de", "ja", "en"} {
				w.choose(func(s *settings.Settings) { s.Language = lang })
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := len(ours())
			w := openTestWindow(t, settings.Defaults())
			w.look()
			do(w)
			w.window.close()
			w.settle()
			var left []string
			for range 500 { // what has been told to end may take a moment
				if left = ours(); len(left) <= before {
					return
				}
				time.Sleep(10 * time.Millisecond)
			}
			t.Errorf("%d goroutines are left behind:\n%s", len(left)-before, strings.Join(left, "\n\n"))
		})
	}
}
