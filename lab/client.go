//go:build lab && linux

package lab

import (
	"bytes"
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// userID is the account of the person at the client: ordinary, like most people's.
const userID = 12345

// computer writes the client's own files.
func (w *World) computer() error {
	for name, text := range map[string]string{
		"resolv.conf":   "nameserver " + Router4 + "\n",
		"hosts":         "127.0.0.1 localhost\n::1 localhost ip6-localhost\n",
		"nsswitch.conf": "passwd: files\ngroup: files\nhosts: files dns\n",
	} {
		if err := os.WriteFile(w.file(name), []byte(text), 0o644); err != nil {
			return err
		}
	}
	for _, d := range []string{"home", "no-certs"} {
		if err := os.Mkdir(w.file(d), 0o755); err != nil {
			return err
		}
	}
	return os.Chown(w.file("home"), userID, userID)
}

// furnish runs in the client's mount namespace and puts its own files in place of this machine's.
func (w *World) furnish() error {
	// No services of this machine to talk to, and a sysfs that shows the links of this room.
	if err := errors.Join(unix.Mount("tmpfs", "/run", "tmpfs", 0, "mode=755"), unix.Mount("sysfs", "/sys", "sysfs", 0, "")); err != nil {
		return err
	}
	for _, name := range []string{"resolv.conf", "hosts", "nsswitch.conf"} {
		at := "/etc/" + name
		if to, err := os.Readlink(at); err == nil {
			if at = to; !filepath.IsAbs(at) {
				at = filepath.Join("/etc", at)
			}
			os.MkdirAll(filepath.Dir(at), 0o755)
		}
		f, err := os.OpenFile(at, os.O_RDONLY|os.O_CREATE, 0o644)
		if err != nil {
			return err
		}
		f.Close()
		if err := unix.Mount(w.file(name), at, "", unix.MS_BIND, ""); err != nil {
			return err
		}
	}
	return nil
}

func (w *World) clientEnv() []string {
	ca := w.file("ca.pem")
	return []string{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME=" + w.file("home"), "USER=alice", "LANG=C.UTF-8", "TERM=dumb",
		"SSL_CERT_FILE=" + ca, "SSL_CERT_DIR=" + w.file("no-certs"), "CURL_CA_BUNDLE=" + ca}
}

// DNS sets the client's resolvers.
func (w *World) DNS(servers ...string) {
	w.write("resolv.conf", "nameserver "+strings.Join(servers, "\nnameserver ")+"\n", os.O_TRUNC)
}

// Hosts appends lines to the client's hosts file.
func (w *World) Hosts(lines ...string) { w.write("hosts", strings.Join(lines, "\n")+"\n", os.O_APPEND) }

// write changes a file of the client in place: a new file would not be the mounted one.
func (w *World) write(name, text string, mode int) {
	f, err := os.OpenFile(w.file(name), os.O_WRONLY|mode, 0)
	if w.check(err); err != nil {
		return
	}
	_, err = f.WriteString(text)
	w.check(errors.Join(err, f.Close()))
}

// Home writes a file into the person's home directory.
func (w *World) Home(name, text string) {
	p := filepath.Join(w.file("home"), name)
	w.check(os.MkdirAll(filepath.Dir(p), 0o755))
	w.check(os.WriteFile(p, []byte(text), 0o644))
	w.check(filepath.WalkDir(w.file("home"), func(p string, _ os.DirEntry, err error) error {
		return errors.Join(err, os.Chown(p, userID, userID))
	}))
}

// Shell runs a command at the client as root and returns its output, whatever its exit code.
func (w *World) Shell(command string) string {
	ctx, cancel := context.WithTimeout(context.Background(), limit)
	defer cancel()
	out, _ := w.Client.Run(ctx, "", "sh", "-c", command)
	return out
}

// output is what a program of the person printed.
type output struct {
	stdout, stderr []byte
	code           int
	took           time.Duration
	late           bool // killed at the time limit
}

// asPerson makes a command run under the person's account unless root is asked for.
func asPerson(c *exec.Cmd, root bool) {
	if !root {
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: userID, Gid: userID}}
	}
}

// Person runs a program at the client as the person who sits there.
func (w *World) Person(within time.Duration, root bool, name string, args ...string) (output, error) {
	ctx, cancel := context.WithTimeout(context.Background(), within)
	defer cancel()
	c := exec.CommandContext(ctx, name, args...)
	var out, errs bytes.Buffer
	c.Stdout, c.Stderr = &out, &errs
	c.Dir = w.file("home")
	c.WaitDelay = time.Second
	c.Env = slices.Concat(w.Client.Env, w.Env)
	asPerson(c, root)
	start := time.Now()
	if err := w.Client.Start(c); err != nil {
		return output{}, err
	}
	err := c.Wait()
	o := output{out.Bytes(), errs.Bytes(), c.ProcessState.ExitCode(), time.Since(start), ctx.Err() != nil}
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) || o.late {
		err = nil // the exit code says it
	}
	return o, err
}
