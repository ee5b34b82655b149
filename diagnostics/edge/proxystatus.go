package edge

import (
	"slices"
	"strconv"
	"strings"
)

// proxyError is what an error type of Proxy-Status says (RFC 9209, 2.3).
type proxyError struct {
	means Meaning
	// only: nobody but an intermediary generates it, so it wrote the answer.
	only bool
}

// proxyErrors are the registered error types.
var proxyErrors = map[string]proxyError{
	"dns_timeout":                        {OriginDNS, true},
	"dns_error":                          {OriginDNS, true},
	"destination_not_found":              {EdgeError, true},
	"destination_unavailable":            {OriginDown, true},
	"destination_ip_prohibited":          {EdgeError, true},
	"destination_ip_unroutable":          {OriginDown, true},
	"connection_refused":                 {OriginRefused, true},
	"connection_terminated":              {BadGateway, false},
	"connection_timeout":                 {OriginTimeout, true},
	"connection_read_timeout":            {GatewayTimeout, false},
	"connection_write_timeout":           {GatewayTimeout, false},
	"connection_limit_reached":           {Unavailable, true},
	"tls_protocol_error":                 {OriginTLS, false},
	"tls_certificate_error":              {OriginTLS, true},
	"tls_alert_received":                 {OriginTLS, false},
	"http_request_error":                 {BadRequest, true},
	"http_request_denied":                {BlocksYou, true},
	"http_response_incomplete":           {BadGateway, false},
	"http_response_header_section_size":  {BadGateway, false},
	"http_response_header_size":          {BadGateway, false},
	"http_response_body_size":            {BadGateway, false},
	"http_response_trailer_section_size": {BadGateway, false},
	"http_response_trailer_size":         {BadGateway, false},
	"http_response_transfer_coding":      {BadGateway, false},
	"http_response_content_coding":       {BadGateway, false},
	"http_response_timeout":              {GatewayTimeout, false},
	"http_upgrade_failed":                {BadGateway, true},
	"http_protocol_error":                {BadGateway, false},
	"proxy_internal_response":            {EdgeError, true},
	"proxy_internal_error":               {EdgeError, true},
	"proxy_configuration_error":          {EdgeError, true},
	"proxy_loop_detected":                {EdgeError, true},
}

// failures are the members of Proxy-Status that report a registered error, if the
// answer is an error at all: a relayed success may have failed half-way.
func (v *view) failures() []member {
	if v.Status < 400 {
		return nil
	}
	return slices.DeleteFunc(parseList(v.headers("Proxy-Status")), func(m member) bool {
		_, known := proxyErrors[m.params["error"]]
		return !known
	})
}

// readProxyStatus takes over what the intermediary that wrote the answer says of
// itself. It is the first with an error: members are appended on the way to the
// visitor, and those behind only relayed.
func readProxyStatus(t *table, v *view, f facets) facets {
	m := v.failures()[0]
	e := proxyErrors[m.params["error"]]
	f.Vendor, f.Means, f.Sure = m.name, e.means, 0.97
	if !e.only {
		f.Sure = 0.85
	}
	f.Party, f.Fault = t.proxyParty(v, m.name, e.means)
	if received, _ := strconv.Atoi(m.params["received-status"]); received == v.Status && !e.only {
		// It says that it relayed this very status.
		f.Vendor, f.Party, f.Fault = "", PartyOrigin, faultOf(v.Status, e.means)
	}
	return f
}

// proxyParty says what a self-declared intermediary is and which fault its error
// stands for. Inside verified TLS it works for the site; outside it may as well
// be the visitor's own proxy, and the answer proves nothing.
func (t *table) proxyParty(v *view, name string, means Meaning) (Party, string) {
	if t.isNetwork(name) {
		switch means {
		case EdgeError:
			return PartyCDN, "cdn.edge-error"
		case BlocksYou, BadRequest:
			return PartyCDN, faultOf(v.Status, means)
		}
		return PartyCDN, "cdn.origin-down"
	}
	if !v.TLS {
		return PartyUnknown, ""
	}
	return PartyGateway, faultOf(v.Status, means)
}

// faultOf is the fault behind a gateway's error. It follows the status that the
// visitor sees where that is a gateway's; Means says the rest.
func faultOf(status int, means Meaning) string {
	if f := statuses[status].Fault; status >= 502 && status <= 504 {
		return f
	}
	switch means {
	case GatewayTimeout, OriginTimeout:
		return "site.gateway-timeout"
	case BlocksYou:
		return "site.blocks-you"
	case BadRequest:
		return "site.rejects-request"
	case EdgeError:
		return "site.internal-error"
	}
	return "site.bad-gateway"
}

// isNetwork says whether a name that an intermediary gave itself is that of a
// delivery network: its own, one of its host names, or one that ends in "CDN" as
// the examples of the standard do.
func (t *table) isNetwork(name string) bool {
	name = strings.ToLower(name)
	if strings.HasSuffix(name, "cdn") {
		return true
	}
	for i := range t.edges {
		e := &t.edges[i]
		if e.delivers() && (name == e.ID || name == strings.ToLower(e.Name) || len(name) <= maxDomain && e.holds(name)) {
			return true
		}
	}
	return false
}
