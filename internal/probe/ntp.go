package probe

import (
	"bytes"
	"context"
	"errors"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/beevik/ntp"
)

const (
	// ntpSamples are taken of each server, and the one with the least delay
	// is believed: whatever delays a packet can only add to the error.
	ntpSamples = 3
	// ntpPackets bounds what one server is sent, lost packets included.
	ntpPackets = 4
	// ntpMaxDistance is MAXDISP of RFC 5905: a server that far from the truth
	// is one without a time, by the protocol's own rule.
	ntpMaxDistance = 16 * time.Second
	// ntpMargin covers what the local clock may drift while the servers are
	// asked: 500 parts in a million, the most that NTP reckons with, of 2 s.
	ntpMargin = time.Millisecond
	// ntpJunk packets that are not answers are passed over before a server
	// counts as sending rubbish; after the first, an answer has ntpJunkWait.
	ntpJunk     = 64
	ntpJunkWait = 200 * time.Millisecond
	// ntpFarthest bounds an offset, so that sums of offsets cannot overflow.
	ntpFarthest = 200 * 365 * 24 * time.Hour
)

// Why a time server is not used. The first is what a server says that has
// not been set itself.
const (
	ntpNoTime  = "server has no time"
	ntpRubbish = "answers with something that is not the time"
)

var errNTPRubbish = errors.New(ntpRubbish)

// askNTP takes several samples of one server. The first answer may take as
// long as patience, and is asked for twice.
func askNTP(ctx context.Context, env Env, server string, patience time.Duration) reading {
	best := reading{source: server}
	address, err := ntpAddress(server)
	if err != nil {
		best.reason = err.Error()
		return best
	}
	wait, samples, lost := patience, 0, 0
	for range ntpPackets {
		network := "udp"
		if lost > 0 && !isIP(address) {
			network = "udp4" // a name's first address is often an IPv6 one that leads nowhere
		}
		r, more := sampleNTP(ctx, env, network, address, wait)
		r.source = server
		switch {
		case r.told:
			samples++
			wait = min(patience, 4*r.delay.Abs()+100*time.Millisecond)
			if !best.told || r.distance < best.distance {
				best = r
			}
		default:
			lost++
			if !best.told {
				best = r
			}
		}
		if !more || samples == ntpSamples || lost == 2 || ctx.Err() != nil {
			break
		}
	}
	return best
}

// ntpAddress completes the address of a time server.
func ntpAddress(server string) (string, error) { return completeAddress(server, "123") }

// completeAddress makes host:port of HOST or HOST:PORT, IPv6 with or without
// brackets.
func completeAddress(server, otherwise string) (string, error) {
	host, port, err := net.SplitHostPort(server)
	if err != nil {
		host, port = server, otherwise
		if inner, ok := strings.CutPrefix(server, "["); ok && strings.HasSuffix(inner, "]") {
			host = strings.TrimSuffix(inner, "]")
		}
	}
	number, err := strconv.ParseUint(port, 10, 16)
	_, notIP := netip.ParseAddr(host)
	if err != nil || number == 0 || host == "" || notIP != nil && strings.ContainsAny(host, ":/[]@?#") {
		return "", errors.New("not of the form HOST or HOST:PORT")
	}
	if notIP != nil {
		if _, err := asciiHost(strings.TrimSuffix(strings.ToLower(host), ".")); err != nil {
			return "", err
		}
	}
	return net.JoinHostPort(host, port), nil
}

func isIP(address string) bool {
	_, err := netip.ParseAddrPort(address)
	return err == nil
}

// sampleNTP asks once. It reports whether to ask again: not a server that has
// answered that it cannot or will not tell.
func sampleNTP(ctx context.Context, env Env, network, address string, wait time.Duration) (r reading, more bool) {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	var peer string
	dialed := false
	response, err := ntp.QueryWithOptions(address, ntp.QueryOptions{
		Timeout:       wait,
		GetSystemTime: env.Now,
		Dialer: func(_, remote string) (net.Conn, error) {
			conn, err := env.Dial(ctx, network, remote)
			if err != nil {
				return nil, err
			}
			peer, dialed = udpPeer(conn), true
			return newNTPConn(ctx, conn), nil
		},
	})
	if err != nil {
		return reading{peer: peer, reason: ntpReason(ctx, err, dialed)}, true
	}
	r = readNTP(response)
	r.peer, r.answered, r.stratum = peer, true, int(response.Stratum)
	return r, r.told
}

// ntpReason says why there was no answer. Once there is a connection, an error
// that is not the network's is the protocol's: something came back, but not
// the time.
func ntpReason(ctx context.Context, err error, dialed bool) string {
	fault := explainNet(err)
	switch {
	case errors.Is(err, errNTPRubbish):
		return ntpRubbish
	case ctx.Err() != nil:
		return explainNet(ctx.Err()).String()
	case fault == faultOther && dialed:
		return ntpRubbish
	}
	return fault.String()
}

// readNTP judges an answer from its stratum, leap indicator and kiss code:
// only they tell a server that refuses from one that has not been set. The
// numbers of such an answer mean nothing, and are not even looked at.
func readNTP(response *ntp.Response) reading {
	if refusal := ntpRefusal(response); refusal != "" {
		return reading{reason: refusal}
	}
	if r := measureNTP(response); r.distance < ntpMaxDistance {
		return r
	}
	return reading{reason: "server is too unsure of its own time"}
}

func ntpRefusal(response *ntp.Response) string {
	switch {
	case response.Stratum == 0:
		return kissReason(response.KissCode)
	case response.Stratum >= 16, response.Leap == ntp.LeapNotInSync:
		return ntpNoTime
	}
	return ""
}

// kissReason puts a kiss code in words. A server that has just started says
// INIT, STEP or, in chrony, nothing.
func kissReason(code string) string {
	switch strings.TrimSpace(code) {
	case "", "INIT", "STEP":
		return ntpNoTime
	case "RATE":
		return "server was asked too often (RATE)"
	case "DENY", "RSTR":
		return "server does not serve this computer (" + code + ")"
	}
	if strings.ContainsFunc(code, func(r rune) bool { return r < 'A' || r > 'Z' }) {
		return "server refuses" // and says no code (RFC 5905, section 7.4)
	}
	return "server refuses (" + code + ")"
}

// measureNTP works out offset and distance from the four timestamps. Wall
// clock readings only: the clock may be set while we ask, and then the
// timestamps contradict each other, as they do for a server whose clock jumps
// between receiving and sending. The delay then comes out wrong, even
// negative, by as much as the offset may be wrong twice over.
func measureNTP(response *ntp.Response) reading {
	t := response.Timestamps
	sent, received := t.ClientXmit.Round(0), t.ClientRecv.Round(0)
	offset := t.ServerRecv.Sub(sent)/2 + t.ServerXmit.Sub(received)/2
	delay := received.Sub(sent) - t.ServerXmit.Sub(t.ServerRecv)
	distance := delay.Abs()/2 + response.RootDelay/2 + response.RootDispersion + ntpMargin
	// Servers say how finely they read their clocks; what is coarser than a
	// tenth of a second is a field left empty.
	if p := response.Precision; p > 0 && p < 100*time.Millisecond {
		distance += p
	}
	return reading{
		told: true, delay: delay, distance: distance,
		offset: min(max(offset, -ntpFarthest), ntpFarthest),
	}
}

// udpPeer is the address at the other end; empty for anything but a socket.
func udpPeer(conn net.Conn) string {
	if addr, ok := conn.RemoteAddr().(*net.UDPAddr); ok {
		return addr.String()
	}
	return ""
}

// An ntpConn passes over packets that do not answer the request sent through
// it: strays, rubbish, floods. It ends with its context.
type ntpConn struct {
	net.Conn
	until time.Time
	stop  func() bool
	nonce []byte
}

func newNTPConn(ctx context.Context, conn net.Conn) *ntpConn {
	until, _ := ctx.Deadline()
	return &ntpConn{
		Conn:  conn,
		until: until,
		stop:  context.AfterFunc(ctx, func() { _ = conn.Close() }),
	}
}

// Write remembers the random transmit timestamp, which an answer repeats as
// its origin timestamp.
func (c *ntpConn) Write(packet []byte) (int, error) {
	c.nonce = bytes.Clone(packet[40:48])
	return c.Conn.Write(packet)
}

func (c *ntpConn) Read(buffer []byte) (int, error) {
	for junk := range ntpJunk {
		n, err := c.Conn.Read(buffer)
		if err != nil && junk > 0 {
			return 0, errNTPRubbish
		}
		if err != nil || c.answers(buffer[:n]) {
			return n, err
		}
		if soon := time.Now().Add(ntpJunkWait); junk == 0 && soon.Before(c.until) {
			_ = c.SetReadDeadline(soon)
		}
	}
	return 0, errNTPRubbish
}

// answers reports whether a packet answers the request. The library cannot
// work with exponents (poll and precision) of -128: it would divide by a power
// that it cannot write down, and panic.
func (c *ntpConn) answers(packet []byte) bool {
	const least = 0x80
	return len(packet) >= 48 && bytes.Equal(packet[24:32], c.nonce) && packet[2] != least && packet[3] != least
}

// Close also lets go of the context.
func (c *ntpConn) Close() error {
	c.stop()
	return c.Conn.Close()
}
