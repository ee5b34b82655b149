package browser

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Place is a file or directory of a browser: Rel, walked without following links, below Base,
// which the environment or the browser's own list names.
type Place struct {
	Base string `json:"base"`
	Rel  string `json:"rel"`
}

// Path joins the two.
func (p Place) Path() string { return filepath.Join(p.Base, p.Rel) }

// Join is a place below this one.
func (p Place) Join(rel string) Place {
	return Place{p.Base, filepath.Join(p.Rel, filepath.FromSlash(rel))}
}

// Kinds of caches.
const (
	HTTPCache    = "http"    // pages, images, scripts
	CodeCache    = "code"    // compiled scripts
	GPUCache     = "gpu"     // compiled shaders
	StartupCache = "startup" // compiled parts of the browser
)

// Cache is a directory of which everything in it can be fetched or computed again.
type Cache struct {
	Place
	Kind string
	// Shared caches belong to all profiles of a browser.
	Shared bool
}

// Stores is where a profile keeps what may be cleared. Not all of it need exist.
type Stores struct {
	Caches   []Cache
	Pages    []Place // directories with one file for each page or part of it
	Cookies  []Place // SQLite databases
	Sessions []Place // SQLite databases of Device Bound Sessions, which can make cookies anew
	HSTS     []Place // remembered orders to use https
	Storage  []Place // directories with one directory for what each site has stored itself
	Together []Place // what all sites, and extensions, have stored in one place
	Workers  []Place // Firefox's list of what sites have installed to run in the background
}

// All lists every place in it.
func (s Stores) All() (list []Place) {
	for _, c := range s.Caches {
		list = append(list, c.Place)
	}
	return slices.Concat(list, s.Pages, s.Cookies, s.Sessions, s.HSTS, s.Storage, s.Workers)
}

// Clearing is for the caches and cookies of this family a person's own business: Safari lets no
// other program, and Tor Browser forgets by itself.
func (f *Family) Clearing() bool { return f.Engine != Safari && !f.Private }

var (
	profileCaches = []Cache{
		{Place{Rel: "Cache"}, HTTPCache, false}, {Place{Rel: "Code Cache"}, CodeCache, false},
		{Place{Rel: "Media Cache"}, HTTPCache, false}, {Place{Rel: "Application Cache"}, HTTPCache, false},
		{Place{Rel: "GPUCache"}, GPUCache, false}, {Place{Rel: "DawnGraphiteCache"}, GPUCache, false},
		{Place{Rel: "DawnWebGPUCache"}, GPUCache, false}, {Place{Rel: "DawnCache"}, GPUCache, false},
	}
	sharedCaches = []string{"GPUPersistentCache", "ShaderCache", "GrShaderCache", "GraphiteDawnCache"}
	geckoCaches  = []Cache{
		{Place{Rel: "cache2/entries"}, HTTPCache, false}, {Place{Rel: "cache2/doomed"}, HTTPCache, false},
		{Place{Rel: "OfflineCache"}, HTTPCache, false}, {Place{Rel: "startupCache"}, StartupCache, false},
		{Place{Rel: "jumpListCache"}, StartupCache, false}, {Place{Rel: "shader-cache"}, GPUCache, false},
	}
)

// Stores says where a profile keeps what may be cleared.
func (s System) Stores(p Profile) (out Stores) {
	dir, homes := s.homes(p)
	add := func(list []Cache, home Place) {
		for _, c := range list {
			c.Place = home.Join(c.Rel)
			out.Caches = append(out.Caches, c)
		}
	}
	switch p.Family.Engine {
	case Chromium, QtWebEngine:
		for _, home := range homes {
			add(profileCaches, home)
			out.Pages = append(out.Pages, home.Join("Cache/Cache_Data"), home.Join("Code Cache/js"), home.Join("Code Cache/wasm"))
		}
		for _, sub := range []string{"Network", ""} {
			out.Cookies = append(out.Cookies, dir.Join(sub).Join("Cookies"))
			out.Sessions = append(out.Sessions, dir.Join(sub).Join("Device Bound Sessions"))
			out.HSTS = append(out.HSTS, dir.Join(sub).Join("TransportSecurity"))
		}
		out.Storage = []Place{dir.Join("IndexedDB")}
		for _, name := range []string{"Local Storage/leveldb", "Service Worker", "File System", "WebStorage"} {
			out.Together = append(out.Together, dir.Join(name))
		}
		if rel, err := filepath.Rel(p.Root, p.Dir); err == nil && filepath.IsLocal(rel) {
			if root, ok := s.place(p.Where.Path, p.Root); ok {
				for _, name := range sharedCaches {
					out.Caches = append(out.Caches, Cache{root.Join(name), GPUCache, true})
				}
			}
		}
	case Gecko:
		for _, home := range homes {
			add(geckoCaches, home)
			out.Pages = append(out.Pages, home.Join("cache2/entries"))
		}
		out.Cookies = []Place{dir.Join("cookies.sqlite")}
		out.HSTS = []Place{dir.Join("SiteSecurityServiceState.bin")}
		out.Storage = []Place{dir.Join("storage/default")}
		out.Workers = []Place{dir.Join("serviceworker.txt")}
	case WebKitGTK:
		for _, home := range homes[1:] {
			add([]Cache{{Place{Rel: "WebKitCache"}, HTTPCache, false}}, home)
		}
		out.Cookies = []Place{dir.Join("cookies.sqlite")}
	case Safari:
		home := under(s.Getenv("HOME"), "Library/Caches")
		add([]Cache{{Place{Rel: "com.apple.Safari"}, HTTPCache, false}}, Place{Base: home})
	}
	return out
}

// homes is the directory of a profile and the directories that can hold its caches: the profile
// itself first, then its like below the system's directory for caches.
func (s System) homes(p Profile) (dir Place, homes []Place) {
	rel, err := filepath.Rel(p.Root, p.Dir)
	root, ok := s.place(p.Where.Path, p.Root)
	if err != nil || !filepath.IsLocal(rel) || !ok {
		dir = Place{Base: p.Dir, Rel: "."} // the browser's list has its path
		return dir, []Place{dir}
	}
	dir = root.Join(rel)
	homes = []Place{dir}
	base, _ := s.variable(p.Where.Path)
	if below, err := filepath.Rel(base, p.Root); err == nil && filepath.IsLocal(below) {
		name, _, _ := strings.Cut(p.Where.Path, "/")
		if like := cacheHome(s.OS, name+"/"+filepath.ToSlash(below)); like != "" {
			if base, rest := s.variable(like); filepath.IsAbs(base) {
				homes = append(homes, Place{base, filepath.Join(filepath.FromSlash(rest), rel)})
			}
		}
	}
	return dir, homes
}

// place splits the directory of a browser at the directory that the variable of its path stands
// for. A snap's "current" is a link that snapd keeps, to a revision beside it.
func (s System) place(template, root string) (Place, bool) {
	base, _ := s.variable(template)
	rel, err := filepath.Rel(base, root)
	if err != nil || !filepath.IsLocal(rel) {
		return Place{}, false
	}
	if m := snapCurrent.FindStringSubmatch(filepath.ToSlash(rel)); m != nil {
		current := filepath.Join(base, filepath.FromSlash(m[1]))
		if to, err := os.Readlink(current); err == nil && filepath.IsLocal(to) && filepath.Base(to) == to {
			return Place{filepath.Dir(current), filepath.Join(to, filepath.FromSlash(m[2]))}, true
		}
	}
	return Place{base, rel}, true
}

var (
	snapCurrent = regexp.MustCompile(`^(snap/[^/]+/current)/(.*)$`)
	flatpakDir  = regexp.MustCompile(`^(\{home\}/\.var/app/[^/]+/)(?:config/|data/|\.)(.*)$`)
	snapConfig  = regexp.MustCompile(`^(\{home\}/snap/[^/]+/)current/\.config/(.*)$`)
	snapCommon  = regexp.MustCompile(`^(\{home\}/snap/[^/]+/common/)\.?(.*)$`)
)

// cacheHome is where the caches of a browser are that keeps its profiles in path, when not in the
// profiles: the rules of Chromium (docs/user_data_dir.md), Firefox and the packagings.
func cacheHome(system, path string) string {
	variable, rest, _ := strings.Cut(path, "/")
	switch system {
	case "windows":
		if strings.Contains(rest, "/LocalCache/Roaming/") {
			return variable + "/" + strings.Replace(rest, "/LocalCache/Roaming/", "/LocalCache/Local/", 1)
		}
		if variable == "{roaming}" {
			return "{local}/" + rest
		}
	case "darwin":
		if variable == "{support}" {
			return "{caches}/" + rest
		}
	default:
		switch {
		case flatpakDir.MatchString(path):
			return flatpakDir.ReplaceAllString(path, "${1}cache/${2}")
		case snapConfig.MatchString(path):
			return snapConfig.ReplaceAllString(path, "${1}common/.cache/${2}")
		case snapCommon.MatchString(path):
			return snapCommon.ReplaceAllString(path, "${1}.cache/${2}")
		case variable == "{home}":
			return "{cache}/" + strings.TrimPrefix(rest, ".")
		case rest == "falkon/profiles":
			return "{cache}/falkon"
		}
		return "{cache}/" + rest
	}
	return ""
}
