package cli

import (
	"context"
	"errors"

	"github.com/waymend/waymend/app/changes"
	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/diagnostics/wire"
)

// undone is the document of "waymend undo --json".
type undone struct {
	Schema  string   `json:"schema"`
	Version string   `json:"version"`
	ID      string   `json:"id"` // of the entry; "" when there was none
	Fix     string   `json:"fix"`
	Title   string   `json:"title"`
	Undone  bool     `json:"undone"`
	Lines   []string `json:"lines"` // what had been changed
	Reason  string   `json:"reason,omitempty"`
}

// undo is the command "undo".
func undo(ctx context.Context, c *call) error {
	id := ""
	if len(c.args) == 1 {
		if id = c.args[0]; id == "" {
			return misuse("the ID of a change is empty; \"waymend fix --log\" lists them")
		}
	}
	set, err := c.settings()
	if err != nil {
		return err
	}
	ctx, stop := interruptible(ctx)
	defer stop()
	p := c.printer(set.Speaks())
	entry, err := mend.Here().Undo(ctx, id)
	doc := undone{Schema: "waymend.undo/1", Version: version, ID: entry.ID, Fix: entry.Remedy, Undone: err == nil, Lines: mend.All(mend.Told(entry), p.lang)}
	if entry.Remedy != "" {
		doc.Title = mend.Name(entry.Remedy, p.lang)
	}
	switch {
	case err == nil:
	case errors.Is(err, changes.ErrUnknown) && id != "":
		doc.Reason = p.say("cli.undo.unknown", "id", wire.Printable(id, 40))
	default:
		doc.Reason = mend.Why(err, p.lang)
	}
	if c.flags.json {
		if err := c.writeJSON(doc); err != nil {
			return err
		}
	} else if err == nil {
		p.marked("", "ok", "", p.say("cli.undo.done", "name", doc.Title))
		for _, l := range doc.Lines {
			p.para(p.screen.plain("  • "), l, "")
		}
	}
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil:
		return codeError{exitInterrupted, doc.Reason}
	}
	return codeError{exitFault, doc.Reason}
}
