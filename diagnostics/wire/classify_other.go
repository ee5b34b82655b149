//go:build !linux && !windows

package wire

import "syscall"

// errnoKinds are the error numbers of macOS and the BSDs.
var errnoKinds = map[syscall.Errno]Kind{
	syscall.ETIMEDOUT:       Timeout,
	syscall.ECONNREFUSED:    Refused,
	syscall.ECONNRESET:      Reset,
	syscall.ECONNABORTED:    Reset,
	syscall.EPIPE:           Reset,
	syscall.ENETUNREACH:     NetUnreachable,
	syscall.ENETDOWN:        NetUnreachable,
	syscall.EHOSTUNREACH:    HostUnreachable,
	syscall.EHOSTDOWN:       HostUnreachable,
	syscall.EACCES:          Denied,
	syscall.EPERM:           Blocked,
	syscall.EINVAL:          Invalid,
	syscall.EADDRNOTAVAIL:   NoPort,
	syscall.EADDRINUSE:      NoPort,
	syscall.ENOPROTOOPT:     NoProtocol,
	syscall.EPROTONOSUPPORT: NoProtocol,
	syscall.EMFILE:          NoFiles,
	syscall.ENFILE:          NoFiles,
	syscall.ENOBUFS:         NoFiles,
	syscall.ENOMEM:          NoFiles,
	syscall.EAFNOSUPPORT:    NoFamily,
	syscall.EMSGSIZE:        TooBig,
	syscall.ECANCELED:       Cancelled,
	syscall.EOPNOTSUPP:      Unsupported,
}
