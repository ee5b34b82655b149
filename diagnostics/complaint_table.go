package diagnostics

// codes are the error codes that browsers show, by what they complain of: Chromium's net errors and
// DNS probe results, Firefox's network (necko), NSS and PKIX errors.
var codes = func() map[string]ComplaintKind {
	m := map[string]ComplaintKind{}
	for kind, list := range map[ComplaintKind][]string{
		SaidDNS: {
			"ERR_NAME_NOT_RESOLVED", "ERR_NAME_RESOLUTION_FAILED", "ERR_ICANN_NAME_COLLISION",
			"ERR_DNS_MALFORMED_RESPONSE", "ERR_DNS_SERVER_FAILED", "ERR_DNS_TIMED_OUT", "ERR_DNS_SERVER_REQUIRES_TCP",
			"ERR_DNS_SECURE_RESOLVER_HOSTNAME_RESOLUTION_FAILED", "ERR_DNS_NO_MATCHING_SUPPORTED_ALPN",
			"DNS_PROBE_FINISHED_NXDOMAIN", "DNS_PROBE_FINISHED_BAD_CONFIG", "DNS_PROBE_FINISHED_BAD_SECURE_CONFIG",
			"DNS_PROBE_FINISHED_INCONCLUSIVE", "DNS_PROBE_POSSIBLE", "DNS_PROBE_STARTED", "DNS_PROBE_NOT_RUN",
			"NS_ERROR_UNKNOWN_HOST", "NS_ERROR_DNS_LOOKUP_QUEUE_FULL", "INET_E_RESOURCE_NOT_FOUND",
		},
		SaidRefused: {"ERR_CONNECTION_REFUSED", "NS_ERROR_CONNECTION_REFUSED", "ERR_CONNECTION_FAILED", "ERR_ADDRESS_UNREACHABLE", "ERR_NETWORK_ACCESS_DENIED", "INET_E_CANNOT_CONNECT"},
		SaidReset:   {"ERR_CONNECTION_RESET", "ERR_CONNECTION_ABORTED", "ERR_CONNECTION_CLOSED", "NS_ERROR_NET_RESET", "NS_ERROR_NET_INTERRUPT", "NS_ERROR_NET_PARTIAL_TRANSFER", "ERR_SOCKET_NOT_CONNECTED", "PR_CONNECT_RESET_ERROR", "PR_END_OF_FILE_ERROR", "ERR_HTTP2_PING_FAILED", "INET_E_DOWNLOAD_FAILURE"},
		SaidTimeout: {"ERR_CONNECTION_TIMED_OUT", "ERR_TIMED_OUT", "NS_ERROR_NET_TIMEOUT", "NS_ERROR_NET_TIMEOUT_EXTERNAL", "INET_E_CONNECTION_TIMEOUT"},
		SaidTLS: {
			"ERR_BAD_SSL_CLIENT_AUTH_CERT", "ERR_TLS13_DOWNGRADE_DETECTED", "ERR_ECH_NOT_NEGOTIATED",
			"NS_ERROR_NET_INADEQUATE_SECURITY", "DLG_FLAGS_INVALID_CA", "DLG_FLAGS_SEC_CERT_CN_INVALID", "DLG_FLAGS_SEC_CERT_DATE_INVALID",
			"INET_E_SECURITY_PROBLEM", "INET_E_INVALID_CERTIFICATE",
		},
		SaidProxy: {
			"ERR_PROXY_CONNECTION_FAILED", "ERR_TUNNEL_CONNECTION_FAILED", "ERR_PROXY_AUTH_REQUESTED", "ERR_PROXY_AUTH_UNSUPPORTED",
			"ERR_PROXY_AUTH_REQUESTED_WITH_NO_CONNECTION", "ERR_PROXY_CERTIFICATE_INVALID", "ERR_MANDATORY_PROXY_CONFIGURATION_FAILED",
			"ERR_PAC_SCRIPT_FAILED", "ERR_PAC_NOT_IN_DHCP", "ERR_NO_SUPPORTED_PROXIES", "ERR_HTTPS_PROXY_TUNNEL_RESPONSE",
			"ERR_SOCKS_CONNECTION_FAILED", "ERR_SOCKS_CONNECTION_HOST_UNREACHABLE", "ERR_UNEXPECTED_PROXY_AUTH",
			"NS_ERROR_PROXY_CONNECTION_REFUSED", "NS_ERROR_UNKNOWN_PROXY_HOST", "NS_ERROR_PROXY_BAD_GATEWAY", "NS_ERROR_PROXY_GATEWAY_TIMEOUT",
			"NS_ERROR_PROXY_FORBIDDEN", "NS_ERROR_PROXY_AUTHENTICATION_FAILED", "NS_ERROR_PROXY_TOO_MANY_REQUESTS",
		},
		SaidOffline:   {"ERR_INTERNET_DISCONNECTED", "ERR_NETWORK_CHANGED", "ERR_NETWORK_IO_SUSPENDED", "DNS_PROBE_FINISHED_NO_INTERNET", "NS_ERROR_OFFLINE", "NS_ERROR_NETWORK_LINK_DOWN", "ERR_NETWORK_SLOW"},
		SaidRedirects: {"ERR_TOO_MANY_REDIRECTS", "NS_ERROR_REDIRECT_LOOP"},
		SaidEmpty:     {"ERR_EMPTY_RESPONSE", "NS_ERROR_NET_EMPTY_RESPONSE", "ERR_RESPONSE_HEADERS_TRUNCATED", "INET_E_DATA_NOT_AVAILABLE"},
		SaidBlocked:   {"ERR_BLOCKED_BY_CLIENT"},
		SaidOther: {
			"ERR_BLOCKED_BY_ADMINISTRATOR", "ERR_BLOCKED_BY_RESPONSE", "ERR_BLOCKED_BY_CSP", "ERR_BLOCKED_BY_ORB", "ERR_CACHE_MISS",
			"ERR_HTTP_RESPONSE_CODE_FAILURE", "ERR_HTTP2_PROTOCOL_ERROR", "ERR_QUIC_PROTOCOL_ERROR", "ERR_INVALID_RESPONSE",
			"ERR_INVALID_HTTP_RESPONSE", "ERR_CONTENT_DECODING_FAILED", "ERR_CONTENT_LENGTH_MISMATCH", "ERR_INCOMPLETE_CHUNKED_ENCODING",
			"ERR_INVALID_CHUNKED_ENCODING", "ERR_RESPONSE_HEADERS_TOO_BIG", "ERR_UNSAFE_PORT", "ERR_ABORTED", "ERR_FAILED", "ERR_INVALID_REDIRECT", "ERR_UNSAFE_REDIRECT",
			"NS_ERROR_CORRUPTED_CONTENT", "NS_ERROR_INVALID_CONTENT_ENCODING", "NS_ERROR_PORT_ACCESS_NOT_ALLOWED", "NS_BINDING_ABORTED", "NS_ERROR_NET_HTTP2_SENT_GOAWAY",
		},
	} {
		for _, code := range list {
			m[code] = kind
		}
	}
	return m
}()

// codeShapes are the families of codes whose names say enough, the more telling first.
var codeShapes = []struct {
	prefix, suffix string
	kind           ComplaintKind
}{
	{"ERR_SSL_", "", SaidTLS}, {"ERR_CERT_", "", SaidTLS}, {"ERR_CERTIFICATE_", "", SaidTLS},
	{"SEC_ERROR_", "", SaidTLS}, {"SSL_ERROR_", "", SaidTLS}, {"MOZILLA_PKIX_ERROR_", "", SaidTLS},
	{"ERR_PROXY_", "", SaidProxy}, {"ERR_SOCKS_", "", SaidProxy}, {"NS_ERROR_PROXY_", "", SaidProxy},
	{"ERR_DNS_", "", SaidDNS}, {"DNS_PROBE_", "", SaidDNS},
	{"ERR_BLOCKED_", "", SaidOther}, {"ERR_", "", SaidOther}, {"NS_ERROR_", "", SaidOther}, {"NS_BINDING_", "", SaidOther},
	{"PR_", "_ERROR", SaidOther}, {"INET_E_", "", SaidOther},
}

// foundationCodes are Apple's NSURLErrorDomain numbers, without their minus.
var foundationCodes = map[string]ComplaintKind{
	"1001": SaidTimeout, "1003": SaidDNS, "1004": SaidRefused, "1005": SaidReset, "1006": SaidDNS, "1007": SaidRedirects,
	"1009": SaidOffline, "1011": SaidOther, "1017": SaidOther, "1200": SaidTLS, "1201": SaidTLS, "1202": SaidTLS, "1203": SaidTLS, "1204": SaidTLS,
}

// Words beside a number that make it the status of an answer, in small letters.
var (
	beforeStatus = []string{"http", "error", "status", "code", "err", "fehler", "fehlercode", "erreur", "errore", "erro", "digo", "estado", "statut", "stato"}
	afterStatus  = []string{"bad", "service", "gateway", "internal", "forbidden", "not", "too", "unauthorized", "proxy", "request", "origin", "web", "connection", "error", "ssl", "invalid", "unknown", "temporarily", "that"}
)

// statusPhrases are the names of statuses, for pages that leave the number out.
var statusPhrases = []struct {
	text   string
	status int
}{
	{"request header or cookie too large", 400}, {"request header fields too large", 431},
	{"bad gateway", 502}, {"service unavailable", 503}, {"service temporarily unavailable", 503}, {"gateway time-out", 504}, {"gateway timeout", 504},
	{"internal server error", 500}, {"too many requests", 429}, {"proxy authentication required", 407},
	{"upstream connect error", 503}, {"no healthy upstream", 503}, {"guru meditation", 503},
}

// servers are the marks by which error pages tell what wrote them; the more telling first.
var servers = []struct{ mark, name string }{
	{"cloudflare", "cloudflare"}, {"ray id", "cloudflare"}, {"cloudfront", "cloudfront"}, {"openresty", "openresty"}, {"tengine", "tengine"}, {"nginx", "nginx"},
	{"apache", "apache"}, {"litespeed", "litespeed"}, {"microsoft-iis", "iis"}, {"http error 502.3", "iis"},
	{"varnish", "varnish"}, {"guru meditation", "varnish"}, {"fastly", "fastly"}, {"errors.edgesuite.net", "akamai"}, {"akamai", "akamai"},
	{"squid", "squid"}, {"haproxy", "haproxy"}, {"caddy", "caddy"}, {"upstream connect error", "envoy"}, {"no healthy upstream", "envoy"},
	{"heroku", "heroku"}, {"vercel", "vercel"}, {"netlify", "netlify"}, {"imperva", "imperva"}, {"incapsula", "imperva"}, {"sucuri", "sucuri"},
	{"that's an error", "google"},
}

// notThePage are addresses that error pages point to, or that merely look like hosts.
var notThePage = []string{
	"cloudflare.com", "support.cloudflare.com", "developers.cloudflare.com", "support.google.com", "support.mozilla.org", "support.apple.com",
	"support.microsoft.com", "errors.edgesuite.net", "nginx.org", "nginx.com", "asp.net", "httpd.apache.org",
}

// localEndings are endings of names that no registry sells and networks use.
var localEndings = []string{"example", "test", "local", "lan", "home", "internal", "intranet", "corp", "localhost", "arpa"}

// sentences are what browsers say beside or instead of codes, in small letters with straight
// apostrophes: Chromium, Firefox and Safari, in the languages of this program. The order matters:
// what tells most comes first.
var sentences = []struct {
	kind  ComplaintKind
	texts []string
}{
	{SaidProxy, []string{
		"proxy server is refusing connections", "something wrong with the proxy server", "unable to find the proxy server", "proxy-server verweigert", "serveur proxy refuse",
		"servidor proxy está rechazando", "servidor proxy está recusando", "server proxy sta rifiutando", "serwer proxy odmawia", "プロキシサーバーへの接続が拒否", "プロキシサーバーが接続を拒否", "代理服务器拒绝连接",
	}},
	{SaidBlocked, []string{"has been blocked by an extension", "blocked by an extension", "von einer erweiterung blockiert", "bloquée par une extension", "bloqueado por una extensión", "bloqueado por uma extensão", "bloccata da un'estensione", "zablokowane przez rozszerzenie", "拡張機能によってブロック", "被扩展程序阻止", "已被扩展程序屏蔽"}},
	{SaidOffline, []string{
		"no internet", "you're offline", "you are offline", "not connected to the internet", "isn't connected to the internet", "in offline mode", "there is no internet connection",
		"keine internetverbindung", "nicht mit dem internet verbunden", "pas d'accès à internet", "pas de connexion internet", "pas connecté à internet", "sin internet", "sin conexión a internet", "no está conectado a internet",
		"sem internet", "sem conexão com a internet", "não está conectado à internet", "nessuna connessione a internet", "non è connesso a internet", "non connesso a internet", "brak internetu", "brak połączenia z internetem", "nie jest połączony z internetem",
		"インターネットに接続されていません", "インターネットに接続していません", "未连接到互联网", "没有连接到互联网", "未连接互联网",
	}},
	{SaidTLS, []string{
		"connection is not private", "connection isn't private", "connection is not secure", "secure connection failed", "can't provide a secure connection", "can't establish a secure connection", "couldn't establish a secure connection",
		"potential security risk", "certificate for this server is invalid", "an ssl error has occurred", "did not connect: potential",
		"verbindung ist nicht sicher", "keine sichere verbindung", "dies ist keine sichere verbindung", "fehler: gesicherte verbindung fehlgeschlagen", "mögliches sicherheitsrisiko",
		"connexion n'est pas privée", "échec de la connexion sécurisée", "risque probable de sécurité", "conexión no es privada", "conexión segura fallida", "riesgo potencial de seguridad",
		"conexão não é particular", "conexão não é privada", "falha na conexão segura", "la connessione non è privata", "connessione sicura non riuscita", "połączenie nie jest prywatne", "bezpieczne połączenie nie powiodło się", "nie udało się nawiązać bezpiecznego połączenia",
		"この接続ではプライバシーが保護されません", "安全な接続ができませんでした", "您的连接不是私密连接", "此连接非私人连接", "建立安全连接失败",
	}},
	{SaidRedirects, []string{
		"too many redirects", "redirected you too many times", "isn't redirecting properly", "zu oft weitergeleitet", "zu viele weiterleitungen", "umleitungsfehler", "redirigé à de trop nombreuses reprises", "trop de redirections",
		"demasiadas veces", "demasiadas redirecciones", "redirecionamento em excesso", "redirecionou você muitas vezes", "troppi reindirizzamenti", "reindirizzato troppe volte", "zbyt wiele przekierowań", "zbyt wiele razy", "リダイレクトが繰り返し", "リダイレクトの回数が多すぎ", "重定向次数过多", "重定向的次数过多",
	}},
	{SaidDNS, []string{
		"server ip address could not be found", "dns address could not be found", "server dns address could not be found", "server not found", "can't find the server", "having trouble finding that site", "specified hostname could not be found", "can't resolve",
		"server nicht gefunden", "server-ip-adresse von", "kann den server nicht finden", "serveur introuvable", "impossible de trouver l'adresse ip du serveur", "ne parvient pas à trouver le serveur", "no se puede encontrar la dirección ip", "servidor no encontrado", "no puede encontrar el servidor",
		"não foi possível encontrar o endereço ip", "servidor não encontrado", "não consegue encontrar o servidor", "trovare l'indirizzo ip", "server non trovato", "trovare il server", "nie udało się znaleźć adresu ip", "nie odnaleziono serwera", "nie można znaleźć serwera",
		"サーバーの ip アドレスが見つかりませんでした", "サーバーが見つかりませんでした", "サーバーが見つかりません", "找不到服务器", "找不到 ", "未找到服务器",
	}},
	{SaidTimeout, []string{
		"took too long to respond", "connection has timed out", "the request timed out", "the operation timed out", "server isn't responding", "server stopped responding", "server is not responding",
		"hat zu lange gebraucht", "braucht zu lange", "zeitüberschreitung", "server antwortet nicht", "serveur ne répond pas", "mis trop de temps à répondre", "met trop de temps à répondre", "délai d'attente",
		"ha tardado demasiado", "tardó demasiado", "tiempo de espera", "el servidor no responde", "demorou muito para responder", "tempo limite", "o servidor não responde", "ha impiegato troppo tempo", "tempo di attesa", "tempo per la connessione esaurito", "il server non risponde",
		"zbyt długo nie odpowiada", "zbyt długi czas", "upłynął limit czasu", "serwer nie odpowiada", "からの応答時間が長すぎます", "接続がタイムアウト", "サーバーが応答していません", "响应时间过长", "连接超时", "服务器没有响应", "服务器未响应",
	}},
	{SaidEmpty, []string{"didn't send any data", "hat keine daten gesendet", "n'a envoyé aucune donnée", "no envió ningún dato", "no ha enviado ningún dato", "não enviou nenhum dado", "non ha inviato dati", "nie wysłała żadnych danych", "からデータが送信されませんでした", "未发送任何数据"}},
	{SaidReset, []string{
		"connection was reset", "unexpectedly closed the connection", "unexpectedly dropped the connection", "network connection was lost", "connection was interrupted",
		"verbindung wurde zurückgesetzt", "verbindung unerwartet", "verbindung wurde unterbrochen", "connexion a été réinitialisée", "connexion a été interrompue", "fermé la connexion de manière inattendue", "se ha restablecido la conexión", "se restableció la conexión", "la conexión fue interrumpida", "interrumpió la conexión de forma inesperada",
		"conexão foi redefinida", "encerrou a conexão inesperadamente", "interrompeu a conexão inesperadamente", "connessione è stata ripristinata", "connessione è stata reimpostata", "connessione annullata", "interrotto la connessione in modo imprevisto", "połączenie zostało zresetowane", "nieoczekiwanie zakończyła połączenie", "nieoczekiwanie przerwał",
		"接続がリセットされました", "接続が途中で切断", "により予期せず終了しました", "连接被重置", "连接已重置", "意外终止了连接", "意外关闭了连接", "意外断开",
	}},
	{SaidRefused, []string{
		"refused to connect", "can't connect to the server", "can't establish a connection to the server", "could not connect to the server", "unable to connect",
		"hat die verbindung abgelehnt", "verbindung verweigert", "verbindung fehlgeschlagen", "kann keine verbindung zum server", "n'autorise pas la connexion", "a refusé de se connecter", "la connexion a échoué", "ne parvient pas à se connecter au serveur", "ha rechazado la conexión", "rechazó la conexión", "no se puede conectar", "no puede conectarse al servidor",
		"recusou a conexão", "recusou estabelecer", "não foi possível conectar", "não consegue se conectar ao servidor", "ha rifiutato la connessione", "connessione non riuscita", "connettersi al server", "odrzuciła połączenie", "odrzucił połączenie", "nie można połączyć", "połączenie nie powiodło się",
		"で接続が拒否されました", "正常に接続できませんでした", "サーバに接続できません", "サーバーに接続できません", "拒绝了我们的连接请求", "拒绝连接", "无法连接服务器", "无法连接到服务器", "无法建立到",
	}},
	{SaidOther, []string{
		"this site can't be reached", "can't reach this page", "this page isn't working", "website ist nicht erreichbar", "diese seite funktioniert", "ce site est inaccessible", "no se puede acceder a este sitio", "não é possível acessar esse site", "raggiungere il sito", "ta witryna jest nieosiągalna",
		"このサイトにアクセスできません", "无法访问此网站", "problem loading page", "safari can't open the page",
	}},
}
