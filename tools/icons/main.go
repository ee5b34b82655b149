// Command icons draws the program's icons: strokes in, outlines out. The icons are one family, on a
// 24×24 grid with strokes of 2 and round ends. They are written as outlines because Fyne recolours
// the fill of an icon and leaves its strokes alone.
//
// Run it from the folder tools: go run ./icons ../resources/icons
package main

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
)

const stroke = 2

// strokes are the icons that are lines only.
var strokes = map[string]string{
	// The stations of the way.
	"browser":  "M6 4 H18 A3 3 0 0 1 21 7 V17 A3 3 0 0 1 18 20 H6 A3 3 0 0 1 3 17 V7 A3 3 0 0 1 6 4 M3 9.5 H21",
	"computer": "M7 4 H17 A2.5 2.5 0 0 1 19.5 6.5 V15 H4.5 V6.5 A2.5 2.5 0 0 1 7 4 M2 19.5 H22",
	"router":   "M6 13.5 H18 A3 3 0 0 1 18 20.5 H6 A3 3 0 0 1 6 13.5 M12 13.5 V10 M9 7.2 A4.1 4.1 0 0 1 15 7.2 M6.1 4.4 A8 8 0 0 1 17.9 4.4",
	"provider": "M12 8 L7.5 21 M12 8 L16.5 21 M9.3 16 H14.7 M8.8 4.8 A4.5 4.5 0 0 0 8.8 11.2 M15.2 4.8 A4.5 4.5 0 0 1 15.2 11.2 M5.6 2.6 A8.4 8.4 0 0 0 5.6 13.4 M18.4 2.6 A8.4 8.4 0 0 1 18.4 13.4",
	"dns":      "M12 3 V5 M5 5 H16 L19.5 8.5 L16 12 H5 Z M12 12 V21 M8.5 21 H15.5",
	"cdn":      "M7 19 A4.2 4.2 0 0 1 6.6 10.7 A5.9 5.9 0 0 1 17.9 10.9 A4.1 4.1 0 0 1 17.5 19 Z",
	"website":  "M12 3 A9 9 0 0 1 12 21 A9 9 0 0 1 12 3 M3 12 H21 M12 3 A12.1 12.1 0 0 1 12 21 M12 3 A12.1 12.1 0 0 0 12 21",

	// The places in the window.
	"check":    "M10.5 3.5 A7 7 0 0 1 10.5 17.5 A7 7 0 0 1 10.5 3.5 M15.5 15.5 L20.5 20.5 M7.6 10.7 L9.7 12.8 L13.4 8.6",
	"route":    "M5.5 16 A2.5 2.5 0 0 1 5.5 21 A2.5 2.5 0 0 1 5.5 16 M18.5 3 A2.5 2.5 0 0 1 18.5 8 A2.5 2.5 0 0 1 18.5 3 M8 18.5 H16 A3.25 3.25 0 0 0 16 12 H8 A3.25 3.25 0 0 1 8 5.5 H16",
	"cleanup":  "M20.5 3.5 L13.5 10.5 M10 8 L16 14 M10 8 L3 13.5 L10.5 21 L16 14 M7 17.5 L9.8 14.7",
	"history":  "M4.2 8.5 A8.5 8.5 0 1 1 3.6 13.3 M4 3.5 V8.5 H9 M12 7.5 V12.3 L15.2 14.3",
	"settings": "M4 6.5 H12.5 M17.5 6.5 H20 M15 4 A2.5 2.5 0 0 1 15 9 A2.5 2.5 0 0 1 15 4 M4 17.5 H6.5 M11.5 17.5 H20 M9 15 A2.5 2.5 0 0 1 9 20 A2.5 2.5 0 0 1 9 15",

	// Actions.
	"copy":         "M11.5 9 H18.5 A2.5 2.5 0 0 1 21 11.5 V18.5 A2.5 2.5 0 0 1 18.5 21 H11.5 A2.5 2.5 0 0 1 9 18.5 V11.5 A2.5 2.5 0 0 1 11.5 9 M5.5 15 A2.5 2.5 0 0 1 3 12.5 V5.5 A2.5 2.5 0 0 1 5.5 3 H12.5 A2.5 2.5 0 0 1 15 5.5",
	"open":         "M14.5 4 H20 V9.5 M20 4 L11.5 12.5 M19 14.5 V17.5 A2.5 2.5 0 0 1 16.5 20 H6.5 A2.5 2.5 0 0 1 4 17.5 V7.5 A2.5 2.5 0 0 1 6.5 5 H9.5",
	"stop":         "M8 5 H16 A3 3 0 0 1 19 8 V16 A3 3 0 0 1 16 19 H8 A3 3 0 0 1 5 16 V8 A3 3 0 0 1 8 5",
	"repeat":       "M19.8 14 A8 8 0 1 1 19.3 8.5 M20 3.5 V8.5 H15",
	"save":         "M12 3.5 V14.5 M7.5 10 L12 14.5 L16.5 10 M4 16 V17.5 A2.5 2.5 0 0 0 6.5 20 H17.5 A2.5 2.5 0 0 0 20 17.5 V16",
	"chevron":      "M9 5 L16 12 L9 19",
	"chevron-down": "M5 9 L12 16 L19 9",
	"close":        "M6 6 L18 18 M18 6 L6 18",
	"mail":         "M6 5 H18 A3 3 0 0 1 21 8 V16 A3 3 0 0 1 18 19 H6 A3 3 0 0 1 3 16 V8 A3 3 0 0 1 6 5 M4 7 L12 13 L20 7",
	"undo":         "M8.5 4.5 L4 9 L8.5 13.5 M4 9 H14.5 A5.5 5.5 0 0 1 14.5 20 H9",
	"play":         "M8 5 L18.5 12 L8 19 Z",
	"pause":        "M8.5 5.5 V18.5 M15.5 5.5 V18.5",
	"plus":         "M12 5 V19 M5 12 H19",
	"trash":        "M4 6.5 H20 M9 6.5 V5.5 A2 2 0 0 1 11 3.5 H13 A2 2 0 0 1 15 5.5 V6.5 M6 6.5 L7 18.5 A2.2 2.2 0 0 0 9.2 20.5 H14.8 A2.2 2.2 0 0 0 17 18.5 L18 6.5",
	"info":         "M12 3 A9 9 0 0 1 12 21 A9 9 0 0 1 12 3 M12 11.5 V16.5 M12 7.6 H12",
	"eye":          "M2.5 12 A11.2 11.2 0 0 1 21.5 12 A11.2 11.2 0 0 1 2.5 12 M12 9.2 A2.8 2.8 0 0 1 12 14.8 A2.8 2.8 0 0 1 12 9.2",

	// The marks of states that are lines.
	"ring": "M12 4.5 A7.5 7.5 0 0 1 12 19.5 A7.5 7.5 0 0 1 12 4.5",
	"dash": "M6 12 H18",
	"dot":  "M12 9 A3 3 0 0 1 12 15 A3 3 0 0 1 12 9",
}

// shapes are the icons with areas: the marks of states, and dots on lines.
func shapes() map[string]string {
	return map[string]string{
		"tick": disc(point{12, 12}, 10) + hook(point{7.4, 12.4}, point{10.7, 15.7}, point{16.6, 8.9}, 1.25),
		"triangle": rounded(2.5, point{12, 4.5}, point{3.6, 19}, point{20.4, 19}) +
			slot(point{12, 8.6}, point{12, 13.4}, 1.25) + hole(point{12, 17.6}, 1.45),
		"cross": rounded(4.5, point{7, 7}, point{7, 17}, point{17, 17}, point{17, 7}) +
			star(point{12, 12}, 4, math.Pi/4, 5, 1.25),
		"browser": outline(strokes["browser"], stroke) + disc(point{6.6, 6.9}, 0.85) + disc(point{9.6, 6.9}, 0.85),
		"router":  outline(strokes["router"], stroke) + disc(point{7.2, 17}, 1.1) + disc(point{11, 17}, 1.1),
		"ring":    outline(strokes["ring"], 2.6),
		"dash":    outline(strokes["dash"], 3),
		"waymend-mono": outline("M3 6 L7.6 18.5 L12 10 L16.4 18.5 L21 6", 2.8) +
			disc(point{12, 4.6}, 2.2),

		// The tray's: the marks of states as wide as the grid and bolder, because they are shown on 16 pixels.
		"tray-well": disc(point{12, 12}, 11) + hook(point{6.8, 12.6}, point{10.4, 16.2}, point{17.2, 8.2}, 1.6),
		"tray-trouble": rounded(2, point{12, 3.2}, point{2.9, 20}, point{21.1, 20}) +
			slot(point{12, 8.4}, point{12, 13.2}, 1.5) + hole(point{12, 17.6}, 1.7),
		"tray-unknown": outline("M12 3.2 A8.8 8.8 0 0 1 12 20.8 A8.8 8.8 0 0 1 12 3.2", 4),
		"tray-working": outline("M20.6 14.5 A8.8 8.8 0 1 1 19.6 8 M20.6 2.6 V8.6 H14.6", 3.4),
	}
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: icons FOLDER")
		os.Exit(2)
	}
	for name, text := range draw() {
		if err := os.WriteFile(filepath.Join(os.Args[1], name+".svg"), []byte(text), 0o644); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// draw returns every icon as SVG, by name.
func draw() map[string]string {
	drawn := shapes()
	for name, path := range strokes {
		if drawn[name] == "" {
			drawn[name] = outline(path, stroke)
		}
	}
	for name, path := range drawn {
		drawn[name] = `<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24"><path fill="#000000" d="` +
			path + `"/></svg>` + "\n"
	}
	return drawn
}
