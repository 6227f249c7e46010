package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
)

func TestExplainNet(t *testing.T) {
	dial := func(err error) error {
		return fmt.Errorf("get: %w", &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)})
	}
	tests := []struct {
		name string
		err  error
		want netFault
	}{
		{"nothing", nil, faultNone},
		{"no such name", &net.OpError{Op: "dial", Err: &net.DNSError{Err: "no such host", IsNotFound: true}}, faultNoName},
		{"lookup takes too long", &net.DNSError{Err: "i/o timeout", IsTimeout: true}, faultLookup},
		{"lookup fails", &net.DNSError{Err: "server misbehaving"}, faultLookup},
		{"deadline", context.DeadlineExceeded, faultTimeout},
		{"read deadline", &net.OpError{Op: "read", Err: os.ErrDeadlineExceeded}, faultTimeout},
		{"told to stop", fmt.Errorf("dial: %w", context.Canceled), faultStopped},
		{"end of stream", io.EOF, faultClosed},
		{"end in the middle", io.ErrUnexpectedEOF, faultClosed},
		{"closed by us", &net.OpError{Op: "read", Err: net.ErrClosed}, faultClosed},
		{"unknown number", dial(syscall.Errno(9999)), faultOther},
		{"anything else", errors.New("strange"), faultOther},
	}
	for errno, want := range errnoFaults() {
		tests = append(tests, struct {
			name string
			err  error
			want netFault
		}{fmt.Sprintf("errno %d", errno), dial(errno), want})
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := explainNet(tt.err); got != tt.want {
				t.Errorf("explainNet(%v) = %q, want %q", tt.err, got, tt.want)
			}
		})
	}
}

func TestExplainNetOfRealSockets(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	_, err = (&net.Dialer{}).DialContext(t.Context(), "tcp", address)
	if got := explainNet(err); got != faultRefused {
		t.Errorf("closed port: %q (%v), want %q", got, err, faultRefused)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	_, err = (&net.Dialer{}).DialContext(stopped, "tcp", address)
	if got := explainNet(err); got != faultStopped {
		t.Errorf("stopped: %q (%v), want %q", got, err, faultStopped)
	}
}

func TestEveryFaultHasWords(t *testing.T) {
	faults := []netFault{faultNoName, faultLookup, faultTimeout, faultStopped, faultClosed, faultOther}
	for _, f := range errnoFaults() {
		faults = append(faults, f)
	}
	for _, f := range faults {
		if f.String() == "" {
			t.Errorf("no words for %q", string(f))
		}
	}
}
