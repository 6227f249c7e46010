package logs_test

import (
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// What programs in containers print is read as what it is, and JSON of proxies,
// of Samba, of Kubernetes and of Windows' own shell by its fields.
func TestWhatIsInsideOfALine(t *testing.T) {
	type m = map[string]int
	readsAs(t, []wrote{
		{"Docker, with sshd", `{"log":"Failed password for root from 203.0.113.9 port 40000 ssh2\r\n","stream":"stderr","time":"2025-11-20T08:00:00.182000000Z"}` + "\n",
			m{"wrong_credentials": 1}, m{"root": 1}, m{"203.0.113.9": 1}},
		{"Docker, with nginx", `{"log":"203.0.113.7 - - [20/Nov/2025:08:00:00 +0000] \"POST /login HTTP/1.1\" 401 32 \"-\" \"curl/8.1\" \"-\"\n","stream":"stdout","time":"2025-11-20T08:00:00.379000000Z"}` + "\n",
			m{"wrong_credentials": 1}, m{}, m{"203.0.113.7": 1}},
		{"CRI, in two parts", "2025-11-20T08:00:00.271123456Z stdout P login failed for user bob fr\n2025-11-20T08:00:00.272123457Z stdout F om 10.0.0.4: wrong password\n",
			m{"wrong_credentials": 1}, m{"bob": 1}, m{"10.0.0.4": 1}},
		{"CRI, with JSON", `2025-11-20T08:00:00.469123456Z stderr F {"level":"error","ts":1763625600.0,"msg":"authentication failed","user":"u0","remote":"84.1.1.0","error":"ldap: LDAP Result Code 49 Invalid Credentials"}` + "\n",
			m{"wrong_credentials": 1}, m{"u0": 1}, m{"84.1.1.0": 1}},
		{"pino", `{"level":40,"time":1763625600000,"pid":1,"hostname":"web","req":{"method":"POST","url":"/api/login","remoteAddress":"203.0.113.7"},"res":{"statusCode":401},"email":"user0@ex.com","msg":"login failed: invalid credentials"}` + "\n",
			m{"wrong_credentials": 1}, m{"user0@ex.com": 1}, m{"203.0.113.7": 1}},
		{"Traefik", `{"ClientAddr":"203.0.113.7:5555","ClientHost":"203.0.113.7","ClientUsername":"-","DownstreamStatus":401,"RequestMethod":"POST","RequestPath":"/login","StartUTC":"2025-11-20T08:00:01.335Z","level":"info","msg":"","time":"2025-11-20T08:00:01Z"}` + "\n",
			m{"wrong_credentials": 1}, m{}, m{"203.0.113.7": 1}},
		{"Caddy", `{"level":"info","ts":1763625600.0,"logger":"http.log.access","msg":"handled request","request":{"remote_ip":"203.0.113.7","client_ip":"203.0.113.7","method":"POST","uri":"/login?next=/"},"user_id":"","size":10,"status":401}` + "\n",
			m{"wrong_credentials": 1}, m{}, m{"203.0.113.7": 1}},
		{"Samba", `{"timestamp":"2025-11-20T08:00:00.123456+0000","type":"Authentication","Authentication":{"eventId":4625,"status":"NT_STATUS_WRONG_PASSWORD","localAddress":"ipv4:10.0.0.2:445","remoteAddress":"ipv4:203.0.113.5:4000","serviceDescription":"SMB2","clientDomain":"WG","clientAccount":"admin"}}` + "\n",
			m{"wrong_credentials": 1}, m{`WG\admin`: 1}, m{"203.0.113.5": 1}},
		{"Kubernetes' audit", `{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"a1","stage":"ResponseComplete","verb":"list","user":{"username":"ann"},"sourceIPs":["10.1.1.9"],"userAgent":"kubectl/v1.28","responseStatus":{"code":403},"requestReceivedTimestamp":"2025-11-20T08:00:00.000000Z"}` + "\n",
			m{"permission_denied": 1}, m{"ann": 1}, m{"10.1.1.9": 1}},
		{"Get-WinEvent", `[{"Message":"An account failed to log on.\r\n\r\nSubject:\r\n\tSecurity ID:\t\tS-1-0-0\r\n\tAccount Name:\t\t-\r\n\r\nAccount For Which Logon Failed:\r\n\tSecurity ID:\t\tS-1-0-0\r\n\tAccount Name:\t\tann\r\n\tAccount Domain:\t\tCORP\r\n\r\nFailure Information:\r\n\tFailure Reason:\t\tUnknown user name or bad password.\r\n\tStatus:\t\t\t0xC000006D\r\n\tSub Status:\t\t0xC000006A\r\n\r\nNetwork Information:\r\n\tWorkstation Name:\tX\r\n\tSource Network Address:\t203.0.113.50\r\n","Id":4625,"ProviderName":"Microsoft-Windows-Security-Auditing","TimeCreated":"2025-11-20T08:00:00Z"}]`,
			m{"wrong_credentials": 1}, m{`CORP\ann`: 1}, m{"203.0.113.50": 1}},
	})
}

// A first object that is cut off, as where a log was rotated, takes no others with it.
func TestAnObjectThatIsCutOffInFront(t *testing.T) {
	line := `{"__REALTIME_TIMESTAMP":"1763625609000000","_HOSTNAME":"h","SYSLOG_IDENTIFIER":"sshd","_PID":"1","MESSAGE":"Failed password for invalid user u1 from 203.0.113.5 port 40001 ssh2"}` + "\n"
	r := read(t, logs.Options{}, line[:50]+"\n"+strings.Repeat(line, 3))
	if r.Files[0].Format != "jsonl" || r.Failures != 3 || r.Unreadable != 1 {
		t.Errorf("%s: %d failures, %d unreadable", r.Files[0].Format, r.Failures, r.Unreadable)
	}
}
