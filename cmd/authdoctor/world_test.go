package main

import (
	"bufio"
	"crypto/tls"
	"encoding/binary"
	"encoding/pem"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// world is a small internet on this computer: a sign-in page with and without
// encryption, pages in every kind of trouble, a page that portals would
// answer, and a time server.
type world struct {
	plain, secure *httptest.Server
	silent        net.Listener
	mail          net.Listener
	ntp           net.PacketConn
}

// newWorld starts it and tells the script where it is.
func newWorld(env *testscript.Env) error {
	w := &world{plain: httptest.NewServer(pages()), secure: httptest.NewTLSServer(pages())}
	var err error
	if w.silent, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		return err
	}
	if w.mail, err = tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: w.secure.TLS.Certificates}); err != nil {
		return err
	}
	go serveMail(w.mail)
	if w.ntp, err = net.ListenPacket("udp", "127.0.0.1:0"); err != nil {
		return err
	}
	go serveTime(w.ntp)
	env.Defer(w.close)
	ca := filepath.Join(env.WorkDir, "ca.pem")
	cert := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: w.secure.Certificate().Raw})
	if err := os.WriteFile(ca, cert, 0o600); err != nil {
		return err
	}
	env.Setenv("HTTP", w.plain.URL)
	env.Setenv("HTTPS", w.secure.URL)
	env.Setenv("SILENT", "http://"+w.silent.Addr().String())
	env.Setenv("IMAP", w.mail.Addr().String())
	env.Setenv("NTP", w.ntp.LocalAddr().String())
	env.Setenv("CA", ca)
	env.Setenv("HOME", env.WorkDir)
	env.Setenv("XDG_STATE_HOME", filepath.Join(env.WorkDir, "state"))
	return nil
}

func (w *world) close() {
	w.plain.Close()
	w.secure.Close()
	w.silent.Close()
	w.mail.Close()
	w.ntp.Close()
}

func pages() http.Handler {
	mux := http.NewServeMux()
	page := func(path string, status int, body string, header ...string) {
		mux.HandleFunc(path, func(rw http.ResponseWriter, _ *http.Request) {
			rw.Header().Set("Content-Type", "text/html")
			for i := 0; i+1 < len(header); i += 2 {
				rw.Header().Set(header[i], header[i+1])
			}
			rw.WriteHeader(status)
			_, _ = rw.Write([]byte(body))
		})
	}
	page("/login", 200, "<title>Sign in</title><form><input type=password></form>")
	page("/generate_204", 204, "")
	page("/broken", 500, "<title>Error</title>")
	page("/maintenance", 503, "<title>Maintenance</title>", "Retry-After", "600")
	page("/limited", 429, "slow down", "Retry-After", "60")
	return mux
}

// serveMail is a mail server that knows joe, whose password is "open-sesame".
// The real ones are in the lab.
func serveMail(l net.Listener) {
	for {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		go func() {
			defer conn.Close()
			_, _ = io.WriteString(conn, "* OK ready\r\n")
			for lines := bufio.NewScanner(conn); lines.Scan(); {
				tag, command, _ := strings.Cut(lines.Text(), " ")
				answer := tag + " OK done\r\n"
				switch {
				case command == "CAPABILITY":
					answer = "* CAPABILITY IMAP4rev1\r\n" + answer
				case strings.HasPrefix(command, "LOGIN") && command != `LOGIN "joe" "open-sesame"`:
					answer = tag + " NO [AUTHENTICATIONFAILED] who is " + strings.Fields(command)[2] + "?\r\n"
				}
				_, _ = io.WriteString(conn, answer)
			}
		}()
	}
}

// serveTime answers like a time server that is right (RFC 5905, mode 4). The
// real ones are in the lab; this one only makes a script's world whole.
func serveTime(conn net.PacketConn) {
	request := make([]byte, 512)
	for {
		n, from, err := conn.ReadFrom(request)
		if err != nil {
			return
		}
		if n < 48 {
			continue
		}
		answer := make([]byte, 48)
		answer[0] = 4<<3 | 4 // version 4, server
		answer[1], answer[2], answer[3] = 2, 6, 0xec
		binary.BigEndian.PutUint32(answer[12:], 0x7f7f0101)
		now := ntpTime(time.Now())
		binary.BigEndian.PutUint64(answer[16:], now)
		copy(answer[24:32], request[40:48])
		binary.BigEndian.PutUint64(answer[32:], now)
		binary.BigEndian.PutUint64(answer[40:], now)
		_, _ = conn.WriteTo(answer, from)
	}
}

// ntpTime is seconds since 1900 in the upper half, the fraction in the lower.
func ntpTime(t time.Time) uint64 {
	const from1900 = 2208988800
	return uint64(t.Unix()+from1900)<<32 | uint64(t.Nanosecond())<<32/1e9
}
