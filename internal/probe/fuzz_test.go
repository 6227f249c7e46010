package probe

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"net/textproto"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// An answer from a time server, whatever is in it, gives a reading or a
// reason, and an offset that can be shown.
func FuzzReadNTP(f *testing.F) {
	world := newNTPWorld(nil)
	request := make([]byte, 48)
	for _, way := range []ntpWay{good(0), good(time.Hour), {answer: ntpAnswer{kiss: "RATE"}}, {answer: ntpAnswer{stratum: 16, leap: 3}}} {
		f.Add(way.answer.packet(request, world.now))
	}
	f.Add([]byte{})
	f.Add(make([]byte, 2000))
	f.Fuzz(func(t *testing.T, packet []byte) {
		env := world.env()
		env.Dial = func(context.Context, string, string) (net.Conn, error) { return &replyingWire{packet: packet}, nil }
		r := askNTP(t.Context(), env, "192.0.2.1", time.Second)
		if r.told == (r.reason != "") {
			t.Fatalf("told %t, reason %q", r.told, r.reason)
		}
		if r.offset.Abs() > ntpFarthest || r.told && r.distance < 0 {
			t.Fatalf("offset %v, distance %v", r.offset, r.distance)
		}
	})
}

// A replyingWire answers every request with the same packet, in which what
// ties an answer to its request is put right.
type replyingWire struct {
	net.Conn
	packet, answer []byte
}

func (c *replyingWire) Write(request []byte) (int, error) {
	c.answer = append([]byte{}, c.packet...)
	if len(request) >= 48 && len(c.answer) >= 32 {
		copy(c.answer[24:32], request[40:48])
	}
	return len(request), nil
}

func (c *replyingWire) Read(buffer []byte) (int, error) {
	if c.answer == nil {
		return 0, io.EOF
	}
	n := copy(buffer, c.answer)
	c.answer = nil
	return n, nil
}

func (c *replyingWire) Close() error                    { return nil }
func (c *replyingWire) SetDeadline(time.Time) error     { return nil }
func (c *replyingWire) SetReadDeadline(time.Time) error { return nil }
func (c *replyingWire) RemoteAddr() net.Addr            { return nil }

// The headers and the body of a page, whatever they are, give an outcome that
// the kind declares.
func FuzzJudgeAnswer(f *testing.F) {
	for _, s := range []string{
		"Retry-After: 120", "Retry-After: Sun, 01 Mar 2026 12:01:30 GMT\r\nDate: Sun, 01 Mar 2026 11:53:00 GMT", "Retry-After: 99999999999999999999",
		"Content-Type: text/html; charset=\"\xff\"", "Server: cloudflare\r\nCf-Ray: x", "Age: -1\r\nDate: x", "Set-Cookie: a=b", "WWW-Authenticate: Bearer error=\"",
	} {
		f.Add(uint16(200), s, "<html>")
		f.Add(uint16(503), s, "under maintenance")
		f.Add(uint16(403), s, "{")
	}
	page := &url.URL{Scheme: "https", Host: "signin.example", Path: "/"}
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	kind, _ := diag.FindKind("http")
	f.Fuzz(func(t *testing.T, status uint16, head, body string) {
		header, err := textproto.NewReader(bufio.NewReader(strings.NewReader(head + "\r\n\r\n"))).ReadMIMEHeader()
		if err != nil || status < 100 || status > 599 {
			return
		}
		v := &visit{steps: []*url.URL{page}, status: int(status), proto: "HTTP/1.1", header: http.Header(header), body: []byte(body)}
		finding := judgeAnswer(v, v.facts(now))
		if _, ok := kind.Find(finding.Outcome); !ok && finding.Outcome != diag.NoAnswer {
			t.Fatalf("outcome %q", finding.Outcome)
		}
		if seconds, ok := finding.Facts["retry_after_s"].(int); ok && (seconds < 0 || seconds > int(longestRetry/time.Second)) {
			t.Fatalf("to wait %d s", seconds)
		}
	})
}
