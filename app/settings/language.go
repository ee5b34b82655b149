package settings

import (
	"strings"

	"github.com/waymend/waymend/resources"
)

// Speaks returns the language of all texts: the chosen one, else the system's, as one of those that
// there are texts in; English when neither is among them.
func (s Settings) Speaks() string {
	tag := s.Language
	if tag == "" {
		tag = systemLanguage()
	}
	return Match(tag, resources.Languages())
}

// Match returns the language of the list that a reader of the wanted tag (BCP 47, or a locale such
// as "de_AT.UTF-8") understands best, or English. Chinese is matched by its script, with the
// territories' usual ones (Unicode's likely subtags).
func Match(wanted string, list []string) string {
	wanted, _, _ = strings.Cut(wanted, ".")
	wanted, _, _ = strings.Cut(wanted, "@")
	wanted = strings.ToLower(strings.ReplaceAll(wanted, "_", "-"))
	language, rest, _ := strings.Cut(wanted, "-")
	if language == "zh" {
		wanted = "zh-hans"
		for _, part := range strings.Split(rest, "-") {
			if part == "hant" || part == "tw" || part == "hk" || part == "mo" {
				wanted = "zh-hant"
			}
		}
	}
	alike := ""
	for _, tag := range list {
		lower := strings.ToLower(tag)
		base, _, _ := strings.Cut(lower, "-")
		switch {
		case lower == wanted, lower == language:
			return tag
		case base == language && language != "zh":
			alike = tag
		}
	}
	if alike != "" {
		return alike
	}
	return resources.English
}
