//go:build lab && linux

package window

import (
	"fmt"
	"image"
	"image/png"
	"os"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// languages in the order of the settings page.
var languages = []string{"de", "en", "es", "fr", "it", "ja", "pl", "pt-BR", "zh-Hans"}

// TestSettings changes language and theme by keyboard, with an answer on the screen.
func TestSettings(t *testing.T) {
	skip(t)
	t.Parallel()
	a := New(t, "site.bad-gateway-nginx", Screen{}).Open()
	a.Answer("shop.example")
	titles := map[string]string{}
	a.visit("settings")
	for i, lang := range languages {
		a.Until("the keyboard at the language", func() bool { return a.Focus.Type == "part.Choice" })
		a.pick(i + 1) // after that of the system
		a.Until(lang, func() bool { return a.State.Language == lang })
		titles[a.State.Title] = lang
		a.Shot(lang)
	}
	if len(titles) != len(languages) {
		t.Errorf("the answer does not speak every language: %v", titles)
	}
	a.Until("the keyboard at the language", func() bool { return a.Focus.Type == "part.Choice" })
	a.Press("Tab")
	a.pick(1)
	a.Until("the light theme", func() bool { return a.State.Theme == "light" && !a.State.Dark })
	a.wait("a light picture", func() bool { return a.brightness() > 0.6 })
	a.pick(2)
	a.Until("the dark theme", func() bool { return a.State.Theme == "dark" && a.State.Dark })
	a.wait("a dark picture", func() bool { return a.brightness() < 0.4 })
	a.Until("the settings kept", func() bool {
		text, _ := os.ReadFile(a.Home + "/.config/waymend/settings.toml")
		return strings.Contains(string(text), "dark") && strings.Contains(string(text), "zh-Hans")
	})
}

// pick opens the list that has the keyboard and chooses from it.
func (a *App) pick(i int) {
	a.t.Helper()
	a.Key("space")
	a.Until("the list", func() bool { return a.State.Over == 1 })
	for range i + 1 {
		a.Key("Down")
	}
	a.Key("Return")
	a.Until("no list", func() bool { return a.State.Over == 0 })
}

// brightness is that of the window's picture, 0 to 1.
func (a *App) brightness() (mean float64) {
	a.t.Helper()
	window := strings.TrimSpace(a.Must("xdotool", "getactivewindow"))
	a.Must("import", "-window", window, "-colorspace", "gray", a.Home+"/gray.png")
	fmt.Sscan(a.Must("identify", "-format", "%[fx:mean]", a.Home+"/gray.png"), &mean)
	return mean
}

// TestSizes makes the window large and small, with an answer on the screen.
func TestSizes(t *testing.T) {
	skip(t)
	t.Parallel()
	a := New(t, "site.bad-gateway-nginx", Screen{Size: "2100x1200"}).Open()
	a.Answer("shop.example")
	window := strings.TrimSpace(a.Must("xdotool", "getactivewindow"))
	for _, c := range []struct{ width, height float32 }{{900, 600}, {1920, 1080}, {320, 240}, {900, 600}, {1920, 1080}} {
		a.Must("xdotool", "windowsize", window, fmt.Sprint(c.width), fmt.Sprint(c.height))
		a.Until(fmt.Sprint(c), func() bool {
			if c.width < 400 { // the least that the window takes
				return a.State.Width < 500 && a.State.Height < 500
			}
			return a.State.Width == c.width && a.State.Height == c.height
		})
		a.Shot(fmt.Sprintf("%vx%v", c.width, c.height))
		if a.State.Fault != "site.bad-gateway" {
			t.Errorf("the answer is gone: %+v", a.State)
		}
	}
}

// TestScale starts the window at the sizes of things that screens ask for.
func TestScale(t *testing.T) {
	skip(t)
	for _, scale := range []float32{1, 1.5, 2} {
		t.Run(fmt.Sprint(scale), func(t *testing.T) {
			t.Parallel()
			d := New(t, "site.bad-gateway-nginx", Screen{Size: "2100x1500"})
			d.Env = append(d.Env, fmt.Sprint("FYNE_SCALE=", scale))
			a := d.Open()
			a.Answer("shop.example")
			var width, height float32
			fmt.Sscanf(a.Must("sh", "-c", "xdotool getwindowgeometry --shell $(xdotool getactivewindow) | sed -n 's/^WIDTH=\\|^HEIGHT=//p'"), "%v\n%v", &width, &height)
			if a.State.Scale != scale || width != 960*scale || height != 680*scale {
				t.Errorf("scale %v, %v×%v pixels", a.State.Scale, width, height)
			}
			a.Shot("scale")
		})
	}
}

// TestChineseAndJapanese compares what the window shows with what it shows on a computer that has no
// such fonts: there, every character is the same box.
func TestChineseAndJapanese(t *testing.T) {
	skip(t)
	if _, err := os.Stat("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc"); err != nil {
		t.Skip("fonts-noto-cjk is not installed")
	}
	picture := func(t *testing.T, language string, fonts bool) image.Image {
		d := New(t, "ok.now", Screen{})
		if !fonts {
			var err error
			d.World.Client.Do(func() { err = unix.Mount("tmpfs", "/usr/share/fonts/opentype/noto", "tmpfs", 0, "") })
			if err != nil {
				t.Fatal(err)
			}
		}
		d.write(".config/waymend/settings.toml", "language = \""+language+"\"\n")
		a := d.Open()
		if a.State.Language != language {
			t.Fatalf("the window speaks %s", a.State.Language)
		}
		a.visit("settings")
		path := d.Home + "/window.png"
		d.Must("import", "-window", strings.TrimSpace(a.Must("xdotool", "getactivewindow")), path)
		d.Shot(fmt.Sprint(language, fonts))
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		m, err := png.Decode(f)
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
	for _, language := range []string{"ja", "zh-Hans"} {
		t.Run(language, func(t *testing.T) {
			t.Parallel()
			glyphs, boxes := picture(t, language, true), picture(t, language, false)
			size, differ := glyphs.Bounds(), 0
			for y := size.Min.Y; y < size.Max.Y; y++ {
				for x := size.Min.X; x < size.Max.X; x++ {
					if glyphs.At(x, y) != boxes.At(x, y) {
						differ++
					}
				}
			}
			if part := float64(differ) / float64(size.Dx()*size.Dy()); part < 0.01 {
				t.Errorf("only %.2f %% of the picture changes when the fonts go away", 100*part)
			}
		})
	}
}
