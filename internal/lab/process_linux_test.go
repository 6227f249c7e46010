package lab

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// dieWithUs has the kernel end a server when the thread that started it ends,
// as it does when the test is killed.
func dieWithUs() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
}

// adoptOrphans makes this process the parent of whatever a server leaves
// behind (PR_SET_CHILD_SUBREAPER), so that it can be told.
func adoptOrphans() {
	const setChildSubreaper = 36
	_, _, _ = syscall.RawSyscall(syscall.SYS_PRCTL, setChildSubreaper, 1, 0)
}

// leftBehind names the processes that outlived the tests, after they had some
// time to end.
func leftBehind() []string {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for over := time.Now().Add(ready); ; <-again.C {
		// No server is waited for any more: what has ended can be buried.
		for {
			if pid, err := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 && !errors.Is(err, syscall.EINTR) {
				break
			}
		}
		if list := children(); len(list) == 0 || time.Now().After(over) {
			return list
		}
	}
}

// children are the processes whose parent is this one.
func children() []string {
	var list []string
	files, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, file := range files {
		data, _ := os.ReadFile(file) // gone meanwhile: no child
		// pid (name) state parent …, and a name may hold anything.
		_, rest, ok := strings.Cut(string(data), "(")
		end := strings.LastIndexByte(rest, ')')
		if !ok || end < 0 {
			continue
		}
		if fields := strings.Fields(rest[end+1:]); len(fields) > 1 && fields[1] == strconv.Itoa(os.Getpid()) {
			list = append(list, rest[:end])
		}
	}
	return list
}
