package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// The texts are nginx's and Apache's own; see errorlog.go.
const nginxErrors = `2026/05/30 10:00:00 [error] 1234#1234: *5 user "ann": password mismatch, client: 203.0.113.1, server: example.org, request: "GET /admin HTTP/1.1", host: "example.org"
2026/05/30 10:00:01 [error] 1234#1234: *6 user "oracle" was not found in "/etc/nginx/htpasswd", client: 203.0.113.2, server: example.org, request: "GET / HTTP/1.1", host: "example.org"
2026/05/30 10:00:02 [info] 1234#1234: *7 no user/password was provided for basic authentication, client: 203.0.113.3, server: example.org, request: "GET / HTTP/1.1", host: "example.org"
2026/05/30 10:00:03 [error] 1234#1234: *8 access forbidden by rule, client: 203.0.113.4, server: example.org, request: "GET /.env HTTP/1.1", host: "example.org"
2026/05/30 10:00:04 [error] 1234#1234: *9 open() "/srv/www/favicon.ico" failed (2: No such file or directory), client: 203.0.113.5, server: example.org, request: "GET /favicon.ico HTTP/1.1", host: "example.org"
2026/05/30 10:00:05 [error] 1234#1234: *10 open() "/srv/user "x": password mismatch" failed (2: No such file or directory), client: 203.0.113.5, server: example.org, request: "GET /x HTTP/1.1"
2026/05/30 10:00:06 [notice] 1234#1234: signal process started
`

const apacheErrors = `[Sat May 30 10:00:00.123456 2026] [auth_basic:error] [pid 12:tid 34] [client 203.0.113.1:50000] AH01617: user ann: authentication failure for "/admin": Password Mismatch
[Sat May 30 10:00:01.123456 2026] [auth_basic:error] [pid 12] [client 2001:db8::7:50001] AH01618: user oracle not found: /admin, referer: http://example.org/
[Sat May 30 10:00:02 2026] [error] [client 203.0.113.3] user bob: authentication failure for "/": Password Mismatch
[Sat May 30 10:00:03.123456 2026] [authz_core:error] [pid 12] [client 203.0.113.4:50002] AH01630: client denied by server configuration: /srv/www/private
[Sat May 30 10:00:04.123456 2026] [authz_core:error] [pid 12] [client 203.0.113.4:50002] AH01631: user kim: authorization failure for "/boss": 
[Sat May 30 10:00:05.123456 2026] [auth_digest:error] [pid 12] [client 203.0.113.5:50003] AH01790: user ` + "`zoe' in realm `files'" + ` not found: /dav
[Sat May 30 10:00:06.123456 2026] [auth_digest:error] [pid 12] [client 203.0.113.5:50003] AH01792: user lee: password mismatch: /dav
[Sat May 30 10:00:07.123456 2026] [authz_core:error] [pid 12] [client 203.0.113.6:50004] AH01627: AuthType configured with no corresponding authorization directives
[Sat May 30 10:00:08.123456 2026] [core:notice] [pid 12] AH00094: Command line: '/usr/sbin/apache2'
`

func TestErrorLogs(t *testing.T) {
	type m = map[string]int
	for _, tt := range []struct {
		name, text           string
		causes, users, where m
		challenges           int
		first                time.Time // of the failures; ten o'clock where it is left out
	}{
		{"nginx", nginxErrors, m{"wrong_credentials": 1, "unknown_account": 1, "permission_denied": 1}, m{"ann": 1, "oracle": 1},
			m{"203.0.113.1": 1, "203.0.113.2": 1, "203.0.113.4": 1}, 1, time.Time{}},
		{"nginx, at what a sign-in passes", `2025/11/20 08:00:00 [info] 1234#1234: *5 client SSL certificate verify error: (10:certificate has expired) while reading client request headers, client: 198.51.100.1, server: example.com, request: "GET / HTTP/1.1", host: "example.com"
2025/11/20 08:00:00 [error] 1234#1234: *5 connect() failed (111: Connection refused) while connecting to upstream, client: 198.51.100.2, server: example.com, request: "POST /login HTTP/1.1", upstream: "http://127.0.0.1:3000/login", host: "example.com"
2025/11/20 08:00:00 [error] 1234#1234: *5 connect() failed (111: Connection refused) while connecting to upstream, client: 198.51.100.2, server: example.com, request: "GET /pictures HTTP/1.1", upstream: "http://127.0.0.1:3000/pictures", host: "example.com"
`, m{"tls_expired": 1, "provider_outage": 1}, m{}, m{"198.51.100.1": 1, "198.51.100.2": 1}, 0, time.Date(2025, 11, 20, 8, 0, 0, 0, time.UTC)},
		{"Apache 2.2, which joins no port", "[Thu Jul 11 01:21:44 2013] [error] [client 2001:db8::80da:af6b:8b2c] user test-ipv6 not found: /\n", m{"unknown_account": 1}, m{"test-ipv6": 1}, m{"2001:db8::80da:af6b:8b2c": 1}, 0, time.Date(2013, 7, 11, 1, 21, 44, 0, time.UTC)},
		{"Apache", apacheErrors, m{"wrong_credentials": 3, "unknown_account": 2, "permission_denied": 2, "provider_outage": 1}, m{"ann": 1, "oracle": 1, "bob": 1, "kim": 1, "zoe": 1, "lee": 1},
			m{"203.0.113.1": 1, "2001:db8::7": 1, "203.0.113.3": 1, "203.0.113.4": 2, "203.0.113.5": 2, "203.0.113.6": 1}, 0, time.Time{}},
	} {
		r := read(t, logs.Options{}, tt.text)
		if diff := cmp.Diff([]m{tt.causes, tt.users, tt.where}, []m{flat(r.ByCause), flat(r.ByUser), flat(r.BySource)}); diff != "" {
			t.Errorf("%s: -want +got\n%s", tt.name, diff)
		}
		want := tt.first
		if want.IsZero() {
			want = day.Add(10 * time.Hour)
		}
		if r.Files[0].Format != "error-log" || r.Unreadable != 0 || r.Untimed != 0 || r.Challenges != tt.challenges || !r.First.Truncate(time.Second).Equal(want) {
			t.Errorf("%s: %+v, %d unreadable, %d without a time, %d challenges, from %s", tt.name, r.Files, r.Unreadable, r.Untimed, r.Challenges, r.First)
		}
	}
}

// These logs name no zone: it is that of whoever reads.
func TestErrorLogsAreInLocalTime(t *testing.T) {
	east := time.FixedZone("east", 2*3600)
	r, err := logs.Read(t.Context(), []logs.Source{{Name: "x", Reader: strings.NewReader(nginxErrors)}}, logs.Options{Explainer: explainer(t), Now: now.In(east)})
	if err != nil || !r.First.Equal(day.Add(8*time.Hour)) {
		t.Errorf("%v, %v", r.First, err)
	}
}

// A program with an old secret is refused at a steady pace, in whatever log.
func TestProgramsWithAnOldSecret(t *testing.T) {
	shoppers := func(i int) string { // others, who get what they ask for
		return fmt.Sprintf("192.0.2.%d - - [30/May/2026:%02d:%02d:10 +0000] \"GET / HTTP/1.1\" 200 9 \"-\" \"Mozilla/5.0 (X11)\"\n", i%200, i/60, i%60)
	}
	every := func(line func(time.Time, int) string) string {
		var b strings.Builder
		for i := range 600 {
			b.WriteString(shoppers(i))
			if i >= 120 {
				b.WriteString(line(day.Add(time.Duration(i)*time.Minute+time.Duration(i%3)*time.Second), i))
			}
		}
		return b.String()
	}
	web := func(user, agent string, status int, after string) func(time.Time, int) string {
		return func(at time.Time, _ int) string {
			return fmt.Sprintf("192.0.2.250 - %s [%s] \"POST /api/v1/orders HTTP/1.1\" %d 9 \"-\" \"%s\"\n%s", user, at.Format("02/Jan/2006:15:04:05 -0700"), status, agent, after)
		}
	}
	ok := "192.0.2.250 - - [30/May/2026:10:00:00 +0000] \"POST /api/v1/orders HTTP/1.1\" 200 9 \"-\" \"shop-sync/1.2\"\n"
	cloud := func(at time.Time, _ int) string {
		return fmt.Sprintf(`{"eventTime":%q,"eventSource":"s3.amazonaws.com","eventName":"ListBuckets","errorCode":"InvalidAccessKeyId","sourceIPAddress":"192.0.2.250","userAgent":"aws-cli/2.15","userIdentity":{"type":"IAMUser","userName":"backup"}}`+"\n", at.Format(time.RFC3339))
	}
	principal := func(at time.Time, i int) string {
		return fmt.Sprintf(`{"createdDateTime":%q,"servicePrincipalName":"nightly","appId":"a","ipAddress":"192.0.2.250","correlationId":"c%d","status":{"errorCode":7000215,"failureReason":"Invalid client secret"}}`+"\n", at.Format(time.RFC3339), i)
	}
	for _, tt := range []struct {
		name, text, user string
		want             string
	}{
		{"with a name, 401", every(web("sync", "shop-sync/1.2", 401, "")), "sync", logs.ReadHammer},
		{"without a name, 401", every(web("-", "shop-sync/1.2", 401, "")), "shop-sync/1.2", logs.ReadHammer},
		{"without a name, 403", every(web("-", "shop-sync/1.2", 403, "")), "shop-sync/1.2", logs.ReadRefused},
		{"asked for a name each time, and then let in", every(web("-", "shop-sync/1.2", 401, ok)), "", logs.ReadNone},
		{"forbidden one thing, and allowed the next", every(web("-", "shop-sync/1.2", 403, ok)), "", logs.ReadMixed},
		{"CloudTrail", every(cloud), "backup", logs.ReadHammer},
		{"a service principal", every(principal), "nightly", logs.ReadHammer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := read(t, logs.Options{}, tt.text)
			if r.Verdict.Reading != tt.want {
				t.Fatalf("%+v", r.Findings)
			}
			if tt.want != logs.ReadHammer && tt.want != logs.ReadRefused {
				return
			}
			f := r.Findings[0]
			if f.User != tt.user || f.Source != "192.0.2.250" || f.Every < 55 || f.Every > 65 || !strings.Contains(f.Summary, tt.user) || !strings.Contains(f.Summary, "It began at 2026-05-30 02:") {
				t.Errorf("%+v", f)
			}
		})
	}
}

// A browser is nobody: many people with the same one are not one account.
func TestABrowserIsNoAccount(t *testing.T) {
	var b strings.Builder
	for i := range 300 {
		fmt.Fprintf(&b, "192.0.2.%d - - [%s] \"GET /p/%d HTTP/1.1\" 403 9 \"-\" \"Mozilla/5.0 (X11)\"\n", i%100, day.Add(time.Duration(i*i%977)*time.Minute).Format("02/Jan/2006:15:04:05 -0700"), i)
	}
	r := read(t, logs.Options{}, b.String())
	if diff := cmp.Diff([]string{logs.ReadMixed}, readings(r)); diff != "" || r.Findings[0].Users != 0 || strings.Contains(r.Verdict.Summary, "Mozilla") {
		t.Errorf("-want +got\n%s%+v", diff, r.Findings)
	}
}

// When everybody is refused, the headline says where, why and since when.
func TestABrokenAppAmongOthers(t *testing.T) {
	var b strings.Builder
	for i := range 2000 {
		code, app := 0, []string{"Mail", "Shop"}[i%2]
		switch {
		case app == "Shop" && i >= 1200:
			code = 53003
		case i%50 == 0:
			code = 50126
		}
		at := day.Add(time.Duration(i) * time.Minute)
		fmt.Fprintf(&b, `{"createdDateTime":%q,"userPrincipalName":"u%d@example.org","appDisplayName":%q,"ipAddress":"192.0.2.%d","correlationId":"c%d","status":{"errorCode":%d,"failureReason":"x"}}`+"\n", at.Format(time.RFC3339), i*7%120, app, i*7%120, i, code)
	}
	r := read(t, logs.Options{}, b.String())
	if r.Verdict.Reading != logs.ReadEveryone || r.Verdict.Cause != "policy_blocked" {
		t.Fatalf("%+v", r.Findings)
	}
	for _, want := range []string{" at Shop,", "mostly for this reason: ", "It began at 2026-05-30 20:00 UTC."} {
		if !strings.Contains(r.Verdict.Summary, want) {
			t.Errorf("no %q in %s", want, r.Verdict.Summary)
		}
	}
}
