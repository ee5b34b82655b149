package platform

import (
	"context"
	"net/url"
	"unsafe"

	"golang.org/x/sys/windows"
	"golang.org/x/sys/windows/registry"
)

// Registry keys of the proxy settings, and where an administrator makes them the machine's.
const (
	internetSettings = `Software\Microsoft\Windows\CurrentVersion\Internet Settings`
	internetPolicies = `Software\Policies\Microsoft\Windows\CurrentVersion\Internet Settings`
)

// proxies lists the environment's setting, the account's (or by policy the machine's) that
// browsers follow, and the one of WinHTTP that services follow.
func proxies(ctx context.Context, u *url.URL) ([]Proxy, error) {
	list, err := environmentProxies(ctx, u)
	if err != nil {
		return nil, err
	}
	root, source := registry.CURRENT_USER, "system"
	if number(registry.LOCAL_MACHINE, internetPolicies, "ProxySettingsPerUser", 1) == 0 {
		root, source = registry.LOCAL_MACHINE, "policy"
	}
	servers := ""
	if number(root, internetSettings, "ProxyEnable", 0) != 0 {
		servers = value(root, internetSettings, "ProxyServer")
	}
	settings := windowsSettings(Proxy{Source: source, Browsers: true}, servers,
		value(root, internetSettings, "ProxyOverride"), value(root, internetSettings, "AutoConfigURL"), detects(root))
	if servers, bypass := winHTTP(); servers != "" {
		settings = append(settings, windowsSettings(Proxy{Source: "WinHTTP"}, servers, bypass, "", false)...)
	}
	return append(list, applied(ctx, settings, u)...), ctx.Err()
}

func value(root registry.Key, path, name string) string {
	key, err := registry.OpenKey(root, path, registry.QUERY_VALUE)
	if err != nil {
		return ""
	}
	defer key.Close()
	s, _, _ := key.GetStringValue(name)
	return s
}

func number(root registry.Key, path, name string, missing uint64) uint64 {
	key, err := registry.OpenKey(root, path, registry.QUERY_VALUE)
	if err != nil {
		return missing
	}
	defer key.Close()
	n, _, err := key.GetIntegerValue(name)
	if err != nil {
		return missing
	}
	return n
}

func detects(root registry.Key) bool {
	key, err := registry.OpenKey(root, internetSettings+`\Connections`, registry.QUERY_VALUE)
	if err != nil {
		return false
	}
	defer key.Close()
	b, _, err := key.GetBinaryValue("DefaultConnectionSettings")
	return err == nil && detectsProxy(b)
}

var (
	winhttp         = windows.NewLazySystemDLL("winhttp.dll")
	getDefaultProxy = winhttp.NewProc("WinHttpGetDefaultProxyConfiguration")
	globalFree      = windows.NewLazySystemDLL("kernel32.dll").NewProc("GlobalFree")
)

// winHTTP reads the machine's setting for services (WinHttpGetDefaultProxyConfiguration).
func winHTTP() (servers, bypass string) {
	if getDefaultProxy.Find() != nil || globalFree.Find() != nil {
		return "", ""
	}
	var info struct { // WINHTTP_PROXY_INFO
		access         uint32
		server, exempt *uint16
	}
	if ok, _, _ := getDefaultProxy.Call(uintptr(unsafe.Pointer(&info))); ok == 0 {
		return "", ""
	}
	if info.server != nil {
		servers = windows.UTF16PtrToString(info.server)
		globalFree.Call(uintptr(unsafe.Pointer(info.server)))
	}
	if info.exempt != nil {
		bypass = windows.UTF16PtrToString(info.exempt)
		globalFree.Call(uintptr(unsafe.Pointer(info.exempt)))
	}
	return servers, bypass
}
