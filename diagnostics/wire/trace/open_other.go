//go:build !linux && !darwin && !windows

package trace

import "syscall"

// open knows connections only: nobody has tried this system.
func open(o Options) (carrier, error) {
	if o.Protocol == TCP {
		return newDials(o), nil
	}
	return nil, syscall.EOPNOTSUPP
}
