package lab

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"
)

// required: in CI, and wherever it is asked for, a server that is not
// installed is a failure. Elsewhere the test is skipped.
func required() bool {
	return os.Getenv("CI") == "true" || os.Getenv("AUTHDOCTOR_LAB") == "required"
}

// program finds a server's program, also where only root looks.
func program(t *testing.T, name, pkg string) string {
	t.Helper()
	for _, path := range []string{name, "/usr/sbin/" + name, "/usr/local/sbin/" + name, "/opt/homebrew/sbin/" + name} {
		if found, err := exec.LookPath(path); err == nil {
			return found
		}
	}
	missing := name + " is not installed: apt-get install " + pkg
	if required() {
		t.Fatal(missing)
	}
	t.Skip(missing)
	return ""
}

// A process is a server that runs until the test ends.
type process struct {
	cmd   *exec.Cmd
	ended chan struct{} // closed when it has ended
	said  lockedBuffer
}

// start runs a program.
func start(t *testing.T, name string, args ...string) *process {
	t.Helper()
	return startIn(t, nil, name, args...)
}

// startIn runs a program with these variables besides this process's. It is
// started and waited for on a thread of its own, kept as long as it runs: the
// kernel ties dieWithUs to that thread.
func startIn(t *testing.T, variables []string, name string, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(name, args...), ended: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), variables...)
	p.cmd.Stdout, p.cmd.Stderr = &p.said, &p.said
	p.cmd.SysProcAttr = dieWithUs()
	started := make(chan error)
	go func() {
		defer close(p.ended)
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := p.cmd.Start()
		started <- err
		if err == nil {
			_ = p.cmd.Wait()
		}
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.stop)
	return p
}

func (p *process) stop() {
	_ = p.cmd.Process.Kill() // it owns nothing that it could spoil
	<-p.ended
}

// alive reports whether it still runs.
func (p *process) alive() bool {
	select {
	case <-p.ended:
		return false
	default:
		return true
	}
}

// eventually asks again and again until ok holds. It gives up when the server
// has ended, or after a while.
func eventually(t *testing.T, p *process, ok func() bool) bool {
	ctx, cancel := context.WithTimeout(t.Context(), ready)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		if ok() {
			return true
		}
		select {
		case <-again.C:
		case <-p.ended:
			return ok()
		case <-ctx.Done():
			return false
		}
	}
}

// A lockedBuffer holds what a process says while others read it.
type lockedBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *lockedBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *lockedBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return strings.TrimSpace(b.buf.String())
}

// listenSilently takes connections and says nothing, until the test ends.
func listenSilently(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return l.Addr().String()
}
