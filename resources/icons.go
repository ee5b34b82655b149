package resources

import "embed"

//go:embed icons/*.svg
var iconFiles embed.FS

// Icon returns the drawing with the name ("router", "tick", "waymend") as SVG, or nil when there is
// none.
func Icon(name string) []byte {
	raw, err := iconFiles.ReadFile("icons/" + name + ".svg")
	if err != nil {
		return nil
	}
	return raw
}

// Icons lists the names of all drawings, in alphabetical order.
func Icons() []string {
	files, _ := iconFiles.ReadDir("icons")
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name()[:len(f.Name())-len(".svg")]
	}
	return names
}
