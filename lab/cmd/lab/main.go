//go:build lab && linux

// Command lab opens one scenario of the laboratory and runs a command at its client:
//
//	go run -tags lab ./lab/cmd/lab SCENARIO                 waymend check, in plain text
//	go run -tags lab ./lab/cmd/lab SCENARIO -- sh           a shell at the client
//	go run -tags lab ./lab/cmd/lab -room router SCENARIO -- ip route
//	go run -tags lab ./lab/cmd/lab -list
//
// It needs root. The world goes away with the command, also on Ctrl-C.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"slices"

	"github.com/waymend/waymend/lab"
)

func main() {
	list := flag.Bool("list", false, "list the scenarios")
	room := flag.String("room", "client", "where the command runs: client, router, hop1, hop2, internet")
	flag.Parse()
	if *list {
		fmt.Print(lab.List())
		return
	}
	if flag.NArg() == 0 {
		flag.Usage()
		os.Exit(2)
	}
	code, err := run(flag.Arg(0), *room, flag.Args()[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "lab:", err)
		code = 1
	}
	os.Exit(code)
}

func run(name, room string, command []string) (int, error) {
	s, err := lab.Find(name)
	if err != nil {
		return 0, err
	}
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	if len(command) == 0 {
		path, done, err := build()
		if err != nil {
			return 0, err
		}
		defer done()
		command = append([]string{path, "check"}, s.Args...)
		if s.Address != "" {
			command = append(command, s.Address)
		}
	}
	signal.Ignore(os.Interrupt) // it reaches the command; the world goes down after it
	w, err := lab.Up(s)
	defer w.Down()
	if err != nil {
		return 0, err
	}
	in := map[string]*lab.Room{"client": w.Client, "router": w.Router, "hop1": w.Hop1, "hop2": w.Hop2, "internet": w.Net}[room]
	if in == nil {
		return 0, fmt.Errorf("no room %q", room)
	}
	c := exec.Command(command[0], command[1:]...)
	c.Stdin, c.Stdout, c.Stderr = os.Stdin, os.Stdout, os.Stderr
	if room == "client" {
		c.Env = slices.Concat(in.Env, w.Env)
	}
	if err := in.Start(c); err != nil {
		return 0, err
	}
	err = c.Wait()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) {
		return max(exit.ExitCode(), 1), nil
	}
	return 0, err
}

func build() (string, func(), error) {
	if b := os.Getenv("LAB_WAYMEND"); b != "" {
		return b, func() {}, nil
	}
	return lab.Build()
}
