package probe

import (
	"context"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Servers that do not play by the rules cost little and prove nothing.
func TestPathOddServers(t *testing.T) {
	var read atomic.Int64
	endless := func(head string) func(net.Conn) {
		return func(conn net.Conn) {
			io.WriteString(conn, head)
			chunk := strings.Repeat("x", 1<<16)
			for sent := 0; sent < 1<<30; sent += len(chunk) {
				if _, err := io.WriteString(conn, chunk); err != nil {
					return
				}
			}
		}
	}
	rows := []struct {
		name string
		do   func(net.Conn)
		want string
	}{
		{"never answers", deaf, "no answer in time"},
		{"hangs up", readLine, "the other side hung up"},
		{"rubbish", func(c net.Conn) { readLine(c); io.WriteString(c, "SSH-2.0-\x1b[31mOpenSSH\r\n\r\n") }, "it answers with rubbish"},
		{"only interim answers", func(c net.Conn) {
			readLine(c)
			io.WriteString(c, strings.Repeat("HTTP/1.1 103 Early Hints\r\n\r\n", 9))
		}, "it answers with rubbish"},
		{"a head of 1 GB", endless("HTTP/1.1 200 OK\r\nX-Long: "), "it sends more than belongs there"},
		{"a body of 1 GB", endless("HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n"), "answers 200, not as it should"},
		{"chunks without end", endless("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40000000\r\n"), "answers 200, not as it should"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			world := newMapWorld()
			env := world.asEnv()
			read.Store(0)
			env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
				conn, err := world.dial(ctx, network, address)
				return countingConn{conn, &read}, err
			}
			ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
			defer cancel()
			u, err := pageURL("http://" + serveConns(t, r.do) + "/generate_204")
			if err != nil {
				t.Fatal(err)
			}
			a := try(ctx, env, target{url: u, role: roleChallenge, want: challengeFor(u)})
			if diff := cmp.Diff(r.want, a.words); diff != "" {
				t.Error(diff)
			}
			if n := read.Load(); n > mostBytes {
				t.Errorf("%d bytes were read", n)
			}
		})
	}
}

// A countingConn counts what is read.
type countingConn struct {
	net.Conn
	read *atomic.Int64
}

func (c countingConn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.read.Add(int64(n))
	return n, err
}

func readLine(c net.Conn) { c.Read(make([]byte, 4096)) }
