package edge

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var plainCode = regexp.MustCompile(`^error code: ([0-9]{3,4})$`)

// cloudflareCode is the error code of a page of Cloudflare's: its own header, the
// one-line text for clients that want no HTML, else the status.
func cloudflareCode(v *view) string {
	if code := v.header("Cf-Error-Type"); code != "" {
		return code
	}
	if len(v.text) <= shortText {
		if m := plainCode.FindStringSubmatch(v.text); m != nil {
			return m[1]
		}
	}
	return strconv.Itoa(v.Status)
}

// readCloudflare refines facets by the error code and by the three columns of
// the branded page, which names the culprit itself. Cf-Error-Origin is no help: it
// names the part of Cloudflare that wrote the page, not the part that failed.
func readCloudflare(t *table, v *view, f facets) facets {
	sure := f.Sure
	if g := t.codes[cloudflareCode(v)]; g != nil {
		f.Means, f.Fault, f.Blame, f.Note = g.Means, g.Fault, g.Blame, g.Note
	}
	switch _, cloudflare, host := columns(v.text); {
	case cloudflare && !host:
		f = f.with(facets{Means: EdgeError, Fault: "cdn.edge-error", Note: "cdn-trouble"})
	case host && !cloudflare && f.Fault != "cdn.origin-down":
		f = f.with(facets{Means: OriginDown, Fault: "cdn.origin-down", Note: "origin-behind-cdn"})
	}
	f.Sure = sure
	return f
}

// columns says which of the columns "You", "Cloudflare" and "Host" of the branded
// page show an error.
func columns(text string) (browser, cloudflare, host bool) {
	var start [3]int
	for i, name := range columnNames {
		if start[i] = strings.Index(text, `id="`+name); start[i] < 0 {
			start[i] = strings.Index(text, name)
		}
	}
	var wrong [3]bool
	for i, from := range start {
		if from < 0 {
			continue
		}
		end := min(from+longestColumn, len(text))
		for _, other := range start {
			if other > from {
				end = min(end, other)
			}
		}
		column := text[from:end]
		wrong[i] = slices.ContainsFunc(errorMarks, func(m string) bool { return strings.Contains(column, m) })
	}
	return wrong[0], wrong[1], wrong[2]
}

var columnNames = [3]string{"cf-browser-status", "cf-cloudflare-status", "cf-host-status"}

// errorMarks are the classes and the label of a column in error, in the page's two
// layouts. The older one calls the frame of every icon cf-icon-error-container.
var errorMarks = []string{
	"cf-error-source", `cf-icon-error"`, "cf-icon-error ", `cf-error"`, "cf-error ", ">Error<", " Error<",
}

// longestColumn bounds the last column, which ends nowhere in particular; a
// column has about 1100 bytes, those with a link in them.
const longestColumn = 1400
