package report

// Pretty is the check's data as indented JSON for a person who wants all of it, or why there is none.
func (c Check) Pretty() string { return indented(c) }
