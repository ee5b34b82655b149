package gui

import (
	"strconv"
	"time"

	"github.com/waymend/waymend/app/report"
)

func spanText(ms float64, lang string) string                 { return report.Span(ms) }
func errorText(err error, lang string) string                 { return err.Error() }
func numberText(n int, lang string) string                    { return strconv.Itoa(n) }
func whenText(t time.Time, lang string) string                { return t.Local().Format("2006-01-02 15:04") }
func compare(last, now report.Document, lang string) []string { return nil }

type outagePage struct{ Name, URL string }

func outagePages(report.Document) []outagePage { return nil }
