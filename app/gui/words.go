package gui

import (
	"strings"
	"time"

	"github.com/waymend/waymend/app/report"
)

// dateForms are how the languages write a day in digits (Unicode CLDR, short dates); English readers
// on either side of the ocean agree on ISO 8601 only.
var dateForms = map[string]string{
	"de": "02.01.2006", "pl": "02.01.2006", "fr": "02/01/2006", "it": "02/01/2006", "es": "02/01/2006", "pt": "02/01/2006",
	"ja": "2006/01/02", "zh": "2006/01/02",
}

// whenText is a moment as the person's language and clock have it.
func whenText(t time.Time, lang string) string {
	base, _, _ := strings.Cut(lang, "-")
	form, ok := dateForms[base]
	if !ok {
		form = time.DateOnly
	}
	return t.Local().Format(form + " 15:04")
}

// dayText is a day as the person's language writes it, without the year.
func dayText(t time.Time, lang string) string {
	base, _, _ := strings.Cut(lang, "-")
	form, ok := dayForms[base]
	if !ok {
		form = "01-02"
	}
	return t.Local().Format(form)
}

// dayForms are the short forms of day and month (Unicode CLDR, Md).
var dayForms = map[string]string{
	"de": "2.1.", "pl": "2.01", "fr": "02/01", "it": "2/1", "es": "2/1", "pt": "02/01", "ja": "1/2", "zh": "1/2",
}

// lengthText is how long something lasted.
func (w *window) lengthText(d time.Duration) string { return report.Length(w.state.lang, d) }
