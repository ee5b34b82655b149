package resources

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// TestLanguagesHaveEveryText holds every language against English: the same keys, and for each key
// the same values and conditions, so that no language forgets what was measured.
func TestLanguagesHaveEveryText(t *testing.T) {
	en := translation(English)
	for _, lang := range Languages() {
		texts := translation(lang)
		for _, key := range slices.Sorted(maps.Keys(en)) {
			text, ok := texts[key]
			if !ok {
				t.Errorf("%s: %s is missing", lang, key)
				continue
			}
			if got, want := actions(text), actions(en[key]); !slices.Equal(got, want) {
				t.Errorf("%s: %s has %q, in English %q", lang, key, got, want)
			}
			if strings.TrimSpace(placeholder.ReplaceAllString(text, "x")) == "" {
				t.Errorf("%s: %s is empty", lang, key)
			}
		}
	}
}

// actions lists which values a text shows and which it asks about, each once.
func actions(text string) []string {
	list := placeholder.FindAllString(text, -1)
	slices.Sort(list)
	return slices.Compact(list)
}

// TestLanguagesAreTranslated finds texts that were left in English. Languages share some words.
func TestLanguagesAreTranslated(t *testing.T) {
	same := map[string]bool{
		"CDN": true, "DNS": true, "Router": true, "Website": true, "Name": true, "Details": true, "Station": true,
		"Privacy": true, "ok": true, "certain": true,
		"Waymend": true, "d": true, "h": true, "min": true, "s": true, // a name, and symbols of units
	}
	en := translation(English)
	for _, lang := range Languages() {
		if lang == English {
			continue
		}
		for key, text := range translation(lang) {
			words := strings.Trim(anyAction.ReplaceAllString(text, ""), " .,:;()?!–")
			if text == en[key] && words != "" && !same[words] {
				t.Errorf("%s: %s is English: %q", lang, key, text)
			}
		}
	}
}

var anyAction = regexp.MustCompile(`\{\{[^}]*\}\}`)

// TestLabelsFit keeps labels within the places that the window and the reports have for them.
func TestLabelsFit(t *testing.T) {
	limits := []struct {
		pattern string
		runes   int
	}{
		{`station\.name\..*`, 20},
		{`window\.place\..*`, 18},
		{`window\.(examine|examine-start|examine-plain|stop|general|example|again|did-it|save|open-report|copy|copy-answer|copy-letter|close|cancel)`, 24},
		{`window\.(edit-address|open-site|open-start|open-sign-in|router-page|guide|guide\.done|restart-computer|restart-now|reload-keys|forget)`, 24},
		{`window\.references\.(add|defaults)`, 24},
		{`window\.(open-in|private-in)`, 36},
		{`report\.state\..*`, 20},
		{`sure\..*`, 40},
		{`fault\..*\.short`, 70},
		{`fault\..*\.title(\.general)?`, 110},
		{`remedy\..*\.title`, 80},
	}
	en := translation(English)
	for _, l := range limits {
		matches, hits := regexp.MustCompile("^"+l.pattern+"$"), 0
		for _, lang := range Languages() {
			for key := range en {
				if !matches.MatchString(key) {
					continue
				}
				hits++
				text := translation(lang)[key]
				if n := utf8.RuneCountInString(fill(text, map[string]string{"host": "example.com", "browser": "Firefox"})); n > l.runes {
					t.Errorf("%s: %s has %d characters, more than %d: %q", lang, key, n, l.runes, text)
				}
			}
		}
		if hits == 0 {
			t.Errorf("no text is called %s", l.pattern)
		}
	}
}

// TestLanguagesUseTheirOwnMarks holds every language to its own quotation marks and spaces.
func TestLanguagesUseTheirOwnMarks(t *testing.T) {
	foreign := map[string]string{
		"de": `"”«»`, "en": `„«»`, "es": `"„“”`, "fr": `"„“”`, "it": `"„`, "ja": `"„“”«»`, "pl": `"“«»`, "pt-BR": `"„«»`, "zh-Hans": `"„«»`,
	}
	bare := regexp.MustCompile(`[^\s\x{a0}\x{202f}][?!;»]|[^\s\x{a0}\x{202f}]:(\s|$)|«[^\x{a0}\x{202f}]`)
	for _, lang := range Languages() {
		marks, ok := foreign[lang]
		if !ok {
			t.Errorf("nobody has said which quotation marks %s has", lang)
		}
		for key, text := range translation(lang) {
			if strings.ContainsAny(text, marks) {
				t.Errorf("%s: %s has quotation marks of another language: %q", lang, key, text)
			}
			if found := bare.FindString(text); lang == "fr" && key != "package.keywords" && found != "" {
				t.Errorf("%s: %s has no space before or after a mark, %q in %q", lang, key, found, text)
			}
		}
	}
}

// TestJapaneseAndChineseScripts finds texts that were pasted into the wrong one of the two.
func TestJapaneseAndChineseScripts(t *testing.T) {
	kana := func(r rune) bool {
		return unicode.In(r, unicode.Hiragana, unicode.Katakana) && r != 'ー' && r != '・'
	}
	for key, text := range translation("zh-Hans") {
		if strings.ContainsFunc(text, kana) {
			t.Errorf("zh-Hans: %s is Japanese: %q", key, text)
		}
	}
	if got := len(translation("ja")); got == 0 {
		t.Error("there is no Japanese")
	}
	for key, text := range translation("ja") {
		sentence := strings.HasSuffix(text, "。")
		if sentence && !strings.ContainsFunc(text, kana) {
			t.Errorf("ja: %s is not Japanese: %q", key, text)
		}
	}
}
