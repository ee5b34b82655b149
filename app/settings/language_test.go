package settings

import "testing"

func TestMatch(t *testing.T) {
	list := []string{"de", "en", "es", "fr", "it", "ja", "pl", "pt-BR", "zh-Hans"}
	for wanted, want := range map[string]string{
		"": "en", "C": "en", "C.UTF-8": "en", "POSIX": "en", "en_GB.UTF-8": "en", "de_AT.UTF-8@euro": "de", "de-AT": "de", "DE": "de",
		"pt_BR": "pt-BR", "pt-PT": "pt-BR", "zh_CN.UTF-8": "zh-Hans", "zh": "zh-Hans", "zh-Hans-SG": "zh-Hans",
		"zh_TW": "en", "zh-Hant": "en", "zh-Hant-HK": "en", "nl": "en", "ja_JP.eucJP": "ja", "-": "en", "_": "en",
	} {
		if got := Match(wanted, list); got != want {
			t.Errorf("Match(%q) = %q, want %q", wanted, got, want)
		}
	}
}
