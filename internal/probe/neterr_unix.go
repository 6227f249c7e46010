//go:build !windows

package probe

import "syscall"

// errnoFaults are the system's error numbers. A local firewall's drop or
// reject is EPERM; routes of the kind "prohibit" and "blackhole" are EACCES
// and EINVAL.
func errnoFaults() map[syscall.Errno]netFault {
	return map[syscall.Errno]netFault{
		syscall.ECONNREFUSED: faultRefused,
		syscall.ETIMEDOUT:    faultTimeout,
		syscall.EHOSTUNREACH: faultNoRoute,
		syscall.EHOSTDOWN:    faultNoRoute,
		syscall.ENETUNREACH:  faultUnreachable,
		syscall.ENETDOWN:     faultUnreachable,
		// No address of that family on this computer.
		syscall.EADDRNOTAVAIL: faultUnreachable,
		syscall.EAFNOSUPPORT:  faultUnreachable,
		syscall.EPERM:         faultBlockedHere,
		syscall.EACCES:        faultBlockedHere,
		syscall.EINVAL:        faultBlockedHere,
		syscall.ECONNRESET:    faultReset,
		syscall.ECONNABORTED:  faultReset,
		syscall.EPIPE:         faultReset,
	}
}
