package gui

import (
	"net/netip"
	"slices"
	"strings"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/container"
	"fyne.io/fyne/v2/layout"

	"github.com/waymend/waymend/app/gui/part"
	"github.com/waymend/waymend/app/settings"
	"github.com/waymend/waymend/diagnostics"
)

// referenceList chooses what an examination compares with: the operators of public resolvers, and the
// pages by which sign-in pages are noticed. Defaults can be left out and own ones added.
type referenceList struct {
	w     *window
	box   *fyne.Container
	list  *fyne.Container
	shown diagnostics.References
	drawn bool

	operator, v4, v6 *part.Field
}

func newReferenceList(w *window) *referenceList {
	r := &referenceList{w: w, list: container.NewVBox()}
	r.operator, r.v4, r.v6 = part.NewField(w.say("window.references.operator")), part.NewField("192.0.2.1"), part.NewField("2001:db8::1")
	add := container.New(layout.NewGridLayoutWithColumns(3), r.operator, r.v4, r.v6)
	buttons := part.Flow(
		part.NewPush(w.say("window.references.add"), part.Icon("plus"), r.add),
		part.NewPush(w.say("window.references.defaults"), part.Icon("undo"), func() {
			w.choose(func(s *settings.Settings) { s.References = diagnostics.DefaultReferences() })
		}))
	r.box = container.New(layout.NewCustomPaddedVBoxLayout(8), part.Body(w.say("window.references.text")), r.list,
		part.Quiet(w.say("window.references.own")), add, buttons)
	return r
}

func (r *referenceList) object() fyne.CanvasObject { return r.box }

func (r *referenceList) render(s *state) {
	now := s.settings.References
	if r.drawn && slices.Equal(now.Anchors, r.shown.Anchors) && slices.Equal(now.SignIn, r.shown.SignIn) {
		return
	}
	r.drawn, r.shown = true, now
	r.list.RemoveAll()
	standard := diagnostics.DefaultReferences()
	for _, a := range union(standard.Anchors, now.Anchors) {
		r.list.Add(r.tick(anchorName(a), slices.Contains(now.Anchors, a), func(s *settings.Settings, on bool) {
			s.References.Anchors = with(union(standard.Anchors, s.References.Anchors), s.References.Anchors, a, on)
		}))
	}
	for _, p := range union(standard.SignIn, now.SignIn) {
		r.list.Add(r.tick(p.URL, slices.Contains(now.SignIn, p), func(s *settings.Settings, on bool) {
			s.References.SignIn = with(union(standard.SignIn, s.References.SignIn), s.References.SignIn, p, on)
		}))
	}
	if len(now.Anchors) == 0 {
		none := part.NewNotice()
		none.Set(part.Warning, r.w.say("window.references.none"))
		r.list.Add(none)
	}
}

func (r *referenceList) tick(name string, on bool, change func(*settings.Settings, bool)) *part.Tick {
	return part.NewTick(name, on, func(on bool) { r.w.choose(func(s *settings.Settings) { change(s, on) }) })
}

func anchorName(a diagnostics.Anchor) string {
	var words []string
	for _, addr := range []netip.Addr{a.V4, a.V6} {
		if addr.IsValid() {
			words = append(words, addr.String())
		}
	}
	return strings.TrimSpace(a.Operator + "  " + strings.Join(words, ", "))
}

// union lists the first list, and what of the second is not in it.
func union[T comparable](a, b []T) []T {
	list := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(list, x) {
			list = append(list, x)
		}
	}
	return list
}

// with is the chosen part of all, in its order, with one more or one less.
func with[T comparable](all, chosen []T, x T, on bool) []T {
	var list []T
	for _, y := range all {
		if y == x && on || y != x && slices.Contains(chosen, y) {
			list = append(list, y)
		}
	}
	return list
}

// add takes an own reference in, or says what is wrong with it.
func (r *referenceList) add() {
	a := diagnostics.Anchor{Operator: strings.TrimSpace(r.operator.Text)}
	v4, err4 := netip.ParseAddr(strings.TrimSpace(r.v4.Text))
	v6, err6 := netip.ParseAddr(strings.TrimSpace(r.v6.Text))
	if err4 == nil && v4.Is4() {
		a.V4 = v4
	}
	if err6 == nil && v6.Is6() && !v6.Is4In6() {
		a.V6 = v6
	}
	typed4, typed6 := r.v4.Text != "", r.v6.Text != ""
	switch {
	case typed4 && !a.V4.IsValid():
		r.w.apply(noticed{text: r.w.say("window.references.not-v4"), fault: true})
	case typed6 && !a.V6.IsValid():
		r.w.apply(noticed{text: r.w.say("window.references.not-v6"), fault: true})
	case !typed4 && !typed6:
		r.w.apply(noticed{text: r.w.say("window.references.no-address"), fault: true})
	case len(r.w.state.settings.References.Anchors) >= settings.MaxReferences:
		r.w.apply(noticed{text: r.w.say("window.references.many"), fault: true})
	default:
		for _, e := range []*part.Field{r.operator, r.v4, r.v6} {
			e.SetText("")
		}
		r.w.apply(noticed{})
		r.w.choose(func(s *settings.Settings) {
			s.References.Anchors = union(s.References.Anchors, []diagnostics.Anchor{a})
		})
	}
}
