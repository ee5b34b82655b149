package elevate

import (
	"os"
	"testing"

	"golang.org/x/sys/windows"

	"github.com/waymend/waymend/platform/change"
)

// TestMain is the second process, when it was started as that.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == Command {
		os.Exit(Serve(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// TestElevated goes the whole way over ShellExecuteEx and the pipe. Windows itself would ask whoever
// sits at the screen, so it runs in Wine only.
func TestElevated(t *testing.T) {
	if windows.NewLazySystemDLL("ntdll.dll").NewProc("wine_get_version").Find() != nil {
		t.Skip("asks the person for consent: only in Wine")
	}
	steps := []change.Step{{Verb: change.FlushWindows}, {Verb: change.FlushWindows}}
	n := 0
	if err := elevated(t.Context(), steps, func(d change.Done) { n++ }); err != nil || n != 2 {
		t.Errorf("%d steps done, %v", n, err)
	}
	if err := elevated(t.Context(), []change.Step{{Verb: change.FlushNscd}}, func(change.Done) { t.Error("done on the wrong system") }); err == nil {
		t.Error("a step of another system was done")
	}
}
