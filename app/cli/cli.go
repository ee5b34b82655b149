// Package cli is the terminal face of the program: commands, flags, the live view, the answer in
// text, and exit codes. It measures and judges nothing itself.
//
// The rules of this face: what was asked for goes to standard output, everything else to standard
// error; progress is drawn only on a terminal; every misuse is answered by one sentence and exit
// code 2; nothing from the network reaches the terminal unless it is printable.
package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"strings"

	"github.com/waymend/waymend/app/control"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform/elevate"
)

// Exit codes; scripts stand on them.
const (
	exitOK          = 0
	exitFault       = 1 // check found a fault; other commands could not do what they were asked
	exitUsage       = 2
	exitUnknown     = 3
	exitBroken      = 4
	exitInterrupted = 130
)

// usageError is a misuse of the command line; its text is a sentence.
type usageError struct{ error }

func misuse(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// codeError ends the program with a code; its text, if any, is a sentence.
type codeError struct {
	code int
	text string
}

func (e codeError) Error() string { return e.text }

// call is one use of one command.
type call struct {
	flags  flags
	args   []string
	out    *bufio.Writer
	err    io.Writer
	stdout *os.File
	stderr *os.File
	stdin  *os.File
	window Window
}

// notice tells the person something beside the answer.
func (c *call) notice(format string, args ...any) {
	fmt.Fprintf(c.err, "waymend: "+format+"\n", args...)
}

// Window shows the window of the desktop build until it is closed, beginning with what is wished. An
// error says in a sentence why there can be none.
type Window func(wish control.Wish, version string) error

// Main runs the program with its arguments and returns the exit code. The window is nil in the build
// that has none.
func Main(args []string, window Window) int {
	log.SetOutput(io.Discard) // libraries log there what a peer did wrong; that is a fact, not news
	if len(args) > 0 && args[0] == elevate.Command {
		return elevate.Serve(args[1:])
	}
	c := &call{out: bufio.NewWriter(os.Stdout), err: os.Stderr, stdout: os.Stdout, stderr: os.Stderr, stdin: os.Stdin, window: window}
	err := c.dispatch(context.Background(), args)
	if flushed := c.out.Flush(); flushed != nil && err == nil {
		err = codeError{exitBroken, "the answer could not be written: " + plainError(flushed)}
	}
	return c.finish(err)
}

// finish prints the error's sentence and chooses the exit code.
func (c *call) finish(err error) int {
	var usage usageError
	var code codeError
	switch {
	case err == nil:
		return exitOK
	case errors.As(err, &usage):
		c.notice("%s", wire.Printable(usage.Error(), 400))
		return exitUsage
	case errors.As(err, &code):
		if code.text != "" {
			c.notice("%s", wire.Printable(code.text, 400))
		}
		return code.code
	}
	c.notice("%s", wire.Printable(err.Error(), 400))
	return exitBroken
}

func (c *call) dispatch(ctx context.Context, args []string) error {
	if wish, isLink, err := control.LinkArgument(args); isLink {
		return follow(ctx, c, wish, err)
	}
	words, err := c.flags.parse(args)
	if err != nil {
		return err
	}
	switch {
	case c.flags.version:
		words = []string{"version"}
	case c.flags.help && len(words) > 0:
		words = []string{"help", words[0]}
	case c.flags.help:
		words = []string{"help"}
	}
	if len(words) == 0 {
		return start(ctx, c)
	}
	command, ok := find(words[0])
	if !ok {
		return unknownCommand(words[0])
	}
	if err := c.flags.allowed(command); err != nil {
		return err
	}
	c.args = words[1:]
	if len(c.args) > command.most {
		return misuse("%s takes %s; see \"waymend help %s\"", command.name, atMost(command.most), command.name)
	}
	return command.run(ctx, c)
}

func atMost(n int) string {
	switch n {
	case 0:
		return "no argument"
	case 1:
		return "at most one argument"
	}
	return fmt.Sprintf("at most %d arguments", n)
}

func unknownCommand(word string) error {
	shown := wire.Printable(word, 60)
	if strings.ContainsAny(word, ".:/") {
		return misuse("%q is not a command; to examine an address: waymend check %s", shown, shown)
	}
	return misuse("%q is not a command; see \"waymend help\"", shown)
}

// plainError is the innermost reason of an operating system's error: "no space left on device".
func plainError(err error) string {
	var p *os.PathError
	var l *os.LinkError
	switch {
	case errors.As(err, &p):
		return p.Err.Error()
	case errors.As(err, &l):
		return l.Err.Error()
	}
	return err.Error()
}
