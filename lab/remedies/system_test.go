//go:build lab && linux

package remedies

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/waymend/waymend/lab/booted"
	"github.com/waymend/waymend/platform/change"
)

// system is a booted one with the test program inside.
type system struct {
	t *testing.T
	*booted.System
}

// program is where the test program is inside.
const program = "/opt/waymend"

func boot(t *testing.T) system {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	return system{t, booted.Boot(t, self+":"+program)}
}

func (s system) try(argv ...string) (string, error) { return s.Try(argv...) }

func (s system) run(argv ...string) string {
	s.t.Helper()
	return s.Run(argv...)
}

// play lets an account play a part inside.
func (s system) play(account, format string, values ...any) (answer said) {
	s.t.Helper()
	out := s.run("runuser", "-u", account, "--", "env", roleVariable+"="+fmt.Sprintf(format, values...), program)
	if err := json.Unmarshal([]byte(out), &answer); err != nil {
		s.t.Fatalf("%s as %s: %v\n%s", format, account, err, out)
	}
	return answer
}

// network gives the system a link with a DHCP server behind it.
func (s system) network() (leases func() int) {
	s.run("sh", "-ec", `ip netns add server
ip link add eth0 type veth peer name lan netns server
ip -n server link set lo up
ip -n server link set lan up
ip -n server addr add 192.0.2.1/24 dev lan
: >/run/dhcp.log
systemd-run -q --unit=dhcp ip netns exec server dnsmasq --keep-in-foreground --conf-file=/run/dhcp.log --port=0 --user=root --dhcp-range=192.0.2.50,192.0.2.60,1h --dhcp-authoritative --no-ping --log-dhcp --log-facility=/run/dhcp.log --dhcp-leasefile=/run/leases --interface=lan`)
	return func() int {
		out, _ := s.try("grep", "-c", "DHCPACK(lan)", "/run/dhcp.log")
		n, _ := strconv.Atoi(strings.TrimSpace(out))
		return n
	}
}

// did wants one part to have done exactly these steps, each confirmed by the system.
func did(t *testing.T, a said, want ...change.Verb) {
	t.Helper()
	if a.Err != "" || len(a.Done) != len(want) {
		t.Errorf("%+v, want %v", a, want)
		return
	}
	for i, d := range a.Done {
		if d.Step.Verb != want[i] || !d.Proved {
			t.Errorf("%+v, want %s", d, want[i])
		}
	}
}

// TestResolved: the cache of systemd-resolved is emptied by an ordinary account, and by nobody's
// password.
func TestResolved(t *testing.T) {
	s := boot(t)
	s.run("sh", "-ec", `systemctl stop NetworkManager
ip link add d0 type veth peer name d1
ip link set d1 up
ip addr add 198.51.100.2/24 dev d0
ip addr add 198.51.100.53/32 dev d0
ip link set d0 up
systemd-run -q --unit=names -E `+roleVariable+`="names 198.51.100.53:53" `+program+`
resolvectl dns d0 198.51.100.53
resolvectl domain d0 '~.'
resolvectl dnssec d0 no`)
	query := func() string {
		out, _ := s.try("resolvectl", "query", "--legend=no", "www.example.net")
		if word := strings.Fields(out + " ? ?")[1]; strings.HasPrefix(word, "192.0.2.") {
			return word
		}
		return "" // the name server, or the link to it, is not ready
	}
	before := stale(t, query)
	found := s.play("bob", "flush")
	if len(found.Steps) == 0 || found.Steps[0].Verb != change.FlushResolved || found.Steps[0].Info["entries"] == "0" {
		t.Errorf("found %+v", found)
	}
	a := s.play("bob", "do flush-resolved")
	did(t, a, change.FlushResolved)
	if a.Done[0].Before == "0" || a.Done[0].After != "0" {
		t.Errorf("%+v", a.Done[0])
	}
	now := ""
	wait(t, "an answer after the flush", func() bool { now = query(); return now != "" })
	if now == before {
		t.Errorf("still %q after the flush", now)
	}
}

// TestNetworkManager renews and restarts a link of NetworkManager's.
func TestNetworkManager(t *testing.T) {
	s := boot(t)
	leases := s.network()
	wait(t, "NetworkManager", func() bool { _, err := s.try("nmcli", "dev", "set", "eth0", "managed", "yes"); return err == nil })
	s.run("nmcli", "con", "add", "type", "ethernet", "ifname", "eth0", "con-name", "lab", "ipv4.method", "auto", "ipv6.method", "disabled")
	s.run("nmcli", "con", "up", "lab")
	for want, role := range map[change.Verb]string{change.RenewNM: "renew eth0", change.RestartNM: "restart eth0"} {
		found := s.play("alice", "%s", role)
		if len(found.Steps) != 1 || found.Steps[0].Verb != want {
			t.Fatalf("%s: %+v", role, found)
		}
		// alice sits at no screen here, so NetworkManager wants an administrator.
		if a := s.play("alice", "do %s", found.Steps[0]); a.Err != "refused" {
			t.Errorf("%s as alice: %+v", role, a)
		}
		before := leases()
		did(t, s.play("root", "do %s", found.Steps[0]), want)
		wait(t, "another lease", func() bool { return leases() > before })
	}
	if out := s.run("nmcli", "-t", "-f", "DEVICE,STATE,CONNECTION", "dev"); !strings.Contains(out, "eth0:connected:lab") {
		t.Errorf("afterwards:\n%s", out)
	}
}

// TestNetworkManagerNames: the dnsmasq that NetworkManager runs is another one afterwards.
func TestNetworkManagerNames(t *testing.T) {
	s := boot(t)
	s.run("sh", "-ec", `systemctl mask --now nscd systemd-resolved
mkdir -p /etc/NetworkManager/conf.d
printf '[main]\ndns=dnsmasq\nrc-manager=file\n' >/etc/NetworkManager/conf.d/lab.conf
systemctl restart NetworkManager
ip link add eth0 type veth peer name lan
ip link set lan up`)
	wait(t, "NetworkManager", func() bool { _, err := s.try("nmcli", "dev", "set", "eth0", "managed", "yes"); return err == nil })
	s.run("nmcli", "con", "add", "type", "ethernet", "ifname", "eth0", "con-name", "lab", "ipv4.method", "manual", "ipv4.addresses", "192.0.2.2/24", "ipv4.dns", "192.0.2.1", "ipv6.method", "disabled")
	s.run("nmcli", "con", "up", "lab")
	wait(t, "dnsmasq", func() bool { _, err := s.try("pgrep", "dnsmasq"); return err == nil })
	found := s.play("bob", "flush")
	if len(found.Steps) != 1 || found.Steps[0].Verb != change.FlushNM {
		t.Fatalf("%+v", found)
	}
	before := s.run("pgrep", "dnsmasq")
	if a := s.play("bob", "do flush-nm"); a.Err != "refused" {
		t.Errorf("as bob: %+v", a)
	}
	did(t, s.play("root", "do flush-nm"), change.FlushNM)
	if after := s.run("pgrep", "dnsmasq"); after == before {
		t.Errorf("still process %s", after)
	}
}

// TestNetworkd renews and restarts a link of systemd-networkd's.
func TestNetworkd(t *testing.T) {
	s := boot(t)
	s.run("systemctl", "stop", "NetworkManager")
	s.run("sh", "-ec", `printf '[Match]\nName=eth0\n[Network]\nDHCP=ipv4\n' >/etc/systemd/network/eth0.network`)
	leases := s.network()
	s.run("networkctl", "reload")
	wait(t, "a first lease", func() bool { return leases() > 0 })
	wait(t, "an address", func() bool {
		out, _ := s.try("ip", "-4", "addr", "show", "eth0")
		return strings.Contains(out, "192.0.2.")
	})
	found := s.play("bob", "renew eth0")
	if len(found.Steps) != 1 || found.Steps[0].Verb != change.RenewNetworkd {
		t.Fatalf("%+v", found)
	}
	before := leases()
	did(t, s.play("root", "do %s", found.Steps[0]), change.RenewNetworkd)
	wait(t, "another lease", func() bool { return leases() > before })

	found = s.play("root", "restart eth0")
	if len(found.Steps) != 1 || found.Steps[0].Verb != change.RestartLink {
		t.Fatalf("%+v", found)
	}
	before = leases()
	did(t, s.play("root", "do %s", found.Steps[0]), change.RestartLink)
	wait(t, "a lease after the restart", func() bool { return leases() > before })
}

// TestElevation: pkexec starts this program again for an account that may; for one that nobody can ask
// there is a plain answer, and nothing is changed.
func TestElevation(t *testing.T) {
	s := boot(t)
	s.run("systemctl", "start", "nscd")
	s.run("sh", "-ec", `cat >/etc/polkit-1/rules.d/50-lab.rules <<'END'
polkit.addRule(function(action, subject) { if (action.id == "org.freedesktop.policykit.exec" && subject.user == "alice") return polkit.Result.YES; });
END
printf '127.0.0.1 localhost\n192.0.2.7 a.test\n' >/etc/hosts
systemctl restart polkit`)
	sum := strings.Fields(s.run("sha256sum", "/etc/hosts"))[0]
	edit := "hosts-comment:mark=abcd,name=a.test,sum=" + sum
	if a := s.play("bob", "do flush-nscd %s", edit); a.Err != "unavailable" || len(a.Done) > 0 {
		t.Errorf("as bob: %+v", a)
	}
	a := s.play("alice", "do flush-nscd %s", edit)
	did(t, a, change.FlushNscd, change.HostsComment)
	if len(a.Done) < 2 {
		t.FailNow()
	}
	if out := s.run("cat", "/etc/hosts"); !strings.Contains(out, "# waymend abcd # 192.0.2.7 a.test") {
		t.Errorf("the hosts file:\n%s", out)
	}
	did(t, s.play("alice", "do %s", a.Done[1].Undo), change.HostsRestore)
	if a := s.play("alice", "do %s", a.Done[1].Undo); a.Err != "changed" {
		t.Errorf("a second time: %+v", a)
	}
}
