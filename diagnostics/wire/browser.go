package wire

import "net/http"

// product names this program honestly at the end of an otherwise customary User-Agent: servers
// that refuse unknown programs are to answer as they answer a browser, and their owners are to
// find out who asked.
const product = "Waymend/0.1 (+https://github.com/waymend/waymend)"

// BrowserHeader returns the header fields that a current desktop browser sends when a person
// opens a page. Only the encodings that Do can decode are offered.
func BrowserHeader() http.Header {
	return http.Header{
		"User-Agent": {"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) " +
			"Chrome/142.0.0.0 Safari/537.36 " + product},
		"Accept":                    {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"},
		"Accept-Language":           {"en-US,en;q=0.9"},
		"Accept-Encoding":           {"gzip, deflate"},
		"Upgrade-Insecure-Requests": {"1"},
		"Sec-Fetch-Dest":            {"document"},
		"Sec-Fetch-Mode":            {"navigate"},
		"Sec-Fetch-Site":            {"none"},
		"Sec-Fetch-User":            {"?1"},
	}
}
