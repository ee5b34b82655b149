package wire

import "syscall"

// errnoKinds are Winsock's error numbers and those of Windows itself that ConnectEx and
// overlapped calls answer with (learn.microsoft.com, "Windows Sockets Error Codes" and "System
// Error Codes").
var errnoKinds = map[syscall.Errno]Kind{
	10060: Timeout,         // WSAETIMEDOUT
	121:   Timeout,         // ERROR_SEM_TIMEOUT: ConnectEx without an answer
	258:   Timeout,         // WAIT_TIMEOUT
	10061: Refused,         // WSAECONNREFUSED
	1225:  Refused,         // ERROR_CONNECTION_REFUSED
	1234:  Refused,         // ERROR_PORT_UNREACHABLE
	10054: Reset,           // WSAECONNRESET
	10053: Reset,           // WSAECONNABORTED
	10052: Reset,           // WSAENETRESET
	64:    Reset,           // ERROR_NETNAME_DELETED: reset during an overlapped read
	109:   Reset,           // ERROR_BROKEN_PIPE
	1236:  Reset,           // ERROR_CONNECTION_ABORTED
	10051: NetUnreachable,  // WSAENETUNREACH
	10050: NetUnreachable,  // WSAENETDOWN
	1231:  NetUnreachable,  // ERROR_NETWORK_UNREACHABLE
	10065: HostUnreachable, // WSAEHOSTUNREACH
	10064: HostUnreachable, // WSAEHOSTDOWN
	1232:  HostUnreachable, // ERROR_HOST_UNREACHABLE
	1233:  NoProtocol,      // ERROR_PROTOCOL_UNREACHABLE
	10042: NoProtocol,      // WSAENOPROTOOPT
	10013: Blocked,         // WSAEACCES: Windows' filtering platform refused it
	1260:  Blocked,         // ERROR_ACCESS_DISABLED_BY_POLICY
	5:     Denied,          // ERROR_ACCESS_DENIED
	10022: Invalid,         // WSAEINVAL
	10049: NoPort,          // WSAEADDRNOTAVAIL
	10048: NoPort,          // WSAEADDRINUSE
	10024: NoFiles,         // WSAEMFILE
	10055: NoFiles,         // WSAENOBUFS
	10047: NoFamily,        // WSAEAFNOSUPPORT
	10040: TooBig,          // WSAEMSGSIZE
	995:   Cancelled,       // ERROR_OPERATION_ABORTED
	10045: Unsupported,     // WSAEOPNOTSUPP
}
