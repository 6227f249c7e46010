package logs

import (
	"cmp"
	"regexp"
	"strconv"
	"strings"
)

// containerLine reads what Docker keeps of a line that a program printed.
func containerLine(j *jsonLog, o object) *record {
	text := o.text("log")
	if r, known := j.inside.parse([]byte(text), j.time(o)); known {
		j.printed = true
		j.extra = append(j.extra, j.inside.more(false)...)
		return r
	}
	j.words = true
	return j.told(&record{text: firstOf(text)})
}

// webKeys are where web servers and proxies put what they write as JSON.
var (
	statusKeys = []string{"DownstreamStatus", "status", "response.status", "http.response.status_code"}
	methodKeys = []string{"RequestMethod", "request.method", "method", "request_method"}
	pathKeys   = []string{"RequestPath", "request.uri", "uri", "request_uri", "path"}
)

func isWeb(o object) bool {
	return o.first(statusKeys...) != "" && o.first(methodKeys...) != "" && strings.HasPrefix(o.first(pathKeys...), "/")
}

// webLine reads a request as Traefik, Caddy or nginx write it as JSON, like a line of an
// access log.
func webLine(j *jsonLog, o object) *record {
	status, err := strconv.Atoi(o.first(statusKeys...))
	source := address(o.first("ClientHost", "request.client_ip", "request.remote_ip", "remote_addr", "client_ip", "remote_ip"))
	user := o.first("ClientUsername", "user_id", "remote_user")
	if err != nil || status < 100 || status > 599 || source == "" || strings.ContainsAny(source+user, " []\"") {
		return nil
	}
	path, _, _ := strings.Cut(o.first(pathKeys...), "?")
	line := source + " - " + cmp.Or(user, "-") + ` [] "` + firstField(o.first(methodKeys...)) + " " + strings.NewReplacer(`"`, "", " ", "", `\`, "").Replace(path) + ` HTTP/1.1" ` + strconv.Itoa(status) + " 0"
	r, _ := j.inside.parse([]byte(line), j.time(o))
	return r
}

// sambaJSON reads Samba's "Authentication" records (auth_json_audit).
func sambaJSON(_ *jsonLog, o object) *record {
	status := o.text("Authentication.status")
	r := &record{system: "windows", app: o.text("Authentication.serviceDescription"), user: o.text("Authentication.clientAccount"), source: peer(o.text("Authentication.remoteAddress")), text: status}
	if domain := o.text("Authentication.clientDomain"); domain != "" && r.user != "" {
		r.user = domain + `\` + r.user
	}
	if status == "NT_STATUS_OK" {
		r.outcome = succeeded
	}
	return r
}

// kubernetesAudit reads who asked the API of Kubernetes (audit.k8s.io/v1).
func kubernetesAudit(_ *jsonLog, o object) *record {
	if stage := o.text("stage"); stage != "ResponseComplete" && stage != "Panic" {
		return nil // told again when the answer is complete
	}
	r := &record{system: "kubernetes", app: o.text("verb"), user: o.text("user.username"), agent: firstField(o.text("userAgent"))}
	if list, ok := o["sourceIPs"].([]any); ok && len(list) > 0 {
		r.source = scalar(list[0])
	}
	switch code := o.text("responseStatus.code"); code {
	case "401":
		r.text = "HTTP 401 Unauthorized"
	case "403":
		r.cause = "permission_denied"
	default:
		if code == "" || code >= "400" {
			return nil
		}
		r.outcome = succeeded
	}
	return r
}

// eventMessage is what Windows says of a sign-in in words, as Get-WinEvent and the
// Event Viewer export it. The account is behind the second of its headings.
var eventMessage = lazily(`(?s)An account (?:failed to log on|was successfully logged on)\..*?(?:Account For Which Logon Failed|New Logon):.*?Account Name:\s*(\S+)(?:\s+Account Domain:\s*(\S+))?`)

var (
	eventStatus  = lazily(`[^b] ?Status:\s*(0x[0-9A-Fa-f]+)`)
	eventSub     = lazily(`Sub Status:\s*(0x[0-9A-Fa-f]+)`)
	eventAddress = lazily(`Source Network Address:\s*(\S+)`)
	eventProcess = lazily(`Caller Process Name:\s*(\S+)`)
)

// eventWords reads an event of which only the words are there.
func eventWords(j *jsonLog, o object) *record {
	text := o.text("Message")
	found := eventMessage().FindStringSubmatch(text)
	if found == nil {
		return nil
	}
	part := func(p *regexp.Regexp) string {
		if found := p.FindStringSubmatch(text); found != nil {
			return found[1]
		}
		return ""
	}
	return windows(o.text("Id"), j.time(o), map[string]string{
		"TargetUserName": found[1], "TargetDomainName": found[2], "IpAddress": part(eventAddress()),
		"Status": part(eventStatus()), "SubStatus": part(eventSub()), "ProcessName": part(eventProcess()),
	})
}
