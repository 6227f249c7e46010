package probe

import "syscall"

// errnoFaults are the system's error numbers. Windows Sockets has its own,
// and package syscall's names of Unix never match them. Source: "Windows
// Sockets Error Codes", Microsoft.
func errnoFaults() map[syscall.Errno]netFault {
	return map[syscall.Errno]netFault{
		10061: faultRefused,     // WSAECONNREFUSED
		10060: faultTimeout,     // WSAETIMEDOUT
		10065: faultNoRoute,     // WSAEHOSTUNREACH
		10064: faultNoRoute,     // WSAEHOSTDOWN
		10051: faultUnreachable, // WSAENETUNREACH
		10050: faultUnreachable, // WSAENETDOWN
		10049: faultUnreachable, // WSAEADDRNOTAVAIL
		10047: faultUnreachable, // WSAEAFNOSUPPORT
		10013: faultBlockedHere, // WSAEACCES
		10054: faultReset,       // WSAECONNRESET
		10053: faultReset,       // WSAECONNABORTED
		1225:  faultRefused,     // ERROR_CONNECTION_REFUSED
		1231:  faultUnreachable, // ERROR_NETWORK_UNREACHABLE
		1232:  faultNoRoute,     // ERROR_HOST_UNREACHABLE
		1236:  faultReset,       // ERROR_CONNECTION_ABORTED
		64:    faultReset,       // ERROR_NETNAME_DELETED
	}
}
