//go:build lab && linux

package remedies

import (
	"encoding/binary"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/platform/change"
)

// timeServerAt answers as a time server does (RFC 5905, section 7.3), with the time that it is, and adds
// a byte to the file for each question.
func timeServerAt(addr, asked string) error {
	c, err := net.ListenPacket("udp", addr)
	if err != nil {
		return err
	}
	const since1900 = 2208988800 // seconds from 1900 to 1970
	stamp := func() uint64 {
		now := time.Now()
		return uint64(now.Unix()+since1900)<<32 | uint64(now.Nanosecond())<<32/1e9
	}
	q := make([]byte, 128)
	for {
		n, from, err := c.ReadFrom(q)
		if err != nil {
			return err
		}
		if n < 48 {
			continue
		}
		came := stamp()
		a := make([]byte, 48)
		a[0], a[1], a[2], a[3] = q[0]&0x38|4, 1, q[2], 0xec // a server of the first stratum
		copy(a[12:], "LAB")
		binary.BigEndian.PutUint64(a[16:], came)
		copy(a[24:32], q[40:48])
		binary.BigEndian.PutUint64(a[32:], came)
		binary.BigEndian.PutUint64(a[40:], stamp())
		if _, err := c.WriteTo(a, from); err != nil {
			return err
		}
		f, err := os.OpenFile(asked, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
		if err != nil {
			return err
		}
		_, _ = f.Write([]byte("."))
		f.Close()
	}
}

// TestClock turns automatic time on, and where it is on lets the real systemd-timesyncd ask its server
// at once. That the clock is then set cannot be shown here: there is one for the whole machine, and the
// booted system may not touch it.
func TestClock(t *testing.T) {
	s := boot(t)
	caps, err := strconv.ParseUint(strings.TrimSpace(s.run("sh", "-ec", "sed -n 's/^CapBnd:[[:space:]]*//p' /proc/1/status")), 16, 64)
	must(t, err)
	const sysTime = 25 // CAP_SYS_TIME, capability.h
	if caps&(1<<sysTime) != 0 {
		t.Skip("the booted system could set the machine's clock")
	}
	s.run("sh", "-ec", `timedatectl set-ntp false
systemctl stop NetworkManager
ip link add d0 type veth peer name d1
ip link set d1 up
ip addr add 198.51.100.2/24 dev d0
ip addr add 198.51.100.123/32 dev d0
ip link set d0 up
mkdir -p /etc/systemd/system/systemd-timesyncd.service.d /etc/systemd/timesyncd.conf.d
cat >/etc/systemd/system/systemd-timesyncd.service.d/lab.conf <<'END'
[Unit]
ConditionCapability=
ConditionVirtualization=
[Service]
AmbientCapabilities=
CapabilityBoundingSet=
END
printf '[Time]\nNTP=198.51.100.123\nFallbackNTP=\n' >/etc/systemd/timesyncd.conf.d/lab.conf
systemctl daemon-reload
systemd-run -q --unit=clock-server -E `+roleVariable+`="time 198.51.100.123:123 /run/asked" `+program)
	asked := func() int {
		out, _ := s.try("sh", "-c", "wc -c </run/asked")
		n, _ := strconv.Atoi(strings.TrimSpace(out))
		return n
	}
	found := s.play("bob", "clock")
	if len(found.Steps) != 1 || found.Steps[0].Verb != change.ClockService {
		t.Fatalf("%+v", found)
	}
	if a := s.play("bob", "do clock-service"); a.Err != "refused" {
		t.Errorf("as bob: %+v", a)
	}
	for _, before := range []string{"off", "on"} {
		had := asked()
		a := s.play("root", "do clock-service")
		if a.Err != "" || len(a.Done) != 1 || a.Done[0].Before != before || a.Done[0].After != "on" {
			t.Errorf("%s: %+v", before, a)
		}
		if asked() <= had {
			t.Errorf("%s: the time server was not asked: %s", before, s.run("sh", "-c", "journalctl -u systemd-timesyncd --no-pager | tail; systemctl status systemd-timesyncd --no-pager"))
		}
	}
	if out := s.run("systemctl", "is-enabled", "systemd-timesyncd"); !strings.HasPrefix(out, "enabled") {
		t.Errorf("systemd-timesyncd is %s", out)
	}
	t.Logf("%s", s.run("systemctl", "show", "-p", "StatusText", "systemd-timesyncd"))
}
