package probe

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/miekg/dns"
)

// startServer runs a real server whose configuration has DIR and PORT in it,
// and waits until it takes connections. The test is skipped without it.
func startServer(t *testing.T, config string, name string, args ...string) (address string) {
	t.Helper()
	program, err := exec.LookPath(name)
	if err != nil {
		t.Skipf("%s is not installed here: the servers of the other tests stand in for it", name)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address = l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(address)
	dir := t.TempDir()
	fill := strings.NewReplacer("DIR", dir, "PORT", port)
	if err := os.WriteFile(filepath.Join(dir, "conf"), []byte(fill.Replace(config)), 0o600); err != nil {
		t.Fatal(err)
	}
	for i := range args {
		args[i] = fill.Replace(args[i])
	}
	var said bytes.Buffer
	server := exec.Command(program, args...)
	server.Stdout, server.Stderr = &said, &said
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- server.Wait() }()
	t.Cleanup(func() { server.Process.Kill(); <-ended })
	poll := time.NewTicker(20 * time.Millisecond)
	defer poll.Stop()
	for range 500 {
		if conn, err := net.Dial("tcp", address); err == nil {
			conn.Close()
			return address
		}
		select {
		case err := <-ended:
			ended <- err
			t.Fatalf("%s: %v\n%s", name, err, said.String())
		case <-poll.C:
		}
	}
	t.Fatalf("%s does not start\n%s", name, said.String())
	return ""
}

// startNameServer starts one, and waits until it answers: it takes connections
// before that.
func startNameServer(t *testing.T, config string, name string, args ...string) (address string) {
	t.Helper()
	address = startServer(t, config, name, args...)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	client, question := dns.Client{Timeout: 2 * time.Second}, new(dns.Msg).SetQuestion("ok.lab.example.", dns.TypeA)
	for {
		_, _, err := client.ExchangeContext(ctx, question, address)
		switch {
		case err == nil:
			return address
		case ctx.Err() != nil:
			t.Fatalf("%s does not answer: %v", name, err)
		}
	}
}

const unboundConfig = `
server:
  interface: 127.0.0.1@PORT
  do-daemonize: no
  chroot: ""
  username: ""
  directory: "DIR"
  pidfile: "DIR/pid"
  use-syslog: no
  access-control: 127.0.0.0/8 allow
  module-config: "iterator"
  local-zone: "lab.example." static
  local-data: "ok.lab.example. A 203.0.113.1"
  local-data: "six.lab.example. AAAA 2001:db8::1"
  local-data: "mx.lab.example. MX 10 ok.lab.example."
  local-data: "cname.lab.example. CNAME gone.lab.example."
  local-zone: "refused.example." refuse
  local-zone: "drop.example." deny
  local-zone: "hijack.example." redirect
  local-data: "hijack.example. A 10.0.0.1"
  local-zone: "nx.example." always_nxdomain
  local-zone: "nodata.example." always_nodata
  local-zone: "null.example." always_null
remote-control:
  control-enable: no
forward-zone:
  name: "."
  forward-addr: 127.0.0.1@1
`

func TestDNSUnbound(t *testing.T) {
	server := startNameServer(t, unboundConfig, "unbound", "-d", "-c", "DIR/conf")
	for name, want := range map[string]dnsSays{
		"ok.lab.example":                    {"ok", "ok.lab.example is known", "NOERROR"},
		"six.lab.example":                   {"ok", "six.lab.example is known", "NOERROR"},
		"gone.lab.example":                  {"nxdomain", "no such name: gone.lab.example", "NXDOMAIN"},
		"mx.lab.example":                    {"no_address", "mx.lab.example has no address", "NOERROR"},
		"a.nodata.example":                  {"no_address", "a.nodata.example has no address", "NOERROR"},
		"cname.lab.example":                 {"no_address", "cname.lab.example is another name for gone.lab.example, which has no address", "NOERROR"},
		"a.nx.example":                      {"nxdomain", "no such name: a.nx.example", "NXDOMAIN"},
		"a.refused.example":                 {"servfail", "the name servers refuse to look up a.refused.example", "REFUSED"},
		"dead-upstream.invalid.example.com": {"servfail", "the name servers cannot look up dead-upstream.invalid.example.com", "SERVFAIL"},
		"www.hijack.example":                {"hijacked", "www.hijack.example is answered with 10.0.0.1, which is not on the internet", "NOERROR"},
		"ads.null.example":                  {"hijacked", "ads.null.example is answered with 0.0.0.0 and 1 more, which is not on the internet", "NOERROR"},
		"www.drop.example":                  {"unknown", "no name server gave an answer (" + server + ": no answer in time)", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ctx, cancel := context.WithTimeout(context.Background(), patienceFor(want.Outcome))
			defer cancel()
			got := dnsTold(runDNS(ctx, dnsWorld(), Params{"name": name, "resolver": server, "known": "ok.lab.example"}))
			if diff := cmp.Diff(want.knowing("ok.lab.example"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestDNSDnsmasq(t *testing.T) {
	server := startNameServer(t, `
no-resolv
no-hosts
no-ping
port=PORT
listen-address=127.0.0.1
bind-interfaces
address=/www.hijack.example/192.168.1.1
address=/nodata.example/
local=/lab.example/
host-record=ok.lab.example,203.0.113.1
cname=alias.lab.example,ok.lab.example
pid-file=DIR/pid
user=
`, "dnsmasq", "-k", "-C", "DIR/conf")
	for name, want := range map[string]dnsSays{
		"ok.lab.example":          {"ok", "ok.lab.example is known", "NOERROR"},
		"alias.lab.example":       {"ok", "alias.lab.example is known", "NOERROR"},
		"gone.lab.example":        {"nxdomain", "no such name: gone.lab.example", "NXDOMAIN"},
		"www.hijack.example":      {"hijacked", "www.hijack.example is answered with 192.168.1.1, which is not on the internet", "A NOERROR, AAAA REFUSED"},
		"no-upstream.example.com": {"servfail", "the name servers refuse to look up no-upstream.example.com", "REFUSED"},
	} {
		t.Run(name, func(t *testing.T) {
			got := dnsTold(runDNS(t.Context(), dnsWorld(), Params{"name": name, "resolver": server, "known": "ok.lab.example"}))
			if diff := cmp.Diff(want.knowing("ok.lab.example"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}
