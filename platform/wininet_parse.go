package platform

import "strings"

// windowsSettings makes settings of the values that Windows keeps for its browsers (WinINET) and
// for its services (WinHTTP): a list of servers "http=a:80;https=b:81" or "a:80", exceptions with
// semicolons or blanks between them, the address of a script, and whether detection is on.
func windowsSettings(base Proxy, servers, bypass, script string, detect bool) (list []setting) {
	if script != "" {
		s := setting{Proxy: base}
		s.Detail, s.Script = "automatic", script
		list = append(list, s)
	}
	if detect {
		s := setting{Proxy: base}
		s.Detail, s.Detect = "automatic", true
		list = append(list, s)
	}
	manual := setting{Proxy: base, servers: map[string]string{}, bypass: splitList(bypass)}
	manual.Detail = "manual"
	for _, e := range splitList(servers) {
		scheme, server, ok := strings.Cut(e, "=")
		if !ok {
			scheme, server = "*", e
		}
		if scheme = strings.ToLower(scheme); server != "" && manual.servers[scheme] == "" {
			manual.servers[scheme] = server
		}
	}
	if len(manual.servers) > 0 {
		list = append(list, manual)
	}
	return list
}

func splitList(s string) []string {
	list := strings.FieldsFunc(s[:min(len(s), 64<<10)], func(r rune) bool { return r == ';' || r == ' ' || r == '\t' || r == '\n' || r == '\r' })
	return list[:min(len(list), 1024)]
}

// detectsProxy reads the flags in the registry value DefaultConnectionSettings: a version, a
// counter and the flags, of four bytes each; 8 stands for automatic detection.
func detectsProxy(b []byte) bool { return len(b) > 8 && b[8]&8 != 0 }
