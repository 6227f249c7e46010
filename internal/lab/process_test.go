package lab

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// required: in CI, and wherever it is asked for, a server that is not
// installed is a failure. Elsewhere the test is skipped.
func required() bool {
	return os.Getenv("CI") == "true" || os.Getenv("AUTHDOCTOR_LAB") == "required"
}

// program finds a server's program, also where only root looks.
func program(t *testing.T, name, pkg string) string {
	t.Helper()
	return findProgram(t, name, "apt-get install "+pkg, "/usr/sbin", "/usr/local/sbin", "/opt/homebrew/sbin")
}

// goProgram finds a server that is a Go program, also where .ci/run puts it.
func goProgram(t *testing.T, name, module string) string {
	t.Helper()
	cache, _ := os.UserCacheDir() // without one there is nothing to find in it
	return findProgram(t, name, "GOBIN=~/.cache/authdoctor-lab/bin go install "+module, filepath.Join(cache, "authdoctor-lab", "bin"))
}

// findProgram looks in the usual places and in these folders. What is missing
// skips the test, or fails it where the lab is required.
func findProgram(t *testing.T, name, install string, folders ...string) string {
	t.Helper()
	if found, err := exec.LookPath(name); err == nil {
		return found
	}
	for _, folder := range folders {
		if found, err := exec.LookPath(filepath.Join(folder, name)); err == nil {
			return found
		}
	}
	missing := name + " is not installed: " + install
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
