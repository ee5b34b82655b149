package settings

import (
	"os"
	"path/filepath"
	"slices"

	"github.com/waymend/waymend/platform/login"
)

// Path is one place that the program owns.
type Path struct {
	Name string // "settings"
	Path string // "" when the system does not tell where such files belong
	Uses string // what it is for, in a few words
}

// Paths lists every place that the program reads or writes as its own. Nothing is created.
func Paths() []Path {
	list := []Path{
		{"settings", File(), "what you have chosen"},
		{"changes", Changes(), "what Waymend changed on this computer"},
		{"cleared", Cleared(), "notes on what was cleared in browsers, until it cannot be undone any more"},
		{"profiles", Profiles(), "the clean profiles that browsers were opened with, until they are closed"},
		{"answers", Answers(), "the last answers of the window, unless you chose to keep none"},
		{"history", History(), "what the background checks saw"},
		{"unsent", Unsent(), "what waits for the collector that you named, if you did"},
	}
	optional := func(name, path, uses string) {
		if path != "" {
			list = append(list, Path{name, path, uses})
		}
	}
	optional("log", Log(), "what the background checks and the service had to say")
	optional("sockets", Sockets(), "how Waymend's own programs reach one another, while they run")
	for _, path := range login.Paths() {
		optional("login", path, "the start at login, when it is switched on")
	}
	optional("service", ServiceFile(false), "your own service, when it is installed")
	optional("machine-service", ServiceFile(true), "the machine's service, when it is installed")
	for _, path := range MachineData() {
		optional("machine-data", path, "settings and history of the machine's service")
	}
	optional("machine-sockets", MachineSockets(), "how others reach the machine's service, while it runs")
	return list
}

// Folders are those of this account that belong to the program alone, with all that is in them.
func Folders() []string {
	var list []string
	for _, path := range []string{File(), Changes(), Log(), under(os.UserCacheDir, "run")} {
		if dir := filepath.Dir(path); path != "" && filepath.Base(dir) == "waymend" && !slices.Contains(list, dir) {
			list = append(list, dir)
		}
	}
	return list
}

// File is where the settings are; "" when the system does not tell where such files belong.
func File() string { return under(os.UserConfigDir, "settings.toml") }

// Answers is the folder of the answers that the window keeps; "" when the system does not tell where
// such files belong.
func Answers() string { return under(stateDir, "answers") }

// Changes is the log of what the program changed; "" as with Answers.
func Changes() string { return under(stateDir, "changes.jsonl") }

// Cleared is the folder of the notes on what was cleared in browsers; "" as with Answers.
func Cleared() string { return under(stateDir, "cleared") }

// Profiles is the folder of the clean profiles that browsers are opened with; "" as with Answers.
func Profiles() string { return under(stateDir, "profiles") }

// History is the database of the background checks; "" as with Answers.
func History() string { return under(stateDir, "history.db") }

// Unsent is the folder of measurements that wait for a collector; "" as with Answers.
func Unsent() string { return under(stateDir, "unsent") }

func under(dir func() (string, error), name string) string {
	d, err := dir()
	if err != nil {
		return ""
	}
	return filepath.Join(d, "waymend", name)
}
