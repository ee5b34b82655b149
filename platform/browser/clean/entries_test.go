package clean

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
)

// simpleEntry is an entry of Chromium's simple cache.
func simpleEntry(key string) []byte {
	b := binary.LittleEndian.AppendUint64(nil, simpleMagic)
	b = binary.LittleEndian.AppendUint32(b, 5)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(key)))
	b = append(b, make([]byte, 8)...)
	return append(append(b, key...), "the content"...)
}

// cache2Entry is an entry of Firefox's cache.
func cache2Entry(key string, content int) []byte {
	b := make([]byte, content+4+2*((content+cache2Chunk-1)/cache2Chunk))
	b = binary.BigEndian.AppendUint32(b, 3)
	b = append(b, make([]byte, 5*4)...)
	b = binary.BigEndian.AppendUint32(b, uint32(len(key)))
	b = append(b, make([]byte, 4)...)
	b = append(append(b, key...), "\x00element\x00value\x00"...)
	return binary.BigEndian.AppendUint32(b, uint32(content))
}

func TestKeysOfEntries(t *testing.T) {
	const url = "https://a.site1.test/big.js?q=a,b:c d"
	for key, want := range map[string][2]string{
		"1/0/_dk_https://site1.test https://site1.test " + url:   {url, "https://site1.test"},
		"1/0/_dk_s_https://site1.test https://other.test " + url: {url, "https://site1.test"},
		"1/0/" + url:                          {url, ""},
		url:                                   {url, ""},
		"_key" + url + " \nhttps://top.test/": {url, "https://top.test/"},
		strings.Repeat("0123456789abcdef", 4): {strings.Repeat("0123456789abcdef", 4), ""},
		"":                                    {"", ""},
	} {
		got, err := simpleKey(bytes.NewReader(simpleEntry(key)))
		if err != nil || got != key {
			t.Errorf("simple key %q: %q %v", key, got, err)
		}
		if address, top := simpleOwners(got); address != want[0] || top != want[1] {
			t.Errorf("%q is of %q below %q, want %q", key, address, top, want)
		}
	}
	for key, want := range map[string][2]string{
		"O^partitionKey=%28https%2Csite1.test%29,:" + url:                       {url, "https://site1.test"},
		"a,~12,O^userContextId=2&partitionKey=%28http%2Cx.test%2C80%29,:" + url: {url, "http://x.test"},
		":" + url:         {url, ""},
		"~a,,b:c,:" + url: {url, ""},
		"":                {"", ""},
		"garbage":         {"", ""},
	} {
		for _, content := range []int{0, 11, cache2Chunk, cache2Chunk + 1} {
			b := cache2Entry(key, content)
			got, err := cache2Key(bytes.NewReader(b), int64(len(b)))
			if err != nil || got != key {
				t.Errorf("cache2 key %q: %q %v", key, got, err)
			}
		}
		if address, top := cache2Owners(key); address != want[0] || top != want[1] {
			t.Errorf("%q is of %q below %q, want %q", key, address, top, want)
		}
	}
}

func TestPagesOfOneSite(t *testing.T) {
	w := furnished(t, t.TempDir())
	must(t, os.RemoveAll(w.chrCache), os.RemoveAll(w.ffCache))
	chromium := func(name, key string) {
		w.put(w.chrCache+"/Cache/Cache_Data/"+name, string(simpleEntry("1/0/_dk_"+key)))
	}
	firefox := func(name, key string) {
		w.put(w.ffCache+"/cache2/entries/"+strings.Repeat("A", 39)+name, string(cache2Entry(key, 5)))
	}
	chromium("00000000000000aa_0", "https://site1.test https://site1.test https://www.site1.test/")
	chromium("00000000000000aa_s", "https://site1.test https://site1.test https://www.site1.test/")
	chromium("00000000000000ab_0", "https://site1.test https://site1.test https://cdn.test/x.js")
	chromium("00000000000000ac_0", "https://top.test https://top.test https://site1.test:8443/x.js")
	chromium("00000000000000ba_0", "https://notsite1.test https://notsite1.test https://notsite1.test/")
	chromium("00000000000000bb_0", "https://site1.test.other.test https://site1.test.other.test https://site1.test.other.test/site1.test")
	chromium("00000000000000bc_0", "https://top.test https://top.test https://top.test/?u=https://site1.test/")
	chromium("00000000000000ca_0.tmp", "https://site1.test https://site1.test https://site1.test/")
	w.put(w.chrCache+"/Cache/Cache_Data/index", "x")
	w.put(w.chrCache+"/Cache/Cache_Data/00000000000000dd_0", "short")
	must(t, os.Symlink(w.home+"/docs", w.chrCache+"/Cache/Cache_Data/00000000000000ee_0"))
	firefox("1", "O^partitionKey=%28https%2Csite1.test%29,:https://www.site1.test/")
	firefox("2", "O^partitionKey=%28https%2Csite1.test%29,:https://cdn.test/")
	firefox("3", ":https://notsite1.test/")
	before := w.files()
	plan := w.plan(Request{Pages: true, Site: siteOf(t, "site1.test")})
	w.same("after the plan", before)
	if plan.Files != 6 || len(plan.Refused) != 0 {
		t.Fatalf("plan %+v", plan)
	}
	result := w.apply(plan)
	var went []string
	after := w.files()
	for _, line := range before {
		if !slices.Contains(after, line) {
			name, _, _ := strings.Cut(line, " ")
			if at := strings.LastIndex(line, "/"); strings.Contains(line, "entries") || strings.Contains(line, "Cache_Data") {
				name, _, _ = strings.Cut(line[at+1:], " ")
			}
			went = append(went, name[max(0, len(name)-4):])
		}
	}
	slices.Sort(went)
	if want := []string{"AAA1", "AAA2", "aa_0", "aa_s", "ab_0", "ac_0"}; result.Files != 6 || !slices.Equal(went, want) {
		t.Errorf("went %q, want %q; %+v", went, want, result)
	}
	_, err := w.Undo(context.Background(), result.ID)
	must(t, err)
	w.Resume(context.Background(), Quickly)
	w.same("after undo", before)
}

func TestPagesInUnknownForms(t *testing.T) {
	w := furnished(t, t.TempDir())
	plan := w.plan(Request{Pages: true, Site: siteOf(t, "site1.test")}) // entries that are none
	if got := refused(plan.Refused); !slices.Equal(got, []string{"pages schema Cache_Data", "pages schema entries"}) {
		t.Errorf("refused %q", got)
	}
	must(t, os.RemoveAll(w.chrCache))
	w.put(w.chrCache+"/Cache/Cache_Data/data_1", "blocks")
	plan = w.plan(Request{Pages: true, Site: siteOf(t, "site1.test")})
	if got := refused(plan.Refused); !slices.Contains(got, "pages schema Cache_Data") {
		t.Errorf("block file: refused %q", got)
	}
}

// securitySlot is a slot of Firefox's table.
func securitySlot(key string) []byte {
	slot := make([]byte, slotSize)
	copy(slot, "\x00\x01\x02\x03\x04\x05")
	copy(slot[slotKey:], key)
	copy(slot[slotKey+256:], "1826866237345,1,1")
	return slot
}

func TestHSTSOfOneSite(t *testing.T) {
	w := furnished(t, t.TempDir())
	entry := func(host string) string {
		return `{"expiry":1.5,"host":"` + hashHost(host) + `","mode":"force-https","new":{"kept":[1]},"sts_include_subdomains":true,"sts_observed":2.5}`
	}
	all := []string{"site1.test", "www.site1.test", "shop.site1.test", "notsite1.test", "other.test"}
	var entries []string
	var table []byte
	for _, host := range all {
		entries = append(entries, entry(host))
		table = append(append(table, securitySlot(host+attributes("https://"+host))...), make([]byte, slotSize)...)
	}
	w.put(w.chromium+"/TransportSecurity", `{"sts":[`+strings.Join(entries, ",")+`],"unknown":{"x":1},"version":2}`)
	w.put(w.firefox+"/SiteSecurityServiceState.bin", string(table))
	makeDatabase(t, w.chromium+"/Cookies", chromiumSchema, "INSERT INTO cookies VALUES (1, 'shop.site1.test', '', 'n', 'v', '/', 0)")
	before := w.files()
	plan := w.plan(Request{HSTS: true, Site: siteOf(t, "www.site1.test")})
	w.same("after the plan", before)
	if plan.Rows != 6 || len(plan.Items) != 2 || len(plan.Refused) != 0 {
		t.Fatalf("plan %+v", plan)
	}
	result := w.apply(plan)
	b, err := os.ReadFile(w.chromium + "/TransportSecurity")
	must(t, err)
	var got struct {
		STS     []json.RawMessage
		Unknown map[string]int
	}
	must(t, json.Unmarshal(b, &got))
	if len(got.STS) != 2 || string(got.STS[0]) != entry("notsite1.test") || got.Unknown["x"] != 1 {
		t.Errorf("left %s", b)
	}
	b, err = os.ReadFile(w.firefox + "/SiteSecurityServiceState.bin")
	must(t, err)
	if len(b) != len(table) || strings.Count(string(b), "force")+strings.Count(string(b), "site1.test") != 2 || !bytes.Equal(b[6*slotSize:], table[6*slotSize:]) {
		t.Errorf("left %q", b)
	}
	_, err = w.Undo(context.Background(), result.ID)
	must(t, err)
	w.Resume(context.Background(), Quickly)
	w.same("after undo", before)

	result = w.apply(w.plan(Request{HSTS: true, Site: siteOf(t, "site1.test")}))
	w.put(w.chromium+"/TransportSecurity", `{"sts":[],"version":2}`) // the browser has been at work
	if back, err := w.Undo(context.Background(), result.ID); err != nil || !slices.Equal(refused(back.Refused), []string{"hsts changed TransportSecurity"}) {
		t.Errorf("undo %+v %v", back, err)
	}
}

// TestHashHost compares with the SHA-256 of "\x07example\x03com\x00" by another program.
func TestHashHost(t *testing.T) {
	if got := hashHost("example.com"); got != "kC6cRk+kP8qxCdGmuV3fgzOKjLw6UrT7/hqdhfIkbQ8=" {
		t.Errorf("hash %q", got)
	}
}

func FuzzSimpleEntry(f *testing.F) {
	f.Add(simpleEntry("1/0/_dk_https://site1.test https://site1.test https://a.site1.test/big.js"))
	f.Add(simpleEntry("_keyhttps://a.test/x.js \nhttps://a.test/"))
	f.Fuzz(func(t *testing.T, b []byte) {
		key, err := simpleKey(bytes.NewReader(b))
		if err == nil && !bytes.Contains(b, []byte(key)) {
			t.Errorf("key %q is not in the file", key)
		}
		address, top := simpleOwners(string(b))
		Site{Name: "site1.test"}.isURL(address)
		Site{Name: "site1.test"}.isURL(top)
	})
}

func FuzzCache2Entry(f *testing.F) {
	f.Add(cache2Entry("O^partitionKey=%28https%2Csite1.test%29,:https://a.site1.test/", 100))
	f.Fuzz(func(t *testing.T, b []byte) {
		key, err := cache2Key(bytes.NewReader(b), int64(len(b)))
		if err == nil && !bytes.Contains(b, []byte(key)) {
			t.Errorf("key %q is not in the file", key)
		}
		cache2Owners(string(b))
	})
}

func FuzzTransportSecurity(f *testing.F) {
	f.Add([]byte(`{"sts":[{"host":"` + hashHost("site1.test") + `"},{"host":"x","y":[1.50]}],"version":2}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		out, rows, err := withoutTransportSecurity(b, []string{"site1.test"})
		if err != nil {
			return
		}
		if _, again, err := withoutTransportSecurity(out, []string{"site1.test"}); err != nil || again != 0 {
			t.Errorf("after %d rows: %d more, %v", rows, again, err)
		}
	})
}

func FuzzSiteSecurity(f *testing.F) {
	f.Add(securitySlot("www.site1.test^partitionKey=%28https%2Csite1.test%29"))
	f.Fuzz(func(t *testing.T, b []byte) {
		out, rows, err := withoutSiteSecurity(b, Site{Name: "site1.test"})
		if err != nil {
			return
		}
		if len(out) != len(b) {
			t.Errorf("%d bytes of %d", len(out), len(b))
		}
		if _, again, _ := withoutSiteSecurity(out, Site{Name: "site1.test"}); again != 0 {
			t.Errorf("after %d rows: %d more", rows, again)
		}
	})
}
