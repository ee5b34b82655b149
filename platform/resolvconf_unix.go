//go:build unix && !darwin

package platform

// maxResolvConf bounds a resolv.conf; real ones have a few lines.
const maxResolvConf = 64 << 10

// readResolvConf reads a resolv.conf(5). macOS keeps its resolvers elsewhere.
func readResolvConf(path string) (resolvConf, error) {
	b, err := readBounded(path, maxResolvConf)
	return parseResolvConf(b), err
}
