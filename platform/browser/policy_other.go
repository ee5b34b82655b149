//go:build !windows

package browser

// registryPolicy finds nothing: there is no registry here.
func registryPolicy(string) map[string]any { return nil }
