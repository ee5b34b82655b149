package report

import (
	"slices"
	"strings"

	"github.com/waymend/waymend/resources"
)

// decimalMarks are the languages, and the regions that differ from theirs, that do not write a point
// between the whole and its parts.
var decimalMarks = map[string]string{
	"de": ",", "fr": ",", "es": ",", "pt": ",", "it": ",", "pl": ",",
	"de-CH": ".", "de-LI": ".", "it-CH": ".", "es-MX": ".", "es-US": ".",
}

// spaces are what stands between a number and its unit, and beforePercent between a number and the
// sign, where that is not a space like any other.
var (
	spaces        = map[string]string{"de": "\u00a0", "fr": "\u00a0", "es": "\u00a0"}
	beforePercent = map[string]string{"de": "\u00a0", "fr": "\u00a0", "es": "\u00a0", "pt": ""}
)

// ofLanguage looks a tag up, then what it is a variant of: "de-AT", then "de".
func ofLanguage(table map[string]string, lang, otherwise string) string {
	for lang = strings.ReplaceAll(lang, "_", "-"); lang != ""; lang = lang[:max(strings.LastIndexByte(lang, '-'), 0)] {
		if s, ok := table[lang]; ok {
			return s
		}
	}
	return otherwise
}

// units are the symbols that measured values end with; they are the same in every language.
var units = []string{"ms", "s", "min", "h", "B", "kB", "MB", "GB", "TB", "B/s", "kB/s", "MB/s"}

// Measure writes a value that is exactly a number with a unit, such as "1.2 s", as the language does.
// Everything else, addresses and versions above all, is returned as it is.
func Measure(lang, value string) string {
	number, unit, ok := strings.Cut(value, " ")
	whole, parts, split := strings.Cut(strings.TrimPrefix(number, "<"), ".")
	if !ok || !digits(whole) || split && !digits(parts) {
		return value
	}
	number = strings.Replace(number, ".", ofLanguage(decimalMarks, lang, "."), 1)
	switch {
	case unit == "%":
		return number + ofLanguage(beforePercent, lang, " ") + "%"
	case unit == "days":
		return resources.Text(lang, "unit.days", map[string]string{"count": number})
	case slices.Contains(units, unit):
		return number + ofLanguage(spaces, lang, " ") + unit
	}
	return value
}

func digits(s string) bool {
	return s != "" && strings.IndexFunc(s, func(r rune) bool { return r < '0' || r > '9' }) < 0
}

// SpanIn is Span in a language.
func SpanIn(lang string, ms float64) string { return Measure(lang, Span(ms)) }
