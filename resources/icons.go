package resources

import "embed"

//go:embed icons/*.svg
var iconFiles embed.FS

// AppPicture is the drawing "waymend" as PNG, 256 pixels wide, for windows and systems that take no
// SVG; drawing it anew would hold up the first frame.
//
//go:embed icons/waymend.png
var AppPicture []byte

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
