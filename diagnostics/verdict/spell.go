package verdict

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/waymend/waymend/diagnostics/wire"
)

// spell writes a span of time with a unit that people read easily. Units up to hours are
// international symbols, so that they need no translation.
func spell(d time.Duration) string {
	switch {
	case d < 100*time.Microsecond:
		return "<0.1 ms"
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/1e6)
	case d < time.Second:
		return fmt.Sprintf("%d ms", d.Milliseconds())
	case d < 2*time.Minute:
		return strings.TrimSuffix(strconv.FormatFloat(d.Seconds(), 'f', 1, 64), ".0") + " s"
	case d < 2*time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}

func spellMs(m wire.Ms) string { return spell(m.Duration()) }

// spellRate writes bytes per second.
func spellRate(r float64) string {
	switch {
	case r < 1e3:
		return fmt.Sprintf("%.0f B/s", r)
	case r < 1e6:
		return fmt.Sprintf("%.0f kB/s", r/1e3)
	}
	return fmt.Sprintf("%.1f MB/s", r/1e6)
}

func percent(share float64) string { return fmt.Sprintf("%.0f %%", 100*share) }

// commonName takes the name that people know out of a distinguished name (RFC 4514).
func commonName(dn string) string {
	for part := range strings.SplitSeq(dn, ",") {
		if cn, ok := strings.CutPrefix(strings.TrimSpace(part), "CN="); ok {
			return cn
		}
	}
	return dn
}
