//go:build lab && linux

package lab

import (
	"fmt"
	"net"
	"os"
	"strings"
)

// publicResolvers runs one unbound that recurses from the root, at the addresses of all four
// operators and of the provider.
func (w *World) publicResolvers() {
	var addrs []string
	if !w.NoProvider {
		addrs = append(addrs, ProviderDNS, ProviderDNS6)
	}
	for _, a := range anchors {
		addrs = append(addrs, a.v4, a.v6)
	}
	w.Unbound("public", addrs, w.Resolvers)
}

// Unbound starts a recursive resolver on the internet; options go into its server section.
func (w *World) Unbound(name string, addrs []string, options string) {
	var b strings.Builder
	b.WriteString(`server:
  username: ""
  chroot: ""
  pidfile: ""
  use-syslog: no
  do-daemonize: no
  directory: "` + w.Dir + `"
  root-hints: "` + w.file("root.hints") + `"
  num-threads: 1
  target-fetch-policy: "0 0 0 0 0"
  outgoing-range: 256
  msg-cache-size: 1m
  rrset-cache-size: 1m
  access-control: 0.0.0.0/0 allow
  access-control: ::/0 allow
  ede: yes
`)
	for _, a := range addrs {
		fmt.Fprintf(&b, "  interface: %s\n", a)
	}
	if !strings.Contains(options, "module-config:") {
		b.WriteString("  module-config: \"iterator\"\n")
	}
	b.WriteString(options + "\nremote-control:\n  control-enable: no\n")
	hints := ". 3600000 NS a.root-servers.net.\na.root-servers.net. 3600000 A " + rootServer + "\n"
	w.check(os.WriteFile(w.file("root.hints"), []byte(hints), 0o644))
	conf := w.file("unbound-" + name + ".conf")
	w.check(os.WriteFile(conf, []byte(b.String()), 0o644))
	w.Serve(w.Net, net.JoinHostPort(addrs[0], "53"), "unbound", "-d", "-c", conf)
}

// routerDNS runs the home router's forwarder.
func (w *World) routerDNS() {
	if w.NoRouterDNS {
		return
	}
	opts := w.RouterDNS
	if opts == nil {
		opts = []string{"--server=" + ProviderDNS}
	}
	w.Dnsmasq(w.Router, Router4, append([]string{"--listen-address=" + Router6}, opts...)...)
}

// Dnsmasq starts dnsmasq in a room at an address.
func (w *World) Dnsmasq(r *Room, addr string, options ...string) {
	args := append([]string{"-k", "-C", "/dev/null", "--user=root", "--group=root", "--pid-file=", "--log-facility=-", "--no-resolv", "--no-hosts",
		"--bind-interfaces", "--cache-size=500", "--listen-address=" + addr}, options...)
	w.Serve(r, net.JoinHostPort(addr, "53"), "dnsmasq", args...)
}
