package cli

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// TestHostileArguments holds misuse to one sentence and exit code 2, before any packet is sent.
func TestHostileArguments(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	for _, c := range []struct {
		name string
		args []string
	}{
		{"the empty string", []string{"check", ""}},
		{"spaces", []string{"check", "   \t "}},
		{"a scheme of rubbish", []string{"check", "ht!tp://"}},
		{"a scheme without a host", []string{"check", "http://"}},
		{"slashes", []string{"check", "///"}},
		{"a colon", []string{"check", ":"}},
		{"a dot", []string{"check", "."}},
		{"two dots", []string{"check", "a..example"}},
		{"a file", []string{"check", "file:///etc/passwd"}},
		{"a script", []string{"check", "javascript:alert(1)"}},
		{"data", []string{"check", "data:text/html,hello"}},
		{"port 99999", []string{"check", "example.com:99999"}},
		{"port 0", []string{"check", "example.com:0"}},
		{"port -1", []string{"check", "example.com:-1"}},
		{"port abc", []string{"check", "example.com:abc"}},
		{"a port of a hundred digits", []string{"check", "http://example.com:" + strings.Repeat("9", 100) + "/"}},
		{"120 kB", []string{"check", strings.Repeat("a", 120<<10)}},
		{"120 kB of flag", []string{"check", "--" + strings.Repeat("a", 120<<10)}},
		{"120 kB of timeout", []string{"check", "--timeout", strings.Repeat("9", 120<<10), "example.com"}},
		{"120 kB of report", []string{"check", "--report", strings.Repeat("a", 120<<10) + ".pdf", "example.com"}},
		{"escapes", []string{"check", "exa\x1b]0;PWNED\ample.com"}},
		{"escapes for a flag", []string{"check", "--\x1b]0;PWNED\a"}},
		{"escapes for a command", []string{"\x1b]0;PWNED\a"}},
		{"broken UTF-8", []string{"check", "ex\xffample.com"}},
		{"bidirectional text", []string{"check", "example\u202emoc.com"}},
		{"a broken escape", []string{"check", "http://example.com%zz/"}},
		{"an IPv6 address without end", []string{"check", "http://[::1/"}},
		{"an IPv4 address too large", []string{"check", "999.1.1.1"}},
		{"a label of 64 characters", []string{"check", strings.Repeat("a", 64) + ".example"}},
		{"a timeout of nothing", []string{"check", "--timeout", "0", "example.com"}},
		{"a negative timeout", []string{"check", "--timeout", "-5s", "example.com"}},
		{"an absurd timeout", []string{"check", "--timeout", "99999999h", "example.com"}},
		{"an endless timeout", []string{"check", "--timeout", "inf", "example.com"}},
		{"both families", []string{"check", "-4", "-6", "example.com"}},
		{"an unknown flag", []string{"check", "--nonsense", "example.com"}},
		{"a report of an unknown kind", []string{"check", "--report", "r.pdf", "example.com"}},
		{"a report without an ending", []string{"check", "--report", "report", "example.com"}},
		{"an origin of rubbish", []string{"check", "--origin", "\x1b[2J", "example.com"}},
		{"settings that are not there", []string{"check", "--config", "none.toml", "example.com"}},
		{"settings that are a folder", []string{"check", "--config", "folder.html", "example.com"}},
		{"settings that are a pipe", []string{"check", "--config", "pipe", "example.com"}},
		{"too many addresses", []string{"check", "a.example", "b.example"}},
		{"a replay that is not there", []string{"check", "--replay", "none.json"}},
		{"a replay of garbage", []string{"check", "--replay", "garbage"}},
		{"a replay of a folder", []string{"check", "--replay", "folder.html"}},
		{"a replay of a pipe", []string{"check", "--replay", "pipe"}},
		{"a replay of an endless device", []string{"check", "--replay", "/dev/zero"}},
		{"a replay of 1 GB", []string{"check", "--replay", "huge"}},
		{"a replay of another schema", []string{"check", "--replay", "schema.json"}},
		{"a replay of deeply nested JSON", []string{"check", "--replay", "nested.json"}},
		{"a replay with deeply nested data", []string{"check", "--replay", "nested-data.json"}},
		{"a replay of 100,000 measurements", []string{"check", "--replay", "many.json"}},
		{"a replay of millions of attempts", []string{"check", "--replay", "attempts.json"}},
		{"a replay of a page of 7 MB that is none", []string{"check", "--replay", "body.json"}},
		{"a replay of a megabyte of name", []string{"check", "--replay", "target.json"}},
		{"a replay of a file address", []string{"check", "--replay", "file-target.json"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			folder := newHome(t)
			replays(t, folder.dir)
			u := folder.run(t, c.args...)
			oneSentence(t, u, exitUsage)
			t.Logf("%d MB, %d ms: %s", u.Memory>>20, u.Took.Milliseconds(), strings.TrimSpace(clipped(u.err)))
		})
	}
}

// replays lays out files that are no examinations, or are made to harm.
func replays(t *testing.T, dir string) {
	t.Helper()
	fact := `{"id":"site.addresses","state":"ok","value":{"rows":[{"attempts":[`
	files := map[string]string{
		"file":             "text",
		"garbage":          "\x00\xff" + escapes,
		"schema.json":      `{"schema":"other/1","replay":{"facts":[]}}`,
		"nested.json":      strings.Repeat("[", 1<<20),
		"nested-data.json": `{"schema":"waymend.check/1","replay":{"facts":[{"id":"site.addresses","state":"ok","value":` + strings.Repeat(`{"a":`, 1<<20) + `}]}}`,
		"many.json":        `{"schema":"waymend.check/1","replay":{"facts":[` + strings.TrimSuffix(strings.Repeat(`{"id":"site.addresses","state":"ok"},`, 100000), ",") + `]}}`,
		"attempts.json":    `{"schema":"waymend.check/1","replay":{"facts":[` + fact + strings.TrimSuffix(strings.Repeat(`{},`, 2500000), ",") + `]}]}}]}}`,
		"body.json":        `{"schema":"waymend.check/1","replay":{"facts":[` + fact + `{"exchange":{"declared":0,"body":"` + strings.Repeat("AAAA", 1800000) + `=A"}}]}]}}]}}`,
		"target.json":      `{"schema":"waymend.check/1","target":{"url":"https://` + strings.Repeat("a", 1<<20) + `/"},"replay":{"facts":[]}}`,
		"file-target.json": `{"schema":"waymend.check/1","target":{"url":"file:///etc/passwd"},"replay":{"facts":[]}}`,
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "folder.html"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "huge"))
	if err == nil {
		err = f.Truncate(1 << 30)
		f.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
}

// TestHostileAddresses examines addresses that are odd and yet ones.
func TestHostileAddresses(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	a := newAuthority(t)
	page := ok200("Content-Length: 5\r\n", "hello")
	l, err := net.Listen("tcp6", "[::1]:8080")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	accept(l, once(page))
	plain := listen(t, once(page))
	t.Run("a password", func(t *testing.T) {
		h := a.home(t)
		e := h.examine(t, "http://alice:hunter2@"+plain+"/?x=1")
		for what, text := range map[string]string{"standard output": e.out, "standard error": e.err, "text": e.text,
			"JSON": h.read(t, "saved.json"), "HTML": h.read(t, "again.html"), "Markdown": h.read(t, "again.md")} {
			if strings.Contains(text, "hunter2") || strings.Contains(text, "alice") {
				t.Errorf("%s tells the secret", what)
			}
		}
		text := h.run(t, "check", "-v", "http://alice:hunter2@"+plain+"/?x=1")
		if strings.Contains(text.out+text.err, "hunter2") || text.Code != exitOK {
			t.Errorf("%d %q %q", text.Code, text.out, text.err)
		}
	})
	for _, secret := range []string{
		"http://alice:hunter2@exa mple/", "http://alice:hunter2@/", "alice:hunter2@example.com:99999", "ftp://alice:hunter2@example.com/",
		"http://alice:hunter2@[::1", "mailto:alice:hunter2@example.com", "http://alice:hunter2@example.com:abc/", "alice:hunter2@", "//alice:hunter2@example.com/",
		"https:alice:hunter2@example.com", "http:/alice:hunter2@example.com/", "http://alice:hunter2%zz@example.com/", `http:\\alice:hunter2@example.com\`,
		"http://alice:hunter2@999.1.1.1/", "http://alice:hunter2@-/", "ssh://alice:hunter2@host", "alice:hunter2@a..b",
	} {
		t.Run("a password in "+secret, func(t *testing.T) {
			u := newHome(t).run(t, "check", "--timeout", "1", secret)
			t.Logf("%d %s", u.Code, strings.TrimSpace(u.err))
			if all := u.out + u.err; strings.Contains(all, "hunter2") {
				t.Errorf("%s", clipped(all))
			}
		})
	}
	for _, c := range []struct{ name, address, shown string }{
		{"a bare IPv6 address", "::1", "https://[::1]/"},
		{"an IPv6 address in brackets", "[::1]", "https://[::1]/"},
		{"an IPv6 address with a port", "http://[::1]:8080/", "http://[::1]:8080/"},
		{"an IPv6 address with a zone", "fe80::1%lo", "https://[fe80::1%25lo]/"},
		{"an IPv6 address with a zone in brackets", "http://[fe80::1%lo]:8080", "http://[fe80::1%25lo]:8080/"},
		{"an IPv4 address in IPv6", "http://[::ffff:127.0.0.1]:1/", "http://127.0.0.1:1/"},
		{"an international name", "http://bücher.example/", "http://xn--bcher-kva.example/"},
		{"an international name in capitals", "BÜCHER.EXAMPLE", "https://xn--bcher-kva.example/"},
		{"look-alikes", "https://pаypal.example/", "https://xn--pypal-4ve.example/"},
		{"a full stop of another script", "example。com", "https://example.com/"},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := newHome(t)
			u := h.run(t, "check", "--json", "--timeout", "2", c.address)
			harmless(t, "JSON", u.out)
			var v struct {
				Target struct{ URL, Unicode, Note string }
			}
			if err := json.Unmarshal([]byte(u.out), &v); err != nil || v.Target.URL != c.shown {
				t.Errorf("%v, %+v\n%s", err, v, clipped(u.err))
			}
			text := h.run(t, "check", "--timeout", "2", c.address)
			harmless(t, "text", text.out+text.err)
			if v.Target.Unicode != "" && !(strings.Contains(text.out, v.Target.Unicode) && strings.Contains(text.out, strings.Split(c.shown, "/")[2])) {
				t.Errorf("both forms of the name are not shown:\n%s", text.out)
			}
			if (v.Target.Note != "") != (c.name == "look-alikes") || !strings.Contains(strings.Join(strings.Fields(text.out), " "), v.Target.Note) {
				t.Errorf("what is odd is not told: %q\n%s", v.Target.Note, text.out)
			}
			if text.Code == exitUsage || text.Code == exitBroken {
				t.Errorf("exit code %d: %s", text.Code, text.err)
			}
		})
	}
}

// TestHostileReport writes reports to where others might want them.
func TestHostileReport(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	address := "http://" + listen(t, once(ok200("Content-Length: 5\r\n", "hello"))) + "/"
	t.Run("a link", func(t *testing.T) { // is followed, as every program does that is told a name
		h := newHome(t)
		if err := errors.Join(os.WriteFile(filepath.Join(h.dir, "file"), nil, 0o644), os.Symlink("file", filepath.Join(h.dir, "r.html"))); err != nil {
			t.Fatal(err)
		}
		u := h.run(t, "check", "--report", "r.html", address)
		if u.Code != exitOK || !strings.Contains(h.read(t, "file"), "<html") {
			t.Errorf("%d %s", u.Code, u.err)
		}
		if info, err := os.Stat(filepath.Join(h.dir, "file")); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%v %v", info, err)
		}
	})
	for _, path := range []string{"folder.html", "none/r.html", "file/r.html", "/proc/r.html", "pipe.html"} {
		t.Run("to "+path, func(t *testing.T) {
			h := newHome(t)
			replays(t, h.dir)
			if err := syscall.Mkfifo(filepath.Join(h.dir, "pipe.html"), 0o600); err != nil {
				t.Fatal(err)
			}
			u := h.run(t, "check", "--report", path, address)
			if u.Code != exitBroken || strings.Count(u.err, "\n") != 1 || !strings.Contains(u.err, path) || !strings.Contains(u.out, "Website") {
				t.Errorf("%d %q %q", u.Code, u.err, clipped(u.out))
			}
		})
	}
	t.Run("a full disk", func(t *testing.T) {
		h := newHome(t)
		small := filepath.Join(h.dir, "small")
		if err := os.Mkdir(small, 0o700); err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=4k", "none", small).CombinedOutput(); err != nil {
			t.Skipf("no small file system can be mounted: %s", out)
		}
		defer func() { _ = exec.Command("umount", small).Run() }()
		u := h.run(t, "check", "--report", "small/r.html", address)
		left, _ := os.ReadDir(small)
		if u.Code != exitBroken || !strings.Contains(u.err, "no space left") || strings.Count(u.err, "\n") != 1 || len(left) > 0 {
			t.Errorf("%d %q %v", u.Code, u.err, left)
		}
	})
	t.Run("a name of escapes", func(t *testing.T) {
		h := newHome(t)
		u := h.run(t, "check", "--report", "none/\x1b]0;PWNED\a.html", address)
		harmless(t, "standard error", u.err)
		if u.Code != exitBroken {
			t.Errorf("%d %q", u.Code, u.err)
		}
	})
}

// TestHostileOutput closes or fills standard output, and interrupts the program.
func TestHostileOutput(t *testing.T) {
	if !alone(t, nil) {
		return
	}
	address := "http://" + listen(t, once(ok200("Content-Length: 5\r\n", "hello"))) + "/"
	silent := "http://" + listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }) + "/"
	start := func(t *testing.T, out *os.File, args ...string) (*exec.Cmd, *bytes.Buffer) {
		t.Helper()
		h := newHome(t)
		c := exec.Command(program(), args...)
		c.Dir, c.Env = h.dir, h.env
		var errs bytes.Buffer
		c.Stdout, c.Stderr = out, &errs
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		return c, &errs
	}
	for _, args := range [][]string{{"check", address}, {"check", "--json", address}, {"version"}, {"help"}, {"demo"}} {
		t.Run("full: "+strings.Join(args[:len(args)-min(1, len(args)-1)], " "), func(t *testing.T) {
			full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer full.Close()
			c, errs := start(t, full, args...)
			_ = c.Wait()
			if c.ProcessState.ExitCode() != exitBroken || strings.Count(errs.String(), "\n") != 1 || !strings.Contains(errs.String(), "no space left") {
				t.Errorf("exit code %d: %q", c.ProcessState.ExitCode(), errs)
			}
		})
		t.Run("closed: "+strings.Join(args[:len(args)-min(1, len(args)-1)], " "), func(t *testing.T) {
			r, w, err := os.Pipe()
			if err != nil {
				t.Fatal(err)
			}
			r.Close()
			c, errs := start(t, w, args...)
			w.Close()
			_ = c.Wait()
			harmless(t, "standard error", errs.String())
			t.Logf("%s %q", c.ProcessState, errs)
			if strings.Count(errs.String(), "\n") > 1 {
				t.Errorf("%q", errs)
			}
		})
	}
	for _, s := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		for _, format := range []string{"text", "json"} {
			t.Run(fmt.Sprintf("%s, %s", s, format), func(t *testing.T) {
				r, w, err := os.Pipe()
				if err != nil {
					t.Fatal(err)
				}
				args := []string{"check", silent}
				if format == "json" {
					args = append(args, "--json")
				}
				c, errs := start(t, w, args...)
				w.Close()
				time.Sleep(700 * time.Millisecond)
				told := time.Now()
				_ = c.Process.Signal(s)
				out, _ := io.ReadAll(r)
				_ = c.Wait()
				took := time.Since(told)
				t.Logf("%s after %s", c.ProcessState, took)
				if c.ProcessState.ExitCode() != exitInterrupted || took > 300*time.Millisecond {
					t.Errorf("exit code %d after %s: %s", c.ProcessState.ExitCode(), took, errs)
				}
				harmless(t, format, string(out)+errs.String())
				var a answer
				if format == "json" && (json.Unmarshal(out, &a) != nil || a.Schema != "waymend.check/1" || a.Verdict.Blame == "computer") {
					t.Errorf("%s", clipped(string(out)))
				}
				if format == "text" && !strings.Contains(string(out), "Website") {
					t.Errorf("%s", clipped(string(out)))
				}
			})
		}
	}
}
