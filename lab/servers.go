//go:build lab && linux

package lab

import (
	"errors"
	"fmt"
	"net"
	"os"
	"strings"
)

// Site is a website on nginx.
type Site struct {
	Host  string
	Addrs []string // nil: Site4 and Site6
	Port  int      // 0: 443
	Cert  *Pair    // nil: a good one for Host
	Conf  string   // directives of the TLS server; "": a page
	Plain string   // directives of port 80; "": on to https; "-": nothing listens there
	NoDNS bool     // the scenario publishes the name itself
	SSL   string   // listen option instead of "ssl http2"; "-": plain HTTP on the TLS port
}

// page is a healthy answer.
const page = `location / { add_header Content-Type "text/html; charset=utf-8"; return 200 "<!doctype html><html lang=en><head><title>Bluebird Outfitters</title></head><body><h1>Good morning</h1><p>Tents, boots and maps for people who like to walk. Today is a fine day for it.</p></body></html>"; }`

// Site declares a website; nginx serves all of them.
func (w *World) Site(s Site) {
	if s.Addrs == nil {
		s.Addrs = []string{Site4, Site6}
	}
	if s.Port == 0 {
		s.Port = 443
	}
	if s.Cert == nil {
		c := w.Cert(Cert{Names: []string{s.Host}})
		s.Cert = &c
	}
	if s.Conf == "" {
		s.Conf = page
	}
	if s.Plain == "" {
		s.Plain = "return 301 https://$host$request_uri;"
	}
	if !s.NoDNS {
		w.Host(s.Host, s.Addrs...)
	}
	ssl := "ssl http2"
	if s.SSL != "" {
		ssl = strings.TrimPrefix(s.SSL, "-")
	}
	var tls, plain strings.Builder
	for _, a := range s.Addrs {
		fmt.Fprintf(&tls, "listen %s %s;\n", net.JoinHostPort(a, fmt.Sprint(s.Port)), ssl)
		fmt.Fprintf(&plain, "listen %s;\n", net.JoinHostPort(a, "80"))
	}
	w.Nginx(fmt.Sprintf("server {\n%sserver_name %s;\nssl_certificate %s;\nssl_certificate_key %s;\n%s\n}", &tls, s.Host, s.Cert.Chain, s.Cert.Key, s.Conf))
	if s.Plain != "-" {
		w.Nginx(fmt.Sprintf("server {\n%sserver_name %s;\n%s\n}", &plain, s.Host, s.Plain))
	}
}

// Nginx adds text to the http block of the internet's nginx: servers, upstreams, zones.
func (w *World) Nginx(block string) { w.sites = append(w.sites, block) }

func (w *World) startNginx() {
	if len(w.sites) == 0 {
		return
	}
	all := strings.Join(w.sites, "\n")
	conf := "daemon off; master_process off; pid " + w.file("nginx.pid") + "; error_log " + w.file("nginx.log") + ";\nevents { worker_connections 512; }\nhttp {\naccess_log off; default_type text/html;\n"
	for _, k := range []string{"client_body", "proxy", "fastcgi", "uwsgi", "scgi"} {
		conf += k + "_temp_path " + w.file("nginx-"+k) + ";\n"
	}
	w.check(os.WriteFile(w.file("nginx.conf"), []byte(conf+all+"\n}\n"), 0o644))
	_, listen, _ := strings.Cut(all, "listen ")
	listen = strings.FieldsFunc(listen, func(r rune) bool { return r == ' ' || r == ';' })[0]
	w.Serve(w.Net, listen, "nginx", "-e", w.file("nginx.log"), "-c", w.file("nginx.conf"))
}

// HAProxy starts HAProxy with these sections; addr is where it is then to be found.
func (w *World) HAProxy(addr, sections string) {
	conf := "global\n  maxconn 200\n  ssl-default-bind-options no-tls-tickets\ndefaults\n  mode http\n  timeout connect 2s\n  timeout client 30s\n  timeout server 30s\n" + sections + "\n"
	w.check(os.WriteFile(w.file("haproxy.cfg"), []byte(conf), 0o644))
	w.Serve(w.Net, addr, "haproxy", "-db", "-q", "-f", w.file("haproxy.cfg"))
}

// Offload puts TLS in front of a plain server without touching what is inside.
func (w *World) Offload(host, addr, to string) {
	c := w.Cert(Cert{Names: []string{host}})
	w.HAProxy(addr, "frontend tls\n  mode tcp\n  bind "+addr+" ssl crt "+c.Both+" alpn http/1.1\n  default_backend plain\nbackend plain\n  mode tcp\n  server s "+to)
}

// Apache starts Apache with one TLS virtual host.
func (w *World) Apache(host, addr, directives string) {
	c := w.Cert(Cert{Names: []string{host}})
	var b strings.Builder
	for _, m := range []string{"mpm_event", "authz_core", "alias", "headers", "mime", "socache_shmcb", "ssl", "proxy", "proxy_http", "http2"} {
		fmt.Fprintf(&b, "LoadModule %s_module /usr/lib/apache2/modules/mod_%s.so\n", m, m)
	}
	fmt.Fprintf(&b, "ServerRoot %s\nServerName %s\nPidFile %s\nErrorLog %s\nDefaultRuntimeDir %s\nStartServers 1\nThreadsPerChild 16\nMaxRequestWorkers 16\nListen %s\nProtocols http/1.1\nTypesConfig /dev/null\n",
		w.Dir, host, w.file("apache.pid"), w.file("apache-error.log"), w.Dir, addr)
	fmt.Fprintf(&b, "SSLSessionCache none\nSSLEngine on\nSSLCertificateFile %s\nSSLCertificateKeyFile %s\nServerSignature On\n%s\n", c.Chain, c.Key, directives)
	w.check(os.WriteFile(w.file("apache.conf"), []byte(b.String()), 0o644))
	w.Serve(w.Net, addr, "apache2", "-X", "-f", w.file("apache.conf"))
}

// Varnish starts Varnish as a plain HTTP cache at addr with this VCL.
func (w *World) Varnish(addr, vcl string) {
	w.check(os.WriteFile(w.file("site.vcl"), []byte("vcl 4.1;\n"+vcl), 0o644))
	w.Serve(w.Net, addr, "varnishd", "-F", "-j", "none", "-n", w.file("varnish"), "-a", addr, "-f", w.file("site.vcl"), "-s", "malloc,8m", "-T", "none",
		"-p", "thread_pools=1", "-p", "thread_pool_min=5", "-p", "vsl_space=1M")
}

// Squid starts Squid as the forward proxy of the home's network, on the router.
func (w *World) Squid(directives string) {
	if !strings.Contains(directives, "dns_nameservers") {
		directives += "\ndns_nameservers " + ProviderDNS
	}
	w.check(errors.Join(os.Mkdir(w.file("squid"), 0o755), os.Chmod(w.file("squid"), 0o777))) // for its own account
	conf := `http_port ` + Router4 + `:3128
pid_filename none
cache_log ` + w.file("squid/squid.log") + `
access_log none
cache_store_log none
cache deny all
coredump_dir ` + w.file("squid") + `
visible_hostname proxy.corp.example
shutdown_lifetime 0 seconds
netdb_filename none
pinger_enable off
` + directives + "\n"
	w.check(os.WriteFile(w.file("squid.conf"), []byte(conf), 0o644))
	w.Serve(w.Router, Router4+":3128", "squid", "-N", "-f", w.file("squid.conf"))
}
