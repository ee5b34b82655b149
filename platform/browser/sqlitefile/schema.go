package sqlitefile

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// table is what has to be known of a table to read its rows.
type table struct {
	root    uint32
	columns []column
}

type column struct {
	name   string
	kind   string // the declared type
	rowid  bool   // another name of the rowid: records hold a NULL in its place
	value  Value  // of rows that are older than the column
	unread bool   // such rows have a default that this package does not understand
}

// schema is the table of all tables, section 2.6.
var schema = table{root: 1, columns: []column{{name: "type"}, {name: "name"}, {name: "tbl_name"}, {name: "rootpage"}, {name: "sql"}}}

// maxSQL bounds the text that declares a table, in bytes.
const maxSQL = 64 << 10

// table looks a table up.
func (db *DB) table(name string) (table, error) {
	missing := fmt.Errorf("table %q is %w", name, ErrMissing)
	if db.count == 0 {
		return table{}, missing
	}
	var root int64
	var sql string
	found := false
	err := db.scan(schema, []string{"type", "name", "rootpage", "sql"}, func(row []Value) bool {
		if row[0].Text() == "table" && strings.EqualFold(row[1].Text(), name) {
			root, sql, found = row[2].Int(), row[3].prefix(maxSQL), true
		}
		return !found
	})
	if err != nil {
		return table{}, err
	}
	if !found {
		return table{}, missing
	}
	if root < 1 || root > int64(db.count) {
		return table{}, unsupported("a virtual table") // or a damaged one
	}
	columns, err := parseTable(sql)
	return table{uint32(root), columns}, err
}

// Words with which a constraint of a table, or of a column, begins. They are reserved: a column
// or type of such a name is quoted (https://www.sqlite.org/lang_createtable.html).
var (
	tableConstraints  = []string{"CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"}
	columnConstraints = []string{"CONSTRAINT", "PRIMARY", "NOT", "NULL", "UNIQUE", "CHECK", "DEFAULT",
		"COLLATE", "REFERENCES", "ON", "DEFERRABLE", "AS"}
)

// parseTable reads the columns out of "CREATE TABLE name(definition, …) options".
func parseTable(sql string) ([]column, error) {
	t := tokens(sql)
	if len(t) < 4 || !t[0].is("CREATE") || !t[1].is("TABLE") || !t[3].mark('(') {
		return nil, unsupported("the declaration of the table")
	}
	definitions, rest := list(t[4:])
	if slices.ContainsFunc(rest, func(t token) bool { return t.is("WITHOUT") }) {
		return nil, unsupported("a table without rowid")
	}
	var columns []column
	for _, d := range definitions {
		switch {
		case len(d) == 0:
			return nil, unsupported("the declaration of the table")
		case d[0].is(tableConstraints...):
			tableKey(columns, d)
		default:
			c, err := parseColumn(d)
			if err != nil {
				return nil, err
			}
			columns = append(columns, c)
		}
	}
	return columns, nil
}

// list splits what follows an opening bracket at its commas, and returns what follows its end.
func list(t []token) (parts [][]token, rest []token) {
	depth, start := 0, 0
	for i, x := range t {
		switch {
		case x.mark('('):
			depth++
		case x.mark(')') && depth > 0:
			depth--
		case x.mark(')'):
			return append(parts, t[start:i]), t[i+1:]
		case x.mark(',') && depth == 0:
			parts, start = append(parts, t[start:i]), i+1
		}
	}
	return append(parts, t[start:]), nil
}

// tableKey applies "PRIMARY KEY (column)": an only column of type INTEGER is the rowid.
func tableKey(columns []column, d []token) {
	depth := 0
	for i, x := range d {
		switch {
		case x.mark('('):
			depth++
		case x.mark(')'):
			depth--
		case depth == 0 && x.is("PRIMARY") && len(d) > i+3:
			key, _ := list(d[i+3:])
			if len(key) != 1 || len(key[0]) == 0 {
				return
			}
			for j := range columns {
				if strings.EqualFold(columns[j].name, key[0][0].text) && columns[j].kind == "INTEGER" {
					columns[j].rowid = true
				}
			}
			return
		}
	}
}

// parseColumn reads "name type constraints".
func parseColumn(d []token) (column, error) {
	c := column{name: d[0].text}
	i := 1
	for depth := 0; i < len(d) && (depth > 0 || !d[i].is(columnConstraints...)); i++ {
		if d[i].mark('(') {
			depth++
		} else if d[i].mark(')') {
			depth--
		}
		c.kind += strings.ToUpper(d[i].text)
	}
	for depth := 0; i < len(d); i++ {
		after := func(n int) token {
			if i+n < len(d) {
				return d[i+n]
			}
			return token{}
		}
		switch {
		case d[i].mark('('):
			depth++
		case d[i].mark(')'):
			depth--
		case depth > 0:
		case d[i].is("AS"):
			return c, unsupported("a generated column")
		case d[i].is("PRIMARY"): // DESC: a quirk that SQLite has to keep
			c.rowid = c.kind == "INTEGER" && !after(2).is("DESC")
		case d[i].is("DEFAULT") && !d[i-1].is("SET"): // not ON DELETE SET DEFAULT
			c.setDefault(after(1), after(2))
		}
	}
	return c, nil
}

// setDefault understands NULL, whole numbers and texts, where the type of the column keeps them
// as they are (https://www.sqlite.org/datatype3.html, 3.1).
func (c *column) setDefault(t, next token) {
	number := t.text
	if t.mark('-') || t.mark('+') {
		number += next.text
	}
	whole := strings.Contains(c.kind, "INT")
	textual := !whole && (strings.Contains(c.kind, "CHAR") || strings.Contains(c.kind, "CLOB") || strings.Contains(c.kind, "TEXT"))
	n, err := strconv.ParseInt(number, 10, 64)
	switch {
	case t.is("NULL"):
		c.value = Value{}
	case t.kind == quoted && (textual || c.kind == "" || c.kind == "BLOB"):
		c.value = Value{Type: Text, Len: len(t.text), text: t.text}
	case t.kind != quoted && err == nil && !textual:
		c.value = Value{Type: Integer, number: n}
	default:
		c.unread = true
	}
}
