package part

import "fyne.io/fyne/v2"

// The way's measures in units of the grid.
const (
	columnLeast    = 12 // a column narrower than this becomes a row
	columnMost     = 21
	columnInset    = 1.5 // above the circle and under the text
	circleLarge    = 7
	circleSmall    = 4.5
	rowLeast       = 7.5
	valueLeast     = 17 // room for a value beside the name, else it goes under it
	wayLeast       = 30 // the whole
	lineGap        = 0.75
	textGap        = 1.25 // between the circle and the name
	textMargin     = 1.0  // what a column keeps free beside its text
	rowMargin      = 1.5  // beside the circle of a row
	valueLines     = 2
	valueLinesMost = 3 // in slim columns
	nameLinesMax   = 2
)

// wayPlan is where everything of a way goes at one width.
type wayPlan struct {
	count      int
	width      float32 // that it was made for
	grid       float32
	vertical   bool
	beside     bool      // rows only: the value stands beside the name
	origin     float32   // columns only: where the first begins
	cell       fyne.Size // a column or a row
	circle     float32   // diameter
	names      float32   // rows only: the width of the names
	nameLines  int
	valueLines int
	name       font
	value      font
}

// plan lays the way out for the width that it has, or as columns when it has none yet.
func (w *Way) plan() *wayPlan {
	l, width := lookOf(w), w.Size().Width
	if p := w.planned; p == nil || p.width != width || p.grid != l.grid(1) || p.name.size != l.size(SizeBody) {
		w.planned = planWay(l, w.stops, width)
	}
	return w.planned
}

func planWay(l look, stops []Stop, width float32) *wayPlan {
	p := &wayPlan{count: len(stops), width: width, grid: l.grid(1), nameLines: 1, valueLines: valueLines,
		name:  font{size: l.size(SizeBody)},
		value: font{size: l.size(SizeSmall)},
	}
	if p.count == 0 {
		return p
	}
	column := columnLeast * p.grid
	bold := p.bold()
	for _, s := range stops {
		column = max(column, bold.widest(s.Name)+textMargin*p.grid)
	}
	p.vertical = width > 0 && width < column*float32(p.count)
	if p.vertical {
		p.rows(stops, width)
		return p
	}
	column = max(column, min(width/float32(p.count), columnMost*p.grid))
	p.origin = max(0, (width-column*float32(p.count))/2)
	p.circle = circleLarge * p.grid
	for _, s := range stops {
		p.nameLines = max(p.nameLines, len(p.bold().wrap(s.Name, column-textMargin*p.grid, nameLinesMax)))
	}
	if column < valueLeast*p.grid {
		p.valueLines = valueLinesMost
	}
	p.cell = fyne.NewSize(column, (2*columnInset+textGap)*p.grid+p.circle+
		float32(p.nameLines)*p.name.height()+float32(p.valueLines)*p.value.height())
	return p
}

// bold is what the name of a station at fault is set in: the widest that a name becomes.
func (p *wayPlan) bold() font { return font{p.name.size, fyne.TextStyle{Bold: true}} }

// rows lays the way out from top to bottom.
func (p *wayPlan) rows(stops []Stop, width float32) {
	p.circle = circleSmall * p.grid
	room := width - p.textLeft() - p.grid
	for _, s := range stops {
		p.names = max(p.names, p.bold().width(s.Name))
	}
	height := p.name.height()
	if p.beside = room-p.names-2*p.grid >= valueLeast*p.grid; p.beside {
		height = max(height, valueLines*p.value.height())
	} else {
		p.names = room
		for _, s := range stops {
			p.nameLines = max(p.nameLines, len(p.bold().wrap(s.Name, room, nameLinesMax)))
		}
		height = float32(p.nameLines)*height + valueLines*p.value.height()
	}
	p.cell = fyne.NewSize(width, max(rowLeast*p.grid, height+2*p.grid))
}

// textLeft is where the text of a row begins.
func (p *wayPlan) textLeft() float32 { return p.circle + 2*rowMargin*p.grid + p.grid }

// size is the least room that the way needs at this width.
func (p *wayPlan) size() fyne.Size {
	if p.count == 0 {
		return fyne.NewSize(0, 0)
	}
	if p.vertical {
		return fyne.NewSize(wayLeast*p.grid, p.cell.Height*float32(p.count))
	}
	return fyne.NewSize(wayLeast*p.grid, p.cell.Height)
}

// corner is the top left corner of a station's cell.
func (p *wayPlan) corner(i int) fyne.Position {
	if p.vertical {
		return fyne.NewPos(0, float32(i)*p.cell.Height)
	}
	return fyne.NewPos(p.origin+float32(i)*p.cell.Width, 0)
}

// centre is the middle of a station's circle.
func (p *wayPlan) centre(i int) fyne.Position {
	c := p.corner(i)
	if p.vertical {
		return c.AddXY(rowMargin*p.grid+p.circle/2, p.cell.Height/2)
	}
	return c.AddXY(p.cell.Width/2, columnInset*p.grid+p.circle/2)
}

// at is the station at a position, or -1.
func (p *wayPlan) at(pos fyne.Position) int {
	for i := range p.count {
		c := p.corner(i)
		if pos.X >= c.X && pos.X < c.X+p.cell.Width && pos.Y >= c.Y && pos.Y < c.Y+p.cell.Height {
			return i
		}
	}
	return -1
}

// part is the piece of the line behind station i from one fraction of it to another.
func (p *wayPlan) part(i int, from, to float32) (fyne.Position, fyne.Size) {
	a, b := p.centre(i), p.centre(i+1)
	gap := p.circle/2 + lineGap*p.grid
	thick := 0.375 * p.grid
	if p.vertical {
		length := b.Y - a.Y - 2*gap
		return fyne.NewPos(a.X-thick/2, a.Y+gap+from*length), fyne.NewSize(thick, (to-from)*length)
	}
	length := b.X - a.X - 2*gap
	return fyne.NewPos(a.X+gap+from*length, a.Y-thick/2), fyne.NewSize((to-from)*length, thick)
}

// ground is the area behind a station's text, which marks it as selected or in focus; it keeps clear
// of the line.
func (p *wayPlan) ground(i int) (fyne.Position, fyne.Size) {
	inset := p.grid / 4
	left, top := inset, inset
	if p.vertical {
		left = p.circle + 2*rowMargin*p.grid
	} else {
		top = columnInset*p.grid + p.circle + (textGap-0.5)*p.grid
	}
	return p.corner(i).AddXY(left, top), p.cell.SubtractWidthHeight(left+inset, top+inset)
}
