package part

import (
	"image/color"

	"fyne.io/fyne/v2"
	"fyne.io/fyne/v2/canvas"
	"fyne.io/fyne/v2/theme"
)

// stationView draws one station: a circle with an icon, the badge of its state on the circle's edge,
// the name and the value.
type stationView struct {
	plan   *wayPlan
	circle *canvas.Circle
	halo   *canvas.Circle // breathes while the station is looked at
	icon   *canvas.Image
	under  *canvas.Circle // sets the badge off from the circle
	badge  *canvas.Image
	name   [nameLinesMax]*canvas.Text
	value  [valueLinesMost]*canvas.Text
}

func newStation() *stationView {
	s := &stationView{
		circle: &canvas.Circle{},
		halo:   &canvas.Circle{FillColor: color.Transparent},
		icon:   &canvas.Image{FillMode: canvas.ImageFillContain},
		under:  &canvas.Circle{},
		badge:  &canvas.Image{FillMode: canvas.ImageFillContain},
	}
	for i := range s.name {
		s.name[i] = &canvas.Text{}
	}
	for i := range s.value {
		s.value[i] = &canvas.Text{}
	}
	return s
}

func (s *stationView) objects() []fyne.CanvasObject {
	list := []fyne.CanvasObject{s.halo, s.circle, s.icon, s.under, s.badge}
	for _, t := range s.name {
		list = append(list, t)
	}
	for _, t := range s.value {
		list = append(list, t)
	}
	return list
}

func (s *stationView) refresh() {
	for _, o := range s.objects() {
		canvas.Refresh(o)
	}
}

// show draws a stop as station i of the plan; dim ones lie behind a fault.
func (s *stationView) show(p *wayPlan, l look, i int, stop Stop, dim bool) {
	s.plan = p
	s.paint(l, stop, dim)
	s.placeCircle(p, p.centre(i))
	s.text(p, i, stop)
	s.breathe(l, 1)
}

// paint gives everything the colours of the state.
func (s *stationView) paint(l look, stop Stop, dim bool) {
	line, icon, name := ColorAhead, ColorQuiet, ColorQuiet
	switch stop.State {
	case Running:
		line, icon, name = ColorWay, theme.ColorNameForeground, theme.ColorNameForeground
	case OK, Warning, Fault, Failed:
		line, icon, name = stateColor(stop.State), theme.ColorNameForeground, theme.ColorNameForeground
	case Unknown, Skipped:
		if !dim {
			name = theme.ColorNameForeground
		}
	}
	atFault := stop.State == Fault || stop.State == Failed
	if atFault {
		icon = ColorFault
	}
	s.circle.FillColor, s.circle.StrokeColor = l.color(ColorPanel), l.color(line)
	s.circle.StrokeWidth = l.grid(0.25)
	s.under.FillColor = l.color(ColorPanel)
	s.setIcon(stop, icon)
	s.setBadge(stop.State)
	for _, t := range s.name {
		t.Color, t.TextSize = l.color(name), l.size(SizeBody)
		t.TextStyle.Bold = atFault
	}
	value := ColorQuiet
	if atFault {
		value = ColorFault
	}
	for _, t := range s.value {
		t.Color, t.TextSize = l.color(value), l.size(SizeSmall)
	}
	s.halo.Hidden = stop.State != Running
}

func (s *stationView) setIcon(stop Stop, colour fyne.ThemeColorName) {
	s.icon.Resource = IconIn(stop.ID, colour)
	if stop.Icon != nil {
		s.icon.Resource = theme.NewColoredResource(stop.Icon, colour)
	}
	s.icon.Refresh()
}

func (s *stationView) setBadge(state State) {
	s.badge.Hidden = state == Waiting || state == Running
	s.under.Hidden = s.badge.Hidden
	if !s.badge.Hidden {
		s.badge.Resource = IconIn(mark(state), stateColor(state))
		s.badge.Refresh()
	}
}

// placeCircle puts the circle and what belongs to it around its centre.
func (s *stationView) placeCircle(p *wayPlan, centre fyne.Position) {
	around := func(o fyne.CanvasObject, c fyne.Position, diameter float32) {
		o.Resize(fyne.NewSquareSize(diameter))
		o.Move(c.SubtractXY(diameter/2, diameter/2))
	}
	around(s.circle, centre, p.circle)
	around(s.icon, centre, p.circle/2)
	edge := p.circle / 2 * 0.76
	corner := centre.AddXY(edge, edge)
	around(s.under, corner, p.circle*0.43)
	around(s.badge, corner, p.circle*0.36)
}

// breathe draws the halo at a depth of the breath.
func (s *stationView) breathe(l look, depth float32) {
	unit := s.circle.Size().Width / circleLarge
	grow := unit * (0.2 + 0.3*depth)
	s.halo.StrokeWidth = unit * 0.375
	s.halo.StrokeColor = l.faded(ColorWay, 0.15+0.35*depth)
	s.halo.Move(s.circle.Position1.SubtractXY(grow, grow))
	s.halo.Resize(s.circle.Size().AddWidthHeight(2*grow, 2*grow))
	canvas.Refresh(s.halo)
}

// text breaks name and value into lines and puts them under the circle, or beside it in a row.
func (s *stationView) text(p *wayPlan, i int, stop Stop) {
	name := font{p.name.size, s.name[0].TextStyle}
	at := p.corner(i)
	if !p.vertical {
		width := p.cell.Width - textMargin*p.grid
		at = at.AddXY(textMargin/2*p.grid, (columnInset+textGap)*p.grid+p.circle)
		used := stack(s.name[:], name.wrap(stop.Name, width, nameLinesMax), at, width, fyne.TextAlignCenter)
		stack(s.value[:], p.value.wrap(stop.Value, width, p.valueLines), at.AddXY(0, used), width, fyne.TextAlignCenter)
		return
	}
	at = at.AddXY(p.textLeft(), 0)
	left := fyne.TextAlignLeading
	if p.beside {
		stack(s.name[:], name.wrap(stop.Name, p.names+p.grid, 1), at.AddXY(0, (p.cell.Height-p.name.height())/2), p.names+p.grid, left)
		room := p.cell.Width - p.textLeft() - p.names - 3*p.grid
		lines := p.value.wrap(stop.Value, room, valueLines)
		at = at.AddXY(p.names+2*p.grid, (p.cell.Height-float32(len(lines))*p.value.height())/2)
		stack(s.value[:], lines, at, room, left)
		return
	}
	names := name.wrap(stop.Name, p.names, nameLinesMax)
	values := p.value.wrap(stop.Value, p.names, valueLines)
	height := float32(len(names))*p.name.height() + float32(len(values))*p.value.height()
	at = at.AddXY(0, (p.cell.Height-height)/2)
	used := stack(s.name[:], names, at, p.names, left)
	stack(s.value[:], values, at.AddXY(0, used), p.names, left)
}

// stack puts lines of text under each other and returns their height.
func stack(texts []*canvas.Text, lines []string, at fyne.Position, width float32, align fyne.TextAlign) (height float32) {
	for i, t := range texts {
		t.Text = ""
		if i < len(lines) {
			t.Text = lines[i]
		}
		t.Hidden = t.Text == ""
		if t.Hidden {
			continue
		}
		line := font{t.TextSize, t.TextStyle}.height()
		t.Alignment = align
		t.Move(at.AddXY(0, height))
		t.Resize(fyne.NewSize(width, line))
		height += line
	}
	return height
}

// linkView is the piece of the line between two stations: faint, filled as far as it was travelled,
// or broken behind a fault.
type linkView struct {
	faint  *canvas.Rectangle
	full   *canvas.Rectangle
	dashes [dashesMost]*canvas.Rectangle
	filled float32 // how far it is drawn
	to     float32 // how far it shall be
	broken bool
	used   int // so many dashes fit
}

// dashesMost is enough for the widest column; a dash and the gap after it are dashGrid wide.
const (
	dashesMost = 9
	dashGrid   = 1.5
)

func newLink() *linkView {
	k := &linkView{faint: &canvas.Rectangle{}, full: &canvas.Rectangle{}}
	for i := range k.dashes {
		k.dashes[i] = &canvas.Rectangle{}
		k.dashes[i].Hidden = true
	}
	return k
}

func (k *linkView) objects() []fyne.CanvasObject {
	list := []fyne.CanvasObject{k.faint, k.full}
	for _, d := range k.dashes {
		list = append(list, d)
	}
	return list
}

func (k *linkView) paint(l look) {
	k.faint.FillColor, k.full.FillColor = l.color(ColorAhead), l.color(ColorWay)
	for _, d := range k.dashes {
		d.FillColor = l.color(ColorAhead)
	}
}

// place puts piece i where the plan wants it.
func (k *linkView) place(p *wayPlan, i int) {
	at, size := p.part(i, 0, 1)
	round := min(size.Width, size.Height) / 2
	k.faint.CornerRadius, k.full.CornerRadius = round, round
	k.faint.Move(at)
	k.faint.Resize(size)
	k.fill(p, i, k.filled)
	length := max(size.Width, size.Height)
	k.used = max(2, min(dashesMost, int(length/(dashGrid*p.grid)+0.5)))
	for j, d := range k.dashes[:k.used] {
		from := (float32(j) + 0.25) / float32(k.used)
		at, size := p.part(i, from, from+0.5/float32(k.used))
		d.CornerRadius = round
		d.Move(at)
		d.Resize(size)
	}
	k.setBroken(k.broken)
}

// setBroken draws the piece as dashes, or as a line.
func (k *linkView) setBroken(broken bool) {
	changed := broken != k.broken
	k.broken = broken
	k.faint.Hidden = broken
	for j, d := range k.dashes {
		d.Hidden = !broken || j >= k.used
	}
	if changed {
		for _, o := range k.objects() {
			canvas.Refresh(o)
		}
	}
}

// fill draws the travelled part as long as the fraction says.
func (k *linkView) fill(p *wayPlan, i int, filled float32) {
	k.filled = filled
	at, size := p.part(i, 0, filled)
	k.full.Hidden = filled <= 0
	k.full.Move(at)
	k.full.Resize(size)
	canvas.Refresh(k.full)
	canvas.Refresh(k.faint) // what was never drawn belongs to no canvas, and would wake none
}
