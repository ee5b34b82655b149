package report

import (
	"strings"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

// Readers of letters, as in Remedy.Who.
const (
	Owner        = "owner"
	Provider     = "provider"
	NetworkAdmin = "network-admin"
)

// Letter writes to whoever can mend what the person cannot: the owner of the website, the internet
// provider, or who runs the network. It says what was seen, when, from where on the way and how
// often, what was ruled out, and the lines that an engineer wants; nothing that is nobody else's
// business. It is empty for a reader that does not exist, and for an owner without a website.
func Letter(d Document, to, lang string) (subject, body string) {
	if to != Owner && to != Provider && to != NetworkAdmin || to == Owner && d.Target == nil {
		return "", ""
	}
	l := &letter{d: d, to: to, lang: lang, discreet: discretion(d, to, lang)}
	l.values = map[string]string{"fault": d.Verdict.Fault, "date": d.localDate(), "time": SpanIn(lang, d.ElapsedMs), "version": d.Version, "sure": d.Verdict.Sure, "percent": percent(d.Verdict.Confidence)}
	if d.sure(lang) == "" {
		delete(l.values, "sure")
	}
	if d.Target != nil {
		l.values["host"], l.values["url"] = d.Target.Host, l.url(d.Target.URL)
		if d.Target.Unicode != "" && d.Target.Note == "" {
			l.values["host"] = d.Target.Unicode
		}
	}
	return l.say("letter." + to + ".subject"), l.body()
}

// letter is one letter while it is written.
type letter struct {
	d        Document
	to, lang string
	values   map[string]string
	discreet func(string) string // takes out what is nobody else's business
	out      strings.Builder
}

func (l *letter) say(key string) string { return resources.Text(l.lang, key, l.values) }

func (l *letter) line(text string) { l.out.WriteString(text + "\n") }

// list writes a heading and its lines, or nothing when there are none.
func (l *letter) list(key string, lines []string) {
	if len(lines) == 0 {
		return
	}
	l.line("")
	l.line(l.say(key))
	for _, x := range lines {
		l.line("- " + l.discreet(x))
	}
}

func (l *letter) body() string {
	l.line(l.say("letter.hello"))
	l.line("")
	l.line(l.say("letter." + l.to + ".opening"))
	l.line("")
	if l.d.Target != nil {
		l.line(l.say("letter.address"))
	}
	l.line(l.say("letter.when"))
	l.line(l.say("letter.finding"))
	l.list("letter.seen", l.observations(l.d.Verdict.Evidence))
	l.list("letter.excluded", l.observations(l.d.Verdict.Clears))
	l.list("letter.way", l.way())
	l.list("letter.also", l.also())
	l.list("letter.help", l.help())
	l.list("letter.technical", l.technical())
	l.line("")
	l.line(l.say("letter.closing"))
	l.line("")
	l.line(l.say("letter.made"))
	return l.out.String()
}

// observations are the sentences that concern the reader: what this computer or its browsers are set
// to is for whoever runs the network at most. What a browser showed concerns everybody.
func (l *letter) observations(list []Evidence) (lines []string) {
	for _, e := range list {
		private := strings.HasPrefix(e.Check, "computer.") || e.Check == "browser.settings"
		if !private || l.to == NetworkAdmin {
			lines = append(lines, e.Text)
		}
	}
	return lines
}

func (l *letter) way() (lines []string) {
	for _, s := range l.d.Stations {
		if s.State == "skipped" {
			continue
		}
		text := s.Name + ": " + l.say("report.state."+s.State)
		personal := s.ID == "computer" || s.ID == "browser"
		if s.Summary != "" && (!personal || s.State == "fault") {
			text += ", " + s.Summary
		}
		lines = append(lines, text)
	}
	return lines
}

func (l *letter) also() (lines []string) {
	for _, a := range l.d.Verdict.Also {
		lines = append(lines, a.Title+" ("+a.Sure+")")
	}
	return lines
}

// help is what the reader can do, as far as the catalogue knows.
func (l *letter) help() (lines []string) {
	for _, r := range l.d.Verdict.Remedies {
		if r.Who == l.to && !strings.HasPrefix(r.ID, "contact-") {
			lines = append(lines, r.Text)
		}
	}
	return lines
}

// url is the address as the reader needs it: an owner the page, the others the website. What follows
// the page's name can be secret and is left out.
func (l *letter) url(address string) string {
	address = wire.Printable(wire.WithoutUser(address), maxText)
	if i := strings.IndexAny(address, "?#"); i >= 0 {
		address = address[:i] + "?…"
	}
	if scheme, rest, ok := strings.Cut(address, "://"); ok && l.to != Owner {
		host, _, _ := strings.Cut(rest, "/")
		return scheme + "://" + strings.TrimSuffix(host, "?…") + "/"
	}
	return address
}

// localDate is when the examination began by the clock of this computer, with its time zone: that is
// what a log is searched for.
func (d Document) localDate() string {
	t, err := time.Parse(time.RFC3339, d.StartedAt)
	if err != nil {
		return d.StartedAt
	}
	return t.Local().Format("2006-01-02 15:04:05 -07:00")
}
