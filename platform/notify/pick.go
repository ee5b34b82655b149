//go:build linux || freebsd || openbsd || netbsd || windows

package notify

// pick passes an action on without waiting.
func (n *Notifier) pick(id uint64, action string) {
	select {
	case n.picked <- Pick{id, action}:
	default:
	}
}
