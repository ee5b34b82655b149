package browser

// Engine is the kind of machinery in a browser; it decides the layout of profiles.
type Engine string

// Engines.
const (
	Chromium    Engine = "chromium"
	Gecko       Engine = "gecko"
	QtWebEngine Engine = "qtwebengine" // Chromium's cookie store without its profile manager
	WebKitGTK   Engine = "webkitgtk"
	Safari      Engine = "safari"
)

// Family is one browser with all its channels and packagings.
type Family struct {
	ID     string
	Name   string
	Engine Engine
	// Roots are the directories that hold profiles, by GOOS. Paths begin with a variable:
	// {home}, {config}, {chrome}, {data} (XDG), {support} (macOS), {local}, {roaming} (Windows).
	Roots map[string][]Root
	// Policies are the directories below /etc and the registry keys below Software\Policies with
	// the administrator's settings.
	Policies []string
	Registry string
	// Private says that the browser keeps no cookies between sessions.
	Private bool
}

// Root is one place where a family keeps profiles.
type Root struct {
	Path    string
	Channel string // "Beta"; "" for the stable one
	Package string // "snap", "flatpak", "Store"; "" for the vendor's own
}

func (r Root) title(f *Family) string {
	name := f.Name
	if r.Channel != "" {
		name += " " + r.Channel
	}
	if r.Package != "" {
		name += " (" + r.Package + ")"
	}
	return name
}

// Families is the table of the browsers that are known, after the vendors' documentation, the
// packages' definitions and experiments with Chromium 156 and Firefox 153.
var Families = []Family{
	{
		ID: "chrome", Name: "Google Chrome", Engine: Chromium,
		Roots: map[string][]Root{
			"windows": {
				{Path: "{local}/Google/Chrome/User Data"},
				{Path: "{local}/Google/Chrome Beta/User Data", Channel: "Beta"},
				{Path: "{local}/Google/Chrome Dev/User Data", Channel: "Dev"},
				{Path: "{local}/Google/Chrome SxS/User Data", Channel: "Canary"},
			},
			"darwin": {
				{Path: "{support}/Google/Chrome"},
				{Path: "{support}/Google/Chrome Beta", Channel: "Beta"},
				{Path: "{support}/Google/Chrome Dev", Channel: "Dev"},
				{Path: "{support}/Google/Chrome Canary", Channel: "Canary"},
			},
			"linux": {
				{Path: "{chrome}/google-chrome"},
				{Path: "{chrome}/google-chrome-beta", Channel: "Beta"},
				{Path: "{chrome}/google-chrome-unstable", Channel: "Dev"},
				{Path: "{chrome}/google-chrome-canary", Channel: "Canary"},
				{Path: "{home}/.var/app/com.google.Chrome/config/google-chrome", Package: "flatpak"},
				{Path: "{home}/.var/app/com.google.ChromeDev/config/google-chrome", Channel: "Dev", Package: "flatpak"},
				{Path: "{home}/.var/app/com.google.ChromeDev/config/google-chrome-unstable", Channel: "Dev", Package: "flatpak"},
			},
		},
		Policies: []string{"opt/chrome/policies"}, Registry: `Google\Chrome`,
	},
	{
		ID: "chromium", Name: "Chromium", Engine: Chromium,
		Roots: map[string][]Root{
			"windows": {{Path: "{local}/Chromium/User Data"}},
			"darwin":  {{Path: "{support}/Chromium"}},
			"linux": {
				{Path: "{chrome}/chromium"},
				{Path: "{home}/snap/chromium/common/chromium", Package: "snap"},
				{Path: "{home}/.var/app/org.chromium.Chromium/config/chromium", Package: "flatpak"},
				{Path: "{home}/.var/app/io.github.ungoogled_software.ungoogled_chromium/config/chromium", Channel: "(ungoogled)", Package: "flatpak"},
			},
		},
		Policies: []string{"chromium/policies", "chromium-browser/policies"}, Registry: `Chromium`,
	},
	{
		ID: "edge", Name: "Microsoft Edge", Engine: Chromium,
		Roots: map[string][]Root{
			"windows": {
				{Path: "{local}/Microsoft/Edge/User Data"},
				{Path: "{local}/Microsoft/Edge Beta/User Data", Channel: "Beta"},
				{Path: "{local}/Microsoft/Edge Dev/User Data", Channel: "Dev"},
				{Path: "{local}/Microsoft/Edge SxS/User Data", Channel: "Canary"},
			},
			"darwin": {
				{Path: "{support}/Microsoft Edge"},
				{Path: "{support}/Microsoft Edge Beta", Channel: "Beta"},
				{Path: "{support}/Microsoft Edge Dev", Channel: "Dev"},
				{Path: "{support}/Microsoft Edge Canary", Channel: "Canary"},
			},
			"linux": {
				{Path: "{config}/microsoft-edge"},
				{Path: "{config}/microsoft-edge-beta", Channel: "Beta"},
				{Path: "{config}/microsoft-edge-dev", Channel: "Dev"},
				{Path: "{home}/.var/app/com.microsoft.Edge/config/microsoft-edge", Package: "flatpak"},
			},
		},
		Policies: []string{"opt/edge/policies"}, Registry: `Microsoft\Edge`,
	},
	{
		ID: "brave", Name: "Brave", Engine: Chromium,
		Roots: map[string][]Root{
			"windows": {
				{Path: "{local}/BraveSoftware/Brave-Browser/User Data"},
				{Path: "{local}/BraveSoftware/Brave-Browser-Beta/User Data", Channel: "Beta"},
				{Path: "{local}/BraveSoftware/Brave-Browser-Nightly/User Data", Channel: "Nightly"},
				{Path: "{local}/BraveSoftware/Brave-Origin/User Data", Channel: "Origin"},
			},
			"darwin": {
				{Path: "{support}/BraveSoftware/Brave-Browser"},
				{Path: "{support}/BraveSoftware/Brave-Browser-Beta", Channel: "Beta"},
				{Path: "{support}/BraveSoftware/Brave-Browser-Nightly", Channel: "Nightly"},
			},
			"linux": {
				{Path: "{config}/BraveSoftware/Brave-Browser"},
				{Path: "{config}/BraveSoftware/Brave-Browser-Beta", Channel: "Beta"},
				{Path: "{home}/snap/brave/current/.config/BraveSoftware/Brave-Browser", Package: "snap"},
				{Path: "{home}/.var/app/com.brave.Browser/config/BraveSoftware/Brave-Browser", Package: "flatpak"},
			},
		},
		Policies: []string{"brave/policies"}, Registry: `BraveSoftware\Brave`,
	},
	{
		ID: "vivaldi", Name: "Vivaldi", Engine: Chromium,
		Roots: map[string][]Root{
			"windows": {{Path: "{local}/Vivaldi/User Data"}},
			"darwin":  {{Path: "{support}/Vivaldi"}},
			"linux": {
				{Path: "{config}/vivaldi"},
				{Path: "{config}/vivaldi-snapshot", Channel: "Snapshot"},
				{Path: "{home}/snap/vivaldi/current/.config/vivaldi", Package: "snap"},
				{Path: "{home}/.var/app/com.vivaldi.Vivaldi/config/vivaldi", Package: "flatpak"},
			},
		},
		Registry: `Vivaldi`,
	},
	{
		ID: "opera", Name: "Opera", Engine: Chromium,
		Roots: map[string][]Root{
			"windows": {
				{Path: "{roaming}/Opera Software/Opera Stable"},
				{Path: "{roaming}/Opera Software/Opera Next", Channel: "Beta"},
				{Path: "{roaming}/Opera Software/Opera Developer", Channel: "Developer"},
			},
			"darwin": {
				{Path: "{support}/com.operasoftware.Opera"},
				{Path: "{support}/com.operasoftware.OperaNext", Channel: "Beta"},
				{Path: "{support}/com.operasoftware.OperaDeveloper", Channel: "Developer"},
			},
			"linux": {
				{Path: "{config}/opera"},
				{Path: "{config}/opera-beta", Channel: "Beta"},
				{Path: "{config}/opera-developer", Channel: "Developer"},
				{Path: "{home}/snap/opera/current/.config/opera", Package: "snap"},
				{Path: "{home}/snap/opera-beta/current/.config/opera-beta", Channel: "Beta", Package: "snap"},
				{Path: "{home}/.var/app/com.opera.Opera/config/opera", Package: "flatpak"},
			},
		},
	},
	{
		ID: "opera-gx", Name: "Opera GX", Engine: Chromium,
		Roots: map[string][]Root{
			"windows": {{Path: "{roaming}/Opera Software/Opera GX Stable"}},
			"darwin":  {{Path: "{support}/com.operasoftware.OperaGX"}},
		},
	},
	{
		ID: "arc", Name: "Arc", Engine: Chromium,
		Roots: map[string][]Root{
			"windows": {{Path: "{local}/Packages/TheBrowserCompany.Arc_*/LocalCache/Local/Arc/User Data", Package: "Store"}},
			"darwin":  {{Path: "{support}/Arc/User Data"}},
		},
	},
	{
		ID: "yandex", Name: "Yandex Browser", Engine: Chromium,
		Roots: map[string][]Root{
			"windows": {{Path: "{local}/Yandex/YandexBrowser/User Data"}},
			"darwin":  {{Path: "{support}/Yandex/YandexBrowser"}},
			"linux": {
				{Path: "{config}/yandex-browser"},
				{Path: "{config}/yandex-browser-beta", Channel: "Beta"},
			},
		},
	},
	{
		ID: "firefox", Name: "Firefox", Engine: Gecko,
		Roots: map[string][]Root{
			"windows": {
				{Path: "{roaming}/Mozilla/Firefox"},
				{Path: "{local}/Packages/Mozilla.Firefox_*/LocalCache/Roaming/Mozilla/Firefox", Package: "Store"},
			},
			"darwin": {{Path: "{support}/Firefox"}},
			"linux": {
				{Path: "{config}/mozilla/firefox"},
				{Path: "{home}/.mozilla/firefox"},
				{Path: "{home}/.mozilla/firefox-trunk", Channel: "Nightly"},
				{Path: "{home}/snap/firefox/common/.mozilla/firefox", Package: "snap"},
				{Path: "{home}/.var/app/org.mozilla.firefox/.mozilla/firefox", Package: "flatpak"},
				{Path: "{home}/.var/app/org.mozilla.firefox/config/mozilla/firefox", Package: "flatpak"},
			},
		},
		Policies: []string{"firefox/policies"}, Registry: `Mozilla\Firefox`,
	},
	{
		ID: "librewolf", Name: "LibreWolf", Engine: Gecko,
		Roots: map[string][]Root{
			"windows": {
				{Path: "{roaming}/librewolf"},
				{Path: "{local}/Packages/31856maltejur.LibreWolf_*/LocalCache/Roaming/librewolf", Package: "Store"},
			},
			"darwin": {{Path: "{support}/LibreWolf"}},
			"linux": {
				{Path: "{home}/.librewolf"},
				{Path: "{config}/librewolf/librewolf"},
				{Path: "{home}/.var/app/io.gitlab.librewolf-community/.librewolf", Package: "flatpak"},
			},
		},
		Policies: []string{"librewolf/policies"},
	},
	{
		ID: "waterfox", Name: "Waterfox", Engine: Gecko,
		Roots: map[string][]Root{
			"windows": {{Path: "{roaming}/Waterfox"}},
			"darwin":  {{Path: "{support}/Waterfox"}},
			"linux": {
				{Path: "{home}/.waterfox"},
				{Path: "{home}/.var/app/net.waterfox.waterfox/.waterfox", Package: "flatpak"},
			},
		},
	},
	{
		ID: "zen", Name: "Zen Browser", Engine: Gecko,
		Roots: map[string][]Root{
			"windows": {{Path: "{roaming}/Zen"}},
			"darwin":  {{Path: "{support}/Zen"}},
			"linux": {
				{Path: "{home}/.zen"},
				{Path: "{config}/zen"},
				{Path: "{home}/snap/zen/common/.zen", Package: "snap"},
				{Path: "{home}/.var/app/app.zen_browser.zen/.zen", Package: "flatpak"},
			},
		},
	},
	{
		ID: "tor-browser", Name: "Tor Browser", Engine: Gecko, Private: true,
		Roots: map[string][]Root{
			"darwin": {{Path: "{support}/TorBrowser-Data/Browser"}},
			"linux":  {{Path: "{data}/torbrowser/tbb/*/tor-browser/Browser/TorBrowser/Data/Browser"}},
		},
	},
	{
		ID: "safari", Name: "Safari", Engine: Safari,
		Roots: map[string][]Root{
			"darwin": {{Path: "{home}/Library/Containers/com.apple.Safari/Data/Library"}},
		},
	},
	{
		ID: "epiphany", Name: "GNOME Web", Engine: WebKitGTK,
		Roots: map[string][]Root{
			"linux": {
				{Path: "{data}/epiphany"},
				{Path: "{home}/.var/app/org.gnome.Epiphany/data/epiphany", Package: "flatpak"},
			},
		},
	},
	{
		ID: "falkon", Name: "Falkon", Engine: QtWebEngine,
		Roots: map[string][]Root{
			"linux":   {{Path: "{config}/falkon/profiles"}},
			"windows": {{Path: "{local}/falkon/profiles"}},
		},
	},
	{
		ID: "qutebrowser", Name: "qutebrowser", Engine: QtWebEngine,
		Roots: map[string][]Root{
			"linux":   {{Path: "{data}/qutebrowser/webengine"}},
			"windows": {{Path: "{roaming}/qutebrowser/data/webengine"}},
			"darwin":  {{Path: "{support}/qutebrowser/webengine"}},
		},
	},
}
