package probe

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
	"testing"

	ber "github.com/go-asn1-ber/asn1-ber"
	"github.com/go-ldap/ldap/v3"
	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A fakeLDAP answers as it is told to, for what real directories cannot be
// made to say. slapd is in the lab.
type fakeLDAP struct {
	root    int // result of the search for the root DSE
	starts  int // of StartTLS
	bind    int
	text    string      // beside bind
	control *ber.Packet // likewise
	config  *tls.Config

	mu    sync.Mutex
	binds int
}

func (f *fakeLDAP) serve(conn net.Conn) {
	for {
		request, err := ber.ReadPacket(conn)
		if err != nil || len(request.Children) < 2 {
			return
		}
		id, op := request.Children[0].Value, request.Children[1]
		switch op.Tag {
		case ldap.ApplicationSearchRequest:
			if f.root == 0 {
				entry := ber.Encode(ber.ClassApplication, ber.TypeConstructed, ldap.ApplicationSearchResultEntry, nil, "")
				entry.AppendChild(octets(""))
				attribute := ber.NewSequence("")
				attribute.AppendChild(octets("namingContexts"))
				values := ber.Encode(ber.ClassUniversal, ber.TypeConstructed, ber.TagSet, nil, "")
				values.AppendChild(octets("dc=test"))
				attribute.AppendChild(values)
				list := ber.NewSequence("")
				list.AppendChild(attribute)
				entry.AppendChild(list)
				sendLDAP(conn, id, entry, nil)
			}
			sendLDAP(conn, id, ldapAnswer(ldap.ApplicationSearchResultDone, f.root, ""), nil)
		case ldap.ApplicationExtendedRequest:
			sendLDAP(conn, id, ldapAnswer(ldap.ApplicationExtendedResponse, f.starts, ""), nil)
			if f.starts == 0 {
				conn = tls.Server(conn, f.config)
			}
		case ldap.ApplicationBindRequest:
			f.mu.Lock()
			f.binds++
			f.mu.Unlock()
			sendLDAP(conn, id, ldapAnswer(ldap.ApplicationBindResponse, f.bind, f.text), f.control)
		}
	}
}

func (f *fakeLDAP) counted() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.binds
}

func octets(text string) *ber.Packet {
	return ber.NewString(ber.ClassUniversal, ber.TypePrimitive, ber.TagOctetString, text, "")
}

func ldapAnswer(tag ber.Tag, code int, text string) *ber.Packet {
	p := ber.Encode(ber.ClassApplication, ber.TypeConstructed, tag, nil, "")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagEnumerated, code, ""))
	p.AppendChild(octets(""))
	p.AppendChild(octets(text))
	return p
}

func sendLDAP(conn net.Conn, id any, op, control *ber.Packet) {
	p := ber.NewSequence("")
	p.AppendChild(ber.NewInteger(ber.ClassUniversal, ber.TypePrimitive, ber.TagInteger, id, ""))
	p.AppendChild(op)
	if control != nil {
		controls := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
		controls.AppendChild(control)
		p.AppendChild(controls)
	}
	_, _ = conn.Write(p.Bytes())
}

// policyControl is a response control with an error and a warning; -1 leaves
// one out.
func policyControl(errorCode, expires, grace int) *ber.Packet {
	value := ber.NewSequence("")
	warning := ber.Encode(ber.ClassContext, ber.TypeConstructed, 0, nil, "")
	for tag, n := range []int{expires, grace} {
		if n >= 0 {
			warning.AppendChild(ber.NewInteger(ber.ClassContext, ber.TypePrimitive, ber.Tag(tag), n, ""))
			value.AppendChild(warning)
		}
	}
	if errorCode >= 0 {
		value.AppendChild(ber.NewInteger(ber.ClassContext, ber.TypePrimitive, 1, errorCode, ""))
	}
	control := ber.NewSequence("")
	control.AppendChild(octets(ldap.ControlTypeBeheraPasswordPolicy))
	control.AppendChild(octets(string(value.Bytes())))
	return control
}

func TestLDAP(t *testing.T) {
	issuer := newIssuer(t, "authority")
	config := &tls.Config{Certificates: []tls.Certificate{issuer.server(nil)}}
	login := Params{"login": "cn=joe,dc=test", "password-file": "file"}
	starts := Params{"starttls": "yes"}
	ad := func(data string) string {
		return "80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data " + data + ", v2580\x00"
	}
	tests := []struct {
		name   string
		with   []Params
		server *fakeLDAP
		spent  bool
		far    bool
		want   string
		text   string // in summary or reason
		binds  int
	}{
		{name: "answers", want: "ok", text: "the directory answers, without encryption"},
		{name: "answers, encrypted", with: []Params{starts}, want: "ok", text: "the directory answers, encrypted"},
		{name: "says nothing to strangers", server: &fakeLDAP{root: 50}, want: "root_dse_hidden", text: "tells strangers nothing"},
		{name: "no StartTLS", with: []Params{starts, login}, server: &fakeLDAP{starts: 2}, want: "starttls_missing",
			text: "the directory does not do StartTLS; the login was not tried"},
		{name: "takes the login", with: []Params{starts, login}, want: "ok", text: "the directory takes the login, encrypted", binds: 1},
		{name: "takes it, though the root is hidden", with: []Params{starts, login}, server: &fakeLDAP{root: 50}, want: "ok", text: "takes the login", binds: 1},
		{name: "no attempt left", with: []Params{login}, spent: true, want: diag.NoAnswer, text: "2 attempts were made"},
		{name: "in the clear, far away", with: []Params{login}, far: true, want: diag.NoAnswer, text: "a password is not sent without encryption"},
		{name: "49", with: []Params{login}, server: &fakeLDAP{bind: 49}, want: "rejected", text: "name or password is wrong: 49 Invalid Credentials", binds: 1},
		{name: "49, repeated", with: []Params{login}, server: &fakeLDAP{bind: 49, text: "s3cret-Word of cn=joe,dc=test"}, want: "rejected", text: "49 Invalid Credentials [hidden] of [hidden]", binds: 1},
		{name: "49, locked by the policy", with: []Params{login}, server: &fakeLDAP{bind: 49, control: policyControl(1, -1, -1)}, want: "account_locked", text: "the account is locked: 49", binds: 1},
		{name: "49, expired by the policy", with: []Params{login}, server: &fakeLDAP{bind: 49, control: policyControl(0, -1, -1)}, want: "password_expired", text: "the password has run out: 49", binds: 1},
		{name: "0, to be changed", with: []Params{login}, server: &fakeLDAP{control: policyControl(2, -1, -1)}, want: "must_change_password", text: "only to have it changed", binds: 1},
		{name: "0, runs out soon", with: []Params{login}, server: &fakeLDAP{control: policyControl(-1, 3*86400, -1)}, want: "password_expiring", text: "runs out in 3 days", binds: 1},
		{name: "0, has run out", with: []Params{login}, server: &fakeLDAP{control: policyControl(-1, -1, 2)}, want: "password_expiring", text: "taken 2 more times", binds: 1},
		{name: "busy", with: []Params{login}, server: &fakeLDAP{bind: 51}, want: "unavailable", text: "the directory is busy: 51 Busy", binds: 1},
		{name: "another reason of AD", with: []Params{login}, server: &fakeLDAP{bind: 49, text: ad("57")}, want: diag.NoAnswer, text: "does not say what it minds: 49", binds: 1},
		{name: "AD", with: []Params{login}, server: &fakeLDAP{bind: 49, text: ad("52E")}, want: "rejected", text: "name or password is wrong (Active Directory data 52e)", binds: 1},
		{name: "operations error", with: []Params{login}, server: &fakeLDAP{bind: 1}, want: diag.NoAnswer, text: "does not say what it minds: 1 Operations Error", binds: 1},
		{name: "elsewhere", with: []Params{login}, server: &fakeLDAP{bind: 10}, want: diag.NoAnswer, text: "does not say what it minds: 10 Referral", binds: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			server := tt.server
			if server == nil {
				server = &fakeLDAP{}
			}
			server.config = config
			budget := &testBudget{spent: tt.spent}
			env := withLogin(worldAt(serveRaw(t, server.serve), poolOf(issuer)), budget)
			if tt.far {
				env = farAway(env)
			}
			with := Params{"url": "ldap://signin.example"}
			for _, more := range tt.with {
				for name, value := range more {
					with[name] = value
				}
			}
			got := clean(runLDAP(t.Context(), env, with))
			text := got.Summary
			if got.Outcome == diag.NoAnswer {
				text = got.Reason
			}
			if got.Outcome != tt.want || !strings.Contains(text, tt.text) {
				t.Errorf("got %s %q, want %s %q", got.Outcome, text, tt.want, tt.text)
			}
			if n := server.counted(); n != tt.binds || len(budget.accounts) != tt.binds {
				t.Errorf("%d binds, %q counted, want %d", n, budget.accounts, tt.binds)
			}
			if shown := fmt.Sprintf("%+v", got); strings.Contains(shown, "s3cret") || strings.Contains(shown, "joe") {
				t.Errorf("the login is shown: %s", shown)
			}
		})
	}
}

func TestLDAPFacts(t *testing.T) {
	issuer := newIssuer(t, "authority")
	server := &fakeLDAP{bind: 52, text: "down", config: &tls.Config{Certificates: []tls.Certificate{issuer.server(nil)}}}
	budget := &testBudget{}
	env := withLogin(worldAt(serveRaw(t, server.serve), poolOf(issuer)), budget)
	got := runLDAP(t.Context(), env, Params{"url": "ldap://signin.example", "starttls": "yes", "login": "joe", "password-file": "file"})
	want := diag.Finding{Outcome: "unavailable", Summary: "the directory is out of service: 52 Unavailable down", Facts: map[string]any{
		"url": "ldap://signin.example:389", "address": "signin.example:389", "starttls": true, "encrypted": true, "tls_version": "TLS 1.3",
		"attempted": true, "root_dse_readable": true, "naming_contexts": []string{"dc=test"}, "sasl_mechanisms": []string{},
		"starttls_offered": false, "active_directory": false, "result_code": 52, "result_name": "Unavailable", "server_said": "down",
		"retry_at": "2026-03-01T12:15:00Z",
	}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"ldap signin.example:389 joe"}, budget.accounts); diff != "" {
		t.Error(diff)
	}
}

// What directories say, beyond what fakes are told above.
func TestLDAPReasons(t *testing.T) {
	none := ldapPolicy{err: -1, expires: -1, grace: -1}
	tests := []struct {
		code int
		text string
		want string
	}{
		{3, "", "unavailable"}, {7, "", "method_refused"}, {8, "00002028: LdapErr: DSID-0C090276, comment: The server requires binds to turn on integrity checking", "tls_required"},
		{13, "confidentiality required", "tls_required"}, {32, "", "unknown_account"}, {34, "invalid DN", "invalid_dn"},
		{48, "", "method_refused"}, {50, "", "access_denied"}, {51, "", "unavailable"}, {53, "", "access_denied"},
		{53, "unwilling to perform simple authentication", "method_refused"},
		{53, "Account inactivated. Contact system administrator.", "account_disabled"},
		{19, "Exceed password retry limit. Please try later.", "account_locked"}, {19, "", ""},
		{49, "Invalid credentials; account locked", "account_locked"}, {49, "password expired!", "password_expired"},
		{49, "the clock of the block", "rejected"}, {80, "", ""}, {2, "", ""},
	}
	for data, reason := range adReasons() {
		tests = append(tests, struct {
			code int
			text string
			want string
		}{49, "80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data " + data + ", v2580", reason.outcome})
	}
	for _, tt := range tests {
		got, why := ldapResult{tt.code, tt.text}.outcome(none)
		if got != tt.want || (got != "") != (why != "") && !strings.HasPrefix(why, " (") {
			t.Errorf("%d %q: got %q %q, want %q", tt.code, tt.text, got, why, tt.want)
		}
		if got != "" && !knownOutcome("ldap", got) {
			t.Errorf("%s is not in the catalogue", got)
		}
	}
}

func TestLDAPTrouble(t *testing.T) {
	issuer := newIssuer(t, "authority")
	config := &tls.Config{Certificates: []tls.Certificate{issuer.server(nil)}}
	other := newIssuer(t, "another")
	tests := []struct {
		name  string
		url   string
		with  Params
		serve func(net.Conn)
		roots *testIssuer
		want  string
	}{
		{"rubbish", "ldap", nil, func(c net.Conn) { _, _ = c.Write([]byte("HTTP/1.1 400 Bad Request\r\n\r\n")) }, issuer, "the conversation broke off: "},
		{"a flood", "ldap", nil, func(c net.Conn) {
			_, _ = c.Write([]byte{0x30, 0x84, 0x7f, 0xff, 0xff, 0xff, 0x04, 0x84, 0x7f, 0xff, 0xff, 0xf0})
			_, _ = c.Write(bytes.Repeat([]byte("x"), 1<<20))
			_, _ = io.Copy(io.Discard, c) // a connection that is closed with something unread is cut
		}, issuer, "what answers there does not speak LDAP"},
		{"hangs up", "ldap", nil, func(net.Conn) {}, issuer, "the conversation broke off"},
		{"plain where TLS belongs", "ldaps", nil, func(c net.Conn) { _, _ = c.Write([]byte("220 what is this\r\n")); _, _ = io.Copy(io.Discard, c) }, issuer,
			"the connection could not be encrypted: the server does not speak TLS"},
		{"not trusted", "ldaps", nil, func(c net.Conn) { (&fakeLDAP{}).serve(tls.Server(c, config)) }, other,
			"the connection could not be encrypted: nobody that this computer trusts vouches for the server"},
		{"not trusted after StartTLS", "ldap", Params{"starttls": "yes"}, (&fakeLDAP{config: config}).serve, other,
			"the connection could not be encrypted: nobody that this computer trusts vouches for the server"},
		{"another name after StartTLS", "ldap", Params{"starttls": "yes", "server-name": "else.example"}, (&fakeLDAP{config: config}).serve, issuer,
			"the connection could not be encrypted: the server proves another name"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			budget := &testBudget{}
			env := withLogin(worldAt(serveRaw(t, tt.serve), poolOf(tt.roots)), budget)
			with := Params{"url": tt.url + "://signin.example", "login": "joe", "password-file": "file"}
			for name, value := range tt.with {
				with[name] = value
			}
			got := runLDAP(t.Context(), env, with)
			if got.Outcome != diag.NoAnswer || !strings.HasPrefix(got.Reason, tt.want) || len(budget.accounts) > 0 {
				t.Errorf("got %+v, want %s; counted %q", got, tt.want, budget.accounts)
			}
		})
	}
}

func TestLDAPSilence(t *testing.T) {
	for name, with := range map[string]Params{"plain": {"url": "ldap://a.test"}, "starttls": {"url": "ldap://a.test", "starttls": "yes"}, "tls": {"url": "ldaps://a.test"}} {
		t.Run(name, func(t *testing.T) {
			noLeaks(t)
			heard := make(chan struct{}, 1)
			address := serveRaw(t, func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 1000))
				_, _ = conn.Write([]byte{0x30}) // a beginning, in LDAP
				heard <- struct{}{}
				_, _ = io.Copy(io.Discard, conn) // a greeting of TLS has more than came so far
			})
			ctx, end := newTestDeadline(t)
			go func() { <-heard; end() }()
			got := runLDAP(ctx, worldAt(address, nil), with)
			if got.Outcome != diag.NoAnswer || !strings.Contains(got.Reason, "in time") && !strings.Contains(got.Reason, "stopped") {
				t.Errorf("got %+v", got)
			}
		})
	}
}

func TestLDAPParameters(t *testing.T) {
	tests := map[string]Params{
		"url: must begin with ldap:// or ldaps:// and a host name":  {"url": "https://a.test"},
		"url: must begin with ldap:// or ldaps:// and a host name ": {"url": "a.test"},
		"url: a port is a number from 1 to 65535":                   {"url": "ldap://a.test:99999"},
		"starttls: ldaps:// is encrypted already":                   {"url": "ldaps://a.test", "starttls": "yes"},
		"ca-file: the file cannot be opened":                        {"url": "ldaps://a.test", "ca-file": "/nothing"},
		"login: give its secret with password-file":                 {"url": "ldaps://a.test", "login": "joe"},
	}
	env := worldAt("127.0.0.1:1", nil)
	for want, with := range tests {
		if got := runLDAP(t.Context(), env, with); got.Outcome != diag.NoAnswer || got.Reason != strings.TrimSpace(want) {
			t.Errorf("%v: got %+v, want %s", with, got, want)
		}
	}
}
