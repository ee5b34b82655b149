//go:build !windows

package wire

// pingMethods in the order of preference: a raw socket works wherever it may be opened, whatever
// the system's settings for ping sockets say.
var pingMethods = []pingMethod{{MethodRaw, true}, {MethodSocket, false}}
