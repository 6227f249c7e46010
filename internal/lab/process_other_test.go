//go:build !linux

package lab

import "syscall"

// dieWithUs: only Linux ends a server whose test was killed.
func dieWithUs() *syscall.SysProcAttr { return nil }

func adoptOrphans() {}

// leftBehind: only Linux tells whose a process is that outlived its parent.
func leftBehind() []string { return nil }
