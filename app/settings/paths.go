package settings

import (
	"os"
	"path/filepath"
)

// Path is one place that the program owns.
type Path struct {
	Name string // "settings"
	Path string // "" when the system does not tell where such files belong
	Uses string // what it is for, in a few words
}

// Paths lists every place that the program reads or writes as its own. Nothing is created.
func Paths() []Path {
	return []Path{
		{"settings", File(), "what you have chosen"},
		{"answers", Answers(), "the last answers of the window, unless you chose to keep none"},
	}
}

// File is where the settings are; "" when the system does not tell where such files belong.
func File() string { return under(os.UserConfigDir, "settings.toml") }

// Answers is the folder of the answers that the window keeps; "" when the system does not tell where
// such files belong.
func Answers() string { return under(stateDir, "answers") }

func under(dir func() (string, error), name string) string {
	d, err := dir()
	if err != nil {
		return ""
	}
	return filepath.Join(d, "waymend", name)
}
