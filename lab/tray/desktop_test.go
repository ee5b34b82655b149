//go:build lab && linux

package tray

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/lab/window"
)

// binary is the program show.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(run(m))
}

func run(m *testing.M) int {
	if missing() != nil {
		return m.Run()
	}
	dir, err := os.MkdirTemp("", "waymend-tray-")
	if err == nil {
		defer os.RemoveAll(dir)
		err = os.Chmod(dir, 0o755) // the person runs under another account
	}
	if err == nil {
		binary = filepath.Join(dir, "show")
		c := exec.Command("go", "build", "-tags", "lab", "-trimpath", "-ldflags", "-s -w", "-o", binary, "./show")
		c.Env = append(os.Environ(), "CGO_ENABLED=0")
		var out []byte
		if out, err = c.CombinedOutput(); err != nil {
			err = fmt.Errorf("%w\n%s", err, out)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "building the program:", err)
		return 1
	}
	return m.Run()
}

func missing() (list []string) {
	list = window.Missing()
	for _, name := range []string{"xfce4-panel", "xfconf-query", "dunst", "dunstctl", "busctl"} {
		if _, err := exec.LookPath(name); err != nil {
			list = append(list, name)
		}
	}
	return list
}

// desk is a desktop with, sometimes, a panel.
type desk struct {
	*window.Desktop
	t     *testing.T
	panel *exec.Cmd
}

const screen, panelSize = "640x480", 32

func newDesk(t *testing.T, dark bool, size int) *desk {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("the lab makes network namespaces: run it as root")
	}
	if list := missing(); list != nil {
		t.Skip("not installed: " + strings.Join(list, " ") + "; run tools/install.sh window")
	}
	d := &desk{Desktop: window.New(t, "ok.now", window.Screen{Size: screen}), t: t}
	d.Write(".config/xfce4/xfconf/xfce-perchannel-xml/xfce4-panel.xml", fmt.Sprintf(panelConfig, dark, size))
	return d
}

// panelConfig is a panel with nothing but the tray.
const panelConfig = `<?xml version="1.0" encoding="UTF-8"?>
<channel name="xfce4-panel" version="1.0">
  <property name="configver" type="int" value="2"/>
  <property name="panels" type="array"><value type="int" value="1"/>
    <property name="dark-mode" type="bool" value="%v"/>
    <property name="panel-1" type="empty">
      <property name="position" type="string" value="p=6;x=0;y=0"/><property name="position-locked" type="bool" value="true"/>
      <property name="length" type="uint" value="100"/><property name="size" type="uint" value="%d"/>
      <property name="plugin-ids" type="array"><value type="int" value="1"/></property>
    </property></property>
  <property name="plugins" type="empty">
    <property name="plugin-1" type="string" value="systray"><property name="square-icons" type="bool" value="true"/></property>
  </property>
</channel>
`

func (d *desk) startPanel() {
	d.t.Helper()
	d.panel = d.Background(exec.Command("xfce4-panel", "--disable-wm-check"))
}

// endPanel kills the panel, as a crash would.
func (d *desk) endPanel() {
	d.t.Helper()
	d.panel.Process.Kill()
	d.panel.Wait()
	// The plugin is a process of its own, which ends with the panel.
	d.Wait("the end of the panel's tray", func() bool {
		out, _ := d.Run("busctl", "--user", "--address="+d.bus(), "list", "--no-legend")
		return !strings.Contains(out, "StatusNotifierWatcher")
	})
}

func (d *desk) bus() string {
	for _, e := range d.Env {
		if v, ok := strings.CutPrefix(e, "DBUS_SESSION_BUS_ADDRESS="); ok {
			return v
		}
	}
	d.t.Fatal("no session bus")
	return ""
}

// call asks something on the session bus and returns the answer's values.
func (d *desk) call(service, path, iface, method string, args ...string) []any {
	d.t.Helper()
	out := d.Must("busctl", append([]string{"--user", "--address=" + d.bus(), "--json=short", "--", "call", service, path, iface, method}, args...)...)
	var a struct{ Data []any }
	if err := json.Unmarshal([]byte(out), &a); err != nil {
		d.t.Fatal(err, out)
	}
	return a.Data
}

// picture is what is on the screen.
func (d *desk) picture() image.Image {
	d.t.Helper()
	file := filepath.Join(d.Home, "picture.png")
	d.Must("import", "-window", "root", file)
	data, err := os.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	m, err := png.Decode(bytes.NewReader(data))
	if err != nil {
		d.t.Fatal(err)
	}
	return m
}

// keep saves the picture of the screen when TRAY_KEEP names a folder.
func (d *desk) keep(name string) {
	d.t.Helper()
	dir := os.Getenv("TRAY_KEEP")
	if dir == "" {
		return
	}
	var b bytes.Buffer
	if err := png.Encode(&b, d.picture()); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, name+".png"), b.Bytes(), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

// find is the middle of what has a colour, nearly, and how many pixels have it.
func (d *desk) find(c color.NRGBA) (middle image.Point, n int) {
	d.t.Helper()
	m := d.picture()
	near := func(a, b uint8) bool { return max(a, b)-min(a, b) < 24 }
	for y := range m.Bounds().Dy() {
		for x := range m.Bounds().Dx() {
			p := color.NRGBAModel.Convert(m.At(x, y)).(color.NRGBA)
			if near(p.R, c.R) && near(p.G, c.G) && near(p.B, c.B) {
				middle, n = middle.Add(image.Pt(x, y)), n+1
			}
		}
	}
	if n > 0 {
		middle = middle.Div(n)
	}
	return middle, n
}

// program is show, running.
type program struct {
	*desk
	cmd *exec.Cmd
	in  io.WriteCloser

	mu  sync.Mutex
	out bytes.Buffer
}

func (p *program) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.out.Write(b)
}

// said is how often it has said a line.
func (p *program) said(line string) int {
	p.mu.Lock()
	defer p.mu.Unlock()
	n := 0
	for l := range strings.Lines(p.out.String()) {
		if l == line+"\n" {
			n++
		}
	}
	return n
}

func (d *desk) show() *program {
	d.t.Helper()
	p := &program{desk: d, cmd: exec.Command(binary)}
	r, w, err := os.Pipe()
	if err != nil {
		d.t.Fatal(err)
	}
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr, p.in = r, p, p, w
	d.Background(p.cmd)
	r.Close()
	d.t.Cleanup(func() {
		w.Close()
		if d.t.Failed() {
			p.mu.Lock()
			defer p.mu.Unlock()
			d.t.Logf("the program said:\n%s", &p.out)
		}
	})
	return p
}

// order gives it a line.
func (p *program) order(o map[string]any) {
	p.t.Helper()
	b, err := json.Marshal(o)
	if err == nil {
		_, err = p.in.Write(append(b, '\n'))
	}
	if err != nil {
		p.t.Fatal(err)
	}
}

func (p *program) status(s control.Status) { p.order(map[string]any{"status": s}) }

// after does something and waits until the program has said the line once more.
func (p *program) after(line string, do func()) {
	p.t.Helper()
	before := p.said(line)
	do()
	p.Wait("“"+line+"”", func() bool { return p.said(line) > before })
}

func (p *program) service() string {
	return fmt.Sprintf("org.kde.StatusNotifierItem-%d-1", p.cmd.Process.Pid)
}

// title is what the desktop is told about the icon.
func (p *program) title() string {
	p.t.Helper()
	a := p.call(p.service(), "/StatusNotifierItem", "org.freedesktop.DBus.Properties", "Get", "ss", "org.kde.StatusNotifierItem", "Title")
	return fmt.Sprint(a[0].(map[string]any)["data"])
}

// line is one line of the menu, as the desktop is told.
type line struct {
	id      int
	label   string
	enabled bool
}

// menu is what the desktop is told about the menu, without separators and what is hidden.
func (p *program) menu() (list []line) {
	p.t.Helper()
	layout := p.call(p.service(), "/StatusNotifierItem/menu", "com.canonical.dbusmenu", "GetLayout", "iias", "0", "-1", "0")[1].([]any)
	for _, child := range layout[2].([]any) {
		c := child.(map[string]any)["data"].([]any)
		get := func(name string) any { v, _ := c[1].(map[string]any)[name].(map[string]any); return v["data"] }
		if get("type") != "separator" && get("visible") != false {
			label, _ := get("label").(string)
			list = append(list, line{int(c[0].(float64)), strings.ReplaceAll(label, "__", "_"), get("enabled") != false})
		}
	}
	return list
}
