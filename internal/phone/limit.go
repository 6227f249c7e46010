package phone

import (
	"net"
	"sync"
)

// What one address may ask of the page: opening it and being measured takes
// about 20 requests, and browsers hold up to 6 connections.
const (
	mostRequests    = 400
	mostAddresses   = 64 // that are remembered; a home has fewer
	mostConnections = 32
	mostEach        = 8 // connections of one address
)

// tally counts requests by the address that they come from. It is safe for use
// by several goroutines.
type tally struct {
	mu   sync.Mutex
	seen map[string]int
}

// take reports whether one more request from an address is answered.
func (t *tally) take(remote string) bool {
	host, _, err := net.SplitHostPort(remote)
	if err != nil {
		host = remote
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	n, known := t.seen[host]
	if !known && len(t.seen) >= mostAddresses || n >= mostRequests {
		return false
	}
	t.seen[host] = n + 1
	return true
}

// limited is a listener that holds a limited number of connections, in all and
// of one address, so that nobody keeps the phone out by holding them all. One
// too many is closed at once.
type limited struct {
	net.Listener
	mu   sync.Mutex
	open map[string]int
	all  int
}

// Accept gives the next connection that is within the limits.
func (l *limited) Accept() (net.Conn, error) {
	for {
		conn, err := l.Listener.Accept()
		if err != nil {
			return nil, err
		}
		host := hostOf(conn.RemoteAddr())
		if l.enter(host) {
			return &counted{Conn: conn, leave: sync.OnceFunc(func() { l.leave(host) })}, nil
		}
		conn.Close()
	}
}

func (l *limited) enter(host string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.all >= mostConnections || l.open[host] >= mostEach {
		return false
	}
	l.all++
	l.open[host]++
	return true
}

func (l *limited) leave(host string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all--
	if l.open[host]--; l.open[host] == 0 {
		delete(l.open, host)
	}
}

func hostOf(a net.Addr) string {
	host, _, err := net.SplitHostPort(a.String())
	if err != nil {
		return a.String()
	}
	return host
}

// counted is a connection that counts until it is closed.
type counted struct {
	net.Conn
	leave func()
}

// Close closes the connection.
func (c *counted) Close() error {
	defer c.leave()
	return c.Conn.Close()
}
