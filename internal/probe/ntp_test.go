package probe

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

// noLeaks fails the test if it leaves a goroutine behind.
func noLeaks(t *testing.T) {
	t.Helper()
	before := goleak.IgnoreCurrent()
	t.Cleanup(func() { goleak.VerifyNone(t, before) })
}

// An ntpAnswer is what a time server in a test says; the zero value is wrong
// in nothing but its stratum.
type ntpAnswer struct {
	shift      time.Duration // of the server's clock
	jump       time.Duration // of the server's clock, between receiving and sending
	leap       byte
	stratum    byte
	precision  int8
	rootDelay  time.Duration
	dispersion time.Duration
	kiss       string
}

// packet answers the request as it arrived at the time now.
func (a ntpAnswer) packet(request []byte, now time.Time) []byte {
	p := make([]byte, 48)
	p[0] = a.leap<<6 | 4<<3 | 4
	p[1], p[2], p[3] = a.stratum, 6, byte(a.precision)
	binary.BigEndian.PutUint32(p[4:], shortFormat(a.rootDelay))
	binary.BigEndian.PutUint32(p[8:], shortFormat(a.dispersion))
	copy(p[12:16], a.kiss)
	copy(p[24:32], request[40:48])
	binary.BigEndian.PutUint64(p[32:], longFormat(now.Add(a.shift)))
	binary.BigEndian.PutUint64(p[40:], longFormat(now.Add(a.shift+a.jump)))
	return p
}

func shortFormat(d time.Duration) uint32 { return uint32(d.Seconds() * 65536) }

func longFormat(t time.Time) uint64 {
	since := t.Sub(time.Date(1900, 1, 1, 0, 0, 0, 0, time.UTC))
	return uint64(since/time.Second)<<32 | uint64((since%time.Second)<<32/time.Second)
}

// good is a time server that is right, or wrong by shift.
func good(shift time.Duration) ntpWay {
	return ntpWay{answer: ntpAnswer{stratum: 2, shift: shift, precision: -20}}
}

// An ntpWay is a server and the way to it.
type ntpWay struct {
	answer  ntpAnswer
	there   time.Duration            // how long a packet takes to it
	back    []time.Duration          // and from it, each time; 0 after the last
	silent  bool                     // it never answers
	dialErr error                    // there is no way to it
	only    int                      // it answers that many times, if not 0
	reply   func(nth int) *ntpAnswer // overrides answer
	alias   string                   // the machine that really answers
}

// An ntpWorld is a network in which nothing takes time but what a test says,
// with a clock of its own.
type ntpWorld struct {
	mu      sync.Mutex
	now     time.Time
	servers map[string]ntpWay
	asked   map[string]int
	dialed  []string
}

func newNTPWorld(servers map[string]ntpWay) *ntpWorld {
	return &ntpWorld{
		now:     time.Date(2026, 3, 18, 7, 10, 0, 0, time.UTC),
		servers: servers, asked: map[string]int{},
	}
}

func (w *ntpWorld) env() Env {
	return Env{
		Now: func() time.Time {
			w.mu.Lock()
			defer w.mu.Unlock()
			return w.now
		},
		Dial:   w.dial,
		Getenv: func(string) string { return "" },
	}
}

func (w *ntpWorld) dial(_ context.Context, network, address string) (net.Conn, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.dialed = append(w.dialed, network+" "+address)
	way, ok := w.servers[address]
	if !ok {
		return nil, &net.DNSError{Err: "no such host", Name: address, IsNotFound: true}
	}
	return &ntpWire{world: w, way: way, address: address}, way.dialErr
}

// An ntpWire is a connection to a server of an ntpWorld.
type ntpWire struct {
	net.Conn
	world   *ntpWorld
	way     ntpWay
	address string
	packets [][]byte
}

func (c *ntpWire) Write(request []byte) (int, error) {
	w := c.world
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked[c.address]++
	nth := w.asked[c.address]
	w.now = w.now.Add(c.way.there)
	answer := &c.way.answer
	if c.way.reply != nil {
		answer = c.way.reply(nth)
	}
	if !c.way.silent && answer != nil && (c.way.only == 0 || nth <= c.way.only) {
		c.packets = append(c.packets, answer.packet(request, w.now))
	}
	return len(request), nil
}

func (c *ntpWire) Read(buffer []byte) (int, error) {
	w := c.world
	w.mu.Lock()
	defer w.mu.Unlock()
	if len(c.packets) == 0 {
		return 0, os.ErrDeadlineExceeded
	}
	if nth := w.asked[c.address]; nth <= len(c.way.back) {
		w.now = w.now.Add(c.way.back[nth-1])
	}
	n := copy(buffer, c.packets[0])
	c.packets = c.packets[1:]
	return n, nil
}

func (c *ntpWire) Close() error                     { return nil }
func (c *ntpWire) SetDeadline(time.Time) error      { return nil }
func (c *ntpWire) SetReadDeadline(time.Time) error  { return nil }
func (c *ntpWire) SetWriteDeadline(time.Time) error { return nil }
func (c *ntpWire) RemoteAddr() net.Addr {
	address := c.address
	if c.way.alias != "" {
		address = c.way.alias
	}
	host, _, _ := net.SplitHostPort(address)
	if ip := net.ParseIP(host); ip != nil {
		return &net.UDPAddr{IP: ip, Port: 123}
	}
	return nil
}

func TestAskNTP(t *testing.T) {
	rate := ntpAnswer{stratum: 0, leap: 3, kiss: "RATE", shift: -50 * 365 * 24 * time.Hour}
	tests := []struct {
		name string
		way  ntpWay
		want reading
		sent int
	}{
		{"right", good(0), reading{told: true, answered: true, stratum: 2, distance: time.Millisecond + 953}, 3},
		{"400 ms ahead", good(400 * time.Millisecond),
			reading{told: true, answered: true, stratum: 2, offset: 400 * time.Millisecond, distance: time.Millisecond + 953}, 3},
		{"asymmetric delay is within half the round trip",
			ntpWay{answer: ntpAnswer{stratum: 1}, there: 640 * time.Millisecond},
			reading{told: true, answered: true, stratum: 1, offset: 320 * time.Millisecond, delay: 640 * time.Millisecond, distance: 321 * time.Millisecond}, 3},
		{"root delay and dispersion count",
			ntpWay{answer: ntpAnswer{stratum: 3, rootDelay: 250 * time.Millisecond, dispersion: 500 * time.Millisecond}},
			reading{told: true, answered: true, stratum: 3, distance: 626 * time.Millisecond}, 3},
		{"a clock that jumps between receiving and sending",
			ntpWay{answer: ntpAnswer{stratum: 1, jump: 300 * time.Millisecond}},
			reading{told: true, answered: true, stratum: 1, offset: 150 * time.Millisecond, delay: -300 * time.Millisecond, distance: 151 * time.Millisecond}, 3},
		{"the sample with the least delay",
			ntpWay{answer: ntpAnswer{stratum: 2}, back: []time.Duration{time.Second, 2 * time.Millisecond, 300 * time.Millisecond}},
			reading{told: true, answered: true, stratum: 2, offset: -time.Millisecond, delay: 2 * time.Millisecond, distance: 2 * time.Millisecond}, 3},
		{"chrony without a time", ntpWay{answer: ntpAnswer{stratum: 0, leap: 3, shift: time.Hour}},
			reading{answered: true, reason: "server has no time"}, 1},
		{"ntpsec that has just started", ntpWay{answer: ntpAnswer{stratum: 0, leap: 3, kiss: "INIT"}},
			reading{answered: true, reason: "server has no time"}, 1},
		{"not in step, stratum 4", ntpWay{answer: ntpAnswer{stratum: 4, leap: 3}},
			reading{answered: true, stratum: 4, reason: "server has no time"}, 1},
		{"not in step, stratum 16", ntpWay{answer: ntpAnswer{stratum: 16}},
			reading{answered: true, stratum: 16, reason: "server has no time"}, 1},
		{"asked too often", ntpWay{answer: rate}, reading{answered: true, reason: "server was asked too often (RATE)"}, 1},
		{"denied", ntpWay{answer: ntpAnswer{kiss: "DENY"}}, reading{answered: true, reason: "server does not serve this computer (DENY)"}, 1},
		{"a kiss that is no code", ntpWay{answer: ntpAnswer{kiss: "5551"}}, reading{answered: true, reason: "server refuses"}, 1},
		{"another kiss", ntpWay{answer: ntpAnswer{kiss: "NKEY"}}, reading{answered: true, reason: "server refuses (NKEY)"}, 1},
		{"asked too often after a good answer",
			ntpWay{reply: func(nth int) *ntpAnswer {
				if nth == 1 {
					return &ntpAnswer{stratum: 2}
				}
				return &rate
			}},
			reading{told: true, answered: true, stratum: 2, distance: time.Millisecond}, 2},
		{"unsure of itself", ntpWay{answer: ntpAnswer{stratum: 2, dispersion: 20 * time.Second}},
			reading{answered: true, stratum: 2, reason: "server is too unsure of its own time"}, 1},
		{"a receive time of 1970",
			ntpWay{answer: ntpAnswer{stratum: 2, shift: -56 * 365 * 24 * time.Hour, jump: 56 * 365 * 24 * time.Hour}},
			reading{answered: true, stratum: 2, reason: "server is too unsure of its own time"}, 1},
		{"sends before it receives", ntpWay{answer: ntpAnswer{stratum: 2, jump: -time.Second}},
			reading{reason: ntpRubbish}, 2},
		{"silent", ntpWay{silent: true}, reading{reason: "no answer in time"}, 2},
		{"first packet lost", ntpWay{reply: func(nth int) *ntpAnswer {
			if nth == 1 {
				return nil
			}
			return &ntpAnswer{stratum: 2}
		}}, reading{told: true, answered: true, stratum: 2, distance: time.Millisecond}, 4},
		{"answers once, then drops", ntpWay{answer: ntpAnswer{stratum: 2}, only: 1},
			reading{told: true, answered: true, stratum: 2, distance: time.Millisecond}, 3},
		{"cannot be reached", ntpWay{dialErr: errors.New("odd")}, reading{reason: "the network failed"}, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			world := newNTPWorld(map[string]ntpWay{"192.0.2.1:123": tt.way})
			got := askNTP(t.Context(), world.env(), "192.0.2.1", time.Second)
			tt.want.source = "192.0.2.1"
			if tt.way.dialErr == nil {
				tt.want.peer = "192.0.2.1:123"
			}
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(reading{}), nearly); diff != "" {
				t.Error(diff)
			}
			if sent := world.asked["192.0.2.1:123"]; sent != tt.sent {
				t.Errorf("sent %d packets, want %d", sent, tt.sent)
			}
		})
	}
}

// nearly: NTP's fractions of a second round off some nanoseconds.
var nearly = cmp.Comparer(func(a, b time.Duration) bool { return (a - b).Abs() <= 20*time.Microsecond })

// A name's first address may be an IPv6 one that leads nowhere.
func TestAskNTPTriesIPv4(t *testing.T) {
	world := newNTPWorld(map[string]ntpWay{"ntp.test:123": {silent: true}, "[2001:db8::1]:99": {silent: true}})
	askNTP(t.Context(), world.env(), "ntp.test", time.Second)
	askNTP(t.Context(), world.env(), "[2001:db8::1]:99", time.Second)
	want := []string{"udp ntp.test:123", "udp4 ntp.test:123", "udp [2001:db8::1]:99", "udp [2001:db8::1]:99"}
	if diff := cmp.Diff(want, world.dialed); diff != "" {
		t.Error(diff)
	}
}

func TestNTPAddress(t *testing.T) {
	tests := []struct{ in, want string }{
		{"time.example", "time.example:123"},
		{"time.example:1123", "time.example:1123"},
		{"192.0.2.1", "192.0.2.1:123"},
		{"192.0.2.1:5", "192.0.2.1:5"},
		{"::1", "[::1]:123"},
		{"[::1]", "[::1]:123"},
		{"[::1]:7", "[::1]:7"},
		{"fe80::1%eth0", "[fe80::1%eth0]:123"},
		{"time.example:0", ""},
		{"time.example:70000", ""},
		{"time.example:ntp", ""},
		{":123", ""},
		{"https://time.example", ""},
		{"user@time.example", ""},
		{"[::1", ""},
		{"a:b:c", ""},
	}
	for _, tt := range tests {
		t.Run(tt.in, func(t *testing.T) {
			got, err := ntpAddress(tt.in)
			if got != tt.want || (err == nil) != (tt.want != "") {
				t.Errorf("got %q, %v; want %q", got, err, tt.want)
			}
		})
	}
}
