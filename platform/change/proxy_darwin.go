package change

import (
	"context"
	"fmt"
	"strings"
)

// macProxies are the kinds of proxies of a network service and the words of networksetup(8) for them.
var macProxies = []struct{ kind, get, set string }{
	{"web", "-getwebproxy", "-setwebproxystate"},
	{"secure", "-getsecurewebproxy", "-setsecurewebproxystate"},
	{"socks", "-getsocksfirewallproxy", "-setsocksfirewallproxystate"},
	{"pac", "-getautoproxyurl", "-setautoproxystate"},
	{"wpad", "-getproxyautodiscovery", "-setproxyautodiscovery"},
}

// proxySteps switches the proxies of all services that are in use off.
func proxySteps(ctx context.Context) ([]Step, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*lookTime)
	defer cancel()
	out, err := run(ctx, "networksetup", "-listallnetworkservices")
	if err != nil {
		return nil, err
	}
	var steps []Step
	for _, service := range parseServices(out) {
		if !serviceArg.MatchString(service) {
			continue
		}
		var kinds []string
		for _, p := range macProxies {
			if out, err := run(ctx, "networksetup", p.get, service); err == nil && proxyIsOn(out) {
				kinds = append(kinds, p.kind)
			}
		}
		if len(kinds) > 0 {
			steps = append(steps, Step{Verb: ProxyMac, Args: map[string]string{"service": service, "kinds": strings.Join(kinds, "."), "state": "off"}})
		}
	}
	if len(steps) == 0 {
		return nil, ErrNothing
	}
	return checked(steps...)
}

func proxyMac(ctx context.Context, done *Done, _ bool) error {
	a := done.Step.Args
	for kind := range strings.SplitSeq(a["kinds"], ".") {
		known := false
		for _, p := range macProxies {
			if p.kind != kind {
				continue
			}
			known = true
			if _, err := run(ctx, "networksetup", p.set, a["service"], a["state"]); err != nil {
				return err
			}
			out, err := run(ctx, "networksetup", p.get, a["service"])
			if err != nil {
				return err
			}
			if proxyIsOn(out) != (a["state"] == "on") {
				return fmt.Errorf("%w: the setting is fixed by an administrator", ErrNotHere)
			}
		}
		if !known {
			return ErrStep
		}
	}
	other := map[string]string{"on": "off", "off": "on"}[a["state"]]
	done.Before, done.After, done.Proved = other, a["state"], true
	done.Undo = &Step{Verb: ProxyMac, Args: map[string]string{"service": a["service"], "kinds": a["kinds"], "state": other}}
	return nil
}
