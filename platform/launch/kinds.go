package launch

// kind is one channel of a browser family and the names by which systems know it.
type kind struct {
	family  string // in browser.Families
	channel string // "" for the stable one
	// commands are the names on PATH, which are also the names of snaps.
	commands []string
	flatpaks []string
	// app is the bundle's name in /Applications, bundle its identifier.
	app, bundle string
	// windows are endings of the program's path, in lower case.
	windows []string
	// alias is its name among the aliases of apps from the Microsoft Store.
	alias string
}

// privateFlags are the arguments before an address that ask for a private window.
var privateFlags = map[string][]string{
	"chrome": {"--incognito"}, "chromium": {"--incognito"}, "brave": {"--incognito"},
	"vivaldi": {"--incognito"}, "yandex": {"--incognito"}, "edge": {"--inprivate"},
	"opera": {"--private"}, "opera-gx": {"--private"},
	"firefox": {"--private-window"}, "librewolf": {"--private-window"},
	"waterfox": {"--private-window"}, "zen": {"--private-window"},
	"epiphany": {"--incognito-mode"}, "falkon": {"--private-browsing"},
	"qutebrowser": {"--target", "private-window"},
}

// kinds is the table of the browsers that can be started, after the vendors' packages. Tor Browser
// is left out on purpose: its way is not this computer's.
var kinds = []kind{
	{family: "firefox", commands: []string{"firefox"}, flatpaks: []string{"org.mozilla.firefox"},
		app: "Firefox", bundle: "org.mozilla.firefox", windows: []string{`\mozilla firefox\firefox.exe`}, alias: "firefox.exe"},
	{family: "firefox", channel: "ESR", commands: []string{"firefox-esr"}},
	{family: "firefox", channel: "Beta", commands: []string{"firefox-beta"}},
	{family: "firefox", channel: "Developer Edition", commands: []string{"firefox-devedition", "firefox-developer-edition"},
		app: "Firefox Developer Edition", bundle: "org.mozilla.firefoxdeveloperedition", windows: []string{`\firefox developer edition\firefox.exe`}},
	{family: "firefox", channel: "Nightly", commands: []string{"firefox-nightly", "firefox-trunk"},
		app: "Firefox Nightly", bundle: "org.mozilla.nightly", windows: []string{`\firefox nightly\firefox.exe`}},

	{family: "chrome", commands: []string{"google-chrome-stable", "google-chrome"}, flatpaks: []string{"com.google.Chrome"},
		app: "Google Chrome", bundle: "com.google.Chrome", windows: []string{`\google\chrome\application\chrome.exe`}},
	{family: "chrome", channel: "Beta", commands: []string{"google-chrome-beta"},
		app: "Google Chrome Beta", bundle: "com.google.Chrome.beta", windows: []string{`\google\chrome beta\application\chrome.exe`}},
	{family: "chrome", channel: "Dev", commands: []string{"google-chrome-unstable"}, flatpaks: []string{"com.google.ChromeDev"},
		app: "Google Chrome Dev", bundle: "com.google.Chrome.dev", windows: []string{`\google\chrome dev\application\chrome.exe`}},
	{family: "chrome", channel: "Canary", commands: []string{"google-chrome-canary"},
		app: "Google Chrome Canary", bundle: "com.google.Chrome.canary", windows: []string{`\google\chrome sxs\application\chrome.exe`}},

	{family: "chromium", commands: []string{"chromium", "chromium-browser"}, flatpaks: []string{"org.chromium.Chromium"},
		app: "Chromium", bundle: "org.chromium.Chromium", windows: []string{`\chromium\application\chrome.exe`}},
	{family: "chromium", channel: "(ungoogled)", flatpaks: []string{"io.github.ungoogled_software.ungoogled_chromium"}},

	{family: "edge", commands: []string{"microsoft-edge-stable", "microsoft-edge"}, flatpaks: []string{"com.microsoft.Edge"},
		app: "Microsoft Edge", bundle: "com.microsoft.edgemac", windows: []string{`\microsoft\edge\application\msedge.exe`}},
	{family: "edge", channel: "Beta", commands: []string{"microsoft-edge-beta"},
		app: "Microsoft Edge Beta", bundle: "com.microsoft.edgemac.Beta", windows: []string{`\microsoft\edge beta\application\msedge.exe`}},
	{family: "edge", channel: "Dev", commands: []string{"microsoft-edge-dev"},
		app: "Microsoft Edge Dev", bundle: "com.microsoft.edgemac.Dev", windows: []string{`\microsoft\edge dev\application\msedge.exe`}},
	{family: "edge", channel: "Canary",
		app: "Microsoft Edge Canary", bundle: "com.microsoft.edgemac.Canary", windows: []string{`\microsoft\edge sxs\application\msedge.exe`}},

	{family: "brave", commands: []string{"brave-browser-stable", "brave-browser", "brave"}, flatpaks: []string{"com.brave.Browser"},
		app: "Brave Browser", bundle: "com.brave.Browser", windows: []string{`\brave-browser\application\brave.exe`}},
	{family: "brave", channel: "Beta", commands: []string{"brave-browser-beta"},
		app: "Brave Browser Beta", bundle: "com.brave.Browser.beta", windows: []string{`\brave-browser-beta\application\brave.exe`}},
	{family: "brave", channel: "Nightly", commands: []string{"brave-browser-nightly"},
		app: "Brave Browser Nightly", bundle: "com.brave.Browser.nightly", windows: []string{`\brave-browser-nightly\application\brave.exe`}},

	{family: "vivaldi", commands: []string{"vivaldi-stable", "vivaldi"}, flatpaks: []string{"com.vivaldi.Vivaldi"},
		app: "Vivaldi", bundle: "com.vivaldi.Vivaldi", windows: []string{`\vivaldi\application\vivaldi.exe`}},
	{family: "vivaldi", channel: "Snapshot", commands: []string{"vivaldi-snapshot"},
		app: "Vivaldi Snapshot", bundle: "com.vivaldi.Vivaldi.snapshot"},

	{family: "opera", commands: []string{"opera"}, flatpaks: []string{"com.opera.Opera"},
		app: "Opera", bundle: "com.operasoftware.Opera", windows: []string{`\opera\launcher.exe`, `\opera\opera.exe`}},
	{family: "opera", channel: "Beta", commands: []string{"opera-beta"},
		app: "Opera Beta", bundle: "com.operasoftware.OperaNext", windows: []string{`\opera beta\launcher.exe`, `\opera beta\opera.exe`}},
	{family: "opera", channel: "Developer", commands: []string{"opera-developer"},
		app: "Opera Developer", bundle: "com.operasoftware.OperaDeveloper", windows: []string{`\opera developer\launcher.exe`, `\opera developer\opera.exe`}},
	{family: "opera-gx", app: "Opera GX", bundle: "com.operasoftware.OperaGX", windows: []string{`\opera gx\launcher.exe`, `\opera gx\opera.exe`}},

	{family: "arc", app: "Arc", bundle: "company.thebrowser.Browser", alias: "Arc.exe"},
	{family: "yandex", commands: []string{"yandex-browser-stable", "yandex-browser"},
		app: "Yandex", bundle: "ru.yandex.desktop.yandex-browser", windows: []string{`\yandexbrowser\application\browser.exe`}},
	{family: "yandex", channel: "Beta", commands: []string{"yandex-browser-beta"}},

	{family: "librewolf", commands: []string{"librewolf"}, flatpaks: []string{"io.gitlab.librewolf-community"},
		app: "LibreWolf", bundle: "io.gitlab.librewolf-community.librewolf", windows: []string{`\librewolf\librewolf.exe`}, alias: "librewolf.exe"},
	{family: "waterfox", commands: []string{"waterfox"}, flatpaks: []string{"net.waterfox.waterfox"},
		app: "Waterfox", bundle: "org.waterfoxproject.waterfox", windows: []string{`\waterfox\waterfox.exe`}},
	{family: "zen", commands: []string{"zen-browser", "zen"}, flatpaks: []string{"app.zen_browser.zen"},
		app: "Zen", bundle: "app.zen-browser.zen", windows: []string{`\zen browser\zen.exe`}},

	{family: "safari", app: "Safari", bundle: "com.apple.Safari"},
	{family: "epiphany", commands: []string{"epiphany-browser", "epiphany"}, flatpaks: []string{"org.gnome.Epiphany"}},
	{family: "falkon", commands: []string{"falkon"}, flatpaks: []string{"org.kde.falkon"}, windows: []string{`\falkon\falkon.exe`}},
	{family: "qutebrowser", commands: []string{"qutebrowser"}, flatpaks: []string{"org.qutebrowser.qutebrowser"},
		app: "qutebrowser", bundle: "org.qutebrowser.qutebrowser", windows: []string{`\qutebrowser\qutebrowser.exe`}},
}
