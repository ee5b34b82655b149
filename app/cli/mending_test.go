package cli

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/diagnostics/remedy"
)

// TestInterruptedMending presses Ctrl-C when the first of two fixes has begun: what was done is said,
// and the second is not begun.
func TestInterruptedMending(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the account is that of a Linux desktop")
	}
	home := t.TempDir()
	for key, value := range map[string]string{"HOME": home, "XDG_CONFIG_HOME": "", "XDG_CACHE_HOME": "", "XDG_STATE_HOME": t.TempDir(), "LANG": "C.UTF-8", "LC_ALL": ""} {
		t.Setenv(key, value)
	}
	if err := account(home); err != nil {
		t.Fatal(err)
	}
	before, err := fingerprint(home)
	if err != nil {
		t.Fatal(err)
	}
	var shown bytes.Buffer
	c := &call{out: bufio.NewWriter(&shown), err: io.Discard, stdout: os.Stdout, stderr: os.Stderr}
	c.flags.yes = true
	ctx, press := context.WithCancel(t.Context())
	m, stop, err := c.mending(ctx, "waymend.fix/1")
	if err != nil {
		t.Fatal(err)
	}
	defer stop()
	m.kit.Host.Cleaner.System.Now = func() time.Time { press(); return time.Now() } // asked for when it begins
	target := remedy.Target{Host: "example.test"}
	asked := []mend.Asked{m.kit.PlanAsked(m.ctx, remedy.ClearBrowsers, target, false), m.kit.PlanAsked(m.ctx, remedy.ClearSiteCookies, target, false)}
	err = m.carryOut(asked, false)
	var code codeError
	if !errors.As(err, &code) || code.code != exitInterrupted {
		t.Errorf("error %v", err)
	}
	if a, b := m.doc.Fixes[0].Outcome, m.doc.Fixes[1].Outcome; a != outcomeInterrupted || b != outcomeSkipped {
		t.Errorf("outcomes %s, %s", a, b)
	}
	c.out.Flush()
	for _, want := range []string{"Not done: Empty the caches", "Left as it is: Chromium, profile Home", "Not done: Delete this website's cookies"} {
		if !strings.Contains(shown.String(), want) {
			t.Errorf("%q is not said: %s", want, shown.String())
		}
	}
	if after, err := fingerprint(home); err != nil || after != before {
		t.Errorf("%v\n%s\nand was\n%s", err, after, before)
	}
}
