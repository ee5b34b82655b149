package wire

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// aloneKey marks the child process that has a network of its own.
const aloneKey = "WAYMEND_WIRE_ALONE"

// alone runs the calling test again in a new network namespace and reports whether this is that
// run. Nothing there can leave the machine.
func alone(t *testing.T) bool {
	t.Helper()
	if os.Getenv(aloneKey) != "" {
		return true
	}
	if os.Geteuid() != 0 {
		t.Skip("network namespaces need root")
	}
	for _, tool := range []string{"ip", "iptables", "ip6tables", "nsenter"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed", tool)
		}
	}
	c := exec.Command("/proc/self/exe", "-test.run=^"+t.Name()+"$", "-test.v")
	c.Env = append(os.Environ(), aloneKey+"=1")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if out, err := c.CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, out)
	}
	return false
}

// sh runs shell lines, each of which must succeed.
func sh(t *testing.T, lines ...string) {
	t.Helper()
	for _, l := range lines {
		if out, err := exec.Command("sh", "-ec", l).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", l, err, out)
		}
	}
}

// router builds a second namespace behind a cable: this computer is 10.0.0.1 and fd00::1, the
// router 10.0.0.2 and fd00::2, and 203.0.113.0/24 and 2001:db8::/32 lie beyond it. It returns the prefix of
// commands to be run on the router.
func router(t *testing.T) string {
	t.Helper()
	c := exec.Command("sleep", "600")
	c.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	in := "nsenter -t " + strconv.Itoa(c.Process.Pid) + " -n "
	sh(t,
		"sysctl -qw net.ipv6.conf.default.accept_dad=0", in+"sysctl -qw net.ipv6.conf.default.accept_dad=0",
		"ip link set lo up",
		"ip link add eth0 type veth peer name peer",
		"ip link set peer netns "+strconv.Itoa(c.Process.Pid),
		"ip addr add 10.0.0.1/24 dev eth0", "ip addr add fd00::1/64 dev eth0 nodad", "ip link set eth0 up",
		in+"ip link set lo up", in+"ip addr add 10.0.0.2/24 dev peer", in+"ip addr add fd00::2/64 dev peer nodad", in+"ip link set peer up",
		in+"ip link add beyond type veth peer name far", in+"ip link set beyond up", in+"ip link set far up",
		in+"ip route add 203.0.113.0/24 dev beyond", in+"ip -6 route add 2001:db8::/32 dev beyond",
		in+"sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0",
		"ip route add default via 10.0.0.2", "ip -6 route add default via fd00::2",
		"sysctl -qw net.ipv4.neigh.eth0.mcast_solicit=1 net.ipv4.neigh.eth0.retrans_time_ms=100",
	)
	for range 200 { // until the link carries IPv6
		if _, c := Dial(context.Background(), netip.MustParseAddrPort("[fd00::2]:1"), DialOptions{Limit: time.Second}); c.Fail.Is(Refused) {
			return in
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Fatal("the cable between the namespaces does not work")
	return in
}

func TestOffenders(t *testing.T) {
	if !alone(t) {
		return
	}
	in := router(t)
	reject := func(port int, how string) string {
		return fmt.Sprintf("%siptables -A FORWARD -p tcp --dport %d -j REJECT --reject-with %s", in, port, how)
	}
	sh(t,
		"iptables -A OUTPUT -p tcp --dport 1001 -j REJECT",
		"iptables -A OUTPUT -p tcp --dport 1002 -j REJECT --reject-with tcp-reset",
		"iptables -A OUTPUT -p tcp --dport 1003 -j DROP",
		"ip6tables -A OUTPUT -p tcp --dport 1001 -j REJECT",
		reject(2000, "icmp-net-unreachable"), reject(2001, "icmp-host-unreachable"), reject(2002, "icmp-proto-unreachable"),
		reject(2003, "icmp-port-unreachable"), reject(2009, "icmp-net-prohibited"), reject(2010, "icmp-host-prohibited"),
		reject(2013, "icmp-admin-prohibited"), reject(2099, "tcp-reset"),
		in+"ip6tables -A FORWARD -p tcp --dport 2001 -j REJECT --reject-with icmp6-adm-prohibited",
		in+"ip6tables -A FORWARD -p tcp --dport 2000 -j REJECT --reject-with icmp6-no-route",
		"ip route add prohibit 198.51.100.1", "ip route add blackhole 198.51.100.2", "ip route add unreachable 198.51.100.3",
		"ip route add throw 198.51.100.4",
	)
	const self, hop = "10.0.0.1", "10.0.0.2"
	cases := []struct {
		name     string
		to       string
		kind     Kind
		offender string
		typ      int
		code     int
	}{
		{"rejected here", "203.0.113.1:1001", Refused, self, 3, 3},
		{"reset here", "203.0.113.1:1002", Refused, "", 0, 0},
		{"dropped here", "203.0.113.1:1003", Timeout, "", 0, 0},
		{"rejected here, IPv6", "[2001:db8::1]:1001", Refused, "fd00::1", 1, 4},
		{"network unreachable", "203.0.113.1:2000", NetUnreachable, hop, 3, 0},
		{"host unreachable", "203.0.113.1:2001", HostUnreachable, hop, 3, 1},
		{"protocol unreachable", "203.0.113.1:2002", NoProtocol, hop, 3, 2},
		{"port unreachable", "203.0.113.1:2003", Refused, hop, 3, 3},
		{"network prohibited", "203.0.113.1:2009", NetUnreachable, hop, 3, 9},
		{"host prohibited", "203.0.113.1:2010", HostUnreachable, hop, 3, 10},
		{"prohibited", "203.0.113.1:2013", HostUnreachable, hop, 3, 13},
		{"reset on the way", "203.0.113.1:2099", Refused, "", 0, 0},
		{"prohibited, IPv6", "[2001:db8::1]:2001", Denied, "fd00::2", 1, 1},
		{"no route, IPv6", "[2001:db8::1]:2000", NetUnreachable, "fd00::2", 1, 0},
		{"router knows no way", "192.0.2.1:3000", NetUnreachable, hop, 3, 0},
		{"prohibit route", "198.51.100.1:80", Denied, "", 0, 0},
		{"blackhole route", "198.51.100.2:80", Invalid, "", 0, 0},
		{"unreachable route", "198.51.100.3:80", HostUnreachable, "", 0, 0},
		{"no route", "198.51.100.4:80", NetUnreachable, "", 0, 0},
		{"no neighbour", "10.0.0.77:80", HostUnreachable, self, 3, 1},
		{"closed port", "10.0.0.2:80", Refused, "", 0, 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			conn, got := Dial(context.Background(), netip.MustParseAddrPort(c.to), DialOptions{Limit: 2500 * time.Millisecond})
			if conn != nil {
				t.Fatal("connected")
			}
			offender := ""
			if got.Fail.Offender.IsValid() {
				offender = got.Fail.Offender.String()
			}
			if !got.Fail.Is(c.kind) || offender != c.offender || got.Fail.ICMPType != c.typ || got.Fail.ICMPCode != c.code {
				t.Errorf("%+v", got.Fail)
			}
			if c.offender == self && got.Local != netip.MustParseAddr(self) {
				t.Errorf("source address %v", got.Local)
			}
		})
	}
	t.Run("short life", func(t *testing.T) {
		_, got := Dial(context.Background(), netip.MustParseAddrPort("203.0.113.1:443"), DialOptions{TTL: 1, Limit: time.Second})
		if got.Fail == nil || got.Fail.Offender.String() != hop || got.Fail.ICMPType != 11 {
			t.Errorf("%+v", got.Fail)
		}
	})
	t.Run("connections survive what they met", func(t *testing.T) {
		l, err := net.Listen("tcp4", "10.0.0.1:4000")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		conn, c := Dial(context.Background(), netip.MustParseAddrPort("10.0.0.1:4000"), DialOptions{})
		if conn == nil {
			t.Fatalf("%+v", c.Fail)
		}
		defer conn.Close()
		raw, err := conn.(*net.TCPConn).SyscallConn()
		if err != nil {
			t.Fatal(err)
		}
		_ = raw.Control(func(fd uintptr) {
			if on, err := syscall.GetsockoptInt(int(fd), syscall.IPPROTO_IP, syscall.IP_RECVERR); err != nil || on != 0 {
				t.Errorf("IP_RECVERR is %d, %v", on, err)
			}
		})
	})
}

func TestUDPProbe(t *testing.T) {
	if !alone(t) {
		return
	}
	in := router(t)
	sh(t,
		"iptables -A OUTPUT -p udp --dport 1003 -j DROP",
		"iptables -A OUTPUT -p udp --dport 1001 -j REJECT",
		in+"iptables -A FORWARD -p udp --dport 2013 -j REJECT --reject-with icmp-admin-prohibited",
		in+"iptables -A FORWARD -p udp --dport 2099 -j DROP",
		"ip route add prohibit 198.51.100.1",
	)
	for _, c := range []struct {
		name, to string
		kind     Kind
		offender string
	}{
		{"dropped here", "203.0.113.1:1003", Blocked, ""},
		{"rejected here", "203.0.113.1:1001", Blocked, ""},
		{"rejected by the router", "203.0.113.1:2013", HostUnreachable, "10.0.0.2"},
		{"closed port", "10.0.0.2:9", Refused, "10.0.0.2"},
		{"prohibit route", "198.51.100.1:443", Denied, ""},
		{"dropped on the way", "203.0.113.1:2099", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := UDPProbe(context.Background(), netip.MustParseAddrPort(c.to))
			if c.kind == "" {
				if f != nil {
					t.Errorf("%+v", f)
				}
				return
			}
			if !f.Is(c.kind) || c.offender != "" && f.Offender.String() != c.offender || c.offender == "" && f.Offender.IsValid() && f.Offender.String() != "10.0.0.1" {
				t.Errorf("%+v", f)
			}
		})
	}
	a := Query(context.Background(), netip.MustParseAddrPort("203.0.113.1:2013"), UDP, Question{Name: "example.com", Type: "A"}, QueryOptions{})
	if !a.Fail.Is(HostUnreachable) || a.Fail.Offender.String() != "10.0.0.2" {
		t.Errorf("a question: %+v", a.Fail)
	}
}

func TestPing(t *testing.T) {
	if !alone(t) {
		return
	}
	in := router(t)
	sh(t, "ip route add prohibit 198.51.100.1", "iptables -A OUTPUT -p icmp -d 198.51.100.9 -j DROP",
		in+"ip addr add 203.0.113.5/32 dev lo", in+"iptables -A INPUT -p icmp -d 203.0.113.5 -j DROP",
		in+"ip addr add 203.0.113.6/32 dev lo",
		"ip rule add ipproto icmp to 203.0.113.6 prohibit")
	scope := func(ns string) string {
		out, err := exec.Command("sh", "-c", ns+"ip -6 -o addr show dev peer scope link | sed 's/.*inet6 \\([^/]*\\).*/\\1/' | tail -1").Output()
		if err != nil {
			t.Fatal(err)
		}
		return strings.TrimSpace(string(out)) + "%eth0"
	}
	for _, c := range []struct {
		name, to string
		received int
		method   string
		kind     Kind
	}{
		{"router", "10.0.0.2", 3, MethodRaw, ""},
		{"router, IPv6", "fd00::2", 3, MethodRaw, ""},
		{"router, link-local", scope(in), 3, MethodRaw, ""},
		{"silent", "203.0.113.5", 0, MethodRaw, ""},
		{"prohibit route", "198.51.100.1", 0, MethodNone, Denied},
		{"prohibited for echoes alone", "203.0.113.6", 0, MethodRaw, Denied},
		{"firewall here", "198.51.100.9", 0, MethodRaw, Blocked},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := Ping(context.Background(), netip.MustParseAddr(c.to), 3, 10*time.Millisecond, 300*time.Millisecond)
			if e.Received != c.received || len(e.RTT) != c.received || e.Method != c.method || (e.Fail != nil) != (c.kind != "") || c.kind != "" && !e.Fail.Is(c.kind) {
				t.Errorf("%+v %+v", e, e.Fail)
			}
		})
	}
	t.Run("ping socket", func(t *testing.T) {
		run := func() Echo {
			p := &pinger{method: MethodSocket, want: 2, start: time.Now(), done: make(chan struct{})}
			return p.run(context.Background(), netip.MustParseAddr("10.0.0.2"), false, time.Millisecond, time.Second)
		}
		if e := run(); e.Method != MethodNone || !e.Fail.Is(Denied) {
			t.Errorf("not allowed: %+v %+v", e, e.Fail)
		}
		sh(t, "sysctl -qw net.ipv4.ping_group_range='0 2147483647'")
		if e := run(); e.Method != MethodSocket || e.Received != 2 {
			t.Errorf("allowed: %+v %+v", e, e.Fail)
		}
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(context.Background())
		cancel()
		if e := Ping(ctx, netip.MustParseAddr("10.0.0.2"), 3, time.Hour, time.Hour); !e.Fail.Is(Cancelled) {
			t.Errorf("%+v %+v", e, e.Fail)
		}
		ctx, cancel = context.WithCancel(context.Background())
		time.AfterFunc(50*time.Millisecond, cancel)
		if e := Ping(ctx, netip.MustParseAddr("203.0.113.5"), 3, time.Hour, time.Hour); e.Received != 0 || e.Sent != 1 {
			t.Errorf("%+v %+v", e, e.Fail)
		}
	})
}
