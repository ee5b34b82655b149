package report

import (
	"errors"

	"github.com/waymend/waymend/diagnostics/wire"
	"github.com/waymend/waymend/resources"
)

// worded is an error with words of its own in the catalogue.
type worded interface {
	error
	Words() (key string, values map[string]string)
}

// ErrorText is an error's sentence in the person's language; as the error itself has it where the
// catalogue has no words for it.
func ErrorText(err error, lang string) string {
	var w worded
	if !errors.As(err, &w) {
		return wire.Printable(err.Error(), maxText)
	}
	key, given := w.Words()
	values := make(map[string]string, len(given))
	for name, v := range given {
		values[name] = wire.Printable(v, maxText)
	}
	return resources.Text(lang, key, values)
}
