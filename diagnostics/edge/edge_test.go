package edge

import (
	"net/http"
	"testing"
)

func TestRecogniseSmoke(t *testing.T) {
	body := "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n<hr><center>nginx/1.22.1</center>\r\n</body>\r\n</html>\r\n"
	w := Recognise(Answer{Status: 502, TLS: true, Body: []byte(body), Header: http.Header{"Server": {"nginx/1.22.1"}}})
	if w.ID != "nginx.502" || w.Fault != "site.bad-gateway" || w.Blame != "website" {
		t.Errorf("%+v", w)
	}
}
