package mend

import (
	"strings"

	"github.com/waymend/waymend/diagnostics/remedy"
	"github.com/waymend/waymend/platform/browser"
)

// Network is what a profile says about DNS or about proxies, in a sentence, and where the person
// changes it.
type Network struct {
	Line  remedy.Line
	Page  string // an address within the browser; "" where none is known
	Usual bool   // it is as the browser came
}

// NetworkOf tells what a browser's profile says about DNS and about proxies. A browser of which
// nothing is known says nothing.
func NetworkOf(f browser.Found) (list []Network) {
	if f.Family == nil || f.Family.Pages() == (browser.Pages{}) {
		return nil
	}
	pages, n := f.Family.Pages(), f.Network
	dns := Network{Line: remedy.Line{Key: "browser.dns." + n.DoHMode, Values: map[string]string{"server": strings.TrimSuffix(n.DoHURL, "{?dns}")}}, Page: pages.DoH}
	if n.DoHMode == "" {
		dns.Line, dns.Usual = remedy.Line{Key: "browser.dns.usual"}, true
	}
	proxy := Network{Line: remedy.Line{Key: "browser.proxy." + n.ProxyMode, Values: map[string]string{"proxy": n.Proxy}}, Page: pages.Proxy}
	if n.ProxyMode == "" || n.ProxyMode == "system" {
		proxy.Line, proxy.Usual = remedy.Line{Key: "browser.proxy.system"}, true
	}
	return []Network{dns, proxy}
}

// Change says where the setting is changed.
func (n Network) Change(managed bool) remedy.Line {
	if managed && !n.Usual {
		return remedy.Line{Key: "browser.change.managed"}
	}
	return remedy.Line{Key: "browser.change.at", Values: map[string]string{"page": n.Page}}
}
