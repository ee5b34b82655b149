//go:build lab && linux

package service

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// wine is Windows as far as Wine knows it, with the program inside and without a network.
type wine struct {
	t      *testing.T
	prefix string
}

// TestWine installs, starts, asks, moves and removes the service with Wine's service manager. The program
// is built with what Wine needs changed in three places; that is not the program that is released.
func TestWine(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root, for a network of its own")
	}
	for _, p := range []string{"wine", "wineboot", "x86_64-w64-mingw32-gcc"} {
		if _, err := exec.LookPath(p); err != nil {
			t.Skipf("needs %s", p)
		}
	}
	w := wine{t, filepath.Join(t.TempDir(), "prefix")}
	program := w.build()
	t.Cleanup(func() { _, _ = w.try("wineserver", "-k") })
	if out, err := w.try("wineboot", "-i"); err != nil {
		t.Fatalf("wineboot: %v\n%s", err, out)
	}
	w.command("x86_64-w64-mingw32-gcc", "-O2", "-shared", "-s", "-o", w.prefix+"/drive_c/windows/system32/bcryptprimitives.dll", "wine/bcryptprimitives.c", "-ladvapi32")
	if out, err := w.try("wine", "winecfg", "-v", "win10"); err != nil {
		t.Fatalf("winecfg: %v\n%s", err, out)
	}
	for _, place := range []string{"Waymend one", "two"} {
		w.command("install", "-D", program, w.prefix+"/drive_c/"+place+"/waymend.exe")
	}
	const one, two = `C:\Waymend one\waymend.exe`, `C:\two\waymend.exe`

	w.service(1, one, "start")
	w.service(1, one, "uninstall")
	if r := w.service(0, one, "install"); !r.Installed || !r.Current || r.Program != one {
		t.Errorf("installed: %+v", r)
	}
	w.service(0, one, "install")
	begin := time.Now()
	if r := w.service(0, one, "start"); !r.Running || r.Health == "" || r.Since == nil {
		t.Errorf("started: %+v", r)
	}
	t.Logf("started, and answers after %v", time.Since(begin).Round(time.Millisecond))
	w.service(0, one, "start")
	if out, err := w.try("wine", one, "agent", "pause"); err != nil || !strings.Contains(out, "paused") {
		t.Errorf("paused over the pipe: %v\n%s", err, out)
	}
	if r := w.service(0, two, "status"); r.Current || r.Program != one {
		t.Errorf("the program was moved: %+v", r)
	}
	if r := w.service(0, two, "install"); !r.Current || !r.Running || r.Program != two {
		t.Errorf("installed anew: %+v", r)
	}
	if r := w.service(0, two, "stop"); r.Running || !r.Installed {
		t.Errorf("stopped: %+v", r)
	}
	w.service(0, two, "stop")
	w.service(0, two, "start")
	if r := w.service(0, two, "uninstall"); r.Installed {
		t.Errorf("removed: %+v", r)
	}
	for _, key := range []string{`HKLM\SYSTEM\CurrentControlSet\Services\Waymend`, `HKLM\SYSTEM\CurrentControlSet\Services\EventLog\Application\Waymend`} {
		if out, err := w.try("wine", "reg", "query", key); err == nil {
			t.Errorf("left behind: %s", out)
		}
	}
}

// try runs a program in Wine's surroundings, for two minutes at most.
func (w wine) try(argv ...string) (string, error) {
	c := exec.Command("timeout", append([]string{"120"}, argv...)...)
	c.Env = append(os.Environ(), "WINEPREFIX="+w.prefix, "WINEDEBUG=-all", "WINEDLLOVERRIDES=mscoree,mshtml=", "DISPLAY=", "CGO_ENABLED=0", "GOOS=windows")
	if argv[0] != "go" {
		c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET}
	}
	out, err := c.CombinedOutput()
	return strings.ReplaceAll(string(out), "\r\n", "\n"), err
}

func (w wine) command(argv ...string) string {
	w.t.Helper()
	out, err := w.try(argv...)
	if err != nil {
		w.t.Fatalf("%s: %v\n%s", strings.Join(argv, " "), err, out)
	}
	return out
}

// service asks for an action, and wants that exit code.
func (w wine) service(code int, program string, args ...string) (r report) {
	w.t.Helper()
	out, err := w.try(append([]string{"wine", program, "service", "--json"}, args...)...)
	got := 0
	if ended, ok := err.(*exec.ExitError); ok {
		got = ended.ExitCode()
	}
	if err := json.NewDecoder(strings.NewReader(out[max(0, strings.Index(out, "{")):])).Decode(&r); err != nil || got != code {
		w.t.Fatalf("%q: code %d, want %d, %v\n%s", args, got, code, err, out)
	}
	return r
}

// build makes the program with three changes: Wine knows no SIO_UDP_NETRESET; its pipes take a client
// before they should; its service manager is not in session 0.
func (w wine) build() string {
	w.t.Helper()
	dir := w.t.TempDir()
	swap := func(from, to, old, new string) {
		w.t.Helper()
		text, err := os.ReadFile(from)
		if err != nil || strings.Count(string(text), old) != 1 {
			w.t.Skipf("%s is not as this test knows it (%v)", from, err)
		}
		if err := os.WriteFile(to, []byte(strings.Replace(string(text), old, new, 1)), 0o644); err != nil {
			w.t.Fatal(err)
		}
	}
	in := func(argv ...string) string { return strings.TrimSpace(w.command(argv...)) }
	sockets := in("go", "env", "GOROOT") + "/src/net/fd_windows.go"
	const reset = "err = syscall.WSAIoctl(fd.pfd.Sysfd, windows.SIO_UDP_NETRESET, (*byte)(unsafe.Pointer(&flag)), size, nil, 0, &ret, nil, 0)\n\t\tif err != nil"
	swap(sockets, dir+"/fd_windows.go", reset, reset+" && err != syscall.Errno(10045)")
	overlay := fmt.Sprintf(`{"Replace":{%q:%q}}`, sockets, dir+"/fd_windows.go")
	if err := os.WriteFile(dir+"/overlay.json", []byte(overlay), 0o644); err != nil {
		w.t.Fatal(err)
	}
	root := filepath.Dir(in("go", "env", "GOMOD"))
	w.command("cp", root+"/go.mod", dir+"/wine.mod")
	w.command("cp", root+"/go.sum", dir+"/wine.sum")
	for _, m := range []struct{ module, file, old, new string }{
		{"github.com/Microsoft/go-winio", "pipe.go", "h, err := makeServerPipeHandle(path, sd, c, true)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n",
			"h, err := makeServerPipeHandle(path, sd, c, true)\n\tif err != nil {\n\t\treturn nil, err\n\t}\n\tif p, e := windows.UTF16PtrFromString(path); e == nil {\n\t\t_, _ = windows.CreateFile(p, windows.GENERIC_READ|windows.GENERIC_WRITE, 0, nil, windows.OPEN_EXISTING, 0, 0)\n\t}\n"},
		{"golang.org/x/sys", "windows/svc/security.go", "parentProcess.SessionID == 0 && strings.EqualFold", "strings.EqualFold"},
	} {
		from, to := in("go", "list", "-m", "-f", "{{.Dir}}", m.module), dir+"/"+filepath.Base(m.module)
		w.command("cp", "-r", from, to)
		w.command("chmod", "-R", "u+w", to)
		swap(from+"/"+m.file, to+"/"+m.file, m.old, m.new)
		w.command("go", "mod", "edit", "-replace", m.module+"="+to, dir+"/wine.mod")
	}
	out := dir + "/waymend.exe"
	build := exec.Command("go", "build", "-overlay", dir+"/overlay.json", "-modfile", dir+"/wine.mod", "-o", out, "github.com/waymend/waymend")
	build.Env = append(os.Environ(), "GOOS=windows", "CGO_ENABLED=0")
	if text, err := build.CombinedOutput(); err != nil {
		w.t.Fatalf("%v\n%s", err, text)
	}
	return out
}
