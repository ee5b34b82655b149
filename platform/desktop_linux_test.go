package platform

import (
	"bufio"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/godbus/dbus/v5"
)

// TestGsettings asks the real gsettings, with its settings in a file of the test's.
func TestGsettings(t *testing.T) {
	if _, err := exec.LookPath("gsettings"); err != nil {
		t.Skip("needs gsettings")
	}
	if b, err := exec.CommandContext(t.Context(), "gsettings", "list-keys", "org.gnome.system.proxy").CombinedOutput(); err != nil {
		t.Skipf("needs the schemas of GNOME: %s", b)
	}
	dir := desktop(t)
	file := filepath.Join(dir, "glib-2.0", "settings", "keyfile")
	write(t, file, "[system/proxy]\nmode='manual'\nignore-hosts=['intranet.example']\n\n[system/proxy/https]\nhost='proxy.example'\nport=8443\n")
	list, err := proxies(t.Context(), address(t, "https://www.example.com/"))
	if err != nil || len(list) != 1 || list[0].Source != "GNOME" || list[0].URL != "http://proxy.example:8443" || !list[0].Browsers {
		t.Errorf("%+v, %v", list, err)
	}
	write(t, file, "[system/proxy]\nmode='none'\n")
	if list, err = proxies(t.Context(), address(t, "https://www.example.com/")); err != nil || len(list) != 0 {
		t.Errorf("%+v, %v", list, err)
	}
}

// desktop is an account with a session and no settings.
func desktop(t *testing.T) (config string) {
	t.Helper()
	config = t.TempDir()
	for _, name := range []string{"HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"} {
		t.Setenv(name, "")
		t.Setenv(strings.ToLower(name), "")
	}
	t.Setenv("HOME", config)
	t.Setenv("XDG_CONFIG_HOME", config)
	t.Setenv("XDG_CURRENT_DESKTOP", "")
	t.Setenv("GSETTINGS_BACKEND", "keyfile")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path="+filepath.Join(config, "nobody"))
	return config
}

func write(t *testing.T, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestProxyScript goes the whole way from KDE's settings to a script's answer.
func TestProxyScript(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Write([]byte(`function FindProxyForURL(url, host) { return host == "www.example.com" ? "PROXY proxy.example:3128; DIRECT" : boom() }`))
	}))
	defer server.Close()
	dir := desktop(t)
	t.Setenv("XDG_CURRENT_DESKTOP", "KDE")
	t.Setenv("HTTPS_PROXY", "http://env.example:1")
	write(t, filepath.Join(dir, "kioslaverc"), "[Proxy Settings]\nProxyType=2\nProxy Config Script="+server.URL+"\n")
	list, err := proxies(t.Context(), address(t, "https://www.example.com/"))
	if err != nil || len(list) != 2 {
		t.Fatalf("%+v, %v", list, err)
	}
	if env := list[0]; env.Source != "environment" || env.Browsers || !env.Programs {
		t.Errorf("%+v", env)
	}
	if kde := list[1]; !kde.Browsers || !slices.Equal(kde.Chain, []string{"PROXY proxy.example:3128", "DIRECT"}) || kde.Err != "" {
		t.Errorf("%+v", kde)
	}
	list, err = proxies(t.Context(), address(t, "https://other.example/"))
	if err != nil || len(list) != 2 || !strings.Contains(list[1].Err, "boom") {
		t.Errorf("%+v, %v", list, err)
	}
}

// bus starts a message bus of the test's own and makes it the system's.
func bus(t *testing.T) *dbus.Conn {
	t.Helper()
	if _, err := exec.LookPath("dbus-daemon"); err != nil {
		t.Skip("needs dbus-daemon")
	}
	cmd := exec.CommandContext(t.Context(), "dbus-daemon", "--session", "--nofork", "--print-address")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Skipf("dbus-daemon does not start: %v", err)
	}
	t.Cleanup(func() { cmd.Process.Kill(); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Skipf("dbus-daemon does not start: %v", err)
	}
	t.Setenv("DBUS_SYSTEM_BUS_ADDRESS", strings.TrimSpace(line))
	conn, err := dbus.ConnectSystemBus()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	return conn
}

// properties answers org.freedesktop.DBus.Properties.Get.
type properties map[string]any

func (p properties) Get(_, name string) (dbus.Variant, *dbus.Error) {
	v, ok := p[name]
	if !ok {
		return dbus.Variant{}, dbus.MakeFailedError(errors.New("no such property"))
	}
	return dbus.MakeVariant(v), nil
}

// manager answers org.freedesktop.resolve1.Manager.GetLink.
type manager struct{}

func (manager) GetLink(int32) (dbus.ObjectPath, *dbus.Error) { return "/link", nil }

func serve(t *testing.T, conn *dbus.Conn, name string, objects map[dbus.ObjectPath]any) {
	t.Helper()
	for path, o := range objects {
		if err := conn.Export(o, path, "org.freedesktop.DBus.Properties"); err != nil {
			t.Fatal(err)
		}
	}
	if reply, err := conn.RequestName(name, dbus.NameFlagDoNotQueue); err != nil || reply != dbus.RequestNameReplyPrimaryOwner {
		t.Fatal(reply, err)
	}
}

func TestResolvedOverBus(t *testing.T) {
	conn := bus(t)
	if _, err := resolvedServers(t.Context()); err == nil {
		t.Error("nobody answers, and yet there are servers")
	}
	type server struct {
		Index, Family int32
		Addr          []byte
		Port          uint16
		Name          string
	}
	type domain struct {
		Index int32
		Name  string
		Only  bool
	}
	if err := conn.Export(manager{}, resolvePath, resolveIface); err != nil {
		t.Fatal(err)
	}
	serve(t, conn, resolveName, map[dbus.ObjectPath]any{
		resolvePath: properties{
			"DNSEx":   []server{{0, 2, []byte{9, 9, 9, 9}, 0, ""}, {1, 2, []byte{10, 8, 0, 1}, 53, "dns.corp.example"}},
			"Domains": []domain{{1, "corp.example", true}},
		},
		"/link": properties{"DefaultRoute": false},
	})
	list, err := resolvedServers(t.Context())
	var got []string
	for _, r := range list {
		got = append(got, describe(r))
	}
	if want := []string{"9.9.9.9:53 ", "10.8.0.1:53 lo only corp.example"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v; want %q", got, err, want)
	}
	if list := behindStub(t.Context(), netip.MustParseAddr("127.0.0.53")); len(list) != 2 {
		t.Errorf("%+v", list)
	}
}

func TestNetworkManagerOverBus(t *testing.T) {
	conn := bus(t)
	serve(t, conn, managerName, map[dbus.ObjectPath]any{
		"/org/freedesktop/NetworkManager/DnsManager": properties{"Configuration": []map[string]dbus.Variant{{
			"nameservers": dbus.MakeVariant([]string{"192.168.1.1"}), "interface": dbus.MakeVariant("wlan0"),
		}}},
	})
	list := behindStub(t.Context(), netip.MustParseAddr("127.0.0.1"))
	if len(list) != 1 || describe(list[0]) != "192.168.1.1:53 wlan0" || list[0].Source != "NetworkManager" {
		t.Errorf("%+v", list)
	}
}
