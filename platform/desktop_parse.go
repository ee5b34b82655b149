package platform

import (
	"net"
	"net/url"
	"strconv"
	"strings"
)

// parseGsettings reads what "gsettings list-recursively org.gnome.system.proxy" prints: a line
// with schema, key and value in GVariant text. ok is false when GNOME sets nothing.
func parseGsettings(b []byte) (s setting, ok bool) {
	values := map[string]string{}
	for line := range strings.Lines(string(b)) {
		f := strings.SplitN(strings.TrimSpace(line), " ", 3)
		if len(f) == 3 && strings.HasPrefix(f[0], "org.gnome.system.proxy") {
			values[strings.TrimPrefix(strings.TrimPrefix(f[0], "org.gnome.system.proxy"), ".")+"/"+f[1]] = f[2]
		}
	}
	s = setting{Proxy: Proxy{Source: "GNOME"}, servers: map[string]string{}, subdomains: true}
	switch mode := gvariantString(values["/mode"]); mode {
	case "manual":
		for _, scheme := range []string{"http", "https", "socks"} {
			host := gvariantString(values[scheme+"/host"])
			port, err := strconv.ParseUint(values[scheme+"/port"], 10, 16)
			if host != "" && err == nil && port > 0 {
				s.servers[scheme] = net.JoinHostPort(host, strconv.FormatUint(port, 10))
			}
		}
		s.bypass = gvariantList(values["/ignore-hosts"])
		if values["http/use-authentication"] == "true" {
			s.User = url.UserPassword(gvariantString(values["http/authentication-user"]), gvariantString(values["http/authentication-password"]))
		}
		s.Detail = "manual"
		return s, len(s.servers) > 0
	case "auto":
		s.Script = gvariantString(values["/autoconfig-url"])
		s.Detect = s.Script == ""
		s.Detail = "automatic"
		return s, true
	}
	return s, false
}

// gvariantString reads a quoted string of GVariant's text format.
func gvariantString(v string) string {
	s, _, _ := gvariantNext(v)
	return s
}

// gvariantList reads an array of strings: ['localhost', '::1'] or @as [].
func gvariantList(v string) (list []string) {
	for len(list) < 1024 {
		s, rest, ok := gvariantNext(v)
		if !ok {
			return list
		}
		list, v = append(list, s), rest
	}
	return list
}

// gvariantNext finds the next quoted string in v and what follows it.
func gvariantNext(v string) (s, rest string, ok bool) {
	start := strings.IndexAny(v, `'"`)
	if start < 0 {
		return "", "", false
	}
	var b strings.Builder
	for i := start + 1; i < len(v); i++ {
		switch v[i] {
		case v[start]:
			return b.String(), v[i+1:], true
		case '\\':
			if i++; i < len(v) {
				b.WriteByte(v[i])
			}
		default:
			b.WriteByte(v[i])
		}
	}
	return "", "", false
}

// parseKioslaverc reads KDE's kioslaverc, group "Proxy Settings". ok is false when KDE sets
// nothing. A proxy is written "http://host 3128" or "http://host:3128".
func parseKioslaverc(b []byte) (s setting, ok bool) {
	values := map[string]string{}
	group := ""
	for line := range strings.Lines(string(b)) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			group = line
		} else if key, value, found := strings.Cut(line, "="); found && group == "[Proxy Settings]" {
			key, _, _ = strings.Cut(strings.TrimSpace(key), "[") // key[$e] has its variables expanded
			values[key] = strings.TrimSpace(value)
		}
	}
	s = setting{Proxy: Proxy{Source: "KDE"}, servers: map[string]string{}, subdomains: true}
	switch values["ProxyType"] {
	case "0": // chosen, not just left alone: then browsers go directly, whatever the environment says
		s.Detail = "none"
		return s, true
	case "1":
		for key, scheme := range map[string]string{"httpProxy": "http", "httpsProxy": "https", "socksProxy": "socks"} {
			if server := strings.Join(strings.Fields(values[key]), ":"); server != "" {
				if scheme == "socks" {
					server = "socks5://" + server[strings.LastIndex(server, "/")+1:]
				}
				s.servers[scheme] = server
			}
		}
		if values["ReversedException"] != "true" {
			s.bypass = strings.FieldsFunc(values["NoProxyFor"], func(r rune) bool { return r == ',' || r == ' ' })
		}
		s.Detail = "manual"
		return s, len(s.servers) > 0
	case "2":
		s.Detail, s.Script = "automatic", values["Proxy Config Script"]
		if strings.HasPrefix(s.Script, "/") {
			s.Script = "file://" + s.Script
		}
		return s, s.Script != ""
	case "3":
		s.Detail, s.Detect = "automatic", true
		return s, true
	}
	return s, false // 4 is the environment's
}
