package browser

// Pages are the addresses within a browser where a person changes what it says about the network.
// Firefox opens its own from a command line; a Chromium shows a new tab instead (tried with 156), so
// the address is to be copied. "" where no address is known.
type Pages struct {
	DoH   string `json:"dns,omitempty"`
	Proxy string `json:"proxy,omitempty"`
}

// settingsPages are those of single families, after the vendors' help pages. The search in the
// settings is of Chromium itself.
var settingsPages = map[string]Pages{
	"edge":   {"edge://settings/privacy", "edge://settings/system"},
	"brave":  {"brave://settings/security", "brave://settings/system"},
	"opera":  {"opera://settings/?search=dns", "opera://settings/?search=proxy"},
	"yandex": {"browser://settings/?search=dns", "browser://settings/?search=proxy"},
}

// Pages are where this family's settings for DNS and proxies are.
func (f *Family) Pages() Pages {
	if f.ID == "opera-gx" {
		return settingsPages["opera"]
	}
	if p, ok := settingsPages[f.ID]; ok {
		return p
	}
	switch f.Engine {
	case Chromium:
		return Pages{"chrome://settings/security", "chrome://settings/system"}
	case Gecko:
		return Pages{"about:preferences#privacy", "about:preferences#general"}
	}
	return Pages{}
}

// OpensPages reports whether the browser opens such an address when it is started with it.
func (f *Family) OpensPages() bool { return f.Engine == Gecko }
