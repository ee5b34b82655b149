package gui

import (
	"slices"
	"strconv"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/resources"
)

// settingsPage is the place where a person chooses. A choice holds at once and is written down.
type settingsPage struct {
	w          *window
	scroll     *container.Scroll
	language   *part.Choice
	references *referenceList
	watch      *watchList
}

// languageNames are the names of the languages in themselves.
var languageNames = map[string]string{
	"de": "Deutsch", "en": "English", "es": "Español", "fr": "Français", "it": "Italiano", "ja": "日本語",
	"pl": "Polski", "pt-BR": "Português (Brasil)", "zh-Hans": "简体中文",
}

// sizes of the window's things, percent, as they are offered.
var sizes = []int{75, 90, 100, 110, 125, 150, 175, 200}

func newSettingsPage(w *window) *settingsPage {
	p := &settingsPage{w: w}
	p.references, p.watch = newReferenceList(w), newWatchList(w)
	sections := []struct {
		key     string
		content fyne.CanvasObject
	}{
		{"window.settings.look", p.look()},
		{"window.watch", p.watch.object()},
		{"window.settings.references", p.references.object()},
		{"window.settings.privacy", p.privacy()},
		{"window.settings.files", p.files()},
	}
	box := container.New(layout.NewCustomPaddedVBoxLayout(16), part.Headline(w.say("window.place.settings")))
	for _, s := range sections {
		box.Add(part.Panel(container.New(layout.NewCustomPaddedVBoxLayout(8), part.Title(w.say(s.key)), s.content)))
	}
	box.Add(part.Quiet("Waymend " + w.version))
	p.scroll = newColumn(box)
	return p
}

func (p *settingsPage) object() fyne.CanvasObject   { return p.scroll }
func (p *settingsPage) scroller() *container.Scroll { return p.scroll }
func (p *settingsPage) first() fyne.Focusable       { return p.language }

func (p *settingsPage) render(s *state) {
	p.references.render(s)
	p.watch.render(s)
}

// look chooses language, theme, size and motion.
func (p *settingsPage) look() fyne.CanvasObject {
	w := p.w
	set := w.state.settings
	tags := append([]string{""}, resources.Languages()...)
	p.language = choice(tags, set.Language, func(tag string) string {
		if tag == "" {
			return w.say("window.settings.system")
		}
		return languageNames[tag]
	}, func(tag string) { w.choose(func(s *settings.Settings) { s.Language = tag }) })
	themes := choice([]string{"", settings.Light, settings.Dark}, set.Theme, func(t string) string {
		return w.say("window.settings.theme." + map[string]string{"": "system"}[t] + t)
	}, func(t string) { w.choose(func(s *settings.Settings) { s.Theme = t }) })
	all := slices.Clone(sizes)
	if set.Size != 0 && !slices.Contains(all, set.Size) {
		all = append(all, set.Size)
		slices.Sort(all)
	}
	names := []string{"0"}
	for _, n := range all {
		names = append(names, strconv.Itoa(n))
	}
	size := choice(names, strconv.Itoa(set.Size), func(n string) string {
		if n == "0" {
			return w.say("window.settings.system")
		}
		return n + " %"
	}, func(n string) {
		percent, _ := strconv.Atoi(n)
		w.choose(func(s *settings.Settings) { s.Size = percent })
	})
	still := part.NewTick(w.say("window.settings.still"), set.Still, func(on bool) { w.choose(func(s *settings.Settings) { s.Still = on }) })
	return container.New(layout.NewCustomPaddedVBoxLayout(8),
		row(w.say("window.settings.language"), p.language), row(w.say("window.settings.theme"), themes),
		row(w.say("window.settings.size"), size), part.Quiet(w.say("window.settings.size.text")), still)
}

// row is a label with what is chosen beside it.
func row(label string, choice fyne.CanvasObject) fyne.CanvasObject {
	return container.New(layout.NewGridLayoutWithColumns(2), part.Body(label), choice)
}

// choice offers values by their names.
func choice(values []string, chosen string, name func(string) string, choose func(string)) *part.Choice {
	names := make([]string, len(values))
	for i, v := range values {
		names[i] = name(v)
	}
	return part.NewChoice(names, slices.Index(values, chosen), func(i int) { choose(values[i]) })
}

func (p *settingsPage) privacy() fyne.CanvasObject {
	w := p.w
	keep := part.NewTick(w.say("window.settings.keep"), !w.state.settings.Forget, func(on bool) {
		w.choose(func(s *settings.Settings) { s.Forget = !on })
	})
	return container.New(layout.NewCustomPaddedVBoxLayout(8), part.Body(w.say("window.settings.privacy.text")), keep,
		part.Flow(part.NewPush(w.say("window.forget"), part.Icon("trash"), w.askForget)))
}

func (p *settingsPage) files() fyne.CanvasObject {
	box := container.New(layout.NewCustomPaddedVBoxLayout(8))
	for _, path := range settings.Paths() {
		where := path.Path
		if where == "" {
			where = p.w.say("window.settings.no-place")
		}
		label := widget.NewLabel(where)
		label.Wrapping, label.TextStyle.Monospace = fyne.TextWrapBreak, true
		push := part.NewPush(p.w.say("window.copy"), part.Icon("copy"), func() { p.w.copy(path.Path) })
		box.Add(container.NewBorder(nil, nil, nil, container.NewVBox(push), container.New(layout.NewCustomPaddedVBoxLayout(0), part.Quiet(p.w.say("window.file."+path.Name)), label)))
	}
	return box
}

// choose changes the settings: at once in the window, aside in the file.
func (w *window) choose(change func(*settings.Settings)) {
	before := w.state.settings
	set := before
	change(&set)
	lang := w.state.lang
	w.state.apply(chose{set})
	if set.Theme != before.Theme {
		w.dress()
	}
	if w.state.lang != lang {
		w.reword()
		w.build()
		w.win.Canvas().Focus(w.view.at(w.state.place).first())
	}
	w.render()
	w.save(set)
}

// save writes the settings down, aside; of choices in quick succession the last one stays.
func (w *window) save(set settings.Settings) {
	lang := w.state.lang
	w.saving.Lock()
	w.unsaved = &set
	w.saving.Unlock()
	w.aside(func() { w.writeDown(lang) })
}

// writeDown saves the last choice, unless that was done already, and tells when it cannot.
func (w *window) writeDown(lang string) {
	w.saving.Lock()
	defer w.saving.Unlock()
	if w.unsaved == nil {
		return
	}
	err := w.unsaved.Save(w.file)
	w.unsaved = nil
	if err != nil {
		w.post(noticed{text: say(lang, "window.settings.not-saved", "why", err.Error()), fault: true})
	}
}

// askForget removes the kept answers after the person has said so once more.
func (w *window) askForget() {
	w.openSheet(w.say("window.forget"), part.Body(w.say("window.forget.text")),
		sheetButton{"window.forget", true, func() {
			w.closeSheet()
			lang := w.state.lang
			w.aside(func() {
				err := w.store.Clear()
				w.list()
				if err != nil {
					w.post(noticed{text: say(lang, "window.not-forgotten", "why", err.Error()), fault: true})
					return
				}
				w.post(noticed{text: say(lang, "window.forgotten"), good: true})
			})
		}},
		sheetButton{"window.cancel", false, w.closeSheet})
}
