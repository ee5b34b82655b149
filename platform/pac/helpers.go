package pac

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"modernc.org/quickjs"
)

// helpers are the functions that scripts find, with the meaning that Netscape gave them and
// browsers kept ("Proxy Auto-Configuration (PAC) file", MDN). The functions ending in Ex are
// Microsoft's for IPv6.
type helpers struct {
	ctx context.Context
	env Env
}

func (h helpers) install(vm *quickjs.VM) error {
	for name, f := range map[string]func(a args) any{
		"alert":               func(args) any { return nil },
		"isPlainHostName":     func(a args) any { return !strings.Contains(a.at(0), ".") },
		"dnsDomainIs":         func(a args) any { return strings.HasSuffix(strings.ToLower(a.at(0)), strings.ToLower(a.at(1))) },
		"localHostOrDomainIs": func(a args) any { return localHostOrDomainIs(a.at(0), a.at(1)) },
		"dnsDomainLevels":     func(a args) any { return strings.Count(a.at(0), ".") },
		"shExpMatch":          func(a args) any { return shExpMatch(a.at(0), a.at(1)) },
		"isInNet":             func(a args) any { return h.isInNet(a.at(0), a.at(1), a.at(2)) },
		"isInNetEx":           func(a args) any { return h.isInNetEx(a.at(0), a.at(1)) },
		"isResolvable":        func(a args) any { return h.resolve(a.at(0), true) != "" },
		"isResolvableEx":      func(a args) any { return h.resolve(a.at(0), false) != "" },
		"dnsResolve":          func(a args) any { return orNull(h.resolve(a.at(0), true)) },
		"dnsResolveEx":        func(a args) any { return h.resolve(a.at(0), false) },
		"myIpAddress":         func(args) any { return h.env.myAddr().String() },
		"myIpAddressEx":       func(args) any { return h.env.myAddr().String() },
		"weekdayRange":        func(a args) any { return weekdayRange(h.env.now(), a) },
		"dateRange":           func(a args) any { return dateRange(h.env.now(), a) },
		"timeRange":           func(a args) any { return timeRange(h.env.now(), a) },
	} {
		// The engine knows no Go booleans, and errors are never thrown into it.
		err := vm.RegisterHostFunc(name, func(list []any) (any, error) {
			v := f(texts(list))
			if b, ok := v.(bool); ok {
				v = strconv.FormatBool(b)
			}
			return v, nil
		})
		if err != nil {
			return err
		}
	}
	_, err := vm.Eval(booleans, quickjs.EvalGlobal)
	return err
}

// booleans wraps the helpers so that they answer true and false.
const booleans = `for (const name of ["isPlainHostName", "dnsDomainIs", "localHostOrDomainIs", "shExpMatch", "isInNet",
	"isInNetEx", "isResolvable", "isResolvableEx", "weekdayRange", "dateRange", "timeRange"]) {
	const native = globalThis[name];
	globalThis[name] = function () { return native.apply(null, arguments) === "true"; };
}`

// args are the arguments of a call as text, at most eight.
type args []string

// at returns an argument, "" when it is missing.
func (a args) at(i int) string {
	if i < len(a) {
		return a[i]
	}
	return ""
}

func texts(list []any) args {
	a := args{}
	for _, v := range list[:min(len(list), 8)] {
		switch v := v.(type) {
		case string:
			a = append(a, v)
		case int:
			a = append(a, strconv.Itoa(v))
		case float64:
			a = append(a, strconv.FormatFloat(v, 'f', -1, 64))
		case bool:
			a = append(a, strconv.FormatBool(v))
		case nil:
			a = append(a, "null")
		default: // undefined closes the list, as scripts hand on arguments they did not get
			return a
		}
	}
	return a
}

func orNull(s string) any {
	if s == "" {
		return nil
	}
	return s
}

func localHostOrDomainIs(host, domain string) bool {
	host, domain = strings.ToLower(host), strings.ToLower(domain)
	return host == domain || !strings.Contains(host, ".") && strings.HasPrefix(domain, host+".")
}

// shExpMatch knows * and ? only; all else, also slashes and brackets, stands for itself.
func shExpMatch(s, pattern string) bool {
	if len(s) > 64<<10 || len(pattern) > 4<<10 {
		return false
	}
	// Greedy matching that returns to the last star only: time is the product of the lengths.
	i, j, star, mark := 0, 0, -1, 0
	for i < len(s) {
		switch {
		case j < len(pattern) && pattern[j] == '*':
			star, mark = j, i
			j++
		case j < len(pattern) && (pattern[j] == '?' || pattern[j] == s[i]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = mark, star+1
		default:
			return false
		}
	}
	return strings.Trim(pattern[j:], "*") == ""
}

// resolve returns one address, or for the Ex functions all with semicolons between them.
func (h helpers) resolve(host string, only4 bool) string {
	if host == "" || len(host) > 255 || h.ctx.Err() != nil {
		return ""
	}
	var list []string
	for _, a := range h.env.lookup(h.ctx, host) {
		if a = a.Unmap(); only4 && !a.Is4() {
			continue
		} else if list = append(list, a.String()); only4 || len(list) == 16 {
			break
		}
	}
	return strings.Join(list, ";")
}

func (h helpers) isInNet(host, network, mask string) bool {
	addr, err := netip.ParseAddr(h.resolve(host, true))
	n, err2 := netip.ParseAddr(network)
	m, err3 := netip.ParseAddr(mask)
	if err != nil || err2 != nil || err3 != nil || !n.Is4() || !m.Is4() {
		return false
	}
	a, b, c := addr.As4(), n.As4(), m.As4()
	for i := range a {
		if a[i]&c[i] != b[i]&c[i] {
			return false
		}
	}
	return true
}

func (h helpers) isInNetEx(host, prefix string) bool {
	p, err := netip.ParsePrefix(prefix)
	if err != nil {
		return false
	}
	return slices.ContainsFunc(strings.Split(h.resolve(host, false), ";"), func(s string) bool {
		a, err := netip.ParseAddr(s)
		return err == nil && p.Contains(a)
	})
}
