package checks

import "github.com/waymend/waymend/diagnostics/wire/trace"

// wayProtocol is what looks for the way to a reference: connections, which pass where echoes do not.
const wayProtocol = trace.TCP
