package lab

import "syscall"

// dieWithUs has the kernel end a server when the thread that started it ends,
// as it does when the test is killed.
func dieWithUs() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}
