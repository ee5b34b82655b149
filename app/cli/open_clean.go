package cli

import (
	"strings"

	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform/launch"
)

// openedClean is the document of "waymend browsers --open-clean ADDRESS --json".
type openedClean struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	Address string `json:"address"`
	Browser string `json:"browser"`
	ID      string `json:"id"`
	Opened  bool   `json:"opened"`
	Reason  string `json:"reason,omitempty"`
}

// openClean is "browsers --open-clean ADDRESS": the address in a browser with a clean profile.
func (c *call) openClean() error {
	target, err := diagnostics.ParseTarget(c.flags.openClean)
	if err != nil {
		return usageError{err}
	}
	set, err := c.settings()
	if err != nil {
		return err
	}
	p, kit := c.printer(set.Speaks()), mend.Here()
	doc := openedClean{Schema: "waymend.browsers/1", Version: version, Address: target.URL}
	var able []launch.Browser
	for _, b := range kit.Launch.Browsers() {
		if b.CanClean() {
			able = append(able, b)
		}
	}
	b, why := p.chosen(able, c.flags.in)
	if why == "" {
		doc.Browser, doc.ID = b.Name, b.ID
		if err := kit.OpenClean(b, target.URL); err != nil {
			why = mend.Why(err, p.lang)
		}
	}
	doc.Opened, doc.Reason = why == "", why
	if doc.Opened {
		giveBackLater()
	}
	switch {
	case c.flags.json:
		err = c.writeJSON(doc)
	case doc.Opened:
		p.para("", p.say("cli.browsers.opened", "address", wire.Printable(target.URL, 200), "browser", b.Name), bold)
		p.para("", p.say("cli.browsers.ask", "address", wire.Printable(target.URL, 200), "browser", b.Name, "host", target.Host), "")
		p.para("", p.say("cli.browsers.later"), faint)
	}
	if why != "" {
		return codeError{exitFault, why}
	}
	return err
}

// chosen is the browser with the ID or the name that a person gave, or of that family; the first one
// when none was given. why says that there is none.
func (p printer) chosen(list []launch.Browser, name string) (b launch.Browser, why string) {
	if len(list) == 0 {
		return b, p.say("cli.browsers.no-clean")
	}
	if name == "" {
		return list[0], ""
	}
	for _, same := range []func(launch.Browser) string{
		func(b launch.Browser) string { return b.ID }, func(b launch.Browser) string { return b.Name }, func(b launch.Browser) string { return b.Family },
	} {
		for _, b := range list {
			if strings.EqualFold(same(b), name) {
				return b, ""
			}
		}
	}
	var ids []string
	for _, b := range list {
		ids = append(ids, b.ID)
	}
	return b, p.say("cli.browsers.not-that", "name", wire.Printable(name, 60), "names", strings.Join(ids, ", "))
}
