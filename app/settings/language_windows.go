package settings

import "golang.org/x/sys/windows"

// systemLanguage is the first of the languages that the person wants programs to speak
// (GetUserPreferredUILanguages).
func systemLanguage() string {
	const byName = 0x8 // MUI_LANGUAGE_NAME
	if list, err := windows.GetUserPreferredUILanguages(byName); err == nil && len(list) > 0 {
		return list[0]
	}
	return ""
}
