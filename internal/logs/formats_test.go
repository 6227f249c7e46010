package logs_test

import (
	"bytes"
	"compress/gzip"
	"io/fs"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"

	"github.com/authdoctor/authdoctor/internal/explain"
	"github.com/authdoctor/authdoctor/internal/logs"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/playbooks"
)

var now = time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC)

// built is the explainer of all tests: building it takes its time.
var built struct {
	sync.Once
	*explain.Explainer
}

func explainer(t testing.TB) *explain.Explainer {
	t.Helper()
	built.Do(func() { built.Explainer = build(t) })
	return built.Explainer
}

func build(t testing.TB) *explain.Explainer {
	t.Helper()
	names, err := fs.Glob(playbooks.Signatures, "signatures/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var files []*playbook.SignatureFile
	for _, name := range names {
		data, _ := playbooks.Signatures.ReadFile(name)
		f, err := playbook.ParseSignatures(name, data)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	known, err := playbook.JoinSignatures(files...)
	if err != nil {
		t.Fatal(err)
	}
	return explain.New(known)
}

func read(t *testing.T, o logs.Options, texts ...string) *logs.Report {
	t.Helper()
	o.Explainer, o.Now = explainer(t), now
	var sources []logs.Source
	for _, text := range texts {
		sources = append(sources, logs.Source{Name: "test.log", Reader: strings.NewReader(text)})
	}
	r, err := logs.Read(t.Context(), sources, o)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// flat is a list as key=count.
func flat(list []logs.Entry) map[string]int {
	out := map[string]int{}
	for _, e := range list {
		out[e.Key] = e.Count
	}
	return out
}

const sshLog = `May 30 10:00:01 gate sshd[100]: Accepted publickey for ann from 192.0.2.7 port 50000 ssh2: ED25519 SHA256:abc
May 30 10:00:02 gate sshd[101]: pam_unix(sshd:auth): authentication failure; logname= uid=0 euid=0 tty=ssh ruser= rhost=198.51.100.4  user=ann
May 30 10:00:04 gate sshd[101]: Failed password for ann from 198.51.100.4 port 50001 ssh2
May 30 10:00:05 gate sshd[101]: Connection closed by authenticating user ann 198.51.100.4 port 50001 [preauth]
May 30 10:01:00 gate sshd[102]: Invalid user oracle from 198.51.100.4 port 50002
May 30 10:01:02 gate sshd[102]: Failed password for invalid user oracle from 198.51.100.4 port 50002 ssh2
May 30 10:01:02 gate sshd[102]: message repeated 2 times: [ Failed password for invalid user oracle from 198.51.100.4 port 50002 ssh2]
May 30 10:02:00 gate sshd[103]: Connection closed by invalid user pi 198.51.100.9 port 50003 [preauth]
this line is broken
May 30 10:03:00 gate CRON[104]: pam_unix(cron:session): session opened for user root by (uid=0)
`

const mailLog = `2026-05-30T10:00:00.123456+00:00 mx dovecot: imap-login: Disconnected: Connection closed (auth failed, 3 attempts in 12 secs): user=<bob@example.org>, method=PLAIN, rip=203.0.113.8, lip=192.0.2.1, TLS, session=<abc123>
2026-05-30T10:00:01.123456+00:00 mx dovecot: imap-login: Login: user=<ann@example.org>, method=PLAIN, rip=203.0.113.9, lip=192.0.2.1, mpid=1, TLS
2026-05-30T10:00:02.123456+00:00 mx postfix/smtps/smtpd[44]: warning: unknown[203.0.113.20]: SASL LOGIN authentication failed: UGFzc3dvcmQ6, sasl_username=info@example.org
2026-05-30T10:00:03.123456+00:00 mx su[45]: pam_unix(su-l:auth): authentication failure; logname=ann uid=1000 euid=0 tty=pts/0 ruser=ann rhost=  user=root
`

const accessText = `203.0.113.1 - ann [30/May/2026:10:00:00 +0000] "GET /admin/secret?token=abc HTTP/1.1" 401 12 "-" "curl/8"
203.0.113.1 - - [30/May/2026:10:00:01 +0000] "GET / HTTP/1.1" 200 12 "-" "he said \"401\" "
203.0.113.2 - - [30/May/2026:10:00:02 +0000] "POST /api/login HTTP/2.0" 429 0 "-" "x"
203.0.113.3 - - [30/May/2026:10:00:03 +0000] "GET /files/a HTTP/1.1" 403 0
203.0.113.4 - kim [30/May/2026:10:00:04 +0000] "CONNECT example.org:443 HTTP/1.1" 407 0
`

const entraLog = `[
  {"createdDateTime": "2026-05-30T10:00:00Z", "userPrincipalName": "ann@example.org", "appDisplayName": "Mail", "ipAddress": "203.0.113.5", "status": {"errorCode": 50126, "failureReason": "Invalid username or password"}},
  {"createdDateTime": "2026-05-30T10:00:10Z", "userPrincipalName": "ann@example.org", "appDisplayName": "Mail", "ipAddress": "203.0.113.5", "status": {"errorCode": 0}},
  {"createdDateTime": "2026-05-30T10:01:00Z", "userPrincipalName": "bob@example.org", "appDisplayName": "Mail", "ipAddress": "203.0.113.6", "status": {"errorCode": 50057, "failureReason": "User account is disabled"}}
]
`

const trailLog = `{"Records":[{"eventTime":"2026-05-30T10:00:00Z","eventSource":"signin.amazonaws.com","eventName":"ConsoleLogin","sourceIPAddress":"203.0.113.5","userIdentity":{"type":"IAMUser","userName":"ann"},"errorMessage":"Failed authentication","responseElements":{"ConsoleLogin":"Failure"}},{"eventTime":"2026-05-30T10:00:01Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","errorCode":"AccessDenied","sourceIPAddress":"203.0.113.6","userIdentity":{"arn":"arn:aws:iam::1:user/job"}},{"eventTime":"2026-05-30T10:00:01Z","eventSource":"s3.amazonaws.com","eventName":"GetObject","errorCode":"NoSuchKey"}]}`

const jsonLog = `{"eventType":"user.session.start","published":"2026-05-30T10:00:00.000Z","outcome":{"result":"FAILURE","reason":"INVALID_CREDENTIALS"},"actor":{"alternateId":"ann@example.org"},"client":{"ipAddress":"203.0.113.5"}}
{"type":"LOGIN_ERROR","time":1780135200000,"realmId":"main","clientId":"shop","ipAddress":"203.0.113.6","error":"user_not_found","details":{"username":"zoe"}}
{"timestamp":"2026-05-30T10:00:00Z","protoPayload":{"status":{"code":7,"message":"no"},"authenticationInfo":{"principalEmail":"job@example.org"},"serviceName":"storage.googleapis.com","requestMetadata":{"callerIp":"203.0.113.7"}}}
{"__REALTIME_TIMESTAMP":"1780135200000000","SYSLOG_IDENTIFIER":"sshd","_PID":"7","MESSAGE":"Failed password for root from 203.0.113.9 port 4 ssh2"}
{"TimeCreated":"2026-05-30T10:00:00Z","EventID":4625,"EventData":{"TargetUserName":"kim","TargetDomainName":"CORP","IpAddress":"203.0.113.10","Status":"0xc000006d","SubStatus":"0xc000006a"}}
{"broken":
`

const windowsLog = `<?xml version="1.0" encoding="utf-8"?>
<Events><Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><EventID>4624</EventID><TimeCreated SystemTime="2026-05-30T09:00:00.0Z"/></System><EventData/></Event>
<Event xmlns="http://schemas.microsoft.com/win/2004/08/events/event"><System><EventID>4625</EventID><TimeCreated SystemTime="2026-05-30T10:00:00.1234567Z"/></System>
<EventData><Data Name="TargetUserName">lee</Data><Data Name="TargetDomainName">CORP</Data><Data Name="Status">0xc0000234</Data><Data Name="SubStatus">0x0</Data><Data Name="IpAddress">203.0.113.11</Data></EventData></Event>
</Events>`

const deviceLog = `May 30 10:00:04 gate snmptrapd[101]: 2026-05-30 10:00:04 sw1 [UDP: [192.0.2.50]:161->[192.0.2.1]:162]: SNMPv2-MIB::snmpTrapOID.0 = OID: SNMPv2-MIB::authenticationFailure
<86>May 30 10:00:05 gate radiusd[1]: (7) Login incorrect (mschap: MS-CHAP2-Response is incorrect): [joe/typedsecret] (from client wifi port 0 cli 02-00-00-00-00-01)
<34>1 2026-05-30T10:00:06Z gate sshd 7 - - Failed password for ann from 192.0.2.1 port 1 ssh2
`

type totals struct {
	Format                   string
	Lines, Unreadable        int
	Cause, User, Source, Sys map[string]int
}

func TestFormats(t *testing.T) {
	type m = map[string]int
	for _, tt := range []struct {
		name, text string
		want       totals
	}{
		{"sshd tells of one attempt in several lines", sshLog, totals{"syslog", 10, 1,
			m{"wrong_credentials": 1, "unknown_account": 4}, m{"ann": 1, "oracle": 3, "pi": 1}, m{"198.51.100.4": 4, "198.51.100.9": 1}, m{"ssh": 5}}},
		{"mail and PAM", mailLog, totals{"syslog", 4, 0,
			m{"wrong_credentials": 5}, m{"bob@example.org": 3, "info@example.org": 1, "root": 1}, m{"203.0.113.8": 3, "203.0.113.20": 1}, m{"imap": 3, "smtp": 1, "pam": 1}}},
		{"devices, and syslog of every kind", deviceLog, totals{"syslog", 3, 0,
			m{"wrong_credentials": 3}, m{"joe": 1, "ann": 1}, m{"02-00-00-00-00-01": 1, "192.0.2.1": 1}, m{"snmp": 1, "radius": 1, "ssh": 1}}},
		{"access log", accessText, totals{"access", 5, 0,
			m{"wrong_credentials": 1, "rate_limited": 1, "permission_denied": 1, "proxy_required": 1}, m{"ann": 1, "kim": 1}, m{"203.0.113.1": 1, "203.0.113.2": 1, "203.0.113.3": 1, "203.0.113.4": 1}, m{"http": 4}}},
		{"Entra, an array", entraLog, totals{"json", 3, 0,
			m{"wrong_credentials": 1, "account_disabled": 1}, m{"ann@example.org": 1, "bob@example.org": 1}, m{"203.0.113.5": 1, "203.0.113.6": 1}, m{"entra": 2}}},
		{"CloudTrail, a wrapper", trailLog, totals{"json", 3, 0,
			m{"wrong_credentials": 1, "permission_denied": 1}, m{"ann": 1, "arn:aws:iam::1:user/job": 1}, m{"203.0.113.5": 1, "203.0.113.6": 1}, m{"aws": 2}}},
		{"JSON lines of several systems", jsonLog, totals{"jsonl", 6, 1,
			m{"wrong_credentials": 3, "unknown_account": 1, "permission_denied": 1}, m{"ann@example.org": 1, "zoe": 1, "job@example.org": 1, "root": 1, `CORP\kim`: 1},
			m{"203.0.113.5": 1, "203.0.113.6": 1, "203.0.113.7": 1, "203.0.113.9": 1, "203.0.113.10": 1}, m{"okta": 1, "keycloak": 1, "gcp": 1, "ssh": 1, "windows": 1}}},
		{"Windows, XML", windowsLog, totals{"windows-xml", 2, 0, m{"account_locked": 1}, m{`CORP\lee`: 1}, m{"203.0.113.11": 1}, m{"windows": 1}}},
		{"no log at all", "roses are red\nviolets are blue\n", totals{"text", 2, 0, m{}, m{}, m{}, m{}}},
		{"no text at all", "\x7fELF\x02\x01\x01\x00\x00\x00", totals{"", 0, 0, m{}, m{}, m{}, m{}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := read(t, logs.Options{}, tt.text)
			got := totals{r.Files[0].Format, r.Lines, r.Unreadable, flat(r.ByCause), flat(r.ByUser), flat(r.BySource), flat(r.BySystem)}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if r.Untimed != 0 {
				t.Errorf("%d failures without a time", r.Untimed)
			}
		})
	}
}

func TestCompressed(t *testing.T) {
	var gz, zst bytes.Buffer
	g := gzip.NewWriter(&gz)
	_, _ = g.Write([]byte(sshLog))
	_ = g.Close()
	z, err := zstd.NewWriter(&zst)
	if err != nil {
		t.Fatal(err)
	}
	_, _ = z.Write([]byte(sshLog))
	_ = z.Close()
	for name, text := range map[string]string{"gz": gz.String(), "zst": zst.String()} {
		if r := read(t, logs.Options{}, text); r.Failures != 5 {
			t.Errorf("%s: %d failures", name, r.Failures)
		}
	}
	if r := read(t, logs.Options{}, gz.String()[:gz.Len()-20]); r.Unreadable == 0 {
		t.Error("a file that is cut off passes for whole")
	}
}

func TestBrokenRecordsAreShownWithTheirPlace(t *testing.T) {
	long := strings.Repeat("x", 2<<20)
	r := read(t, logs.Options{}, "May 30 10:00:00 gate sshd[1]: Server listening\n"+long+"\nno line password=hunter2secret\n")
	want := []logs.Broken{
		{Place: "test.log:2", Reason: "longer than 1048576 bytes", Text: strings.Repeat("x", 80)},
		{Place: "test.log:3", Reason: "no line of a syslog", Text: "no line password=[redacted:password]"},
	}
	if diff := cmp.Diff(want, r.Broken); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestPseudonyms(t *testing.T) {
	seed := strings.Repeat("k", 32)
	r := read(t, logs.Options{Random: strings.NewReader(seed)}, sshLog)
	var b strings.Builder
	for _, write := range []func() error{func() error { return r.Text(&b) }, func() error { return r.Markdown(&b) }, func() error { return r.HTML(&b) }} {
		if err := write(); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"oracle", "198.51.100"} {
		if strings.Contains(b.String(), name) {
			t.Errorf("%s is readable", name)
		}
	}
	if len(r.ByUser) != 3 || !strings.HasPrefix(r.ByUser[0].Key, "user-") || !strings.HasPrefix(r.BySource[0].Key, "source-") {
		t.Errorf("%v %v", r.ByUser, r.BySource)
	}
}
