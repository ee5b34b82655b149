package pac

import (
	"context"
	"net/netip"
	"slices"
	"strings"

	"github.com/dop251/goja"
)

// helpers are the functions that scripts find, with the meaning that Netscape gave them and
// browsers kept ("Proxy Auto-Configuration (PAC) file", MDN). The functions ending in Ex are
// Microsoft's for IPv6.
type helpers struct {
	ctx context.Context
	vm  *goja.Runtime
	env Env
}

// denied are native ways to fill the memory in one step, which no script needs.
var denied = []string{
	"ArrayBuffer", "SharedArrayBuffer", "DataView", "Int8Array", "Uint8Array", "Uint8ClampedArray",
	"Int16Array", "Uint16Array", "Int32Array", "Uint32Array", "Float32Array", "Float64Array",
	"BigInt64Array", "BigUint64Array", "WeakRef", "Proxy", "Promise",
}

func (h helpers) install() error {
	for _, name := range denied {
		if err := h.vm.GlobalObject().Delete(name); err != nil {
			return err
		}
	}
	// Amplifiers of text are done in steps that can be interrupted.
	if _, err := h.vm.RunString(steps); err != nil {
		return err
	}
	for name, f := range map[string]any{
		"alert":           func(goja.FunctionCall) goja.Value { return goja.Undefined() },
		"isPlainHostName": func(host string) bool { return !strings.Contains(host, ".") },
		"dnsDomainIs": func(host, domain string) bool {
			return strings.HasSuffix(strings.ToLower(host), strings.ToLower(domain))
		},
		"localHostOrDomainIs": localHostOrDomainIs,
		"dnsDomainLevels":     func(host string) int { return strings.Count(host, ".") },
		"shExpMatch":          shExpMatch,
		"isInNet":             h.isInNet,
		"isInNetEx":           h.isInNetEx,
		"isResolvable":        func(host string) bool { return h.resolve(host, true) != "" },
		"isResolvableEx":      func(host string) bool { return h.resolve(host, false) != "" },
		"dnsResolve":          func(host string) any { return orNull(h.resolve(host, true)) },
		"dnsResolveEx":        func(host string) string { return h.resolve(host, false) },
		"myIpAddress":         func() string { return h.env.myAddr().String() },
		"myIpAddressEx":       func() string { return h.env.myAddr().String() },
		"weekdayRange":        func(call goja.FunctionCall) goja.Value { return h.vm.ToValue(weekdayRange(h.env.now(), words(call))) },
		"dateRange":           func(call goja.FunctionCall) goja.Value { return h.vm.ToValue(dateRange(h.env.now(), words(call))) },
		"timeRange":           func(call goja.FunctionCall) goja.Value { return h.vm.ToValue(timeRange(h.env.now(), words(call))) },
	} {
		if err := h.vm.Set(name, f); err != nil {
			return err
		}
	}
	return nil
}

// steps replaces the built-in functions that multiply text in one native call.
const steps = `(function () {
	function limit(n) { if (n > 1048576) throw new RangeError("text too long"); }
	String.prototype.repeat = function (n) {
		var s = String(this), out = "";
		limit(s.length * n);
		for (var i = 0; i < n; i++) out += s;
		return out;
	};
	String.prototype.padStart = String.prototype.padEnd = function (n) { limit(n); return String(this); };
	Array.prototype.join = function (sep) {
		var out = "", length = Math.min(this.length, 65536);
		sep = sep === undefined ? "," : String(sep);
		for (var i = 0; i < length; i++) {
			out += (i ? sep : "") + (this[i] === undefined || this[i] === null ? "" : this[i]);
			limit(out.length);
		}
		return out;
	};
	Array.prototype.fill = function (v) {
		limit(this.length);
		for (var i = 0; i < this.length; i++) this[i] = v;
		return this;
	};
	var replace = String.prototype.replace;
	String.prototype.replace = function (what, by) {
		limit(String(this).length * (typeof by === "function" ? 1 : 1 + String(by).length) / 64);
		return replace.call(this, what, by);
	};
	delete String.prototype.replaceAll;
	delete JSON.stringify;
})();`

// words are the arguments as text, at most eight.
func words(call goja.FunctionCall) (list []string) {
	for _, a := range call.Arguments[:min(len(call.Arguments), 8)] {
		list = append(list, strings.ToUpper(a.String()))
	}
	return list
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
