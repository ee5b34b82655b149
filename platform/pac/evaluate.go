package pac

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"runtime/metrics"
	"strings"
	"time"

	"github.com/dlclark/regexp2/v2"
	"github.com/dop251/goja"
)

const (
	// maxHeap is how much a script may let the program grow before it is stopped.
	maxHeap = 48 << 20
	// maxNesting keeps the recursion of the parser well within a goroutine's stack.
	maxNesting = 2000
	// maxCalls bounds the script's own recursion.
	maxCalls = 2000
	// grace is how long a stopped script may take to notice.
	grace = 50 * time.Millisecond
)

// Errors of Evaluate besides the script's own.
var (
	ErrTime   = errors.New("the script took longer than a second")
	ErrMemory = errors.New("the script used too much memory")
)

func init() {
	// goja hands regular expressions with look-around to regexp2, which knows no interruption
	// and reads this limit when it compiles one.
	regexp2.DefaultMatchTimeout = RunTime
}

// Evaluate runs the script and returns what FindProxyForURL answers for u. As browsers do, the
// script of an https address is not shown its path.
func Evaluate(ctx context.Context, script string, u *url.URL, env Env) ([]string, error) {
	if len(script) > MaxScript {
		return nil, errors.New("the script is larger than 1 MB")
	}
	if nesting(script) > maxNesting {
		return nil, errors.New("the script is nested too deeply")
	}
	limit, cancel := context.WithTimeout(ctx, RunTime)
	defer cancel()
	vm := goja.New()
	vm.SetMaxCallStackSize(maxCalls)
	type answer struct {
		text string
		err  error
	}
	done := make(chan answer, 1)
	go func() {
		defer func() {
			if r := recover(); r != nil {
				done <- answer{err: errors.New("the script cannot be evaluated")}
			}
		}()
		text, err := run(limit, vm, script, u, env)
		done <- answer{text, err}
	}()
	why := watch(limit, func() bool { return len(done) > 0 })
	if why == nil {
		a := <-done
		if a.err != nil {
			return nil, a.err
		}
		return chain(a.text)
	}
	vm.Interrupt(why)
	select {
	case <-done:
	case <-time.After(grace): // inside one long native call; it ends by itself
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return nil, why
}

// watch waits for the script's end and returns nil, or says why it must be stopped.
func watch(ctx context.Context, ended func() bool) error {
	heap := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
	metrics.Read(heap)
	start := heap[0].Value.Uint64()
	pause := 50 * time.Microsecond
	for !ended() {
		select {
		case <-ctx.Done():
			return ErrTime
		case <-time.After(pause):
		}
		pause = min(2*pause, 2*time.Millisecond)
		if metrics.Read(heap); heap[0].Value.Uint64() > start+maxHeap {
			return ErrMemory
		}
	}
	return nil
}

// nesting is the greatest depth of brackets. Brackets in strings are counted too: that errs on
// the safe side, and no script in use comes near the limit.
func nesting(script string) (deepest int) {
	depth := 0
	for i := range len(script) {
		switch script[i] {
		case '(', '[', '{':
			depth++
			deepest = max(deepest, depth)
		case ')', ']', '}':
			depth = max(depth-1, 0)
		}
	}
	return deepest
}

func run(ctx context.Context, vm *goja.Runtime, script string, u *url.URL, env Env) (string, error) {
	if err := (helpers{ctx, vm, env}).install(); err != nil {
		return "", err
	}
	program, err := goja.Compile("", strings.TrimPrefix(script, "\ufeff"), false)
	if err != nil {
		return "", fmt.Errorf("the script has a syntax error: %s", clean(err.Error()))
	}
	if _, err := vm.RunProgram(program); err != nil {
		return "", scriptError(err)
	}
	find, ok := goja.AssertFunction(vm.Get("FindProxyForURL"))
	if !ok {
		return "", errors.New("the script has no function FindProxyForURL")
	}
	v, err := find(goja.Undefined(), vm.ToValue(shown(u)), vm.ToValue(u.Hostname()))
	if err != nil {
		return "", scriptError(err)
	}
	text, ok := v.Export().(string)
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

func scriptError(err error) error {
	var exception *goja.Exception
	if errors.As(err, &exception) && exception.Value() != nil {
		return fmt.Errorf("the script fails: %s", clean(exception.Error()))
	}
	return errors.New("the script fails")
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
