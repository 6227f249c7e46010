package lab

import (
	"context"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/miekg/dns"
)

// Servers that take their time. That is the fault itself: whoever asks hears
// nothing before that, however fast this computer is.
const (
	lateName = 1200 * time.Millisecond
	latePage = 3200 * time.Millisecond
)

// startLateDNS passes questions on to a name server, after a while.
func startLateDNS(t *testing.T, to string) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	started := make(chan struct{})
	ctx, stop := context.WithCancel(t.Context())
	s := &dns.Server{PacketConn: conn, NotifyStartedFunc: func() { close(started) }}
	s.Handler = dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		if !waited(ctx, lateName) {
			return
		}
		client := dns.Client{Timeout: ready}
		if answer, _, err := client.ExchangeContext(ctx, q, to); err == nil {
			_ = w.WriteMsg(answer)
		}
	})
	go func() { _ = s.ActivateAndServe() }()
	<-started
	t.Cleanup(func() {
		stop()
		_ = s.Shutdown()
	})
	return conn.LocalAddr().String()
}

// hesitates is a web server, host:port, that answers after a while.
func hesitates(t *testing.T) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if waited(ctx, latePage) {
			_, _ = io.WriteString(w, "<html><title>Sign in</title><form><input type=password></form>")
		}
	}))
	t.Cleanup(func() {
		stop()
		s.Close()
	})
	return s.Listener.Addr().String()
}

// waited waits, unless ctx ends before that.
func waited(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}
