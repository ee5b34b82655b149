package report

import (
	"net/http"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/waymend/waymend/diagnostics"
	"github.com/waymend/waymend/diagnostics/checks"
)

// filled returns one fact of every check there is, with a value in every field that is saved, so
// that a field that does not survive saving is noticed whoever adds it.
func filled(t testing.TB) []diagnostics.Fact {
	plan := checks.All()
	start := time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)
	var facts []diagnostics.Fact
	for i, id := range plan.IDs() {
		zero, err := plan.Decode(id, []byte("{}"))
		if err != nil {
			t.Fatalf("%s: %v", id, err)
		}
		v := reflect.New(reflect.TypeOf(zero)).Elem()
		fill(v, 1)
		facts = append(facts, diagnostics.Fact{
			ID: id, Station: plan.Station(id), State: diagnostics.OK, Value: v.Interface(),
			Start: start.Add(time.Duration(i) * time.Millisecond), Took: time.Duration(i) * 1234567,
		})
	}
	return facts
}

func fill(v reflect.Value, n int) {
	switch v.Interface().(type) {
	case netip.Addr:
		v.Set(reflect.ValueOf(netip.MustParseAddr("203.0.113.7")))
		return
	case netip.AddrPort:
		v.Set(reflect.ValueOf(netip.MustParseAddrPort("[2001:db8::7]:443")))
		return
	case netip.Prefix:
		v.Set(reflect.ValueOf(netip.MustParsePrefix("198.51.100.0/24")))
		return
	case time.Time:
		v.Set(reflect.ValueOf(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)))
		return
	case http.Header:
		v.Set(reflect.ValueOf(http.Header{"Server": {"nginx"}, "Via": {"1.1 a", "1.1 b"}}))
		return
	}
	switch v.Kind() {
	case reflect.Pointer:
		if n < 12 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(v.Elem(), n+1)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() && !strings.HasPrefix(f.Tag.Get("json"), "-") {
				fill(v.Field(i), n+1)
			}
		}
	case reflect.Slice:
		s := reflect.MakeSlice(v.Type(), 1, 1)
		fill(s.Index(0), n+1)
		v.Set(s)
	case reflect.String:
		v.SetString("text")
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(4)
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(65)
	case reflect.Float64:
		v.SetFloat(1.5)
	default:
		panic("fill does not know " + v.Type().String())
	}
}
