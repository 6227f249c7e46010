package probe

import (
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// far is a server that is not on this computer, as far as a connection tells.
type far struct{ net.Conn }

func (far) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(192, 0, 2, 1), Port: 143} }

// farAway lets servers be far away.
func farAway(env Env) Env {
	dial := env.Dial
	env.Dial = func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		return far{conn}, err
	}
	return env
}

const (
	imapHello = "* OK ready\r\n"
	smtpHello = "220 ready\r\n"
)

// imapReplies are those of a server with these capabilities, changed.
func imapReplies(caps string, more ...string) map[string]string {
	return withMore(map[string]string{
		"":           "{tag} BAD what?\r\n",
		"CAPABILITY": "* CAPABILITY IMAP4rev1 " + caps + "\r\n{tag} OK done\r\n",
		"STARTTLS":   "{tag} OK begin\r\n",
	}, more)
}

func smtpReplies(extensions string, more ...string) map[string]string {
	return withMore(map[string]string{"": "500 what?\r\n", "EHLO": "250-hello\r\n" + extensions + "250 SIZE 1000\r\n", "STARTTLS": "220 begin\r\n"}, more)
}

func withMore(m map[string]string, more []string) map[string]string {
	for i := 0; i+1 < len(more); i += 2 {
		m[more[i]] = more[i+1]
	}
	return m
}

func TestMail(t *testing.T) {
	issuer := newIssuer(t, "authority")
	cert := issuer.server(nil)
	config := &tls.Config{Certificates: []tls.Certificate{cert}}
	login := Params{"login": "joe", "password-file": "file"}
	token := Params{"login": "joe", "token-file": "file"}
	starts, implicit, none := Params{"tls": "starttls"}, Params{"tls": "implicit"}, Params{"tls": "none"}
	imapNo := func(text string) []string {
		return []string{"AUTHENTICATE", "+ \r\n", "AGpvZQBzM2NyZXQtV29yZA==", "a4 " + text + "\r\n"}
	}
	tests := []struct {
		name   string
		kind   string
		with   []Params
		server *fakeMail
		far    bool
		// stranger: nobody vouches for the server.
		stranger bool
		refused  bool // the budget is spent
		want     string
		text     string // in summary or reason
		sent     string // what the server must have been sent; with "!" what not
	}{
		{name: "imap, encrypted from the beginning", kind: "imap", with: []Params{implicit},
			server: &fakeMail{greeting: imapHello, implicit: true, config: config, replies: imapReplies("AUTH=PLAIN AUTH=LOGIN")},
			want:   "ok", text: "the server offers sign-ins (PLAIN, LOGIN), encrypted"},
		{name: "imap, encrypted later", kind: "imap",
			server: &fakeMail{greeting: imapHello, config: config, replies: imapReplies("STARTTLS LOGINDISABLED"), secure: imapReplies("AUTH=PLAIN")},
			want:   "ok", text: "the server offers sign-ins (PLAIN), encrypted"},
		{name: "imap, what was said before encryption is forgotten", kind: "imap",
			server: &fakeMail{greeting: imapHello, config: config, replies: imapReplies("STARTTLS AUTH=PLAIN"), secure: imapReplies("LOGINDISABLED"),
				injected: "* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\na3 OK done\r\n"},
			want: "no_auth_offered", text: "the server offers no way of signing in"},
		{name: "imap, nothing offered after encryption", kind: "imap",
			server: &fakeMail{greeting: imapHello, config: config, replies: imapReplies("STARTTLS AUTH=PLAIN"), secure: imapReplies("LOGINDISABLED")},
			want:   "no_auth_offered", text: "the server offers no way of signing in"},
		{name: "imap without STARTTLS", kind: "imap", with: []Params{login},
			server: &fakeMail{greeting: imapHello, replies: imapReplies("AUTH=PLAIN")},
			want:   "starttls_missing", text: "does not offer STARTTLS: whatever is sent there can be read on the way; the login was not tried", sent: "!AUTH"},
		{name: "imap in the clear that wants encryption", kind: "imap", with: []Params{none},
			server: &fakeMail{greeting: imapHello, replies: imapReplies("STARTTLS LOGINDISABLED")},
			want:   "tls_required", text: "only after STARTTLS"},
		{name: "imap login taken", kind: "imap", with: []Params{login},
			server: &fakeMail{greeting: imapHello, config: config, replies: imapReplies("STARTTLS"),
				secure: imapReplies("AUTH=PLAIN", "AUTHENTICATE", "+ \r\n", "AGpvZQBzM2NyZXQtV29yZA==", "a4 OK welcome\r\n")},
			want: "ok", text: "the server took the login (PLAIN)"},
		{name: "imap login command", kind: "imap", with: []Params{login},
			server: &fakeMail{greeting: imapHello, config: config, replies: imapReplies("STARTTLS"),
				secure: imapReplies("", "LOGIN", "{tag} NO [AUTHENTICATIONFAILED] no s3cret-Word\r\n")},
			want: "rejected", text: "the login was refused: [AUTHENTICATIONFAILED] no [hidden]", sent: `LOGIN "joe" "s3cret-Word"`},
		{name: "imap refuses", kind: "imap", with: []Params{login},
			server: &fakeMail{greeting: imapHello, config: config, replies: imapReplies("STARTTLS"),
				secure: imapReplies("AUTH=PLAIN", imapNo("NO [AUTHENTICATIONFAILED] Authentication failed.")...)},
			want: "rejected", text: "the login was refused: [AUTHENTICATIONFAILED] Authentication failed."},
		{name: "imap speaks of something else", kind: "imap", with: []Params{login},
			server: &fakeMail{greeting: imapHello, config: config, replies: imapReplies("STARTTLS"),
				secure: imapReplies("AUTH=PLAIN", imapNo("BAD syntax")...)},
			want: diag.NoAnswer, text: "the server's answer does not say what it minds: syntax"},
		{name: "imap, budget spent", kind: "imap", with: []Params{login}, refused: true,
			server: &fakeMail{greeting: imapHello, config: config, replies: imapReplies("STARTTLS"), secure: imapReplies("AUTH=PLAIN")},
			want:   diag.NoAnswer, text: "2 attempts were made", sent: "!AUTH"},
		{name: "imap, in the clear to far away", kind: "imap", with: []Params{none, login}, far: true,
			server: &fakeMail{greeting: imapHello, replies: imapReplies("AUTH=PLAIN")},
			want:   diag.NoAnswer, text: "a password is not sent without encryption", sent: "!AUTH"},
		{name: "imap, only tokens", kind: "imap", with: []Params{login},
			server: &fakeMail{greeting: imapHello, config: config, replies: imapReplies("STARTTLS"), secure: imapReplies("LOGINDISABLED AUTH=XOAUTH2 AUTH=OAUTHBEARER")},
			want:   "method_disabled", text: "the server takes no passwords, only XOAUTH2, OAUTHBEARER; none was sent", sent: "!AUTH"},
		{name: "imap, only what we do not speak", kind: "imap", with: []Params{login},
			server: &fakeMail{greeting: imapHello, config: config, replies: imapReplies("STARTTLS"), secure: imapReplies("LOGINDISABLED AUTH=SCRAM-SHA-256")},
			want:   diag.NoAnswer, text: "offers only SCRAM-SHA-256", sent: "!AUTH"},
		{name: "imap, a token", kind: "imap", with: []Params{token},
			server: &fakeMail{greeting: imapHello, config: config, replies: imapReplies("STARTTLS"),
				secure: imapReplies("AUTH=PLAIN AUTH=XOAUTH2 AUTH=OAUTHBEARER", "AUTHENTICATE", "+ \r\n", "bixh", "+ eyJzdGF0dXMiOiJpbnZhbGlkX3Rva2VuIn0=\r\n", "AQ==", "a4 NO [AUTHENTICATIONFAILED] failed\r\n")},
			want: "rejected", text: "the login was refused: [AUTHENTICATIONFAILED] failed", sent: "AUTHENTICATE OAUTHBEARER"},
		{name: "imap, a token where none is taken", kind: "imap", with: []Params{token},
			server: &fakeMail{greeting: imapHello, config: config, replies: imapReplies("STARTTLS"), secure: imapReplies("AUTH=PLAIN")},
			want:   "method_disabled", text: "the server takes no tokens, only PLAIN; nothing was sent"},
		{name: "imap hangs up at once", kind: "imap", server: &fakeMail{greeting: "* BYE [UNAVAILABLE] closed for upkeep\r\n"},
			want: "unavailable", text: "turns everybody away for now: [UNAVAILABLE] closed for upkeep"},
		{name: "imap signs everybody in", kind: "imap", server: &fakeMail{greeting: "* PREAUTH hello\r\n"}, want: diag.NoAnswer, text: "does not speak this protocol (imap)"},
		{name: "imap is a web server", kind: "imap", server: &fakeMail{greeting: "HTTP/1.1 400 Bad Request\r\n\r\n"}, want: diag.NoAnswer, text: "does not speak this protocol (imap)"},
		{name: "imap sends without end", kind: "imap", server: &fakeMail{greeting: strings.Repeat("* OK ", 100<<10)}, want: diag.NoAnswer, text: "more than belongs there"},
		{name: "imap says much and nothing", kind: "imap",
			server: &fakeMail{greeting: imapHello, replies: map[string]string{"": strings.Repeat("* OK so\r\n", 1000)}}, want: diag.NoAnswer, text: "does not speak this protocol (imap)"},
		{name: "imap, not trusted", kind: "imap", with: []Params{implicit, login}, stranger: true,
			server: &fakeMail{greeting: imapHello, implicit: true, config: config, replies: imapReplies("AUTH=PLAIN")},
			want:   diag.NoAnswer, text: "could not be encrypted: nobody that this computer trusts vouches for the server", sent: "!AUTH"},
		{name: "imap, plain where encryption was expected", kind: "imap", with: []Params{implicit},
			server: &fakeMail{greeting: imapHello}, want: diag.NoAnswer, text: "could not be encrypted: the server does not speak TLS"},
		{name: "smtp offers no AUTH before STARTTLS, as it should", kind: "smtp", with: []Params{starts},
			server: &fakeMail{greeting: smtpHello, config: config, replies: smtpReplies("250-STARTTLS\r\n"), secure: smtpReplies("250-AUTH PLAIN LOGIN\r\n")},
			want:   "ok", text: "the server offers sign-ins (PLAIN, LOGIN), encrypted"},
		{name: "smtp in the clear, AUTH only after STARTTLS", kind: "smtp", with: []Params{none},
			server: &fakeMail{greeting: smtpHello, replies: smtpReplies("250-STARTTLS\r\n")}, want: "tls_required", text: "only after STARTTLS"},
		{name: "smtp without AUTH", kind: "smtp",
			server: &fakeMail{greeting: smtpHello, config: config, replies: smtpReplies("250-STARTTLS\r\n")}, want: "no_auth_offered", text: "offers no way of signing in"},
		{name: "smtp without STARTTLS", kind: "smtp",
			server: &fakeMail{greeting: smtpHello, replies: smtpReplies("250-AUTH PLAIN\r\n")}, want: "starttls_missing", text: "does not offer STARTTLS"},
		{name: "smtp refuses", kind: "smtp", with: []Params{implicit, login},
			server: &fakeMail{greeting: smtpHello, implicit: true, config: config, replies: smtpReplies("250-AUTH PLAIN\r\n", "AUTH PLAIN", "535-5.7.8 Not accepted.\r\n535 5.7.8 Learn more\r\n")},
			want:   "rejected", text: "the login was refused: 535 5.7.8 Not accepted. Learn more", sent: "AUTH PLAIN AGpvZQBzM2NyZXQtV29yZA=="},
		{name: "smtp by LOGIN", kind: "smtp", with: []Params{implicit, login},
			server: &fakeMail{greeting: smtpHello, implicit: true, config: config, replies: smtpReplies("250-AUTH LOGIN CRAM-MD5\r\n",
				"AUTH LOGIN", "334 VXNlcm5hbWU6\r\n", "am9l", "334 UGFzc3dvcmQ6\r\n", "czNjcmV0LVdvcmQ=", "235 welcome\r\n")},
			want: "ok", text: "the server took the login (LOGIN)"},
		{name: "smtp, a token", kind: "smtp", with: []Params{implicit, token},
			server: &fakeMail{greeting: smtpHello, implicit: true, config: config, replies: smtpReplies("250-AUTH LOGIN XOAUTH2\r\n",
				"AUTH XOAUTH2", "334 eyJzdGF0dXMiOiI0MDEifQ==\r\n",
				"", "535 5.7.8 not this token\r\n")}, // an empty line acknowledges the refusal
			want: "rejected", text: "the login was refused: 535 5.7.8 not this token"},
		{name: "smtp, for the moment", kind: "smtp", with: []Params{implicit, login},
			server: &fakeMail{greeting: smtpHello, implicit: true, config: config, replies: smtpReplies("250-AUTH PLAIN\r\n", "AUTH PLAIN", "454 4.7.0 Temporary authentication failure\r\n")},
			want:   "unavailable", text: "the sign-in cannot be checked now: 454 4.7.0 Temporary authentication failure"},
		{name: "smtp greets with a blocklist", kind: "smtp", server: &fakeMail{greeting: "554 5.7.1 not from there\r\n"},
			want: diag.NoAnswer, text: "the server turned this computer away: 554 5.7.1 not from there"},
		{name: "smtp is too busy to greet", kind: "smtp", server: &fakeMail{greeting: "421 4.3.2 too busy\r\n"}, want: "unavailable", text: "421 4.3.2 too busy"},
		{name: "smtp is an IMAP server", kind: "smtp", server: &fakeMail{greeting: imapHello}, want: diag.NoAnswer, text: "does not speak this protocol (smtp)"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			tt.server.tags = tt.kind == "imap"
			budget := &testBudget{spent: tt.refused}
			roots := poolOf(issuer)
			if tt.stranger {
				roots = poolOf()
			}
			env := withLogin(worldAt(tt.server.serve(t), roots), budget)
			if tt.far {
				env = farAway(env)
			}
			with := Params{"address": "signin.example:1000"}
			for _, more := range tt.with {
				for name, value := range more {
					with[name] = value
				}
			}
			pr, _ := Find(tt.kind)
			got := clean(pr.Run(t.Context(), env, with))
			text := got.Summary
			if got.Outcome == diag.NoAnswer {
				text = got.Reason
			}
			if got.Outcome != tt.want || !strings.Contains(text, tt.text) {
				t.Errorf("got %s %q, want %s %q\nserver got %q", got.Outcome, text, tt.want, tt.text, tt.server.got)
			}
			if not, is := strings.CutPrefix(tt.sent, "!"); is && tt.server.said(not) || !is && tt.sent != "" && !tt.server.said(tt.sent) {
				t.Errorf("the server was sent %q", tt.server.got)
			}
			attempted := got.Facts["attempted"] == true
			if attempted != (len(budget.accounts) == 1) || len(budget.accounts) > 1 {
				t.Errorf("attempted %t, counted %q", attempted, budget.accounts)
			}
			if shown := fmt.Sprintf("%+v", got); strings.Contains(shown, "s3cret") || strings.Contains(shown, "joe") {
				t.Errorf("the login is shown: %s", shown)
			}
		})
	}
}

// What a finding tells a technician.
func TestMailFacts(t *testing.T) {
	issuer := newIssuer(t, "authority")
	server := &fakeMail{greeting: smtpHello, config: &tls.Config{Certificates: []tls.Certificate{issuer.server(nil)}},
		replies: smtpReplies("250-STARTTLS\r\n"),
		secure:  smtpReplies("250-AUTH PLAIN\r\n", "AUTH", "454 4.7.0 Too many login attempts, please try again later.\r\n")}
	budget := &testBudget{}
	env := withLogin(worldAt(server.serve(t), poolOf(issuer)), budget)
	got := runMail(t.Context(), env, Params{"address": "signin.example", "login": "joe", "password-file": "file"}, smtpMail)
	want := diag.Finding{Outcome: "rate_limited",
		Summary: "too many tries or connections: 454 4.7.0 Too many login attempts, please try again later.",
		Facts: map[string]any{
			"address": "signin.example:587", "tls": "starttls", "encrypted": true, "tls_version": "TLS 1.3",
			"starttls_offered": true, "mechanisms_before_tls": []string{}, "mechanisms": []string{"PLAIN"},
			"attempted": true, "mechanism": "PLAIN", "status": 454, "enhanced_code": "4.7.0",
			"server_said": "Too many login attempts, please try again later.", "retry_at": "2026-03-01T12:15:00Z",
		}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"smtp signin.example:587 joe"}, budget.accounts); diff != "" {
		t.Error(diff)
	}
	if want := certNoon.Add(15 * time.Minute); !budget.until.Equal(want) {
		t.Errorf("held back until %v, want %v", budget.until, want)
	}
}

// A server that says nothing, or one letter at a time, is waited for only so
// long, and blamed for nothing.
func TestMailSilence(t *testing.T) {
	for _, kind := range []mailKind{imapMail, smtpMail} {
		for name, mode := range map[string]string{"starttls": tlsStart, "implicit": tlsImplicit} {
			t.Run(kind.name+" "+name, func(t *testing.T) {
				noLeaks(t)
				heard := make(chan struct{}, 1)
				address := serveRaw(t, func(conn net.Conn) {
					_, _ = conn.Write([]byte("2")) // a beginning
					heard <- struct{}{}
					_, _ = io.Copy(io.Discard, conn)
				})
				ctx, end := newTestDeadline(t)
				go func() { <-heard; end() }()
				got := runMail(ctx, worldAt(address, nil), Params{"address": "a.test", "tls": mode}, kind)
				if got.Outcome != diag.NoAnswer || !strings.Contains(got.Reason, "in time") && !strings.Contains(got.Reason, "stopped") {
					t.Errorf("got %+v", got)
				}
			})
		}
	}
}

func TestMailParameters(t *testing.T) {
	tests := []struct {
		with Params
		want string
	}{
		{Params{"address": "a b"}, "address: not a host name"},
		{Params{"address": "a.test:0"}, "address: a port is a number from 1 to 65535"},
		{Params{"address": "a.test", "tls": "ssl"}, "tls: must be implicit, starttls or none"},
		{Params{"address": "a.test", "server-name": "a b"}, "server-name: not a host name"},
		{Params{"address": "a.test", "ca-file": "/nothing"}, "ca-file: the file cannot be opened"},
		{Params{"address": "a.test", "login": "joe"}, "login: give its secret with password-file or token-file"},
	}
	for _, tt := range tests {
		got := runMail(t.Context(), worldAt("", nil), tt.with, imapMail)
		if got.Outcome != diag.NoAnswer || !strings.HasPrefix(got.Reason, tt.want) {
			t.Errorf("%v: got %+v, want %s", tt.with, got, tt.want)
		}
	}
	modes := map[string]string{"a.test": tlsImplicit, "a.test:993": tlsImplicit, "a.test:143": tlsStart, "a.test:1143": tlsStart}
	for address, want := range modes {
		if v, err := newMailVisit(Env{}, Params{"address": address}, imapMail); err != nil || v.mode != want {
			t.Errorf("%s: %v %+v, want %s", address, err, v, want)
		}
	}
}
