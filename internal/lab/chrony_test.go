package lab

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/user"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// ready is how long a server may take until it answers as it should. chronyd
// needs about five seconds to follow another one.
const ready = time.Minute

// A timeServer is a chronyd on a loopback port. It runs with -x, so that it
// never touches this computer's clock.
type timeServer struct {
	*process
	address string
}

// startChrony starts a chronyd with these lines in its configuration, and
// waits until ok holds for what it answers. A port that somebody else took in
// the meantime is given up for another.
func startChrony(t *testing.T, ok func(reply) bool, lines ...string) timeServer {
	t.Helper()
	chronyd := program(t, "chronyd", "chrony")
	var last timeServer
	for range 5 {
		last = launchChrony(t, chronyd, lines)
		if last.await(t.Context(), ok) {
			return last
		}
		if last.alive() {
			break
		}
	}
	t.Fatalf("chronyd at %s does not answer as it should:\n%s", last.address, last.said.String())
	return last
}

func launchChrony(t *testing.T, chronyd string, lines []string) timeServer {
	t.Helper()
	dir := t.TempDir()
	// chronyd refuses folders that others may enter.
	if err := os.Chmod(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	port := freePort(t)
	config := fmt.Sprintf("port %s\nbindaddress 127.0.0.1\ncmdport 0\nbindcmdaddress /\npidfile %s\n",
		port, filepath.Join(dir, "pid"))
	for _, line := range lines {
		config += line + "\n"
	}
	path := filepath.Join(dir, "chrony.conf")
	if err := os.WriteFile(path, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	// -d stays in the foreground, -U runs without being root.
	return timeServer{
		process: start(t, chronyd, "-x", "-d", "-U", "-u", me.Username, "-f", path),
		address: "127.0.0.1:" + port,
	}
}

// A reply is what the lab itself looks at in a server's answer, without the
// help of what it tests: enough to see when the server is ready.
type reply struct {
	answered bool
	refused  bool // nobody listens there
	leap     byte
	stratum  byte
}

func inStep(r reply) bool    { return r.answered && r.leap != 3 && r.stratum > 0 && r.stratum < 16 }
func outOfStep(r reply) bool { return r.answered && !inStep(r) }
func listens(r reply) bool   { return !r.answered && !r.refused }

// await asks again and again until ok holds. It gives up when the server has
// ended, or after a while.
func (s timeServer) await(ctx context.Context, ok func(reply) bool) bool {
	ctx, cancel := context.WithTimeout(ctx, ready)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		if ok(ask(s.address)) {
			return true
		}
		select {
		case <-again.C:
		case <-s.ended:
			return false
		case <-ctx.Done():
			return false
		}
	}
}

// ask sends one request of a client of NTP version 4.
func ask(address string) reply {
	conn, err := net.Dial("udp4", address)
	if err != nil {
		return reply{}
	}
	defer conn.Close()
	request := make([]byte, 48)
	request[0] = 4<<3 | 3
	answer := make([]byte, 48)
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := conn.Write(request); err != nil {
		return reply{refused: errors.Is(err, syscall.ECONNREFUSED)}
	}
	if n, err := conn.Read(answer); err != nil || n < 48 {
		return reply{refused: errors.Is(err, syscall.ECONNREFUSED)}
	}
	return reply{answered: true, leap: answer[0] >> 6, stratum: answer[1]}
}
