package change

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/svc"
	"golang.org/x/sys/windows/svc/mgr"

	"github.com/waymend/waymend/platform"
)

// Here looks at this computer.
func Here() System {
	return System{
		Flush: flushSteps, Hosts: hostsSteps, Renew: renewSteps, Restart: restartSteps, Remote: remote,
		ProxyOff: proxySteps, Variables: variables, Clock: clockSteps, Neighbours: neighbourSteps, Winsock: winsockSteps,
	}
}

var doers = map[Verb]doer{
	FlushWindows:   flushWindows,
	RenewWindows:   renewWindows,
	RestartWindows: restartWindows,
	ProxyWindows:   proxyWindows,
	HostsComment:   commentHostsFile,
	HostsRestore:   restoreHostsFile,
	ClockWindows:   clockWindows,
	NeighboursAt:   neighboursWindows,
	WinsockReset:   winsockReset,
	InternetReset:  internetReset,
}

var (
	dnsapi       = windows.NewLazySystemDLL("dnsapi.dll")
	flushCache   = dnsapi.NewProc("DnsFlushResolverCache")
	cacheTable   = dnsapi.NewProc("DnsGetCacheDataTable")
	iphlpapi     = windows.NewLazySystemDLL("iphlpapi.dll")
	renewAddress = iphlpapi.NewProc("IpRenewAddress")
	interfaces   = iphlpapi.NewProc("GetInterfaceInfo")
	flushTable   = iphlpapi.NewProc("FlushIpNetTable2")
	systemMetric = windows.NewLazySystemDLL("user32.dll").NewProc("GetSystemMetrics")
)

func flushSteps(context.Context) ([]Step, error) {
	if flushCache.Find() != nil {
		return nil, ErrNotHere
	}
	return []Step{{Verb: FlushWindows}}, nil
}

// flushWindows empties the cache of the DNS client as "ipconfig /flushdns" does. Any account may on
// Windows 10 and 11; where one may not, an administrator is asked for.
func flushWindows(_ context.Context, done *Done, _ bool) error {
	if flushCache.Find() != nil {
		return ErrNotHere
	}
	before, told := cacheEntries()
	if ok, _, err := flushCache.Call(); ok == 0 {
		if windows.GetCurrentProcessToken().IsElevated() {
			return err
		}
		return fmt.Errorf("%w: %w", ErrRights, err)
	}
	if after, again := cacheEntries(); told && again {
		done.Before, done.After = strconv.Itoa(before), strconv.Itoa(after)
		done.Proved = after <= before // lines of the hosts file stay, by design
	}
	return nil
}

// cacheEntries counts what the DNS client remembers (DnsGetCacheDataTable, which is not documented; the
// entries are a list whose first field is the next one). told is false where the system does not say.
func cacheEntries() (n int, told bool) {
	if cacheTable.Find() != nil {
		return 0, false
	}
	type entry struct {
		next *entry
		_    [56]byte // more than any version has
	}
	const most = 100_000
	var head entry
	if ok, _, _ := cacheTable.Call(uintptr(unsafe.Pointer(&head))); ok == 0 {
		return 0, false
	}
	for e := head.next; e != nil && n < most; e = e.next {
		n++
	}
	return n, true
}

// remote reports whether this session is one of a remote desktop, which could come over any link.
func remote(_ context.Context, l platform.Link) (bool, error) {
	const remoteSession = 0x1000 // SM_REMOTESESSION
	yes, _, _ := systemMetric.Call(remoteSession)
	return yes != 0 || sessionOver(l), nil
}

func renewSteps(_ context.Context, l platform.Link) ([]Step, error) {
	return checked(Step{Verb: RenewWindows, Args: map[string]string{"index": strconv.Itoa(l.Index)}})
}

// adapter is IP_ADAPTER_INDEX_MAP.
type adapter struct {
	index uint32
	name  [128]uint16
}

// renewWindows asks for the address of an adapter anew (IpRenewAddress).
func renewWindows(_ context.Context, done *Done, _ bool) error {
	if interfaces.Find() != nil || renewAddress.Find() != nil {
		return ErrNotHere
	}
	index, err := strconv.ParseUint(done.Step.Args["index"], 10, 31)
	if err != nil {
		return ErrStep
	}
	size := uint32(64 << 10)
	buf := make([]uint64, size/8)
	if code, _, _ := interfaces.Call(uintptr(unsafe.Pointer(&buf[0])), uintptr(unsafe.Pointer(&size))); code != 0 {
		return windows.Errno(code)
	}
	count := *(*int32)(unsafe.Pointer(&buf[0]))
	first := unsafe.Add(unsafe.Pointer(&buf[0]), 4)
	for _, a := range unsafe.Slice((*adapter)(first), min(max(count, 0), 200)) {
		if uint64(a.index) != index {
			continue
		}
		done.Before = addressAt(int(index))
		if code, _, _ := renewAddress.Call(uintptr(unsafe.Pointer(&a))); code != 0 {
			return rights(windows.Errno(code))
		}
		done.After = addressAt(int(index))
		done.Proved = done.After != ""
		return nil
	}
	return fmt.Errorf("%w: this adapter's address was not given by a network", ErrNotHere)
}

// addressAt is the first IPv4 address of the link that a network gave.
func addressAt(index int) string {
	i, err := net.InterfaceByIndex(index)
	if err != nil {
		return ""
	}
	addrs, _ := i.Addrs()
	for _, a := range addrs {
		if n, ok := a.(*net.IPNet); ok && n.IP.To4() != nil && !n.IP.IsLinkLocalUnicast() {
			return n.IP.String()
		}
	}
	return ""
}

func restartSteps(_ context.Context, l platform.Link) ([]Step, error) {
	return checked(Step{Verb: RestartWindows, Args: map[string]string{"index": strconv.Itoa(l.Index)}})
}

// restartWindows disables an adapter and enables it again (netsh). It is enabled whatever happens to
// the caller. netsh takes the adapter's own name, which Windows tells for the index.
func restartWindows(ctx context.Context, done *Done, _ bool) error {
	index, err := strconv.Atoi(done.Step.Args["index"])
	if err != nil {
		return ErrStep
	}
	i, err := net.InterfaceByIndex(index)
	if err != nil || i.Flags&net.FlagLoopback != 0 {
		return ErrNotHere
	}
	name := "name=" + i.Name
	if _, err := run(ctx, "netsh", "interface", "set", "interface", name, "admin=disabled"); err != nil {
		return err
	}
	time.Sleep(time.Second)
	again, cancel := context.WithTimeout(context.WithoutCancel(ctx), restTime)
	defer cancel()
	if _, err := run(again, "netsh", "interface", "set", "interface", name, "admin=enabled"); err != nil {
		return err
	}
	done.Proved = waitFor(again, restTime, func() bool {
		i, err := net.InterfaceByIndex(index)
		return err == nil && i.Flags&net.FlagUp != 0
	})
	return nil
}

func waitFor(ctx context.Context, most time.Duration, ok func() bool) bool {
	ctx, cancel := context.WithTimeout(ctx, most)
	defer cancel()
	for !ok() {
		select {
		case <-ctx.Done():
			return false
		case <-time.After(100 * time.Millisecond):
		}
	}
	return true
}

func clockSteps(context.Context) ([]Step, error) { return []Step{{Verb: ClockWindows}}, nil }

// clockWindows starts the time service where it does not run and lets it ask its server.
func clockWindows(ctx context.Context, done *Done, _ bool) error {
	if err := startTime(ctx); err != nil {
		return err
	}
	_, err := run(ctx, "w32tm", "/resync", "/force")
	done.Proved = err == nil
	return err
}

func startTime(ctx context.Context) error {
	m, err := mgr.Connect()
	if err != nil {
		return rights(err)
	}
	defer func() { _ = m.Disconnect() }()
	s, err := m.OpenService("W32Time")
	if err != nil {
		return err
	}
	defer s.Close()
	if err := s.Start(); err != nil && !errors.Is(err, windows.ERROR_SERVICE_ALREADY_RUNNING) {
		return err
	}
	if !waitFor(ctx, cacheTime, func() bool { st, err := s.Query(); return err == nil && st.State == svc.Running }) {
		return fmt.Errorf("%w: the time service does not start", ErrNotHere)
	}
	return nil
}

func neighbourSteps(_ context.Context, l platform.Link) ([]Step, error) {
	return checked(Step{Verb: NeighboursAt, Args: map[string]string{"index": strconv.Itoa(l.Index)}})
}

func neighboursWindows(_ context.Context, done *Done, _ bool) error {
	index, err := strconv.ParseUint(done.Step.Args["index"], 10, 31)
	if err != nil || flushTable.Find() != nil {
		return ErrNotHere
	}
	if code, _, _ := flushTable.Call(windows.AF_UNSPEC, uintptr(index)); code != 0 {
		return rights(windows.Errno(code))
	}
	done.Proved = true
	return nil
}

func winsockSteps(context.Context) ([]Step, error) {
	return []Step{{Verb: WinsockReset}, {Verb: InternetReset, Info: map[string]string{"file": savedSettings()}}}, nil
}

func winsockReset(ctx context.Context, _ *Done, _ bool) error {
	_, err := run(ctx, "netsh", "winsock", "reset")
	return err
}

// savedSettings is where the settings from before a reset are kept; "netsh exec" reads such a file.
func savedSettings() string {
	dir, err := windows.KnownFolderPath(windows.FOLDERID_ProgramData, 0)
	if err != nil {
		return ""
	}
	return filepath.Join(dir, "Waymend", "network-before-reset.txt")
}

// internetReset saves the settings of all adapters and resets TCP/IP. Without the copy it does nothing.
func internetReset(ctx context.Context, done *Done, _ bool) error {
	path := savedSettings()
	if path == "" {
		return ErrNotHere
	}
	text, err := run(ctx, "netsh", "interface", "dump")
	if err != nil {
		return err
	}
	if len(text) >= maxOutput || !strings.Contains(text, "#") {
		return fmt.Errorf("%w: the present settings could not be saved", ErrNotHere)
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return rights(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		return rights(err)
	}
	done.After = path
	_, err = run(ctx, "netsh", "interface", "ip", "reset")
	return err
}
