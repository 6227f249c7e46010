package probe

import (
	"context"
	"crypto/tls"
	"net"
	"net/http/httptrace"
	"sync"
	"time"
)

// phases are the times that a visit took, summed over its redirects, and how
// far it came. Connections are made beside the request, hence the lock.
type phases struct {
	now func() time.Time

	mu               sync.Mutex
	begun, finished  time.Time
	lookup, connect  time.Duration // looking up names; making TCP connections
	encrypt, respond time.Duration // TLS handshakes; from a request to the first byte of its answer
	lookupFrom       time.Time
	encryptFrom      time.Time
	asked            time.Time     // when the last request was sent, or at least its connection was there; zero for none
	sent             bool          // the last request was sent
	transfer         time.Duration // from the header of the last answer to the end of what was read of it
	answered         time.Time     // when the first byte of the last answer came; zero for none
	tlsErr           error         // of a handshake
}

func (p *phases) begin()  { p.begun = p.now() }
func (p *phases) finish() { p.finished = p.now() }

// total is the time up to the header of the last answer, or to the end.
func (p *phases) total() time.Duration { return p.finished.Sub(p.begun) }

// note runs f under the lock with the time.
func (p *phases) note(f func(now time.Time)) {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	f(now)
}

func (p *phases) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		DNSStart: func(httptrace.DNSStartInfo) { p.note(func(now time.Time) { p.lookupFrom = now }) },
		DNSDone: func(httptrace.DNSDoneInfo) {
			p.note(func(now time.Time) {
				p.lookup += now.Sub(p.lookupFrom)
			})
		},
		TLSHandshakeStart: func() { p.note(func(now time.Time) { p.encryptFrom = now }) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			p.note(func(now time.Time) {
				p.encrypt += now.Sub(p.encryptFrom)
				p.tlsErr = err
			})
		},
		GotConn: func(httptrace.GotConnInfo) {
			p.note(func(now time.Time) { p.asked, p.sent, p.answered = now, false, time.Time{} })
		},
		WroteRequest: func(httptrace.WroteRequestInfo) { p.note(p.wrote) },
		GotFirstResponseByte: func() {
			p.note(func(now time.Time) {
				p.answered = now
				p.respond += now.Sub(p.asked)
			})
		},
	}
}

// wrote notes that a request was sent. With HTTP/2 the news of it can come
// later than that of its answer.
func (p *phases) wrote(now time.Time) {
	p.sent = true
	if p.answered.IsZero() {
		p.asked = now
	}
}

// timed measures connecting: all of it less the name lookup in it.
func (p *phases) timed(dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		var from time.Time
		var before time.Duration
		p.note(func(now time.Time) { from, before = now, p.lookup })
		conn, err := dial(ctx, network, address)
		p.note(func(now time.Time) { p.connect += now.Sub(from) - (p.lookup - before) })
		return conn, err
	}
}

// timedLookup measures the lookups that are made apart from connecting.
func (p *phases) timedLookup(lookup lookupFunc) lookupFunc {
	return func(ctx context.Context, host string) ([]string, error) {
		from := p.now()
		addrs, err := lookup(ctx, host)
		p.note(func(now time.Time) { p.lookup += now.Sub(from) })
		return addrs, err
	}
}

// lookupFunc looks up the addresses of a host.
type lookupFunc = func(ctx context.Context, host string) ([]string, error)

// facts are the phases in milliseconds; those that were not reached are 0.
func (p *phases) facts() map[string]any {
	p.mu.Lock()
	defer p.mu.Unlock()
	return map[string]any{
		"dns_ms":        milliseconds(p.lookup),
		"connect_ms":    milliseconds(p.connect),
		"tls_ms":        milliseconds(p.encrypt),
		"first_byte_ms": milliseconds(p.respond),
		"transfer_ms":   milliseconds(p.transfer),
		"total_ms":      milliseconds(p.total() + p.transfer),
	}
}

// reached says how far the last request came.
func (p *phases) reached() (tlsErr error, sent, answered bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	answered = !p.answered.IsZero()
	return p.tlsErr, p.sent || answered, answered
}

// exchange is the stretch in which the server wrote its answer.
func (p *phases) exchange() (asked, heard time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.asked, p.answered
}
