package cli

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"golang.org/x/term"

	"github.com/waymend/waymend/app/mend"
	"github.com/waymend/waymend/diagnostics/wire"
)

// attended reports whether somebody can be asked.
func (m *mending) attended() bool {
	return m.stdin != nil && term.IsTerminal(int(m.stdin.Fd())) && newScreen(m.stderr, true).terminal
}

// ask puts a question on the terminal and reports whether the answer was a yes. The error is that of
// Ctrl-C.
func (m *mending) ask(question string) (bool, error) {
	m.out.Flush()
	io.WriteString(m.err, m.p.screen.plain(question)+" ")
	answer := make(chan string, 1)
	go func() { // a read of a terminal cannot be ended; the program ends instead
		line, _ := bufio.NewReaderSize(io.LimitReader(m.stdin, 256), 256).ReadString('\n')
		answer <- strings.ToLower(strings.TrimSpace(line))
	}()
	select {
	case said := <-answer:
		return said != "" && slices.Contains(strings.Fields("y yes "+m.p.say("cli.fix.yes")), said), nil
	case <-m.ctx.Done():
		io.WriteString(m.err, "\n")
		return false, codeError{exitInterrupted, m.p.say("cli.fix.untouched")}
	}
}

// closeHint says how a browser that is in the way can be closed, unless it was just asked to and stays.
func (m *mending) closeHint() string {
	if m.flags.close && !m.flags.dryRun {
		return ""
	}
	return m.p.say("cli.fix.closable")
}

// closed plans; where a running browser is in the way it asks that browser to close, if the person
// says so, and plans again. A browser that stays open is left alone and named in the plan.
func (m *mending) closed(look func() []mend.Asked) ([]mend.Asked, error) {
	asked := m.planned(look)
	if m.flags.dryRun || !m.flags.close && (m.flags.yes || m.flags.json || !m.attended()) {
		return asked, nil
	}
	again := false
	inTheWay := m.kit.InTheWay(m.ctx, asked)
	if len(inTheWay) > 0 && !m.flags.yes && !m.attended() { // it would be closed for nothing
		return nil, codeError{exitFault, m.p.say("cli.fix.unattended")}
	}
	for _, p := range inTheWay {
		name := wire.Printable(p.Browser, 100)
		if !m.flags.close {
			yes, err := m.ask(m.p.say("cli.fix.ask-close", "browser", name))
			if err != nil {
				return nil, err
			}
			if !yes {
				continue
			}
		}
		line := m.quiet()
		line.show(m.p.say("cli.fix.closing", "browser", name))
		err := m.kit.Close(m.ctx, p)
		line.erase()
		switch {
		case m.ctx.Err() != nil:
			return nil, codeError{exitInterrupted, m.p.say("cli.fix.untouched")}
		case err != nil:
			m.notice("%s", mend.WhyOpen(err, p, m.p.lang))
		default:
			again = true
			if !m.flags.json {
				m.p.marked("", "ok", "", m.p.say("cli.fix.has-closed", "browser", name))
			}
		}
	}
	if again {
		asked = m.planned(look)
	}
	return asked, nil
}
