package cli_test

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/phone"
)

// pocket is a phone that reads the screen: as soon as an address stands there,
// it opens it and is measured.
type pocket struct {
	t      *testing.T
	mu     sync.Mutex
	screen bytes.Buffer
	ahead  time.Duration // its clock
	facts  string        // what else it says
	once   sync.Once
	done   chan struct{}
}

var pageURL = regexp.MustCompile(`http://127\.0\.0\.1:\d+/[0-9A-Z]{26}\n`)

func (k *pocket) Write(p []byte) (int, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.screen.Write(p)
	if url := pageURL.Find(k.screen.Bytes()); url != nil {
		k.once.Do(func() {
			go func() {
				defer close(k.done)
				k.visit(strings.TrimSpace(string(url)))
			}()
		})
	}
	return len(p), nil
}

func (k *pocket) visit(url string) {
	var begun struct{ Visit string }
	if _, err := http.Get(url); err != nil {
		k.t.Error(err)
	}
	if err := json.Unmarshal(k.post(url+"/start", "{}"), &begun); err != nil {
		k.t.Error(err)
	}
	var rounds []string
	for n := range 5 {
		began := time.Now()
		k.post(url+"/time", fmt.Sprintf(`{"visit":%q,"round":%d}`, begun.Visit, n))
		ended := time.Now()
		rounds = append(rounds, fmt.Sprintf(`{"round":%d,"sent":%d,"got":%d,"took":%f}`, n,
			began.Add(k.ahead).UnixMilli(), ended.Add(k.ahead).UnixMilli(), float64(ended.Sub(began))/1e6))
	}
	k.post(url+"/answer", fmt.Sprintf(`{"visit":%q,"rounds":[%s]%s}`, begun.Visit, strings.Join(rounds, ","), k.facts))
}

func (k *pocket) post(url, body string) []byte {
	r, err := http.NewRequestWithContext(k.t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		k.t.Error(err)
		return nil
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Origin", "http://"+r.URL.Host)
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		k.t.Error(err)
		return nil
	}
	defer answer.Body.Close()
	data, _ := io.ReadAll(answer.Body)
	return data
}

// timeServer answers with the time of a computer that is this much off.
func timeServer(t *testing.T, off time.Duration) string {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	go serveTime(conn, off)
	return conn.LocalAddr().String()
}

// serveTime answers like a time server (RFC 5905, mode 4).
func serveTime(conn net.PacketConn, off time.Duration) {
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
		answer[0], answer[1], answer[2], answer[3] = 4<<3|4, 2, 6, 0xec // version 4, a server of stratum 2
		binary.BigEndian.PutUint32(answer[12:], 0x7f7f0101)
		copy(answer[24:32], request[40:48])
		for _, at := range []int{16, 32, 40} { // when it was set, received and sent
			now := time.Now().Add(off)
			binary.BigEndian.PutUint32(answer[at:], uint32(now.Unix()+2208988800)) // since 1900
			binary.BigEndian.PutUint32(answer[at+4:], uint32(uint64(now.Nanosecond())<<32/1e9))
		}
		_, _ = conn.WriteTo(answer, from)
	}
}

// atHome is a world with a network of one computer, and real time.
func atHome(networks ...phone.Network) func(*cli.System) {
	return func(sys *cli.System) {
		real := cli.OS()
		sys.Now, sys.Probe = real.Now, real.Probe
		sys.Phone.Networks = func() ([]phone.Network, error) { return networks, nil }
	}
}

var loopback = phone.Network{Interface: "wlan0", Address: netip.MustParseAddr("127.0.0.1")}

// A phone is measured, and the exit status is that of its clock.
func TestAPhoneIsMeasured(t *testing.T) {
	const europe = `,"zone":"Europe/Berlin","zone_minutes":60,"cookies":true,"storage":true,"reach":{"outcome":"reached","took":120}`
	for _, tt := range []struct {
		name  string
		off   time.Duration // of the right time, from this computer's
		ahead time.Duration // of the phone's clock, from this computer's
		facts string
		args  []string
		want  int
		say   []string
	}{
		{"right", 0, 0, europe, []string{"--host", "https://WWW.Example.org/login"}, 0, []string{"✓ The phone's clock is right to within ", "5 round trips", "against time servers", "Europe/Berlin", "keeps cookies and data", "the phone reaches www.example.org"}},
		{"slow", 0, -47 * time.Second, europe, nil, 1, []string{"✗ The phone's clock is 47 s slow: its codes are likely to be refused", "iPhone and iPad: Settings", "Android: Settings"}},
		{"right beside a wrong computer", -90 * time.Second, -90 * time.Second, europe, nil, 0, []string{"✓ The phone's clock is right", "this computer's own clock is 90 s fast"}},
		{"wrong like its computer", -90 * time.Second, 0, europe, nil, 1, []string{"✗ The phone's clock is 90 s fast", "this computer's own clock is 90 s fast"}},
		{"a browser that keeps nothing", 0, 0, `,"zone_minutes":-210`, []string{"alarmcom"}, 0, []string{"keeps neither cookies nor data", "UTC-03:30, another time of day", "www.alarm.com was not tried"}},
	} {
		for _, format := range []string{"text", "json"} {
			t.Run(tt.name+"/"+format, func(t *testing.T) {
				k := &pocket{t: t, ahead: tt.ahead, facts: tt.facts, done: make(chan struct{})}
				args := append([]string{"phone", "--format", format, "--server", timeServer(t, tt.off)}, tt.args...)
				got := run(t, func(sys *cli.System) { atHome(loopback)(sys); sys.Stderr = k }, args...)
				<-k.done
				if got.code != tt.want {
					t.Fatalf("exit status %d, want %d\n%s%s", got.code, tt.want, got.stdout, k.screen.String())
				}
				if format == "json" {
					fits(t, "phone", got.stdout)
					return
				}
				flat := strings.Join(strings.Fields(got.stdout), " ")
				for _, say := range tt.say {
					if !strings.Contains(flat, say) {
						t.Errorf("does not say %q:\n%s", say, got.stdout)
					}
				}
			})
		}
	}
}

// fits holds a document against its schema.
func fits(t *testing.T, schema, text string) {
	t.Helper()
	s, err := jsonschema.NewCompiler().Compile(filepath.Join("../../testdata/schema", schema+".schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	if err := s.Validate(doc); err != nil {
		t.Error(err)
	}
}

// Without anybody who tells the time, nobody is blamed.
func TestNobodyVouches(t *testing.T) {
	k := &pocket{t: t, ahead: -47 * time.Second, done: make(chan struct{})}
	got := run(t, func(sys *cli.System) {
		probe := sys.Probe // without a network
		atHome(loopback)(sys)
		sys.Stderr, sys.Probe = k, probe
	}, "phone")
	<-k.done
	if got.code != 3 || !strings.Contains(got.stdout, "? The phone's clock is not known: the phone and this computer are 47 s apart") {
		t.Errorf("exit status %d\n%s", got.code, got.stdout)
	}
}

func TestNoPhoneComes(t *testing.T) {
	for _, tt := range []struct {
		name     string
		networks []phone.Network
		args     []string
		say      string
	}{
		{"no network", nil, nil, "this computer is in no network that a phone could be in"},
		{"containers only", []phone.Network{{Interface: "docker0", Address: loopback.Address, Inside: true}}, nil, "in no network that a phone could be in"},
		{"nobody", []phone.Network{loopback}, []string{"--wait", "1ms"}, "no phone was measured within 1 ms"},
		{"by eye, without a terminal", nil, []string{"--by-eye"}, "there is no terminal to ask in"},
	} {
		for _, format := range []string{"text", "json"} {
			t.Run(tt.name+"/"+format, func(t *testing.T) {
				got := run(t, atHome(tt.networks...), append([]string{"phone", "--format", format, "--server", timeServer(t, 0)}, tt.args...)...)
				if got.code != 3 || !strings.Contains(strings.Join(strings.Fields(got.stdout), " "), tt.say) {
					t.Errorf("exit status %d\n%s%s", got.code, got.stdout, got.stderr)
				}
				if format == "json" {
					fits(t, "phone", got.stdout)
				}
			})
		}
	}
}

func TestMistakesOfPhone(t *testing.T) {
	wired := phone.Network{Interface: "eth0", Address: netip.MustParseAddr("10.0.0.5")}
	for _, tt := range []struct {
		args []string
		say  []string
	}{
		{nil, []string{"this computer is in 2 networks; say which of them the phone is in", "--interface wlan0  (127.0.0.1)", "--interface eth0  (10.0.0.5)"}},
		{[]string{"--interface", "wlan1"}, []string{`no interface "wlan1" with an address`, "did you mean wlan0?"}},
		{[]string{"--address", "home"}, []string{`--address "home" is not the address of a network`, "for example: --address"}},
		{[]string{"--address", "0.0.0.0"}, []string{"is not the address of a network"}},
		{[]string{"--address", "fe80::1%eth0"}, []string{"is not the address of a network"}},
		{[]string{"--address", "192.0.2.99"}, []string{"cannot serve a page under 192.0.2.99"}},
		{[]string{"--address", "10.0.0.5", "--interface", "eth0"}, []string{"both say where"}},
		{[]string{"--port", "65536"}, []string{"--port must be from 0 to 65535, got 65536"}},
		{[]string{"--port", "-1"}, []string{"--port must be from 0 to 65535"}},
		{[]string{"--wait", "0s"}, []string{"five minutes at most, got 0 s", "for example: --wait 2m"}},
		{[]string{"--wait", "6m"}, []string{"five minutes at most"}},
		{[]string{"--host", "user:secret@a.test"}, []string{"leave user name and password out"}},
		{[]string{"--host", "a.test; script-src *"}, []string{"no spaces"}},
		{[]string{"--host", "a'.test"}, []string{"plain letters"}},
		{[]string{"--by-eye", "--port", "8080"}, []string{"--by-eye serves no page, so --port means nothing"}},
		{[]string{"--by-eye", "--host", "a.test"}, []string{"so --host means nothing"}},
		{[]string{"--var", "login_url=x"}, []string{"--var sets a variable of a playbook, and none is given"}},
		{[]string{"nothing"}, []string{"nothing"}},
		{[]string{"a", "b"}, []string{"takes one argument at most"}},
		{[]string{"--color", "red"}, []string{`unknown --color "red"`}},
		{[]string{"--format", "html"}, []string{`phone cannot write format "html"`, "text, json"}},
	} {
		t.Run(strings.Join(tt.args, " "), func(t *testing.T) {
			got := run(t, func(sys *cli.System) {
				sys.Phone.Networks = func() ([]phone.Network, error) { return []phone.Network{loopback, wired}, nil }
			}, append([]string{"phone"}, tt.args...)...)
			if got.code != 2 || got.stdout != "" {
				t.Errorf("exit status %d\n%s%s", got.code, got.stdout, got.stderr)
			}
			for _, say := range tt.say {
				if !strings.Contains(got.stderr, say) && !strings.Contains(strings.ReplaceAll(got.stderr, "0s", "0 s"), say) {
					t.Errorf("does not say %q:\n%s", say, got.stderr)
				}
			}
		})
	}
}

// Stopped while it waits, or with nobody left to read the result.
func TestPhoneIsStopped(t *testing.T) {
	got := run(t, func(sys *cli.System) {
		atHome(loopback)(sys)
		ctx, stop := context.WithCancel(t.Context())
		sys.Interrupt = func(context.Context) (context.Context, context.CancelFunc) { return ctx, stop }
		sys.Stderr = stopper{stop, sys.Stderr}
	}, "phone", "--server", timeServer(t, 0))
	if got.code != 130 || got.stdout != "" {
		t.Errorf("exit status %d\n%s", got.code, got.stdout)
	}
	closed := run(t, func(sys *cli.System) { atHome()(sys); sys.Stdout = closedPipe{} }, "phone", "--server", timeServer(t, 0))
	if closed.code != 4 || !strings.Contains(closed.stderr, "broken pipe") {
		t.Errorf("exit status %d\n%s", closed.code, closed.stderr)
	}
	dumb := run(t, func(sys *cli.System) { atHome(loopback)(sys); sys.Stderr = closedPipe{} }, "phone", "--server", timeServer(t, 0))
	if dumb.code != 4 || dumb.stdout != "" {
		t.Errorf("where nobody can read the address, exit status %d\n%s", dumb.code, dumb.stdout)
	}
	broken := run(t, func(sys *cli.System) {
		sys.Phone.Networks = func() ([]phone.Network, error) { return nil, errors.New("no right to look") }
	}, "phone")
	if broken.code != 4 || !strings.Contains(broken.stderr, "no right to look") {
		t.Errorf("exit status %d\n%s", broken.code, broken.stderr)
	}
}

// stopper stops everything as soon as the address is shown.
type stopper struct {
	stop context.CancelFunc
	io.Writer
}

func (s stopper) Write(p []byte) (int, error) {
	if pageURL.Match(p) {
		s.stop()
	}
	return s.Writer.Write(p)
}
