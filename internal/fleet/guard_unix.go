//go:build !windows

package fleet

import "syscall"

// notPermitted is how this system says that a rule of its own forbids something.
const notPermitted = syscall.EACCES
