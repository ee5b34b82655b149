package gui

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/widget"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/report"
)

// copy puts a text on the clipboard and says so.
func (w *window) copy(text string) {
	w.app.Clipboard().SetContent(text)
	w.apply(noticed{text: w.say("window.copied"), good: true})
}

// try runs something outside the window, aside, and says what went wrong.
func (w *window) try(open func() error) {
	lang := w.state.lang
	w.aside(func() {
		if err := open(); err != nil {
			w.post(noticed{text: say(lang, "window.not-opened", "why", report.ErrorText(err, lang)), fault: true})
		}
	})
}

func (w *window) openURL(address string) { w.try(func() error { return w.outside.url(address) }) }

// examineAddress puts an address into the field and examines it.
func (w *window) examineAddress(address string) {
	w.view.check.entry.SetText(address)
	w.examine(address)
}

// copyAnswer puts the answer on the clipboard, as text.
func (w *window) copyAnswer() {
	if d := w.state.exam.document; d != nil {
		w.copy(d.Markdown(w.state.lang))
	}
}

// saveReport saves the answer as a page in the folder where the person's files are, and offers to
// open it.
func (w *window) saveReport() {
	e := w.state.exam
	if e.document == nil || e.result == nil {
		return
	}
	lang := w.state.lang
	w.aside(func() {
		path, err := saveIn(reportFolder(), *e.document, *e.result, lang)
		if err != nil {
			w.post(noticed{text: say(lang, "window.not-saved", "why", report.ErrorText(err, lang)), fault: true})
			return
		}
		w.post(noticed{text: say(lang, "window.saved", "file", path), good: true, file: path})
	})
}

// reportFolder is where a person looks for what a program saved.
func reportFolder() string {
	home, err := os.UserHomeDir()
	if err != nil {
		return os.TempDir()
	}
	for _, name := range []string{"Downloads", "Documents", "Desktop"} {
		if info, err := os.Stat(filepath.Join(home, name)); err == nil && info.IsDir() {
			return filepath.Join(home, name)
		}
	}
	return home
}

// saveIn writes the report under a name that is not taken yet.
func saveIn(folder string, d report.Document, e report.Examination, lang string) (string, error) {
	name := "waymend"
	if d.Target != nil {
		name += "-" + strings.Map(fileRune, d.Target.Host)
	}
	name += "-" + e.Started.Local().Format("2006-01-02-150405")
	path := filepath.Join(folder, name+".html")
	for _, err := os.Lstat(path); err == nil; _, err = os.Lstat(path) {
		name += "-2"
		if len(name) > 200 {
			return "", errors.New("no name is free for the report")
		}
		path = filepath.Join(folder, name+".html")
	}
	return path, report.Save(path, d, lang)
}

// fileRune keeps what every file system takes in a name.
func fileRune(r rune) rune {
	if r == '.' || r == '-' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' {
		return r
	}
	return '-'
}

// showLetter shows the message for whoever must mend the rest.
func (w *window) showLetter(d report.Document, who string) {
	subject, body := report.Letter(d, who, w.state.lang)
	text := widget.NewLabel(subject + "\n\n" + body)
	text.Wrapping = fyne.TextWrapWord
	scroll := container.NewVScroll(text)
	scroll.SetMinSize(fyne.NewSize(320, 360)) // less in a small window
	w.openSheet(w.say("window.letter."+who), scroll,
		sheetButton{"window.copy-letter", true, func() { w.closeSheet(); w.copy(subject + "\n\n" + body) }},
		sheetButton{"window.close", false, w.closeSheet})
}

// showReloadKeys tells which keys load a page anew, past the browser's cache.
func (w *window) showReloadKeys() {
	var lines []string
	for _, b := range w.state.browsers {
		if keys := w.outside.reloadKeys(b.ID); keys != "" {
			lines = append(lines, b.Name+": "+keys)
		}
	}
	if len(lines) == 0 {
		lines = []string{w.outside.reloadKeys("")}
	}
	w.openSheet(w.say("window.reload-keys"), part.Body(w.say("window.reload-keys.text")+"\n\n"+strings.Join(lines, "\n")),
		sheetButton{"window.close", true, w.closeSheet})
}

// restartLimit bounds how long the system may take to accept a restart.
const restartLimit = 2 * time.Minute

// askRestart restarts the computer after the person has said so once more.
func (w *window) askRestart() {
	w.openSheet(w.say("window.restart-computer"), part.Body(w.say("window.restart-computer.text")),
		sheetButton{"window.cancel", false, w.closeSheet}, // first, since it gets the keyboard
		sheetButton{"window.restart-now", true, func() {
			w.closeSheet()
			w.try(func() error {
				ctx, cancel := context.WithTimeout(context.Background(), restartLimit)
				defer cancel()
				return w.outside.restart(ctx)
			})
		}})
}
