package probe

import "testing"

func TestParseSources(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]sources{
		"":                                       {dnsOnly: true},
		"hosts: files dns\n":                     {dnsOnly: true},
		"passwd: ldap\nhosts:\tfiles dns # ldap": {dnsOnly: true},
		"hosts: files mdns4_minimal [NOTFOUND=return] dns myhostname":      {dnsOnly: true, multicast: true},
		"hosts: mymachines resolve [!UNAVAIL=return] files myhostname dns": {dnsOnly: true},
		"hosts: files resolve [ !UNAVAIL = return ] dns":                   {dnsOnly: true},
		"hosts: files ldap dns": {},
		"hosts: files wins dns": {},
		" hosts : files nis":    {},
	} {
		if got := parseSources(text); got != want {
			t.Errorf("%q: %+v, want %+v", text, got, want)
		}
	}
}

func FuzzParseSources(f *testing.F) {
	f.Add("hosts: files mdns4_minimal [NOTFOUND=return] dns")
	f.Fuzz(func(t *testing.T, text string) {
		if parseSources(text+"\nhosts: unheard-of") != (sources{multicast: parseSources(text).multicast}) {
			t.Error("a source that nobody knows went unnoticed")
		}
	})
}
