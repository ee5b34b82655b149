package change

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// proxyVariable finds a variable that is set in a shell's file, in environment.d(5) or in
// /etc/environment.
var proxyVariable = lazily(`^\s*(?:export\s+|set\s+-g?x\s+|setenv\s+)?((?i:https?|all)_(?i:proxy))\s*[= ]\s*\S`)

// maxVariables bounds the files that are looked at, and the lines that are shown.
const maxVariables = 32

// variables finds where the environment's proxies are set. Such files are a person's own programs, so
// they are shown and not edited.
func variables(context.Context) (list []Variable) {
	var files []string
	for _, pattern := range []string{"/etc/environment", "/etc/profile", "/etc/profile.d/*.sh", "/etc/environment.d/*.conf"} {
		found, _ := filepath.Glob(pattern)
		files = append(files, found...)
	}
	if home, err := os.UserHomeDir(); err == nil {
		for _, name := range []string{".profile", ".bash_profile", ".bashrc", ".zshenv", ".zprofile", ".zshrc", ".pam_environment", ".config/fish/config.fish", ".config/environment.d/*.conf"} {
			found, _ := filepath.Glob(filepath.Join(home, name))
			files = append(files, found...)
		}
	}
	for _, file := range files[:min(len(files), maxVariables)] {
		list = append(list, variablesIn(file)...)
	}
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"} {
		if os.Getenv(name) != "" && !slices.ContainsFunc(list, func(v Variable) bool { return strings.EqualFold(v.Name, name) }) {
			list = append(list, Variable{Name: name})
		}
	}
	slices.SortStableFunc(list, func(a, b Variable) int { return cmp.Compare(a.Name, b.Name) })
	return list[:min(len(list), maxVariables)]
}

func variablesIn(file string) []Variable {
	info, err := os.Stat(file)
	if err != nil || !info.Mode().IsRegular() {
		return nil
	}
	f, err := os.Open(file)
	if err != nil {
		return nil
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 1<<20))
	if err != nil {
		return nil
	}
	list := parseVariables(b)
	for i := range list {
		list[i].File = file
	}
	return list
}

// parseVariables finds the lines that set a proxy.
func parseVariables(b []byte) (list []Variable) {
	for n := 1; len(b) > 0 && len(list) < maxVariables; n++ {
		line, rest, _ := bytes.Cut(b, []byte("\n"))
		b = rest
		if m := proxyVariable().FindSubmatch(line[:min(len(line), 4096)]); m != nil {
			list = append(list, Variable{Name: string(m[1]), Line: n})
		}
	}
	return list
}
