package probe

import (
	"fmt"
	"io"
	"os"
	"strings"
)

const nsswitch = "/etc/nsswitch.conf"

// filesStamp covers the files that libc looks at before each lookup.
func filesStamp() string {
	var b strings.Builder
	for _, path := range []string{nsswitch, "/etc/resolv.conf", "/etc/hosts"} {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(&b, "%d.%d ", info.ModTime().UnixNano(), info.Size())
		} else {
			b.WriteString("- ")
		}
	}
	return b.String()
}

func systemSources() sources {
	f, err := os.Open(nsswitch)
	if err != nil {
		return sources{dnsOnly: os.IsNotExist(err)}
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 64<<10))
	if err != nil {
		return sources{}
	}
	return parseSources(string(b))
}

// parseSources reads the line of hosts (nsswitch.conf(5)). Sources that know only this computer's own
// names, or what the DNS server on this computer knows as well, make no difference for websites.
func parseSources(text string) sources {
	s := sources{dnsOnly: true}
	for line := range strings.Lines(text) {
		line, _, _ = strings.Cut(line, "#")
		db, list, found := strings.Cut(line, ":")
		if !found || strings.TrimSpace(db) != "hosts" {
			continue
		}
		for _, word := range strings.Fields(withoutActions(list)) {
			switch {
			case strings.HasPrefix(word, "mdns"):
				s.multicast = true
			case word != "files" && word != "dns" && word != "resolve" && word != "myhostname" && word != "mymachines":
				s.dnsOnly = false
			}
		}
	}
	return s
}

// withoutActions leaves the actions out that stand between sources in brackets.
func withoutActions(list string) string {
	for {
		before, rest, found := strings.Cut(list, "[")
		if !found {
			return list
		}
		_, after, _ := strings.Cut(rest, "]")
		list = before + " " + after
	}
}
