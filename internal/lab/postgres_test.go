package lab

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
)

// nobodyID is who runs a database here: as root it does not start. Whoever is
// not root runs it under their own name.
const nobodyID = 65534

// postgresProgram finds one of PostgreSQL's programs, which Debian keeps apart by version.
func postgresProgram(t *testing.T, name string) string {
	t.Helper()
	folders, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	return findProgram(t, name, "apt-get install postgresql", append(folders, "/opt/homebrew/bin")...)
}

// asNobody is a command line for a program that does not want root.
func asNobody(t *testing.T, name string, args ...string) []string {
	t.Helper()
	line := append([]string{name}, args...)
	if os.Getuid() != 0 {
		return line
	}
	id := strconv.Itoa(nobodyID)
	// Another user is nobody's child any more to the kernel, unless that is said again.
	return append([]string{program(t, "setpriv", "util-linux"), "--pdeathsig", "KILL", "--reuid=" + id, "--regid=" + id, "--clear-groups"}, line...)
}

// newDatabase makes a database that takes nobody, and gives its folder.
func newDatabase(t *testing.T) string {
	t.Helper()
	dir := sharedDir(t)
	handOver(t, dir)
	data := filepath.Join(dir, "data")
	create := asNobody(t, postgresProgram(t, "initdb"), "--no-sync", "--auth=reject", "--username=lab", "--pgdata="+data)
	if out, err := exec.Command(create[0], create[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("initdb: %v\n%s", err, out)
	}
	return data
}

// startPostgres serves a database that nobody else serves, with a certificate;
// without one, without encryption. It gives its address. More are further
// arguments.
func startPostgres(t *testing.T, data string, c *labCert, more ...string) string {
	t.Helper()
	path := postgresProgram(t, "postgres")
	var last *process
	for range 5 {
		port := freePort(t)
		args := []string{"-D", data, "-c", "listen_addresses=127.0.0.1", "-c", "port=" + port, "-c", "unix_socket_directories=", "-c", "fsync=off"}
		if c != nil {
			args = append(args, "-c", "ssl=on", "-c", "ssl_cert_file="+c.cert, "-c", "ssl_key_file="+ownKey(t, c.key))
		}
		line := asNobody(t, path, append(args, more...)...)
		last = start(t, line[0], line[1:]...)
		end := sync.OnceFunc(func() { // by its own end it takes its helpers with it
			_ = last.cmd.Process.Signal(syscall.SIGINT)
			<-last.ended
		})
		t.Cleanup(end)
		address := "127.0.0.1:" + port
		if last.until(t.Context(), func() bool { return strings.Contains(last.said.String(), "ready to accept connections") }) {
			return address
		}
		end()
	}
	t.Fatalf("postgres does not start:\n%s", last.said.String())
	return ""
}

// ownKey is a copy of a key that only the database can read, as it wants it.
func ownKey(t *testing.T, key string) string {
	t.Helper()
	dir := sharedDir(t)
	data, err := os.ReadFile(key)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "key.pem")
	if err := os.WriteFile(path, data, 0o600); err != nil {
		t.Fatal(err)
	}
	handOver(t, path)
	return path
}

// handOver gives a file to whoever runs the database.
func handOver(t *testing.T, path string) {
	t.Helper()
	if os.Getuid() != 0 {
		return
	}
	if err := os.Chown(path, nobodyID, nobodyID); err != nil {
		t.Fatal(err)
	}
}
