package fleet

import "syscall"

// notPermitted is how this system says that a rule of its own forbids
// something: WSAEACCES.
const notPermitted = syscall.Errno(10013)
