package browser

import (
	"cmp"
	"path/filepath"
	"strconv"
	"strings"
)

// geckoProfiles lists the profiles of a Firefox directory after its profiles.ini and installs.ini,
// and after the store of the newer profile manager, which need not be in them.
func geckoProfiles(root string) []Profile {
	var list []Profile
	seen := map[string]bool{}
	add := func(name, path string, relative bool) {
		dir := filepath.FromSlash(path)
		if relative || !filepath.IsAbs(dir) {
			if !filepath.IsLocal(dir) {
				return
			}
			dir = filepath.Join(root, dir)
		}
		dir = filepath.Clean(dir)
		if len(list) < maxProfiles && !seen[dir] && isDir(dir) {
			seen[dir] = true
			list = append(list, Profile{
				Name: cmp.Or(name, filepath.Base(dir)), Dir: dir, Used: modified(filepath.Join(dir, "prefs.js")),
			})
		}
	}
	for _, file := range []string{"profiles.ini", "installs.ini"} {
		b, err := readText(filepath.Join(root, file))
		if err != nil {
			continue
		}
		for _, s := range parseINI(b) {
			if path := s.values["Path"]; strings.HasPrefix(s.name, "Profile") && path != "" {
				add(s.values["Name"], path, s.values["IsRelative"] != "0")
			}
		}
		for _, s := range parseINI(b) {
			if path := s.values["Default"]; path != "" && !strings.HasPrefix(s.name, "Profile") {
				add("", path, false)
			}
		}
	}
	groups, _ := filepath.Glob(filepath.Join(escapeGlob(root), "Profile Groups", "*.sqlite"))
	for _, file := range groups[:min(len(groups), 8)] {
		for name, path := range groupProfiles(file) {
			add(name, path, false)
		}
	}
	return list
}

func (s System) geckoSettings(p Profile) (out Settings) {
	prefs := map[string]string{}
	for _, file := range []string{"prefs.js", "user.js"} { // the second wins at each start
		if b, err := readText(filepath.Join(p.Dir, file)); err == nil {
			for k, v := range parsePrefs(b, "network.trr.", "network.proxy.", "doh-rollout.") {
				prefs[k] = v
			}
		}
	}
	out.geckoDoH(prefs)
	out.geckoProxy(prefs)
	policy := s.policies(p.Family)
	if inner, ok := policy["policies"].(map[string]any); ok { // policies.json wraps them
		policy = inner
	}
	if doh, ok := policy["DNSOverHTTPS"].(map[string]any); ok {
		out.policyDoH(doh)
	}
	if proxy, ok := policy["Proxy"].(map[string]any); ok {
		out.policyProxy(proxy)
	}
	return out
}

// firefoxDoH is the server that Firefox takes when none is chosen (network.trr.default_provider_uri).
const firefoxDoH = "https://mozilla.cloudflare-dns.com/dns-query"

func (out *Settings) geckoDoH(prefs map[string]string) {
	mode := prefs["network.trr.mode"]
	if (mode == "" || mode == "0") && prefs["doh-rollout.mode"] != "" {
		mode = prefs["doh-rollout.mode"] // Firefox's own choice by region
	}
	switch mode {
	case "2":
		out.DoHMode = "automatic"
	case "3":
		out.DoHMode = "secure"
	case "5":
		out.DoHMode = "off"
	default:
		return
	}
	if out.DoHMode != "off" {
		out.DoHURL = harmless(cmp.Or(prefs["network.trr.uri"], prefs["network.trr.custom_uri"],
			prefs["doh-rollout.uri"], prefs["network.trr.default_provider_uri"], firefoxDoH))
	}
}

func (out *Settings) geckoProxy(prefs map[string]string) {
	get := func(name string) string { return prefs["network.proxy."+name] }
	switch get("type") {
	case "0":
		out.ProxyMode = "direct"
	case "1":
		out.ProxyMode = "fixed"
		switch {
		case get("ssl") != "":
			out.Proxy = server("http", get("ssl"), get("ssl_port"))
		case get("http") != "":
			out.Proxy = server("http", get("http"), get("http_port"))
		case get("socks") != "":
			scheme := "socks5"
			if get("socks_version") == "4" {
				scheme = "socks4"
			}
			out.Proxy = server(scheme, get("socks"), get("socks_port"))
		}
	case "2":
		out.ProxyMode, out.Proxy = "script", withoutCredentials(get("autoconfig_url"))
	case "4":
		out.ProxyMode = "detect"
	case "5":
		out.ProxyMode = "system"
	}
}

func server(scheme, host, port string) string {
	if strings.Contains(host, ":") && !strings.HasPrefix(host, "[") {
		host = "[" + host + "]"
	}
	if n, err := strconv.ParseUint(port, 10, 16); err == nil && n > 0 {
		host += ":" + port
	}
	return withoutCredentials(scheme + "://" + host)
}

// policyDoH applies the policy DNSOverHTTPS; unless it is locked, the person's choice wins.
func (out *Settings) policyDoH(p map[string]any) {
	enabled, set := truth(p["Enabled"])
	locked, _ := truth(p["Locked"])
	if !set || out.DoHMode != "" && !locked {
		return
	}
	out.DoHMode, out.DoHURL, out.Managed = "off", "", true
	if enabled {
		out.DoHMode = "automatic"
		if fallback, set := truth(p["Fallback"]); set && !fallback {
			out.DoHMode = "secure"
		}
		out.DoHURL = harmless(cmp.Or(text(p, "ProviderURL"), firefoxDoH))
	}
}

// policyProxy applies the policy Proxy.
func (out *Settings) policyProxy(p map[string]any) {
	if locked, _ := truth(p["Locked"]); out.ProxyMode != "" && !locked {
		return
	}
	switch text(p, "Mode") {
	case "none":
		out.ProxyMode, out.Proxy = "direct", ""
	case "system":
		out.ProxyMode, out.Proxy = "system", ""
	case "autoDetect":
		out.ProxyMode, out.Proxy = "detect", ""
	case "autoConfig":
		out.ProxyMode, out.Proxy = "script", withoutCredentials(text(p, "AutoConfigURL"))
	case "manual":
		out.ProxyMode, out.Proxy = "fixed", fixedServer(cmp.Or(text(p, "SSLProxy"), text(p, "HTTPProxy"), text(p, "SOCKSProxy")))
		if text(p, "SSLProxy")+text(p, "HTTPProxy") == "" {
			out.Proxy = fixedServer("socks=" + text(p, "SOCKSProxy"))
		}
	default:
		return
	}
	out.Managed = true
}

// truth reads a boolean of JSON or a number of the registry.
func truth(v any) (value, set bool) {
	switch v := v.(type) {
	case bool:
		return v, true
	case float64:
		return v != 0, true
	}
	return false, false
}
