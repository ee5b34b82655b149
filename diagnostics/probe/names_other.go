//go:build !linux

package probe

// filesStamp never changes: the system's own lookup knows its settings.
func filesStamp() string { return "" }

// systemSources: Windows and macOS have several sources of names, rules for each and a cache of their
// own, which only their own lookup knows.
func systemSources() sources { return sources{} }
