package probe

import (
	"context"
	"crypto/x509"
	"net"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// silentEnv is a world in which every server takes what it is told, and says
// nothing. A late connection tells that the time is over only when it is closed.
func silentEnv(late bool) Env {
	begun := time.Now()
	return Env{
		Now:        func() time.Time { return certNoon.Add(time.Since(begun)) },
		Getenv:     func(string) string { return "" },
		Roots:      x509.NewCertPool(),
		Secret:     literalSecret,
		Attempts:   &testBudget{},
		LookupHost: func(context.Context, string) ([]string, error) { return []string{"192.0.2.1"}, nil },
		Dial: func(context.Context, string, string) (net.Conn, error) {
			near, far := net.Pipe()
			go deaf(far)
			if late {
				near = lateConn{near}
			}
			return near, nil
		},
	}
}

// A lateConn heeds no deadline but one that is over.
type lateConn struct{ net.Conn }

func (c lateConn) SetDeadline(t time.Time) error {
	if time.Now().Before(t) {
		return nil
	}
	return c.Conn.SetDeadline(t)
}

// A silence is a request to a kind of server, and what is said when nothing
// comes back.
type silence struct {
	with Params
	want string
}

// Where every server is silent each check hands over itself what that means,
// before the runner gives up on it: also one that is woken late.
func TestSilence(t *testing.T) {
	silences := map[string]silence{
		"clock":     {Params{"servers": "a.test b.test"}, "clock.unknown"},
		"dns":       {Params{"name": "www.example.com", "resolver": "192.0.2.53"}, "dns.unknown"},
		"http":      {Params{"url": "https://www.example.com/"}, "http.timeout"},
		"http_auth": {Params{"url": "http://localhost/", "bearer-file": "token"}, "http_auth.unknown"},
		"imap":      {Params{"address": "mail.example.com"}, "imap.unknown"},
		"ldap":      {Params{"url": "ldaps://ldap.example.com"}, "ldap.unknown"},
		"oidc":      {Params{"issuer": "https://id.example.com", "server": "a.test"}, "oidc.unreachable"},
		"path":      {Params{"url": "https://www.example.com/"}, "path.unknown"},
		"s3":        {Params{"url": "https://s3.example.com"}, "s3.unknown"},
		"smtp":      {Params{"address": "mail.example.com"}, "smtp.unknown"},
		"snmp":      {Params{"address": "192.0.2.1", "community-file": "public"}, "snmp.no_response"},
		"ssh":       {Params{"address": "192.0.2.1"}, "ssh.unknown"},
		"tls":       {Params{"address": "www.example.com"}, "tls.unknown"},
		"token":     {Params{"file": signed(t, nil), "issuer": opIssuer}, "token.unknown"},
	}
	var requests []diag.Request
	want := map[string]string{}
	for _, p := range All {
		s, ok := silences[p.Kind]
		if !slices.ContainsFunc(p.Params, func(p Param) bool { return p.Target }) {
			continue // speaks to no server
		}
		if !ok {
			t.Errorf("nothing is said of the silence of %s", p.Kind)
		}
		requests = append(requests, diag.Request{ID: p.Kind, Kind: p.Kind, With: s.with})
		want[p.Kind] = s.want
	}
	for name, late := range map[string]bool{"in time": false, "late": true} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				got := map[string]string{}
				for id, f := range (Runner{Env: silentEnv(late)}).Probe(t.Context(), requests) {
					got[id] = diag.Code(id, f.Outcome)
					if f.ElapsedMS > 4750 || strings.Contains(f.Reason, "no result") {
						t.Errorf("%s after %.0f ms: %s", id, f.ElapsedMS, f.Summary)
					}
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				time.Sleep(time.Hour)
			})
		})
	}
}
