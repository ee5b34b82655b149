package cli

import (
	"io"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// ours are the sequences that the live view itself sends: colours, moves of the cursor, erasing.
var ours = regexp.MustCompile(`\x1b\[[0-9;?]*[mA-DGHJKhl]`)

// TestHostileLive looks at what a terminal gets while hostile servers are examined.
func TestHostileLive(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	page := "<html><head><title>" + escapes + "</title></head><body>502 " + escapes + "</body></html>"
	head := "HTTP/1.1 502 " + escapes + "\r\nServer: " + escapes + "\r\nVia: 1.1 " + escapes + "\r\nLocation: " + escapes + "\r\nContent-Type: text/html\r\n\r\n"
	for _, c := range []hostile{
		{name: "escapes everywhere", serve: once(head + page)},
		{name: "escapes instead of HTTP", serve: answering(escapes)},
		{name: "a redirect to escapes", serve: redirect("http://" + escapes + "/" + escapes)},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHome(t, "TERM=xterm-256color")
			screen := onTerminal(t, h, "check", "-v", "--timeout", "3", "http://"+listen(t, c.serve)+"/")
			if !strings.Contains(screen, "\x1b[") || !strings.Contains(screen, "Website") {
				t.Fatalf("this is no live view: %q", clipped(screen))
			}
			if strings.Contains(screen, "PWNED") {
				t.Error("the text of an escape sequence is shown")
			}
			harmless(t, "the terminal", strings.ReplaceAll(ours.ReplaceAllString(screen, ""), "\r", ""))
		})
	}
}

// onTerminal runs the program on a terminal of its own and returns all that it wrote there.
func onTerminal(t *testing.T, h home, args ...string) string {
	t.Helper()
	c := exec.Command(program(), args...)
	c.Dir, c.Env = h.dir, h.env
	return typing(t, c, "")
}

// typing runs a program on a terminal of its own, on which somebody has typed the keys, and returns all
// that appears there.
func typing(t *testing.T, c *exec.Cmd, keys string) string {
	t.Helper()
	master, err := os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	defer master.Close()
	fd := int(master.Fd())
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err == nil {
		err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0)
	}
	if err == nil {
		err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Row: 40, Col: 80})
	}
	if err != nil {
		t.Fatal(err)
	}
	slave, err := os.OpenFile("/dev/pts/"+strconv.Itoa(n), os.O_RDWR|unix.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("there are no terminals here: %v", err)
	}
	c.Stdin, c.Stdout, c.Stderr = slave, slave, slave
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	slave.Close()
	if _, err := io.WriteString(master, keys); err != nil {
		t.Fatal(err)
	}
	written := make(chan string, 1)
	go func() {
		b, _ := io.ReadAll(master) // ends with an error when the last holder of the other side has gone
		written <- string(b)
	}()
	_ = c.Wait()
	select {
	case s := <-written:
		return s
	case <-time.After(5 * time.Second):
		t.Fatal("the terminal does not end")
		return ""
	}
}
