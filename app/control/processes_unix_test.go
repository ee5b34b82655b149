//go:build !windows

package control

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// child runs this test binary again as another process, which does what TestChild says.
func child(t *testing.T, what string, uid uint32) (lines *bufio.Reader, kill func()) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir, err := folder(Person)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(self, "-test.run", "^TestChild$")
	cmd.Env = []string{"WAYMEND_TEST_CHILD=" + what, "WAYMEND_TEST_FOLDER=" + dir, "XDG_RUNTIME_DIR=" + os.Getenv("XDG_RUNTIME_DIR")}
	if uid != 0 {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uid, Gid: uid}}
		cmd.Path = readable(t, self)
		cmd.Dir = "/"
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	killed := false
	kill = func() {
		if !killed {
			killed = true
			cmd.Process.Kill()
			cmd.Wait()
		}
	}
	t.Cleanup(kill)
	return bufio.NewReader(out), kill
}

// readable copies the program to where every account may run it.
func readable(t *testing.T, self string) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "control")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	text, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "control.test")
	if err := os.WriteFile(copied, text, 0o755); err != nil {
		t.Fatal(err)
	}
	for path, mode := range map[string]os.FileMode{dir: 0o755, copied: 0o755} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
	}
	return copied
}

// TestChild is the other process of the tests here, and nothing by itself.
func TestChild(t *testing.T) {
	socket := filepath.Join(os.Getenv("WAYMEND_TEST_FOLDER"), "test.sock")
	playMachine(os.Getenv("WAYMEND_TEST_CHILD"))
	switch os.Getenv("WAYMEND_TEST_CHILD") {
	case "":
		t.Skip("the other process of other tests")
	case "hold":
		_, err := Listen("test", echo())
		fmt.Println(outcome(err))
		select {}
	case "ask":
		c, err := net.Dial("unix", socket)
		if err != nil {
			fmt.Println("cannot connect:", err)
			return
		}
		io.WriteString(c, "POST /v1/echo HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 6\r\n\r\nsecret")
		text, _ := io.ReadAll(c)
		fmt.Printf("answer: %q\n", text)
	case "pose":
		line, err := net.Listen("unix", socket)
		if err == nil {
			err = os.Chmod(socket, 0o777)
		}
		fmt.Println(outcome(err))
		for err == nil {
			var c net.Conn
			if c, err = line.Accept(); err == nil {
				io.WriteString(c, "HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\n1")
			}
		}
	}
}

func outcome(err error) string {
	switch {
	case err == nil:
		return "holds"
	case errors.Is(err, ErrTaken):
		return "taken"
	}
	return err.Error()
}

func line(t *testing.T, r *bufio.Reader) string {
	t.Helper()
	s, err := r.ReadString('\n')
	if err != nil {
		t.Fatalf("the other process said nothing: %v", err)
	}
	return strings.TrimSpace(s)
}

// TestTwoProcesses starts two programs at once over what a killed one left behind, fifty times.
func TestTwoProcesses(t *testing.T) {
	rounds := 50
	if testing.Short() {
		rounds = 5
	}
	place(t)
	for round := range rounds {
		a, killA := child(t, "hold", 0)
		b, killB := child(t, "hold", 0)
		said := []string{line(t, a), line(t, b)}
		if said[0] == said[1] || said[0]+said[1] != "holdstaken" && said[0]+said[1] != "takenholds" {
			t.Fatalf("round %d: %q", round, said)
		}
		works(t, "test")
		killA()
		killB()
		if err := Call(t.Context(), "test", http.MethodPost, "/v1/echo", 1, nil); !errors.Is(err, ErrAbsent) {
			t.Fatalf("round %d: after both were killed: %v", round, err)
		}
	}
}

// TestStale takes the name over what may lie in its place.
func TestStale(t *testing.T) {
	for name, lay := range map[string]func(socket string) error{
		"a killed one's socket": func(socket string) error {
			l, err := net.ListenUnix("unix", &net.UnixAddr{Name: socket, Net: "unix"})
			if err != nil {
				return err
			}
			l.SetUnlinkOnClose(false)
			return l.Close()
		},
		"a file":       func(socket string) error { return os.WriteFile(socket, []byte("x"), 0o644) },
		"a link":       func(socket string) error { return os.Symlink("/nonexistent", socket) },
		"a folder":     func(socket string) error { return os.Mkdir(socket, 0o700) },
		"a wide place": func(socket string) error { return os.Chmod(filepath.Dir(socket), 0o777) },
	} {
		t.Run(name, func(t *testing.T) {
			place(t)
			dir, err := ownFolder(Person)
			if err != nil {
				t.Fatal(err)
			}
			if err := lay(filepath.Join(dir, "test.sock")); err != nil {
				t.Fatal(err)
			}
			serve(t, "test", echo(), usual)
			works(t, "test")
			info, err := os.Stat(dir)
			if err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("%v, %v", info.Mode(), err)
			}
			info, err = os.Lstat(filepath.Join(dir, "test.sock"))
			if err != nil || info.Mode().Perm() != 0o600 || info.Mode().Type() != os.ModeSocket {
				t.Errorf("%v, %v", info.Mode(), err)
			}
		})
	}
}

// TestFolders chooses where the sockets are, and refuses what others could reach into.
func TestFolders(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CACHE_HOME", filepath.Join(home, "cache"))
	t.Setenv("XDG_RUNTIME_DIR", "")
	serve(t, "test", echo(), usual)
	works(t, "test")

	runtime := t.TempDir()
	t.Setenv("XDG_RUNTIME_DIR", runtime)
	if err := os.Symlink(home, filepath.Join(runtime, "waymend")); err != nil {
		t.Fatal(err)
	}
	if s, err := Listen("test", echo()); err == nil {
		s.Close()
		t.Error("a link was taken for our own folder")
	}
	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(t.TempDir(), strings.Repeat("d", 100)))
	if err := os.Mkdir(os.Getenv("XDG_RUNTIME_DIR"), 0o700); err != nil {
		t.Fatal(err)
	}
	if s, err := Listen("test", echo()); err == nil || !strings.Contains(err.Error(), "too long") {
		t.Errorf("a path that no socket can have: %v, %v", s, err)
	}
	t.Setenv("XDG_RUNTIME_DIR", "relative")
	if dir, err := folder(Person); err != nil || !strings.HasPrefix(dir, home) {
		t.Errorf("%q, %v", dir, err)
	}
}

// TestStrangers has another account at either end; file modes are opened so that only the check of
// the account stands between.
func TestStrangers(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("needs root, to become another account")
	}
	const nobody = 65534
	runtime, err := os.MkdirTemp("", "w") // where nobody may pass
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(runtime) })
	t.Setenv("XDG_RUNTIME_DIR", runtime)
	open := func(paths ...string) {
		for _, path := range paths {
			if err := os.Chmod(path, 0o777); err != nil {
				t.Fatal(err)
			}
		}
	}
	dir := filepath.Join(runtime, "waymend")

	s := serve(t, "test", echo(), usual)
	said, _ := child(t, "ask", nobody)
	if got := line(t, said); !strings.Contains(got, "permission denied") {
		t.Errorf("the folder let a stranger in: %s", got)
	}
	open(runtime, dir, filepath.Join(dir, "test.sock"))
	said, _ = child(t, "ask", nobody)
	if got := line(t, said); got != `answer: ""` {
		t.Errorf("a stranger was answered: %s", got)
	}
	said, _ = child(t, "ask", 0)
	if got := line(t, said); !strings.Contains(got, "200 OK") || !strings.Contains(got, "secret") {
		t.Errorf("our own was not answered: %s", got)
	}
	s.Close()

	open(dir)
	said, kill := child(t, "pose", nobody)
	if got := line(t, said); got != "holds" {
		t.Fatal(got)
	}
	if err := Call(t.Context(), "test", http.MethodPost, "/v1/echo", "secret", nil); !errors.Is(err, errStranger) {
		t.Errorf("a stranger was told: %v", err)
	}
	kill()

	t.Setenv("XDG_RUNTIME_DIR", filepath.Join(runtime, "theirs"))
	t.Setenv("XDG_CACHE_HOME", filepath.Join(runtime, "theirs"))
	if err := os.Mkdir(filepath.Join(runtime, "theirs"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(filepath.Join(runtime, "theirs"), nobody, nobody); err != nil {
		t.Fatal(err)
	}
	if s, err := Listen("test", echo()); err == nil {
		s.Close()
		t.Error("a folder was made in somebody else's")
	}
}
