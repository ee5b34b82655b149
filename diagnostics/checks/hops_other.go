//go:build !linux

package checks

import "github.com/waymend/waymend/diagnostics/wire/trace"

// wayProtocol is what looks for the way to a reference: here routers are heard only when they answer
// echoes.
const wayProtocol = trace.Auto
