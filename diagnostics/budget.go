package diagnostics

import "sync"

// RequestsPerHost is how many requests one examination may send to one host: more than six a
// minute trips common rate limits, which would then be mistaken for the fault.
const RequestsPerHost = 6

// Budget counts requests to hosts. The zero value is ready to use.
type Budget struct {
	mu   sync.Mutex
	used map[string]int
}

// Take reserves one request to the host and reports whether it may be sent.
// A nil Budget allows everything.
func (b *Budget) Take(host string) bool {
	if b == nil {
		return true
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used == nil {
		b.used = make(map[string]int)
	}
	if b.used[host] >= RequestsPerHost {
		return false
	}
	b.used[host]++
	return true
}

// Left returns how many requests to the host may still be sent.
func (b *Budget) Left(host string) int {
	if b == nil {
		return RequestsPerHost
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	return RequestsPerHost - b.used[host]
}
