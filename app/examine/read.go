package examine

import "github.com/waymend/waymend/diagnostics"

// Asked is what a person typed where an address is expected.
type Asked struct {
	Target diagnostics.Target     // none: the connection in general
	Said   *diagnostics.Complaint // what a browser showed, when that was typed
}

// Read understands an address, a browser's error with or without an address in it, and nothing at
// all. Errors are those of diagnostics.ParseTarget.
func Read(text string) (Asked, error) {
	if c, ok := diagnostics.ParseComplaint(text); ok {
		asked := Asked{Said: &c}
		if c.Address != "" {
			if t, err := diagnostics.ParseTarget(c.Address); err == nil {
				asked.Target = t
			}
		}
		return asked, nil
	}
	if text == "" {
		return Asked{}, nil
	}
	t, err := diagnostics.ParseTarget(text)
	return Asked{Target: t}, err
}
