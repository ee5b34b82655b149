package part

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/driver/desktop"
	"fyne.io/fyne/v2/test"
	"fyne.io/fyne/v2/theme"
)

var fallWords = FallWords{
	Started: "Started after", Took: "took", Data: "Raw data", Cut: "There is more; Copy takes all of it.", Copy: "Copy",
	Skipped: func(n int) string { return fmt.Sprintf("%d checks were not needed", n) },
	Span: func(d time.Duration) string {
		if d >= time.Second {
			return fmt.Sprintf("%.1f s", d.Seconds())
		}
		return fmt.Sprintf("%d ms", d.Milliseconds())
	},
}

// sampleBars are checks of every state, with long names and instant ones.
func sampleBars() []Bar {
	ms := func(n int) time.Duration { return time.Duration(n) * time.Millisecond }
	bars := []Bar{
		{ID: "site.page", Name: "Page", Group: "Website", State: Fault, Start: ms(567), Took: ms(1160),
			Summary: "GET / was answered 502 Bad Gateway after 1.1 s. The answer was written by nginx behind Cloudflare, so the way to the website works and a machine of the site does not.",
			Data:    "{\n  \"status\": 502,\n  \"headers\": {\n    \"server\": \"cloudflare\",\n    \"cf-ray\": \"8f2a1b3c4d5e6f70-FRA\"\n  },\n  \"body\": \"<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>\"\n}"},
		{ID: "local.links", Name: "Network adapters", Group: "This computer", State: OK, Took: ms(2), Summary: "eth0 is up.", Data: "{\"up\": true}"},
		{ID: "local.clock", Name: "Clock", Group: "This computer", State: OK, Start: ms(3)},
		{ID: "dns.system", Name: "Names by this computer's resolver", Group: "DNS", State: Warning, Start: ms(6), Took: ms(480)},
		{ID: "dns.public", Name: "Names by public resolvers, asked one by one and compared", Group: "DNS", State: OK, Start: ms(5), Took: ms(96)},
		{ID: "isp.path", Name: "Path through the provider", Group: "Internet provider", State: Unknown, Start: ms(20), Took: ms(1400)},
		{ID: "site.tcp", Name: "Connection", Group: "Website", State: Failed, Start: ms(490), Took: ms(31)},
		{ID: "site.again", Name: "Page, asked again", Group: "Website", State: Running, Start: ms(1730), Took: ms(150)},
		{ID: "site.quic", Name: "HTTP/3", Group: "Website", State: Skipped, Summary: "The site does not offer it."},
		{ID: "proxy.reach", Name: "Proxy", Group: "This computer", State: Skipped},
	}
	for i, b := range bars {
		bars[i].Time = fallWords.Span(b.Took)
	}
	return bars
}

func sampleFall() *Waterfall {
	w := NewWaterfall(fallWords)
	w.Groups = []string{"This browser", "This computer", "Router", "Internet provider", "DNS", "CDN", "Website"}
	w.SetBars(sampleBars())
	return w
}

// showIn shows an object in a window of a width, as high as it asks for, like a page that scrolls.
func showIn(t testing.TB, o fyne.CanvasObject, width float32) fyne.Window {
	back := canvas.NewRectangle(theme.Color(theme.ColorNameBackground))
	w := test.NewTempWindow(t, container.NewStack(back, container.NewVBox(o)))
	w.SetPadded(false)
	settle(w, width)
	return w
}

func settle(w fyne.Window, width float32) {
	for range 3 { // texts wrap to a width first, and ask for their height then
		w.Resize(fyne.NewSize(width, w.Content().MinSize().Height))
	}
}

func press(w fyne.Focusable, names ...fyne.KeyName) {
	for _, n := range names {
		w.TypedKey(&fyne.KeyEvent{Name: n})
	}
}

// order is what stands in the rows, from above.
func order(w *Waterfall) string {
	var names []string
	for _, r := range w.rows {
		names = append(names, r.bar.Name)
	}
	return strings.Join(names, "|")
}

func TestWaterfallOrdersByGroupAndStart(t *testing.T) {
	wear(t, Theme{})
	want := "This computer|Network adapters|Clock|Internet provider|Path through the provider|" +
		"DNS|Names by public resolvers, asked one by one and compared|Names by this computer's resolver|" +
		"Website|Connection|Page|Page, asked again|2 checks were not needed"
	if got := order(sampleFall()); got != want {
		t.Errorf("rows are\n%s, want\n%s", got, want)
	}
}

func TestWaterfallKeepsRowsWhileTheyChange(t *testing.T) {
	wear(t, Theme{})
	fall := sampleFall()
	showIn(t, fall, 1000)
	bars := sampleBars()
	row, before := fall.byID["site.again"], len(fall.objects)
	from, end := row.box.Size().Width, fall.end
	bars[7].Took += 100 * time.Millisecond
	bars[7].Time = "250 ms"
	fall.SetBars(bars)
	if fall.byID["site.again"] != row || len(fall.objects) != before {
		t.Error("a bar that grows is made anew")
	}
	if row.box.Size().Width <= from || row.time.Text != "250 ms" || fall.end != end {
		t.Errorf("the bar is %v wide (was %v), says %q, on an axis to %v (was %v)", row.box.Size().Width, from, row.time.Text, fall.end, end)
	}
	bars[7].Took = 9 * time.Second
	fall.SetBars(bars)
	if fall.end < 10*time.Second || row.box.Position().X+row.box.Size().Width > fall.size.right {
		t.Errorf("the axis ends at %v, the bar at %v of %v", fall.end, row.box.Position().X+row.box.Size().Width, fall.size.right)
	}
	bars[7].State = Skipped
	fall.SetBars(bars)
	if strings.Contains(order(fall), "asked again") || !strings.HasSuffix(order(fall), "3 checks were not needed") {
		t.Error("a check that was skipped keeps its row:", order(fall))
	}
	fall.SetBars(nil)
	if len(fall.rows) != 0 || fall.MinSize().Height != 0 {
		t.Error("rows are left:", order(fall))
	}
}

func TestWaterfallNeverShowsLessThanAMark(t *testing.T) {
	wear(t, Theme{})
	fall := sampleFall()
	w := showIn(t, fall, 320)
	for _, width := range []float32{320, 559, 561, 1000, 3000} {
		settle(w, width)
		for _, r := range fall.rows {
			if r.kind != fallBar {
				continue
			}
			if r.box.Size().Width < 2 {
				t.Errorf("%s is %v wide at %v", r.bar.ID, r.box.Size().Width, width)
			}
			if end := r.time.Position().X + r.time.Size().Width; end > width {
				t.Errorf("the time of %s ends at %v of %v", r.bar.ID, end, width)
			}
		}
	}
}

func TestWaterfallByKeyboard(t *testing.T) {
	wear(t, Theme{})
	fall := sampleFall()
	var copied string
	revealed := 0
	fall.OnCopy = func(text string) { copied = text }
	fall.OnReveal = func(_, _ float32) { revealed++ }
	w := showIn(t, fall, 1000)
	w.Canvas().FocusNext()
	if w.Canvas().Focused() != fall || fall.current != "local.links" || !fall.ring.Visible() {
		t.Fatalf("Tab comes to %T, row %q", w.Canvas().Focused(), fall.current)
	}
	for _, c := range []struct {
		keys          []fyne.KeyName
		current, open string
	}{
		{[]fyne.KeyName{fyne.KeyUp}, "local.links", ""},
		{[]fyne.KeyName{fyne.KeyDown, fyne.KeyDown}, "isp.path", ""}, // over the heading
		{[]fyne.KeyName{fyne.KeyReturn}, "isp.path", "isp.path"},
		{[]fyne.KeyName{fyne.KeyReturn}, "isp.path", ""},
		{[]fyne.KeyName{fyne.KeyEnd, fyne.KeyDown}, skippedID, ""},
		{[]fyne.KeyName{fyne.KeySpace}, skippedID, skippedID},
		{[]fyne.KeyName{fyne.KeyEscape}, skippedID, ""},
		{[]fyne.KeyName{fyne.KeyPageUp, fyne.KeyHome, fyne.KeyRight, fyne.KeyRight}, "local.links", "local.links"},
	} {
		press(fall, c.keys...)
		if fall.current != c.current || fall.open != c.open || fall.panel.Visible() != (c.open != "") {
			t.Errorf("after %v row %q is current and %q open, want %q and %q", c.keys, fall.current, fall.open, c.current, c.open)
		}
	}
	if revealed == 0 {
		t.Error("the page is never asked to scroll")
	}
	fall.TypedShortcut(&fyne.ShortcutCopy{})
	if copied != "Network adapters\neth0 is up.\n{\"up\": true}" {
		t.Errorf("copied %q", copied)
	}
	w.Canvas().Unfocus()
	if fall.ring.Visible() {
		t.Error("the ring stays without the focus")
	}
}

func TestWaterfallByMouse(t *testing.T) {
	wear(t, Theme{})
	fall := sampleFall()
	showIn(t, fall, 1000)
	at := func(id string) fyne.PointEvent {
		return fyne.PointEvent{Position: fyne.NewPos(50, fall.byID[id].top+4)}
	}
	p := at("site.page")
	fall.MouseIn(&desktop.MouseEvent{PointEvent: p})
	if !fall.hover.Visible() || fall.Cursor() != desktop.PointerCursor {
		t.Error("the row under the pointer is not marked")
	}
	fall.Tapped(&p)
	if fall.open != "site.page" {
		t.Errorf("a click opened %q", fall.open)
	}
	p = at("local.clock")
	fall.Tapped(&p)
	if fall.open != "local.clock" {
		t.Errorf("a click on another row opened %q", fall.open)
	}
	fall.Tapped(&p)
	fall.MouseOut()
	if fall.open != "" || fall.hover.Visible() {
		t.Error("the second click leaves the details open, or the pointer its mark")
	}
	p = at("\x00Website")
	fall.Tapped(&p)
	if fall.open != "" {
		t.Error("a heading opened", fall.open)
	}
}

func TestWaterfallBoundsRawData(t *testing.T) {
	wear(t, Theme{})
	fall := NewWaterfall(fallWords)
	var copied string
	fall.OnCopy = func(text string) { copied = text }
	data := strings.Repeat("x", 500) + "\n" + strings.Repeat("línea\n", 40_000)
	fall.SetBars([]Bar{{ID: "a", Name: "A", Data: data}})
	fall.Open("a")
	showIn(t, fall, 600)
	shown := 0
	for _, l := range fall.panel.data.labels {
		shown += len(l.Text)
		for line := range strings.SplitSeq(l.Text, "\n") {
			if len(line) > dataLine {
				t.Fatalf("a line of %d bytes is shown", len(line))
			}
		}
	}
	if shown > dataShown+100 || shown < dataShown*9/10 || !fall.panel.cut.Visible() {
		t.Errorf("%d bytes are shown, and that there is more: %v", shown, fall.panel.cut.Visible())
	}
	if fall.MinSize().Height > 600 {
		t.Errorf("the details make the page %v high", fall.MinSize().Height)
	}
	fall.copyOpen()
	if copied != "A\n"+data {
		t.Errorf("%d bytes were copied of %d", len(copied), len(data))
	}
	fall.SetBars([]Bar{{ID: "a", Name: "A", Data: "short"}})
	if got := fall.panel.data.labels[0].Text; got != "short" || fall.panel.cut.Visible() {
		t.Errorf("then %q is shown", got)
	}
}

func TestBounded(t *testing.T) {
	for _, c := range []struct {
		text string
		most int
		want string
	}{
		{"short", 10, "short"}, {"abcdef", 4, "abcd"}, {"abc\ndef", 5, "abc"}, {"a\nbcdefgh", 6, "a\nbcde"},
		{"ää", 3, "ä"}, {"äää", 4, "ää"}, {"日本", 2, ""}, {"", 0, ""},
	} {
		if got := bounded(c.text, c.most); got != c.want {
			t.Errorf("bounded(%q, %d) = %q, want %q", c.text, c.most, got, c.want)
		}
	}
}

func FuzzRawDataIsShownWhole(f *testing.F) {
	f.Add("one\ntwo\n\nthree", uint8(3), uint8(4))
	f.Add(strings.Repeat("é", 40), uint8(1), uint8(1))
	f.Fuzz(func(t *testing.T, text string, line, size uint8) {
		text = strings.ToValidUTF8(text, "?")
		most := int(line) + 1
		broken := brokenLines(text, most)
		if strings.ReplaceAll(broken, "\n", "") != strings.ReplaceAll(text, "\n", "") {
			t.Fatalf("%q became %q", text, broken)
		}
		for one := range strings.SplitSeq(broken, "\n") {
			if n := len([]rune(one)); n > most {
				t.Fatalf("a line has %d characters", n)
			}
		}
		if back := strings.Join(inPieces(broken, int(size)+1), "\n"); back != broken {
			t.Fatalf("%q was cut to %q", broken, back)
		}
	})
}

// BenchmarkSetBars is one event of a running examination: of sixty bars, four grow.
func BenchmarkSetBars(b *testing.B) {
	wear(b, Theme{Variant: Light})
	bars := make([]Bar, 60)
	for i := range bars {
		bars[i] = Bar{ID: fmt.Sprint("check.", i), Name: fmt.Sprint("Check number ", i), Group: fmt.Sprint("Station ", i/9), State: OK, Start: time.Duration(i) * 20 * time.Millisecond, Took: 50 * time.Millisecond, Time: "50 ms", Data: strings.Repeat("x", 4096)}
	}
	fall := NewWaterfall(fallWords)
	fall.SetBars(bars)
	showIn(b, fall, 1000)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		for _, at := range []int{5, 25, 45, 59} {
			bars[at].State = Running
			bars[at].Took = time.Duration(50+i%600) * time.Millisecond
			bars[at].Time = fallWords.Span(bars[at].Took)
		}
		fall.SetBars(bars)
	}
}

// BenchmarkOpen is showing the details of a check with as much raw data as is ever shown.
func BenchmarkOpen(b *testing.B) {
	wear(b, Theme{Variant: Light})
	var data [2]string
	for n := range data {
		var text strings.Builder
		for i := 0; text.Len() < dataShown; i++ {
			fmt.Fprintf(&text, "  \"name %d\": \"some value %d of usual length\",\n", i, n)
		}
		data[n] = text.String()
	}
	fall := NewWaterfall(fallWords)
	fall.SetBars([]Bar{{ID: "a", Name: "A", Data: data[0]}, {ID: "b", Name: "B", Data: data[1]}})
	showIn(b, fall, 1000)
	for i := 0; b.Loop(); i++ {
		fall.Open([]string{"a", "b"}[i%2])
	}
}
