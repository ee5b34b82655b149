//go:build lab && linux

package lab

import (
	"encoding/json"
	"slices"
	"testing"
)

func TestCompare(t *testing.T) {
	expired := &Scenario{Kind: Fault, Faults: []string{"tls.expired"}}
	either := &Scenario{Kind: Fault, Faults: []string{"provider.no-uplink", "router.not-forwarding"}}
	sni := &Scenario{Kind: Fault, Faults: []string{"filter.sni-reset"}, At: []string{"router|provider"}}
	both := &Scenario{Kind: Combination, Faults: []string{"site.bad-gateway"}, Also: []string{"path.ipv6-broken"}}
	for _, c := range []struct {
		name                      string
		s                         *Scenario
		json                      string
		code                      int
		fault, blame, at, also, p bool
	}{
		{"right", expired, `{"verdict":{"fault":"tls.expired","blame":"website"},"stations":[{"id":"dns","state":"ok"},{"id":"website","state":"fault"}]}`, 1, true, true, true, true, false},
		{"right party, wrong fault", expired, `{"verdict":{"fault":"tls.wrong-name","blame":"website"},"stations":[{"id":"website","state":"fault"}]}`, 1, false, true, true, true, false},
		{"right fault, wrong party", expired, `{"verdict":{"fault":"tls.expired","blame":"cdn"},"stations":[{"id":"website","state":"fault"}]}`, 1, true, false, true, true, false},
		{"one station too many", expired, `{"verdict":{"fault":"tls.expired","blame":"website"},"stations":[{"id":"dns","state":"fault"},{"id":"website","state":"fault"}]}`, 1, true, true, false, true, false},
		{"second of two right answers", either, `{"verdict":{"fault":"router.not-forwarding","blame":"network"},"stations":[{"id":"router","state":"fault"}]}`, 1, true, true, true, true, false},
		{"its blame with the other's fault", either, `{"verdict":{"fault":"router.not-forwarding","blame":"provider"},"stations":[{"id":"router","state":"fault"}]}`, 1, true, false, true, true, false},
		{"either station", sni, `{"verdict":{"fault":"filter.sni-reset","blame":"filter"},"stations":[{"id":"provider","state":"fault"}]}`, 1, true, true, true, true, false},
		{"second fault named", both, `{"verdict":{"fault":"site.bad-gateway","blame":"website","also":[{"fault":"path.ipv6-broken"}]},"stations":[{"id":"website","state":"fault"}]}`, 1, true, true, true, true, false},
		{"second fault not named", both, `{"verdict":{"fault":"site.bad-gateway","blame":"website"},"stations":[{"id":"website","state":"fault"}]}`, 1, true, true, true, false, false},
		{"exit code says healthy", expired, `{"verdict":{"fault":"tls.expired","blame":"website"},"stations":[{"id":"website","state":"fault"}]}`, 0, true, true, true, true, true},
	} {
		var a answer
		if err := json.Unmarshal([]byte(c.json), &a); err != nil {
			t.Fatal(err)
		}
		var r Result
		r.compare(c.s, &a, c.code)
		if r.FaultOK != c.fault || r.BlameOK != c.blame || r.StationsOK != c.at || r.AlsoOK != c.also || (r.Problem != "") != c.p {
			t.Errorf("%s: %+v", c.name, r)
		}
	}
}

func TestSummarise(t *testing.T) {
	s := Summarise([]Result{
		{Scenario: "a", Kind: Fault, FaultOK: true, BlameOK: true, AlsoOK: true, Confidence: .9, ElapsedMS: 100},
		{Scenario: "b", Kind: Fault, BlameOK: true, AlsoOK: true, Confidence: .8, ElapsedMS: 300},
		{Scenario: "c", Kind: Trap, AlsoOK: true, Confidence: .5, ElapsedMS: 200},
		{Scenario: "d", Kind: Combination, FaultOK: true, BlameOK: true, Confidence: .9, ElapsedMS: 400, Problem: "exit code"},
	})
	if s.Blame != .75 || s.Fault != .5 || s.MedianMS != 300 {
		t.Errorf("shares: %+v", s)
	}
	for _, c := range []struct {
		what      string
		got, want []string
	}{{"false alarms", s.FalseAlarms, []string{"c"}}, {"sure and wrong", s.SureWrong, []string{"b"}}, {"missing", s.Missing, []string{"d"}}, {"problems", s.Problems, []string{"d"}}} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", c.what, c.got, c.want)
		}
	}
}
