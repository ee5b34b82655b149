package trace

import (
	"context"
	"encoding/binary"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
)

// echoes asks Windows to send ICMP echoes, which every account may. A call waits for its answer, so each
// probe has a thread of its own as long as it is on its way.
type echoes struct {
	target  netip.Addr
	token   token
	handle  uintptr
	answers chan answer
	running sync.WaitGroup
	places  chan struct{}
}

var (
	iphlpapi         = windows.NewLazySystemDLL("iphlpapi.dll")
	icmpCreateFile   = iphlpapi.NewProc("IcmpCreateFile")
	icmp6CreateFile  = iphlpapi.NewProc("Icmp6CreateFile")
	icmpCloseHandle  = iphlpapi.NewProc("IcmpCloseHandle")
	icmpSendEcho2Ex  = iphlpapi.NewProc("IcmpSendEcho2Ex")
	icmp6SendEcho2   = iphlpapi.NewProc("Icmp6SendEcho2")
	kernel32         = windows.NewLazySystemDLL("kernel32.dll")
	performanceCount = kernel32.NewProc("QueryPerformanceCounter")
	performanceTicks = kernel32.NewProc("QueryPerformanceFrequency")
	ticksPerSecond   = sync.OnceValue(func() int64 { return counter(performanceTicks) })
)

const (
	waitsAtMost  = time.Second // shorter ones are unreliable
	maxWaiting   = 256
	flagDontCut  = 2
	replyRoom    = 4096
	invalidValue = ^uintptr(0)
)

// ipOptions is IP_OPTION_INFORMATION.
type ipOptions struct {
	ttl, tos, flags, size uint8
	data                  uintptr
}

func open(o Options) (carrier, error) {
	switch o.Protocol {
	case TCP:
		return newDials(o), nil
	case UDP:
		return nil, syscall.EWINDOWS // Windows tells who answered echoes only
	}
	create := icmpCreateFile
	if o.Target.Is6() {
		create = icmp6CreateFile
	}
	if err := create.Find(); err != nil {
		return nil, err
	}
	handle, _, err := create.Call()
	if handle == invalidValue || handle == 0 {
		return nil, err
	}
	return &echoes{target: o.Target, token: newToken(), handle: handle, answers: make(chan answer, maxWaiting), places: make(chan struct{}, maxWaiting)}, nil
}

// methodWindows is what a result calls this way.
const methodWindows = "windows icmp"

func (c *echoes) method() string { return methodWindows }

// mtu is what the link takes whose address Windows would send from. Connecting a datagram socket sends
// nothing.
func (c *echoes) mtu() int {
	conn, err := net.Dial("udp", netip.AddrPortFrom(c.target, portUDP).String())
	if err != nil {
		return 0
	}
	defer conn.Close()
	own := conn.LocalAddr().(*net.UDPAddr).AddrPort().Addr().Unmap().WithZone("")
	links, _ := net.Interfaces()
	for _, link := range links {
		addrs, _ := link.Addrs()
		for _, a := range addrs {
			if prefix, err := netip.ParsePrefix(a.String()); err == nil && prefix.Addr().Unmap() == own {
				return link.MTU
			}
		}
	}
	return 0
}

// close lets the calls end by themselves behind: closing waits for them.
func (c *echoes) close() {
	go func() {
		c.running.Wait()
		_, _, _ = icmpCloseHandle.Call(c.handle)
	}()
}

func (c *echoes) send(p probe) (time.Time, error) {
	select {
	case c.places <- struct{}{}:
	default:
		return time.Now(), windows.WSAENOBUFS
	}
	at := time.Now()
	c.running.Go(func() {
		defer func() { <-c.places }()
		if a, ok := c.echo(p); ok {
			select {
			case c.answers <- a:
			default: // nobody reads any more
			}
		}
	})
	return at, nil
}

// echo sends one and waits for what comes of it.
func (c *echoes) echo(p probe) (answer, bool) {
	body := c.token.body(p.seq, p.size, c.target.Is6())
	options := ipOptions{ttl: uint8(p.ttl), flags: flagDontCut}
	reply := make([]byte, replyRoom+len(body))
	timeout := uintptr(waitsAtMost.Milliseconds())
	start := counter(performanceCount)
	var n uintptr
	if c.target.Is4() {
		to := c.target.As4()
		n, _, _ = icmpSendEcho2Ex.Call(c.handle, 0, 0, 0, 0, uintptr(binary.NativeEndian.Uint32(to[:])),
			uintptr(unsafe.Pointer(&body[0])), uintptr(len(body)), uintptr(unsafe.Pointer(&options)), uintptr(unsafe.Pointer(&reply[0])), uintptr(len(reply)), timeout)
	} else {
		source := windows.RawSockaddrInet6{Family: windows.AF_INET6}
		to := windows.RawSockaddrInet6{Family: windows.AF_INET6, Addr: c.target.As16()}
		if link, err := net.InterfaceByName(c.target.Zone()); err == nil {
			to.Scope_id = uint32(link.Index)
		}
		n, _, _ = icmp6SendEcho2.Call(c.handle, 0, 0, 0, uintptr(unsafe.Pointer(&source)), uintptr(unsafe.Pointer(&to)),
			uintptr(unsafe.Pointer(&body[0])), uintptr(len(body)), uintptr(unsafe.Pointer(&options)), uintptr(unsafe.Pointer(&reply[0])), uintptr(len(reply)), timeout)
	}
	took := time.Duration(float64(counter(performanceCount)-start) / float64(ticksPerSecond()) * 1e9)
	if n == 0 {
		return answer{}, false
	}
	a, ok := readReply(reply, c.target.Is6(), c.target)
	a.flow, a.seq, a.rtt = p.flow, p.seq, max(took, time.Microsecond)
	return a, ok
}

func (c *echoes) receive(ctx context.Context, until time.Time, take func(answer)) error {
	return receiveFrom(ctx, c.answers, until, take)
}

// counter reads one of the fine clocks: Go's own moves in steps of up to 16 ms here.
func counter(proc *windows.LazyProc) (v int64) {
	_, _, _ = proc.Call(uintptr(unsafe.Pointer(&v)))
	return v
}
