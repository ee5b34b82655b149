package change

import "strings"

// parseServices reads "networksetup -listallnetworkservices": a line about the asterisk, then a service
// a line; those with an asterisk are switched off.
func parseServices(out string) (list []string) {
	first := true
	for line := range strings.Lines(out) {
		line = strings.TrimSpace(line)
		if !first && line != "" && !strings.HasPrefix(line, "*") && len(list) < 32 {
			list = append(list, line)
		}
		first = false
	}
	return list
}

// proxyIsOn reads what networksetup says of one kind of proxy: "Enabled: Yes", or "Auto Proxy
// Discovery: On".
func proxyIsOn(out string) bool {
	for line := range strings.Lines(out) {
		key, value, _ := strings.Cut(strings.TrimSpace(line), ":")
		value = strings.TrimSpace(value)
		if key == "Enabled" && value == "Yes" || key == "Auto Proxy Discovery" && value == "On" {
			return true
		}
	}
	return false
}
