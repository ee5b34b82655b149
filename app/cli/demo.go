package cli

import (
	"context"
	"fmt"

	"github.com/waymend/waymend/app/demo"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

// demonstrate lists the sick websites, or plays one and examines it like any other address.
func demonstrate(ctx context.Context, c *call) error {
	if len(c.args) == 0 {
		return c.listDemos()
	}
	set, options, err := c.prepare()
	if err != nil {
		return err
	}
	id := c.args[0]
	known := false
	for _, s := range demo.List() {
		known = known || s.ID == id
	}
	if !known {
		return misuse("there is no demo called %q; \"waymend demo\" lists them", wire.Printable(id, 60))
	}
	site, err := demo.Start(ctx, id)
	if err != nil {
		return codeError{exitBroken, "the demo could not be started: " + plainError(err)}
	}
	defer site.Close()
	env, err := site.Env(set, options)
	if err != nil {
		return err
	}
	return c.examine(ctx, env, set)
}

func (c *call) listDemos() error {
	type scenario struct {
		ID    string `json:"id"`
		Title string `json:"title"`
	}
	set, err := c.settings()
	if err != nil {
		return err
	}
	var list []scenario
	longest := 0
	for _, s := range demo.List() {
		list = append(list, scenario{s.ID, resources.Text(set.Speaks(), s.Title, nil)})
		longest = max(longest, len(s.ID))
	}
	if c.flags.json {
		return c.writeJSON(list)
	}
	p := c.printer(set.Speaks())
	p.para("", p.say("cli.demo"), "")
	fmt.Fprintln(c.out)
	for _, s := range list {
		p.para(fmt.Sprintf("  %-*s  ", longest, s.ID), s.Title, "")
	}
	return nil
}
