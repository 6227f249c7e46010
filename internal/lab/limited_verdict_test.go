package lab

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A server that answers 429 has not looked at any credential. What would send
// one there is blocked and not tried, so none is blamed; and the verdict is to
// wait.
func TestNothingIsSentAfterA429(t *testing.T) {
	clean(t)
	hits := filepath.Join(sharedDir(t), "hits")
	host := "http://" + plainNginx(t, `log_format path "$uri";`, `access_log `+hits+` path;
		location /.well-known/ { add_header Retry-After 60 always; return 429; }
		location /api { add_header WWW-Authenticate 'Bearer error="invalid_token"' always; return 401; }`)
	s := startSlapd(t, slapdTLS)
	opaque, wrong := write(t, t.TempDir(), "opaque", "a-good-token\n"), write(t, t.TempDir(), "wrong", "not-this-one\n")
	api := append(with("api-sign-in", mailWith("url="+host+"/api", "bearer-file="+opaque)), healthy("clock=accurate", "network-path=ok", "api-tls=ok")...)
	directory := append(with("ldap", mailWith("url=ldaps://"+s.secure, "ca-file="+s.ca, "login=uid=alice,dc=lab", "password-file="+wrong)), healthy("clock=accurate", "network-path=ok", "service-tls=ok")...)
	for name, c := range map[string]consult{
		"an issuer, and a token for the API": {playbook: "api-cloud", check: "issuer", blocked: []string{"s3", "api-sign-in"},
			args: append(api, "--var", "issuer="+host, "--var", "ntp_servers=")},
		"a service, and a password for its directory": {playbook: "identity-admin", check: "discovery", blocked: []string{"issuer", "ldap"},
			args: append(directory, "--var", "discovery_url="+host+"/.well-known/openid-configuration", "--var", "ntp_servers=")},
	} {
		t.Run(name, func(t *testing.T) {
			c.layer, c.class, c.status = diag.LayerEndpoint, "rate_limited", diag.Waiting
			r := c.hold(t)
			if v := r.Verdict; !strings.Contains(v.Next.Text, "Not before ") || diag.AboutAccount(v.Class) || v.Cause != "" && diag.AboutAccount(classOf(r, v.Cause)) {
				t.Errorf("the verdict is %+v: it says when, and blames no account", v)
			}
		})
	}
	asked, err := os.ReadFile(hits)
	if n := strings.Count(string(asked), "/.well-known/"); err != nil || n == 0 || strings.Contains(string(asked), "/api") {
		t.Errorf("asked for, %v:\n%s", err, asked)
	}
	if n := s.binds(); n != 0 {
		t.Errorf("slapd counted %d sign-ins\n%s", n, s.said.String())
	}
}

// classOf is the class of a cause of a report.
func classOf(r *diag.Report, cause string) string {
	for _, c := range r.Causes {
		if c.ID == cause {
			return c.Class
		}
	}
	return ""
}
