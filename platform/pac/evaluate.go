package pac

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"
	"time"

	"modernc.org/quickjs"
)

// The engine is QuickJS because it holds a script to a limit of memory, of stack and of time, in
// regular expressions too; and it shares its run-time library with the SQLite of this program.
const (
	// maxMemory is all that the engine may allocate for a script.
	maxMemory = 24 << 20
	// maxCalls bounds the depth of the script's calls, and of its brackets.
	maxCalls = 1000
	// grace is how long a stopped script may take to notice.
	grace = 50 * time.Millisecond
)

// ErrTime says that a script was stopped.
var ErrTime = errors.New("the script took longer than a second")

// Evaluate runs the script and returns what FindProxyForURL answers for u. As browsers do, the
// script of an https address is not shown its path.
func Evaluate(ctx context.Context, script string, u *url.URL, env Env) ([]string, error) {
	if len(script) > MaxScript {
		return nil, errors.New("the script is larger than 1 MB")
	}
	limit, cancel := context.WithTimeout(ctx, RunTime)
	defer cancel()
	vm, err := quickjs.NewVM()
	if err != nil {
		return nil, errors.New("the script engine does not start")
	}
	type answer struct {
		text string
		err  error
	}
	done := make(chan answer, 1)
	left := make(chan struct{})
	defer close(left)
	go func() {
		defer vm.Close()
		defer func() { <-left }() // Interrupt must not meet a closed engine
		defer func() {
			if recover() != nil {
				done <- answer{err: errors.New("the script cannot be evaluated")}
			}
		}()
		text, err := run(limit, vm, script, u, env)
		done <- answer{text, err}
	}()
	select {
	case a := <-done:
		if limit.Err() == nil {
			if a.err != nil {
				return nil, a.err
			}
			return chain(a.text)
		}
	case <-limit.Done():
		vm.Interrupt()
		select {
		case <-done:
		case <-time.After(grace):
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return nil, ErrTime
}

func run(ctx context.Context, vm *quickjs.VM, script string, u *url.URL, env Env) (string, error) {
	vm.SetMemoryLimit(maxMemory)
	vm.SetMaxStackSize(maxCalls)
	vm.SetCanBlock(false)
	if err := (helpers{ctx, env}).install(vm); err != nil {
		return "", err
	}
	eval := func(code string) (any, error) {
		end, _ := ctx.Deadline()
		if err := vm.SetEvalTimeout(max(time.Until(end), time.Millisecond)); err != nil {
			return nil, err
		}
		v, err := vm.Eval(code, quickjs.EvalGlobal)
		if err != nil {
			return nil, fmt.Errorf("the script fails: %s", clean(err.Error()))
		}
		return v, nil
	}
	if _, err := eval(strings.TrimPrefix(script, "\ufeff")); err != nil {
		return "", err
	}
	if v, _ := eval("typeof FindProxyForURL"); v != "function" {
		return "", errors.New("the script has no function FindProxyForURL")
	}
	args, err := json.Marshal([]string{shown(u), u.Hostname()})
	if err != nil {
		return "", err
	}
	v, err := eval("FindProxyForURL(..." + string(args) + ")")
	if err != nil {
		return "", err
	}
	text, ok := v.(string)
	if !ok {
		return "", errors.New("the script's answer is not text")
	}
	return text, nil
}

// shown is the address as a script may see it.
func shown(u *url.URL) string {
	v := url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}
	if u.Scheme == "http" {
		v.Path, v.RawPath, v.RawQuery = u.Path, u.RawPath, u.RawQuery
		if v.Path == "" {
			v.Path = "/"
		}
	}
	return v.String()
}

// clean makes one short printable line of text that the script's author chose.
func clean(s string) string {
	s = s[:min(len(s), 200)]
	return strings.Map(func(r rune) rune {
		if r < ' ' || r > '~' {
			return ' '
		}
		return r
	}, s)
}

// chain takes an answer apart. Elements that no browser understands are left out; an empty answer
// means a direct connection.
func chain(text string) ([]string, error) {
	if strings.TrimSpace(text) == "" {
		return []string{"DIRECT"}, nil
	}
	var list []string
	for element := range strings.SplitSeq(text[:min(len(text), 8<<10)], ";") {
		f := strings.Fields(element)
		if len(f) == 0 || len(list) == maxChain {
			continue
		}
		switch kind := strings.ToUpper(f[0]); kind {
		case "DIRECT":
			list = append(list, kind)
		case "PROXY", "HTTP", "HTTPS", "SOCKS", "SOCKS4", "SOCKS5", "QUIC":
			if len(f) == 2 && isHostPort(f[1]) {
				list = append(list, kind+" "+f[1])
			}
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("the script's answer means nothing: %q", clean(text))
	}
	return list, nil
}

// isHostPort reports whether s is a host with or without a port, in harmless characters.
func isHostPort(s string) bool {
	host := s
	if h, port, err := net.SplitHostPort(s); err == nil {
		host = h
		for _, c := range port {
			if c < '0' || c > '9' {
				return false
			}
		}
	}
	for _, c := range host {
		if !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_:[]%", c) {
			return false
		}
	}
	return host != "" && len(host) <= 255
}
