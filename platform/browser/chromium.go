package browser

import (
	"cmp"
	"encoding/json"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// localState is what is read of a Chromium's "Local State".
type localState struct {
	Profile struct {
		InfoCache map[string]struct {
			Name       string  `json:"name"`
			ActiveTime float64 `json:"active_time"` // seconds since 1970
		} `json:"info_cache"`
	} `json:"profile"`
	DoH struct {
		Mode      string `json:"mode"`
		Templates string `json:"templates"`
	} `json:"dns_over_https"`
}

// chromiumProfiles lists the profiles of a user-data directory after its "Local State": the
// directories can have any name. Opera keeps one in the directory itself, or in "Default", and
// lists none.
func chromiumProfiles(root string) (list []Profile) {
	var state localState
	if b, err := readText(filepath.Join(root, "Local State")); err == nil {
		_ = json.Unmarshal(b, &state) // an odd file lists nothing
	}
	for dir, info := range state.Profile.InfoCache {
		full := filepath.Join(root, dir)
		if !filepath.IsLocal(dir) || dir == "System Profile" || dir == "Guest Profile" || !isDir(full) {
			continue
		}
		p := Profile{Name: cmp.Or(info.Name, dir), Dir: full}
		if t := info.ActiveTime; t > 0 && t < 1e11 {
			p.Used = time.Unix(int64(t), 0)
		}
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Profile) int { return strings.Compare(a.Dir, b.Dir) })
	if len(list) == 0 {
		dirs := []string{root, filepath.Join(root, "Default")}
		more, _ := filepath.Glob(filepath.Join(escapeGlob(root), "_side_profiles", "*"))
		for _, dir := range append(dirs, more[:min(len(more), 8)]...) {
			if t := modified(filepath.Join(dir, "Preferences")); !t.IsZero() {
				list = append(list, Profile{Name: filepath.Base(dir), Dir: dir, Used: t})
			}
		}
	}
	return list
}

// escapeGlob makes a path stand for itself in a pattern, where the system can.
func escapeGlob(path string) string {
	if filepath.Separator == '\\' {
		return path
	}
	return strings.NewReplacer(`\`, `\\`, `*`, `\*`, `?`, `\?`, `[`, `\[`).Replace(path)
}

// qtProfiles lists the profiles of a browser built on QtWebEngine: directories with a cookie store.
func qtProfiles(root string) (list []Profile) {
	entries, _ := os.ReadDir(root)
	dirs := []string{root}
	for _, e := range entries[:min(len(entries), 64)] {
		if e.IsDir() {
			dirs = append(dirs, filepath.Join(root, e.Name()))
		}
	}
	for _, dir := range dirs {
		if t := modified(filepath.Join(dir, "Cookies")); !t.IsZero() {
			list = append(list, Profile{Name: filepath.Base(dir), Dir: dir, Used: t})
		}
	}
	return list
}

// chromiumProxy is the preference "proxy".
type chromiumProxy struct {
	Mode   string `json:"mode"`
	Server string `json:"server"`
	PacURL string `json:"pac_url"`
}

func (s System) chromiumSettings(p Profile) (out Settings) {
	var state localState
	if b, err := readText(filepath.Join(p.Root, "Local State")); err == nil {
		_ = json.Unmarshal(b, &state)
	}
	out.doh(state.DoH.Mode, state.DoH.Templates)
	var prefs struct {
		Proxy chromiumProxy `json:"proxy"`
	}
	if b, err := readText(filepath.Join(p.Dir, "Preferences")); err == nil {
		_ = json.Unmarshal(b, &prefs)
	}
	out.proxy(prefs.Proxy)

	policy := s.policies(p.Family)
	if mode, ok := policy["DnsOverHttpsMode"].(string); ok {
		templates, _ := policy["DnsOverHttpsTemplates"].(string)
		out.doh(mode, templates)
		out.Managed = true
	}
	managed := chromiumProxy{Mode: text(policy, "ProxyMode"), Server: text(policy, "ProxyServer"), PacURL: text(policy, "ProxyPacUrl")}
	if set, ok := policy["ProxySettings"].(map[string]any); ok {
		managed = chromiumProxy{Mode: text(set, "ProxyMode"), Server: text(set, "ProxyServer"), PacURL: text(set, "ProxyPacUrl")}
	}
	if managed.Mode == "" && managed.PacURL != "" {
		managed.Mode = "pac_script"
	} else if managed.Mode == "" && managed.Server != "" {
		managed.Mode = "fixed_servers"
	}
	if managed.Mode != "" {
		out.proxy(managed)
		out.Managed = true
	}
	return out
}

// doh sets mode and first template as Chromium writes them.
func (out *Settings) doh(mode, templates string) {
	switch mode {
	case "off", "automatic", "secure":
		out.DoHMode, out.DoHURL = mode, ""
		if f := strings.Fields(templates); len(f) > 0 && mode != "off" {
			out.DoHURL = harmless(f[0])
		}
	}
}

func (out *Settings) proxy(p chromiumProxy) {
	switch p.Mode {
	case "system", "direct":
		out.ProxyMode, out.Proxy = p.Mode, ""
	case "fixed_servers":
		out.ProxyMode, out.Proxy = "fixed", fixedServer(p.Server)
	case "pac_script":
		out.ProxyMode, out.Proxy = "script", withoutCredentials(p.PacURL)
	case "auto_detect":
		out.ProxyMode, out.Proxy = "detect", ""
	}
}

// fixedServer picks the server for https out of "http=a:80;https=b:81" or "a:80".
func fixedServer(list string) string {
	best := ""
	for element := range strings.FieldsFuncSeq(list, func(r rune) bool { return r == ';' || r == ' ' || r == ',' }) {
		scheme, server, ok := strings.Cut(element, "=")
		if !ok {
			server = element
		}
		if scheme == "socks" && !strings.Contains(server, "://") {
			server = "socks5://" + server
		}
		if best == "" || scheme == "https" {
			best = server
		}
	}
	if best == "" {
		return ""
	}
	if !strings.Contains(best, "://") {
		best = "http://" + best
	}
	return withoutCredentials(best)
}

// withoutCredentials writes an address without user and password.
func withoutCredentials(address string) string {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	u.User = nil
	return harmless(u.String())
}

// harmless is s in printable ASCII and of sensible length.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if r <= ' ' || r > '~' {
			return -1
		}
		return r
	}, s[:min(len(s), 1024)])
}

// policies gathers what the administrator decided for a family: files below /etc, later names
// over earlier ones, and the registry.
func (s System) policies(f *Family) map[string]any {
	all := map[string]any{}
	if s.Etc != "" && s.OS == "linux" {
		for _, dir := range f.Policies {
			base := filepath.Join(s.Etc, filepath.FromSlash(dir))
			files := []string{filepath.Join(base, "policies.json")}
			for _, level := range []string{"recommended", "managed"} {
				entries, _ := os.ReadDir(filepath.Join(base, level))
				for _, e := range entries[:min(len(entries), 64)] {
					files = append(files, filepath.Join(base, level, e.Name()))
				}
			}
			for _, file := range files {
				var values map[string]any
				if b, err := readText(file); err != nil || json.Unmarshal(b, &values) != nil {
					continue
				}
				for k, v := range values {
					all[k] = v
				}
			}
		}
	}
	if s.Policy != nil && f.Registry != "" {
		for k, v := range s.Policy(f.Registry) {
			all[k] = v
		}
	}
	return all
}

func text(m map[string]any, key string) string {
	s, _ := m[key].(string)
	return s
}
