package resources

import (
	"encoding/json"
	"maps"
	"path"
	"slices"
	"strings"
	"sync"
)

// English is the language that all texts are written in first; other languages fall back on it.
const English = "en"

// translation reads one language's file once; it is empty when there is none.
func translation(lang string) map[string]string {
	if once, ok := translations()[lang]; ok {
		return once()
	}
	return nil
}

var translations = sync.OnceValue(func() map[string]func() map[string]string {
	files, _ := translationFiles.ReadDir("translations")
	all := make(map[string]func() map[string]string, len(files))
	for _, f := range files {
		name := path.Join("translations", f.Name())
		all[strings.TrimSuffix(f.Name(), ".json")] = sync.OnceValue(func() (texts map[string]string) {
			if raw, err := translationFiles.ReadFile(name); err == nil {
				_ = json.Unmarshal(raw, &texts) // checked by the tests
			}
			return texts
		})
	}
	return all
})

// Languages lists the languages there are texts in, as BCP 47 tags in alphabetical order.
func Languages() []string {
	var list []string
	for lang := range translations() {
		list = append(list, lang)
	}
	slices.Sort(list)
	return list
}

// find looks the key up in the language ("de-AT", then "de") and then in English.
func find(lang, key string) (string, bool) {
	lang = strings.ReplaceAll(lang, "_", "-")
	for lang != "" {
		if s, ok := translation(lang)[key]; ok {
			return s, true
		}
		lang = lang[:max(strings.LastIndexByte(lang, '-'), 0)]
	}
	s, ok := translation(English)[key]
	return s, ok
}

// Has reports whether Text has words for the key in the language or in English.
func Has(lang, key string) bool {
	_, ok := find(lang, key)
	return ok
}

// Text returns the words for the key with the values filled in, in the language or, when that has
// none, in English, or the key itself. When there is no value "host", the variant "<key>.general"
// is preferred if there is one: it does without a website.
//
// The texts are templates in a small part of text/template's language, the one that Fyne's
// translations use: {{.name}} stands for a value, and {{if .name}}…{{else}}…{{end}}
// for words that need it. A value that is missing is left out. Values are never expanded again.
// A value called "fault" is the id of a fault and is shown as its short words.
func Text(lang, key string, values map[string]string) string {
	if short := "fault." + values["fault"] + ".short"; values["fault"] != "" && Has(lang, short) {
		values = maps.Clone(values)
		delete(values, "fault")
		values["fault"] = Text(lang, short, values)
	}
	if values["host"] == "" {
		if s, ok := find(lang, key+".general"); ok {
			return fill(s, values)
		}
	}
	s, ok := find(lang, key)
	if !ok {
		return key
	}
	return fill(s, values)
}

// fill expands a template. An action that is none of the known ones is left out.
func fill(text string, values map[string]string) string {
	if !strings.Contains(text, "{{") {
		return text
	}
	var b strings.Builder
	for text != "" {
		text, _ = expand(&b, text, values, true)
	}
	return b.String()
}

// expand writes text, when wanted, up to the {{else}} or {{end}} that does not belong to an {{if}}
// inside it. It returns what follows, and which of the two it met.
func expand(b *strings.Builder, text string, values map[string]string, wanted bool) (rest, stop string) {
	for {
		before, action, rest, ok := cutAction(text)
		if wanted {
			b.WriteString(before)
		}
		if !ok {
			return "", ""
		}
		text = rest
		if name, isIf := strings.CutPrefix(action, "if ."); isIf {
			holds := values[name] != ""
			text, stop = expand(b, text, values, wanted && holds)
			if stop == "else" {
				text, _ = expand(b, text, values, wanted && !holds)
			}
		} else if name, isValue := strings.CutPrefix(action, "."); isValue {
			if wanted {
				b.WriteString(values[name])
			}
		} else if action == "else" || action == "end" {
			return text, action
		}
	}
}

// cutAction splits a template around its first {{action}}.
func cutAction(text string) (before, action, after string, ok bool) {
	before, rest, ok := strings.Cut(text, "{{")
	if !ok {
		return text, "", "", false
	}
	action, after, ok = strings.Cut(rest, "}}")
	if !ok {
		return text, "", "", false
	}
	return before, strings.TrimSpace(action), after, true
}
