#!/bin/sh
# Records the stock answers of the web servers installed on this machine:
# nginx, Apache, HAProxy, Varnish and Squid. Runs as root in a network namespace
# of its own, where loopback is all there is. Usage: ./record.sh
set -eu
here=$(cd "$(dirname "$0")" && pwd)
if [ "${1:-}" != inside ]; then
	exec unshare -n "$0" inside
fi
ip link set lo up
work=$(mktemp -d)
chmod 755 "$work"
pids=
trap 'for p in $pids; do kill "$p" 2>/dev/null || true; done; sleep 0.3; rm -rf "$work"' EXIT
cd "$work"

# record ID URL [curl arguments]: keeps the answer as it came, without style
# sheets, which are long, say nothing and belong to others.
record() {
	id=$1 url=$2 tls=${tls:-yes}
	shift 2
	curl -sS -i -k -m 10 -H 'Accept: text/html' "$@" "$url" >answer
	{
		printf '# tls: %s\n' "$tls"
		[ -z "${want:-}" ] || printf '# want: %s\n' "$want"
		sed -e '/<style/,/<\/style>/d' -e '/^Content-Length:/Id' -e '/^Transfer-Encoding:/Id' answer
	} >"$here/$id.http"
	printf '%s: %s\n' "$id" "$(grep -m1 ^HTTP "$here/$id.http")"
}

# Backends: one accepts and hangs, one closes at once; nothing listens on 9003.
cat >backends.py <<'PY'
import socket, threading, time
def listen(port):
    s = socket.socket()
    s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    s.bind(("127.0.0.1", port))
    s.listen(50)
    return s
def hang(s):
    kept = []
    while True:
        kept.append(s.accept())
def close(s):
    while True:
        c, _ = s.accept()
        c.recv(65536)
        c.close()
threading.Thread(target=hang, args=(listen(9001),), daemon=True).start()
threading.Thread(target=close, args=(listen(9002),), daemon=True).start()
time.sleep(600)
PY
python3 backends.py & pids="$pids $!"

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -keyout key.pem -out cert.pem 2>/dev/null
mkdir -p logs

cat >nginx.conf <<EOF
daemon off; pid $work/nginx.pid; error_log $work/logs/nginx.log; user root;
events {}
http {
	access_log off;
	limit_req_zone \$binary_remote_addr zone=z:1m rate=1r/m;
	client_body_temp_path $work/n1; proxy_temp_path $work/n2; fastcgi_temp_path $work/n3;
	uwsgi_temp_path $work/n4; scgi_temp_path $work/n5;
	server {
		listen 127.0.0.1:8001;
		root /usr/share/nginx/html;
		location /refused { proxy_pass http://127.0.0.1:9003; }
		location /hang { proxy_pass http://127.0.0.1:9001; proxy_read_timeout 1s; }
		location /limit { limit_req zone=z; }
		location /crash { return 500; }
	}
	server {
		listen 127.0.0.1:8002 ssl;
		ssl_certificate $work/cert.pem; ssl_certificate_key $work/key.pem;
		ssl_client_certificate $work/cert.pem; ssl_verify_client on;
	}
}
EOF
nginx -c "$work/nginx.conf" & pids="$pids $!"

cat >haproxy.cfg <<EOF
defaults
	mode http
	timeout connect 1s
	timeout client 5s
	timeout server 1s
	retries 0
frontend f
	bind 127.0.0.1:8010
	http-request deny if { path /deny }
	use_backend close if { path /close }
	use_backend hang if { path /hang }
	default_backend none
backend none
backend close
	server s 127.0.0.1:9002
backend hang
	server s 127.0.0.1:9001
EOF
haproxy -q -db -f haproxy.cfg & pids="$pids $!"

m=/usr/lib/apache2/modules
mkdir -p www
cp /usr/share/apache2/default-site/index.html www/ 2>/dev/null || cp /var/www/html/index.html www/
cat >apache.conf <<EOF
ServerRoot $work
ServerName localhost
PidFile $work/apache.pid
ErrorLog $work/logs/apache.log
DefaultRuntimeDir $work
Listen 127.0.0.1:8020
LoadModule mpm_event_module $m/mod_mpm_event.so
LoadModule authz_core_module $m/mod_authz_core.so
LoadModule alias_module $m/mod_alias.so
LoadModule mime_module $m/mod_mime.so
LoadModule dir_module $m/mod_dir.so
LoadModule proxy_module $m/mod_proxy.so
LoadModule proxy_http_module $m/mod_proxy_http.so
TypesConfig /etc/mime.types
ServerSignature On
DocumentRoot $work/www
<Directory $work/www>
	AllowOverride All
</Directory>
ProxyPass /close http://127.0.0.1:9002/
ProxyPass /refused http://127.0.0.1:9003/
Redirect 504 /slow
EOF
mkdir www/broken && echo NoSuchDirective >www/broken/.htaccess
apache2 -X -f "$work/apache.conf" & pids="$pids $!"

cat >v.vcl <<EOF
vcl 4.1;
backend default { .host = "127.0.0.1"; .port = "9003"; }
EOF
varnishd -F -a 127.0.0.1:8030 -f "$work/v.vcl" -n "$work/varnish" >logs/varnish.log 2>&1 & pids="$pids $!"

cat >squid.conf <<EOF
http_port 127.0.0.1:8040
visible_hostname proxy.example
pid_filename $work/squid.pid
cache_log $work/logs/squid.log
access_log none
cache deny all
acl forbidden dstdomain blocked.example
http_access deny forbidden
http_access allow all
dns_nameservers 127.0.0.1
pinger_enable off
coredump_dir $work
shutdown_lifetime 0 seconds
EOF
chmod 777 logs
squid -N -f "$work/squid.conf" & pids="$pids $!"

# Wait until all listen; 8030 and 8040 take longest.
for port in 9001 9002 8001 8002 8010 8020 8030 8040; do
	tries=0
	until curl -s -o /dev/null -m 1 "telnet://127.0.0.1:$port" </dev/null || [ $? -eq 28 ]; do
		tries=$((tries + 1))
		[ "$tries" -lt 100 ] || { echo "nothing listens on $port" >&2; exit 1; }
		sleep 0.2
	done
done

record nginx.502 http://127.0.0.1:8001/refused
record nginx.504 http://127.0.0.1:8001/hang
curl -s -o /dev/null http://127.0.0.1:8001/limit
record nginx.503 http://127.0.0.1:8001/limit
record nginx.500 http://127.0.0.1:8001/crash
record nginx.400cookie http://127.0.0.1:8001/ -H "Cookie: a=$(printf '%09000d' 0)"
tls=no record nginx.400plain http://127.0.0.1:8002/
record nginx.400mtls https://127.0.0.1:8002/
record nginx.default http://127.0.0.1:8001/
record haproxy.503 http://127.0.0.1:8010/
record haproxy.502 http://127.0.0.1:8010/close
record haproxy.504 http://127.0.0.1:8010/hang
record haproxy.4xx http://127.0.0.1:8010/deny
record apache.502proxy http://127.0.0.1:8020/close
record apache.503proxy http://127.0.0.1:8020/refused
record apache.504 http://127.0.0.1:8020/slow
record apache.500 http://127.0.0.1:8020/broken/
record apache.default http://127.0.0.1:8020/
record varnish.503 http://127.0.0.1:8030/
tls=no record squid.any http://127.0.0.1:9003/ -x http://127.0.0.1:8040
tls=no want='squid.any proxy.error filter' record lookalikes/squid-denies http://blocked.example/ -x http://127.0.0.1:8040
