package probe

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// serveNTP is a real UDP server on the loopback. For each request it sends
// what answer returns.
func serveNTP(t *testing.T, network, host string, answer func(request []byte) [][]byte) string {
	t.Helper()
	conn, err := net.ListenPacket(network, net.JoinHostPort(host, "0"))
	if err != nil {
		t.Skipf("no %s here: %v", network, err)
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		buffer := make([]byte, 2048)
		for {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			for _, packet := range answer(bytes.Clone(buffer[:n])) {
				_, _ = conn.WriteTo(packet, from)
			}
		}
	})
	t.Cleanup(func() {
		_ = conn.Close()
		wg.Wait()
	})
	return conn.LocalAddr().String()
}

// Over real sockets, strays, rubbish and floods end in an answer or a reason,
// never in a wrong time.
func TestAskNTPOverUDP(t *testing.T) {
	right := func(request []byte) []byte { return ntpAnswer{stratum: 2}.packet(request, time.Now()) }
	stray := func(request []byte) []byte {
		p := ntpAnswer{stratum: 2, shift: time.Hour}.packet(request, time.Now())
		p[24]++
		return p
	}
	random := rand.New(rand.NewPCG(1, 2))
	tests := []struct {
		name   string
		answer func(request []byte) [][]byte
		reason string
	}{
		{"right", func(q []byte) [][]byte { return [][]byte{right(q)} }, ""},
		{"a stray first", func(q []byte) [][]byte { return [][]byte{stray(q), {}, right(q)} }, ""},
		{"floods, and the answer is the first", func(q []byte) [][]byte { return repeat(right(q), 500) }, ""},
		{"floods with strays", func(q []byte) [][]byte { return repeat(stray(q), 500) }, ntpRubbish},
		{"random bytes", func([]byte) [][]byte {
			p := make([]byte, 48)
			for i := range p {
				p[i] = byte(random.Uint32())
			}
			return [][]byte{p}
		}, ntpRubbish},
		{"too short", func(q []byte) [][]byte { return [][]byte{right(q)[:47]} }, ntpRubbish},
		{"echo", func(q []byte) [][]byte { return [][]byte{q} }, ntpRubbish},
		{"broadcast mode", func(q []byte) [][]byte {
			p := right(q)
			p[0] = p[0]&^7 | 5
			return [][]byte{p}
		}, ntpRubbish},
		{"silent", func([]byte) [][]byte { return nil }, "no answer in time"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			server := serveNTP(t, "udp4", "127.0.0.1", tt.answer)
			got := askNTP(t.Context(), System(), server, patienceOf(tt.reason))
			if got.reason != tt.reason || got.told != (tt.reason == "") {
				t.Errorf("got %+v, want reason %q", got, tt.reason)
			}
			if got.told && got.offset.Abs() > got.distance {
				t.Errorf("offset %v is off by more than its distance %v", got.offset, got.distance)
			}
		})
	}
}

// patienceOf is long where an answer is expected, so that a busy machine
// cannot fail the test, and short where none will come.
func patienceOf(reason string) time.Duration {
	if reason == "" {
		return 10 * time.Second
	}
	return 50 * time.Millisecond
}

func repeat(packet []byte, n int) [][]byte {
	list := make([][]byte, n)
	for i := range list {
		list[i] = packet
	}
	return list
}

func TestAskNTPOverIPv6(t *testing.T) {
	server := serveNTP(t, "udp6", "::1", func(q []byte) [][]byte {
		return [][]byte{ntpAnswer{stratum: 2}.packet(q, time.Now())}
	})
	if got := askNTP(t.Context(), System(), server, 10*time.Second); !got.told {
		t.Errorf("got %+v", got)
	}
}

// A server that is not there says so at once.
func TestAskNTPRefused(t *testing.T) {
	conn, err := net.ListenPacket("udp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := conn.LocalAddr().String()
	_ = conn.Close()
	got := askNTP(t.Context(), System(), server, 10*time.Second)
	if want := faultRefused.String(); got.reason != want {
		t.Errorf("got %q, want %q", got.reason, want)
	}
}

// Being told to stop ends the wait at once.
func TestAskNTPStops(t *testing.T) {
	noLeaks(t)
	ctx, stop := context.WithCancel(t.Context())
	var asked atomic.Int32
	server := serveNTP(t, "udp4", "127.0.0.1", func([]byte) [][]byte {
		asked.Add(1)
		stop()
		return nil
	})
	got := askNTP(ctx, System(), server, time.Hour)
	if asked.Load() != 1 || !strings.Contains(got.reason, "stopped") {
		t.Errorf("asked %d times, got %+v", asked.Load(), got)
	}
}
