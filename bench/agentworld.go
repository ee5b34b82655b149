//go:build lab && linux

package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	// watchedNames is how many websites the agent's figures are taken with.
	watchedNames = 1000
	zone         = "bench.test"
	statusPage   = "http://127.0.0.1:8099/"
)

func siteName(i int) string { return fmt.Sprintf("site%04d.%s", i, zone) }

// little is an internet on loopback, in namespaces of this process's own: one nginx with a thousand
// names, each with its own certificate, and one DNS server. Everything is gone when it ends.
type little struct {
	dir   string
	roots string // file of the authority's certificate
	child []*exec.Cmd
}

// newLittle needs a network and a mount namespace that nobody else uses.
func newLittle() (*little, error) {
	dir, err := os.MkdirTemp("", "waymend-bench-")
	if err != nil {
		return nil, err
	}
	l := &little{dir: dir, roots: filepath.Join(dir, "root.pem")}
	if err := l.up(); err != nil {
		l.down()
		return nil, err
	}
	return l, nil
}

func (l *little) up() error {
	if err := os.Chmod(l.dir, 0o755); err != nil {
		return err
	}
	for _, f := range []struct{ path, text string }{
		{"/etc/resolv.conf", "nameserver 127.0.0.1\n"},
		{"/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n"},
		{"/etc/nsswitch.conf", "hosts: files dns\n"},
	} {
		path := filepath.Join(l.dir, filepath.Base(f.path))
		if err := os.WriteFile(path, []byte(f.text), 0o644); err != nil {
			return err
		}
		if err := syscall.Mount(path, f.path, "", syscall.MS_BIND, ""); err != nil {
			return fmt.Errorf("%s: %w", f.path, err)
		}
	}
	for _, command := range []string{
		"ip link set lo up", "ip address add 10.0.0.0/8 dev lo",
		"sysctl -qw net.ipv4.ping_group_range=0\t2147483647", "sysctl -qw net.ipv4.icmp_ratelimit=0", "sysctl -qw net.ipv4.icmp_msgs_per_sec=100000",
	} {
		argv := strings.Fields(strings.ReplaceAll(command, "\t", "§"))
		for i := range argv {
			argv[i] = strings.ReplaceAll(argv[i], "§", "\t")
		}
		if out, err := exec.Command(argv[0], argv[1:]...).CombinedOutput(); err != nil && argv[0] == "ip" {
			return fmt.Errorf("%s: %w: %s", command, err, out)
		}
	}
	if err := l.certificates(); err != nil {
		return err
	}
	if err := l.start("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--no-resolv", "--no-hosts",
		"--listen-address=127.0.0.1", "--bind-interfaces", "--cache-size=0", "--dns-forward-max=10000", "--user=root", "--pid-file=",
		"--address=/"+zone+"/127.0.0.1"); err != nil {
		return err
	}
	if err := l.nginx(); err != nil {
		return err
	}
	return l.await()
}

func (l *little) start(name string, args ...string) error {
	c := exec.Command(name, args...)
	c.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	c.Stderr = os.Stderr
	if err := c.Start(); err != nil {
		return err
	}
	l.child = append(l.child, c)
	return nil
}

func (l *little) down() {
	for _, c := range l.child {
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait()
	}
	_ = os.RemoveAll(l.dir)
}

// nginx serves all names over HTTPS and HTTP.
func (l *little) nginx() error {
	var b strings.Builder
	fmt.Fprintf(&b, `user root; worker_processes 1; daemon off; pid %[1]s/nginx.pid; error_log %[1]s/error.log;
events { worker_connections 8192; }
http { access_log off; server_names_hash_max_size 8192; server_names_hash_bucket_size 128; ssl_protocols TLSv1.2 TLSv1.3; ssl_session_cache off; ssl_session_tickets off;
  client_body_temp_path %[1]s/b; proxy_temp_path %[1]s/p; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  default_type text/html;
  server { listen 127.0.0.1:8099; location / { stub_status; } }
  server { listen 127.0.0.1:80 backlog=4096; location / { return 200 "%[2]s"; } }
`, l.dir, strings.Repeat("A page of a website. ", 100))
	for i := range watchedNames {
		listen := "127.0.0.1:443 ssl"
		if i == 0 {
			listen += " backlog=4096"
		}
		fmt.Fprintf(&b, "  server { listen %s; server_name %s; ssl_certificate %s/%d.pem; ssl_certificate_key %s/key.pem; location / { return 200 %q; } }\n",
			listen, siteName(i), l.dir, i, l.dir, strings.Repeat("A page of a website. ", 100))
	}
	b.WriteString("}\n")
	conf := filepath.Join(l.dir, "nginx.conf")
	if err := os.WriteFile(conf, []byte(b.String()), 0o644); err != nil {
		return err
	}
	return l.start("nginx", "-e", filepath.Join(l.dir, "error.log"), "-p", l.dir, "-c", conf)
}

// certificates makes an authority with an intermediate, and a certificate for each name.
func (l *little) certificates() error {
	newKey := func() *ecdsa.PrivateKey {
		k, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		return k
	}
	template := func(n int64, name string) *x509.Certificate {
		return &x509.Certificate{SerialNumber: big.NewInt(n), Subject: pkix.Name{CommonName: name, Organization: []string{"Bench"}},
			NotBefore: time.Now().Add(-24 * time.Hour), NotAfter: time.Now().Add(90 * 24 * time.Hour)}
	}
	authority := func(n int64, name string) *x509.Certificate {
		c := template(n, name)
		c.IsCA, c.BasicConstraintsValid, c.KeyUsage = true, true, x509.KeyUsageCertSign
		return c
	}
	rootKey, midKey, key := newKey(), newKey(), newKey()
	root, mid := authority(1, "Bench Root"), authority(2, "Bench Issuing")
	rootDER, err := x509.CreateCertificate(rand.Reader, root, root, &rootKey.PublicKey, rootKey)
	if err != nil {
		return err
	}
	midDER, err := x509.CreateCertificate(rand.Reader, mid, root, &midKey.PublicKey, rootKey)
	if err != nil {
		return err
	}
	write := func(name, kind string, blocks ...[]byte) error {
		var b bytes.Buffer
		for _, der := range blocks {
			_ = pem.Encode(&b, &pem.Block{Type: kind, Bytes: der})
		}
		return os.WriteFile(filepath.Join(l.dir, name), b.Bytes(), 0o600)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		return err
	}
	if err := write("key.pem", "EC PRIVATE KEY", keyDER); err != nil {
		return err
	}
	system, _ := os.ReadFile("/etc/ssl/certs/ca-certificates.crt") // so that the pool is as large as everywhere
	if err := write("root.pem", "CERTIFICATE", rootDER); err != nil {
		return err
	}
	own, _ := os.ReadFile(l.roots)
	if err := os.WriteFile(l.roots, append(own, system...), 0o644); err != nil {
		return err
	}
	for i := range watchedNames {
		c := template(int64(i+10), siteName(i))
		c.DNSNames = []string{siteName(i)}
		c.KeyUsage, c.ExtKeyUsage = x509.KeyUsageDigitalSignature, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
		der, err := x509.CreateCertificate(rand.Reader, c, mid, &key.PublicKey, midKey)
		if err == nil {
			err = write(strconv.Itoa(i)+".pem", "CERTIFICATE", der, midDER)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// await waits until both servers answer.
func (l *little) await() error {
	var err error
	for range 200 {
		time.Sleep(50 * time.Millisecond)
		if _, err = net.LookupHost(siteName(1)); err != nil {
			continue
		}
		if _, err = served(); err == nil {
			return nil
		}
	}
	text, _ := os.ReadFile(filepath.Join(l.dir, "error.log"))
	return fmt.Errorf("the servers do not come up: %w: %s", err, text)
}

// served is how many requests nginx has answered, this one included.
func served() (int, error) {
	resp, err := http.Get(statusPage)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, err
	}
	_, numbers, _ := strings.Cut(string(b), "requests\n")
	f := strings.Fields(numbers)
	if len(f) < 3 {
		return 0, fmt.Errorf("odd status page: %q", b)
	}
	return strconv.Atoi(f[2])
}
