package mend

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"strconv"
	"strings"

	"github.com/waymend/waymend/app/changes"
	"github.com/waymend/waymend/app/report"
	"github.com/waymend/waymend/diagnostics/remedy"
	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/platform/browser/clean"
	"github.com/waymend/waymend/platform/change"
	"github.com/waymend/waymend/platform/elevate"
	"github.com/waymend/waymend/platform/launch"
	"github.com/waymend/waymend/resources"
)

// Words is a line of a plan, or of the log, in a language. Names and paths on this computer are made
// printable; sizes and counts are written as the language does.
func Words(l remedy.Line, lang string) string {
	values := maps.Clone(l.Values)
	for k, v := range values {
		values[k] = wire.Printable(v, 400)
	}
	if n, err := strconv.ParseInt(values["bytes"], 10, 64); err == nil {
		values["size"] = report.Size(lang, n)
	}
	return resources.Text(lang, l.Key, values)
}

// Planned is Words for the lines of a plan: it says which of them need an administrator.
func Planned(lines []remedy.Line, lang string) []string {
	out := All(lines, lang)
	for i, l := range lines {
		if l.Admin {
			out[i] = resources.Text(lang, "mend.plan.admin", map[string]string{"step": out[i]})
		}
	}
	return out
}

// All puts several lines into words.
func All(lines []remedy.Line, lang string) []string {
	out := make([]string, len(lines))
	for i, l := range lines {
		out[i] = Words(l, lang)
	}
	return out
}

// reasons are the errors that have a sentence of their own.
var reasons = []struct {
	err error
	key string
}{
	{context.DeadlineExceeded, "mend.why.slow"},
	{context.Canceled, "mend.why.stopped"},
	{remedy.ErrNothing, "mend.why.nothing"},
	{remedy.ErrNotHere, "mend.why.not-here"},
	{remedy.ErrRefused, "mend.why.refused"},
	{remedy.ErrChanged, "mend.why.changed"},
	{remedy.ErrRemote, "mend.why.remote"},
	{remedy.ErrPlan, "mend.why.plan"},
	{elevate.ErrUnavailable, "mend.why.no-rights"},
	{change.ErrRights, "mend.why.no-rights"},
	{changes.ErrUnknown, "mend.why.no-entry"},
	{changes.ErrNoUndo, "mend.why.no-undo"},
	{changes.ErrUndone, "mend.why.undone"},
	{clean.ErrSuffix, "mend.why.suffix"},
	{ErrUnknown, "mend.why.unknown"},
	{ErrNoFolder, "mend.why.no-folder"},
	{launch.ErrClean, "mend.why.no-clean"},
}

// Why is the sentence of an error of this package, of remedies and of the log.
func Why(err error, lang string) string {
	var left remedy.LeftAlone
	if errors.As(err, &left) {
		return strings.Join(All(left, lang), " ")
	}
	var byHand *remedy.ShowError
	if errors.As(err, &byHand) {
		return strings.Join(All(byHand.Lines, lang), " ")
	}
	for _, r := range reasons {
		if errors.Is(err, r.err) {
			return resources.Text(lang, r.key, nil)
		}
	}
	var file *fs.PathError
	if reason := clean.ReasonOf(err); reason != "" && reason != clean.Failed {
		if errors.As(err, &file) {
			return WhyAt(err, file.Path, lang)
		}
		return resources.Text(lang, reason.Key(), nil)
	}
	return report.ErrorText(err, lang)
}

// WhyAt is Why for an error about a file or directory, which the sentence names.
func WhyAt(err error, path, lang string) string {
	if reason := clean.ReasonOf(err); reason != "" && reason != clean.Failed {
		return resources.Text(lang, reason.Key(), map[string]string{"path": wire.Printable(path, 400)})
	}
	return wire.Printable(path, 400) + ": " + Why(err, lang)
}

// Name is what a remedy is called.
func Name(id, lang string) string { return resources.Text(lang, "remedy."+id+".title", nil) }
