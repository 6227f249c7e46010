package probe

import (
	"bufio"
	"crypto/tls"
	"net"
	"strings"
	"sync"
	"testing"
)

// A fakeMail is a mail server by script, for what real ones cannot be made to
// do; those are in the lab. It is no IMAP or SMTP server: it looks only at the
// beginnings of lines.
type fakeMail struct {
	greeting string
	// replies are what to say to a line that begins like this, after its tag if
	// it has one; "{tag}" stands for it. The longest beginning counts.
	replies map[string]string
	// secure are the replies after STARTTLS. Nil: the same.
	secure   map[string]string
	config   *tls.Config // for STARTTLS and implicit
	implicit bool
	tags     bool // IMAP
	// injected is sent in one packet with the answer to STARTTLS.
	injected string

	mu  sync.Mutex
	got []string
}

func (f *fakeMail) serve(t *testing.T) string {
	return serveRaw(t, func(conn net.Conn) {
		if f.implicit {
			conn = tls.Server(conn, f.config)
		}
		_, _ = conn.Write([]byte(f.greeting))
		f.talk(conn, f.replies)
	})
}

func (f *fakeMail) talk(conn net.Conn, replies map[string]string) {
	lines := bufio.NewReader(conn)
	for {
		line, err := lines.ReadString('\n')
		if err != nil {
			return
		}
		line = strings.TrimRight(line, "\r\n")
		f.mu.Lock()
		f.got = append(f.got, line)
		f.mu.Unlock()
		tag, text := "", line
		if f.tags && strings.HasPrefix(line, "a") && strings.Contains(line, " ") {
			tag, text, _ = strings.Cut(line, " ")
		}
		_, _ = conn.Write([]byte(strings.ReplaceAll(replyTo(replies, text), "{tag}", tag) + f.after(text)))
		if text == "STARTTLS" && f.config != nil {
			secure := f.secure
			if secure == nil {
				secure = replies
			}
			f.talk(tls.Server(conn, f.config), secure)
			return
		}
	}
}

func (f *fakeMail) after(text string) string {
	if text == "STARTTLS" {
		return f.injected
	}
	return ""
}

func replyTo(replies map[string]string, text string) string {
	best := ""
	for beginning := range replies {
		if strings.HasPrefix(text, beginning) && len(beginning) >= len(best) {
			best = beginning
		}
	}
	return replies[best]
}

// said reports whether the server was sent something that begins like this.
func (f *fakeMail) said(beginning string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, line := range f.got {
		if _, text, _ := strings.Cut(line, " "); strings.HasPrefix(line, beginning) || f.tags && strings.HasPrefix(text, beginning) {
			return true
		}
	}
	return false
}
