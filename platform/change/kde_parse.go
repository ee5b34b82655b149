package change

import (
	"bytes"
	"strings"
)

// kdeProxies is the group of kioslaverc with the proxy; ProxyType is 0 for none, 1 for servers, 2 for a
// script, 3 for detection, 4 for the environment.
const kdeProxies = "[Proxy Settings]"

// kdeMode is the ProxyType, "" when none is set.
func kdeMode(b []byte) (mode string) {
	eachProxyType(b, func(value string) string { mode = value; return value })
	return mode
}

// withKDEMode changes the ProxyType where it is set; everything else stays byte for byte.
func withKDEMode(b []byte, mode string) []byte {
	return eachProxyType(b, func(old string) string {
		if old == "" {
			return ""
		}
		return mode
	})
}

func eachProxyType(b []byte, change func(value string) string) []byte {
	var out bytes.Buffer
	group := ""
	for line := range strings.Lines(string(b)) {
		text := strings.TrimSpace(line)
		if strings.HasPrefix(text, "[") {
			group = text
		} else if key, value, ok := strings.Cut(text, "="); ok && group == kdeProxies && strings.TrimSpace(key) == "ProxyType" {
			old := strings.TrimSpace(value)
			if now := change(old); now != old {
				body, end := cutEnd([]byte(line))
				at := bytes.IndexByte(body, '=')
				out.Write(body[:at+1])
				out.WriteString(now)
				out.Write(end)
				continue
			}
		}
		out.WriteString(line)
	}
	return out.Bytes()
}
