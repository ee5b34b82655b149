package verdict

import (
	"net/netip"
	"slices"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
	"github.com/waymend/waymend/diagnostics/edge"
	"github.com/waymend/waymend/diagnostics/wire"
)

// step is how far an attempt got.
type step int

const (
	stepNone      step = iota // cancelled, not made
	stepConnect               // failed to connect
	stepHandshake             // connected; the handshake failed
	stepTrust                 // the handshake completed with a certificate that does not prove the name
	stepExchange              // the request got no proper answer
	stepStatus                // answered with an error
	stepFine                  // answered well
)

// rowView is one address, summed up over its attempts.
type rowView struct {
	Addr     netip.AddrPort
	Attempts []wire.Attempt
	Steps    []step
	Best     step
	Worst    step
}

// Fine reports whether any attempt went well.
func (r rowView) Fine() bool { return r.Best == stepFine }

// Mixed reports whether the same address answered well and badly.
func (r rowView) Mixed() bool {
	return r.Best == stepFine && r.Worst != stepFine && r.Worst != stepNone
}

// fail returns the first real failure of the row.
func (r rowView) fail() *wire.Failure {
	for _, a := range r.Attempts {
		if f := a.Fail(); f.Real() {
			return f
		}
	}
	return nil
}

// first returns the first attempt that reached the step.
func (r rowView) at(s step) (wire.Attempt, bool) {
	for i, a := range r.Attempts {
		if r.Steps[i] == s {
			return a, true
		}
	}
	return wire.Attempt{}, false
}

// siteView is the website as its addresses showed it.
type siteView struct {
	Measured bool
	Rows     []rowView // rows that were really tried
	Others   []rowView // addresses that only others know
	Proofs   []wire.Attempt
	Redirect checks.RedirectReport
	Ports    checks.PortsReport
	TLS      checks.TLSReport
	HTTP     checks.HTTPReport
	Answer   *wire.Exchange // the answer that ends the way: after redirects, else of the first answering row
	Trusted  bool           // that answer came inside TLS that proved the name
	Writer   edge.Writer
	Network  edge.CDN
	OnCDN    bool
}

func (c *Case) viewSite() siteView {
	var s siteView
	if c.Target.None() {
		return s
	}
	r, ok := checks.Site.From(c.Facts)
	s.Measured = ok && len(r.Rows) > 0
	for _, row := range r.Rows {
		if v := viewRow(row); v.Best != stepNone {
			s.Rows = append(s.Rows, v)
		}
	}
	o, _ := checks.OtherAddresses.From(c.Facts)
	s.Proofs = o.Proofs
	for _, row := range o.Rows {
		if v := viewRow(row); v.Best != stepNone {
			s.Others = append(s.Others, v)
		}
	}
	s.Redirect, _ = checks.Redirects.From(c.Facts)
	s.Ports, _ = checks.Ports.From(c.Facts)
	s.TLS, _ = checks.TLSVariants.From(c.Facts)
	s.HTTP, _ = checks.HTTPVariants.From(c.Facts)
	if !s.spoke() {
		s.throughProxy(c)
	}
	s.pickAnswer(c)
	return s
}

// throughProxy takes what came through a proxy for the site's answer when the direct way is shut.
func (s *siteView) throughProxy(c *Case) {
	for _, p := range c.proxies {
		if t := p.Through; t != nil && (t.Exchange != nil || t.Handshake != nil) {
			s.Rows = []rowView{viewRow(checks.Row{Addr: t.Addr, Attempts: []wire.Attempt{*t}})}
			s.Measured = true
			return
		}
	}
}

// pickAnswer chooses the answer that the verdict speaks of, and who wrote it.
func (s *siteView) pickAnswer(c *Case) {
	var from wire.Attempt
	if n := len(s.Redirect.Steps); n > 0 {
		from = s.Redirect.Steps[n-1].Attempt
	} else if a, ok := s.first(stepStatus); ok {
		from = a
	} else if a, ok := s.first(stepFine); ok {
		from = a
	} else if a, ok := s.first(stepExchange); ok {
		from = a
	}
	if from.Exchange == nil || from.Exchange.Status == 0 {
		return
	}
	s.Answer = from.Exchange
	s.Trusted = from.Handshake != nil && from.Handshake.Trusted()
	a := c.edgeAnswer(from)
	s.Writer = edge.Recognise(a)
	s.Network, s.OnCDN = edge.Network(a)
}

// first returns the first attempt of any row that reached exactly the step.
func (s *siteView) first(at step) (wire.Attempt, bool) {
	for _, r := range s.Rows {
		if a, ok := r.at(at); ok {
			return a, true
		}
	}
	return wire.Attempt{}, false
}

// edgeAnswer puts an exchange into the words of package edge.
func (c *Case) edgeAnswer(a wire.Attempt) edge.Answer {
	return edge.Answer{
		Status: a.Exchange.Status,
		Header: a.Exchange.Header,
		Body:   a.Exchange.Body,
		TLS:    a.Handshake != nil && a.Handshake.Trusted(),
		Host:   c.Target.Host,
		CNAMEs: c.names.Aliases,
	}
}

func viewRow(row checks.Row) rowView {
	v := rowView{Addr: row.Addr, Attempts: row.Attempts, Worst: stepFine}
	for _, a := range row.Attempts {
		s := reached(a)
		v.Steps = append(v.Steps, s)
		if s == stepNone {
			continue
		}
		v.Best = max(v.Best, s)
		v.Worst = min(v.Worst, s)
	}
	return v
}

// reached says how far one attempt got. Redirects count as well answered here; where they lead is
// for Redirects.
func reached(a wire.Attempt) step {
	if f := a.Fail(); f != nil && !f.Real() {
		return stepNone
	}
	switch h, e := a.Handshake, a.Exchange; {
	case a.Connect.Fail != nil:
		return stepConnect
	case !a.Connect.OK:
		return stepNone
	case h != nil && (h.Fail != nil || !h.OK):
		return stepHandshake
	case h != nil && !h.Trusted():
		return stepTrust
	case e == nil && h == nil:
		return stepNone
	case e == nil: // connected and proven, not asked
		return stepFine
	case e.Fail != nil:
		return stepExchange
	case e.Status >= 400 || e.Status < 200:
		return stepStatus
	}
	return stepFine
}

// split sorts the rows by family.
func (s siteView) split() (four, six []rowView) {
	for _, r := range s.Rows {
		if diagnostics.IPv4.Allows(r.Addr.Addr()) {
			four = append(four, r)
		} else {
			six = append(six, r)
		}
	}
	return four, six
}

// fine reports whether the page came, by at least one address and after all redirects.
func (s siteView) fine() bool {
	if s.Redirect.Loop || s.Redirect.Bad != "" {
		return false
	}
	if n := len(s.Redirect.Steps); n > 0 {
		return reached(s.Redirect.Steps[n-1].Attempt) == stepFine
	}
	return slices.ContainsFunc(s.Rows, rowView.Fine)
}

// any reports whether a row ended with the step at best.
func (s siteView) allAt(at step) bool {
	for _, r := range s.Rows {
		if r.Best != at {
			return false
		}
	}
	return len(s.Rows) > 0
}
