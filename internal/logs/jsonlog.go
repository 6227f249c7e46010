package logs

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// jsonLog reads records of identity services, of Windows and of the journal
// as JSON. Each record shows whose it is.
type jsonLog struct {
	*messages
	known bool // some record is of a service that is known
	// What containers printed: in a format that is known, or in words alone.
	inside         *inner
	printed, words bool
}

func (j *jsonLog) stranger() bool { return !j.known && (!j.printed || j.words) }

// more are the sign-ins that no record told alone.
func (j *jsonLog) more(end bool) []*record {
	return append(j.messages.more(end), j.inside.more(end)...)
}

func (j *jsonLog) unknownPrograms() []string {
	return slices.Concat(j.messages.unknownPrograms(), j.inside.unknownPrograms())
}

// object is a JSON object with what it holds by path.
type object map[string]any

func (j *jsonLog) parse(raw []byte) (*record, error) {
	var o object
	if err := json.Unmarshal(raw, &o); err != nil {
		return nil, fmt.Errorf("not readable as JSON: %w", err)
	}
	o = unwrapped(o)
	for i, k := range kinds {
		if k.is(o) {
			j.known = j.known || i < len(kinds)-1 && !o.has("stream")
			r := k.signIn(j, o)
			if r != nil {
				if at := j.time(o); !at.IsZero() {
					r.when = at
				}
				r.count = max(r.count, 1)
				r.source = address(r.source)
			}
			return r, nil
		}
	}
	return nil, nil
}

// kinds are the records that are known; the last one, those of nobody.
var kinds = []struct {
	is     func(object) bool
	signIn func(*jsonLog, object) *record
}{
	{isEntra, entra},
	{func(o object) bool { return o.has("eventSource") && o.has("eventName") }, cloudTrail},
	{func(o object) bool { return o.has("eventType") && o.has("outcome") }, okta},
	{func(o object) bool { return o.has("protoPayload") }, googleAudit},
	{func(o object) bool { return o.has("type") && o.has("realmId") || o.has("type") && o.has("realmName") }, keycloak},
	{func(o object) bool { return o.has("MESSAGE") }, journal},
	{func(o object) bool {
		return o.has("EventID") || o.has("Event") || o.has("EventData") || o.has("winlog")
	}, windowsJSON},
	{func(o object) bool { return o.has("Id") && o.has("Message") && o.has("ProviderName") }, eventWords},
	{func(o object) bool { return o.text("type") == "Authentication" && o.has("Authentication") }, sambaJSON},
	{func(o object) bool { return o.has("auditID") && o.has("stage") }, kubernetesAudit},
	{func(o object) bool { return o.has("log") && o.has("stream") }, containerLine},
	{isWeb, webLine},
	{func(o object) bool { return o.first(messageKeys...) != "" }, anyProgram},
}

// messageKeys are where programs put what they say, and errorKeys why.
var (
	messageKeys = []string{"message", "msg", "log", "text", "event"}
	errorKeys   = []string{"error", "err", "error.message", "exception", "exception.message", "reason", "detail"}
)

// anyProgram is a line of a program that nobody knows: its words are explained.
func anyProgram(j *jsonLog, o object) *record {
	text := o.first(messageKeys...)
	if why := o.first(errorKeys...); why != "" {
		text += ": " + why
	}
	r := j.told(&record{app: o.first("logger", "service", "app", "container", "name"), text: firstOf(text)})
	if r == nil {
		return nil
	}
	if user := realName(o.first("user", "username", "user.name", "userName", "account", "email", "login", "uname"), true); user != "" {
		r.user = user
	}
	if source := o.first("client_ip", "clientIp", "remote_ip", "remote_addr", "remoteAddr", "remoteAddress", "req.remoteAddress", "req.ip", "request.remote_ip", "source.ip", "source_ip", "src_ip", "remote", "ip"); source != "" {
		r.source = source
	}
	return r
}

func cloudTrail(_ *jsonLog, o object) *record {
	r := &record{
		system: "aws", app: o.text("eventSource"), source: o.text("sourceIPAddress"), agent: firstField(o.text("userAgent")),
		user: o.first("userIdentity.userName", "userIdentity.arn", "userIdentity.principalId"),
	}
	code := o.text("errorCode")
	r.machine = o.text("eventName") != "ConsoleLogin"
	switch {
	case o.text("responseElements.ConsoleLogin") == "Failure":
		r.cause = "wrong_credentials"
		if strings.Contains(o.text("errorMessage"), "No username found") {
			r.cause = "unknown_account"
		}
	case code == "":
		r.outcome = succeeded
	case refusal(code) && (strings.Contains(o.text("errorMessage"), "Signature expired") || strings.Contains(o.text("errorMessage"), "Signature not yet current")):
		r.cause = "clock_skew" // the secret may be right: AWS compares the times
	case refusal(code):
		r.text = "An error occurred (" + code + ")"
	default:
		return nil
	}
	return r
}

// firstField is what stands before the first space: of a program that asks,
// its name and version.
func firstField(s string) string {
	s, _, _ = strings.Cut(s, " ")
	return s
}

// refusal reports whether an AWS error is about who asks, and not about what
// was asked.
func refusal(code string) bool {
	for _, word := range []string{"AccessDenied", "Unauthorized", "Token", "Signature", "AuthFailure", "AccessKey", "RequestExpired", "OptInRequired", "Credential", "RequestTimeTooSkewed", "NotAuthorized"} {
		if strings.Contains(code, word) {
			return true
		}
	}
	return false
}

// oktaReasons are the reasons that Okta gives as codes.
func oktaReasons() map[string]string {
	return map[string]string{
		"INVALID_CREDENTIALS": "wrong_credentials", "VERIFICATION_ERROR": "wrong_credentials", "LOCKED_OUT": "account_locked",
		"PASSWORD_EXPIRED": "password_expired", "USER_NOT_FOUND": "unknown_account", "UNKNOWN_USER": "unknown_account",
		"USER_SUSPENDED": "account_disabled", "USER_DEACTIVATED": "account_disabled", "NETWORK_ZONE_BLACKLIST": "policy_blocked",
	}
}

func okta(_ *jsonLog, o object) *record {
	kind, result := o.text("eventType"), o.text("outcome.result")
	if result == "SUCCESS" && (kind == "user.session.start" || kind == "user.authentication.auth_via_mfa") {
		return &record{outcome: succeeded, system: "okta", user: o.text("actor.alternateId"), source: o.text("client.ipAddress")}
	}
	if result != "FAILURE" && result != "DENY" || !strings.Contains(kind, "auth") && !strings.Contains(kind, "session") && !strings.Contains(kind, "account.lock") && !strings.Contains(kind, "policy") && !strings.Contains(kind, "token") {
		return nil
	}
	reason := o.text("outcome.reason")
	r := &record{
		system: "okta", user: o.text("actor.alternateId"), source: o.text("client.ipAddress"), app: kind,
		cause: oktaReasons()[strings.ToUpper(strings.ReplaceAll(reason, " ", "_"))],
		text:  reason,
	}
	switch {
	case r.cause == "" && result == "DENY":
		r.cause = "policy_blocked"
	case strings.Contains(kind, "auth_via_mfa") && r.cause != "account_locked":
		r.cause = "mfa_failed"
	}
	return r
}

func googleAudit(_ *jsonLog, o object) *record {
	code := o.text("protoPayload.status.code")
	r := &record{outcome: succeeded}
	if code != "" && code != "0" {
		r.outcome, r.cause = failed, map[string]string{"7": "permission_denied", "16": "token_invalid"}[code]
		if r.cause == "" {
			return nil
		}
	}
	*r = record{
		outcome: r.outcome, cause: r.cause, system: "gcp", user: o.text("protoPayload.authenticationInfo.principalEmail"), app: o.text("protoPayload.serviceName"),
		source: o.text("protoPayload.requestMetadata.callerIp"), machine: true,
	}
	return r
}

// keycloakErrors are the errors of Keycloak's events.
func keycloakErrors() map[string]string {
	return map[string]string{
		"invalid_user_credentials": "wrong_credentials", "user_not_found": "unknown_account", "user_disabled": "account_disabled",
		"user_temporarily_disabled": "account_locked", "invalid_client_credentials": "client_misconfigured", "client_not_found": "client_misconfigured",
		"invalid_redirect_uri": "client_misconfigured", "expired_code": "token_expired", "invalid_token": "token_invalid", "invalid_code": "token_invalid",
	}
}

func keycloak(_ *jsonLog, o object) *record {
	code := o.text("error")
	if o.text("type") == "LOGIN" {
		return &record{outcome: succeeded, system: "keycloak", user: o.first("details.username", "userId"), source: o.text("ipAddress")}
	}
	if !strings.HasSuffix(o.text("type"), "_ERROR") || code == "" {
		return nil
	}
	return &record{
		system: "keycloak", user: o.first("details.username", "userId"), app: o.text("clientId"), source: o.text("ipAddress"),
		cause: keycloakErrors()[code], text: "type=LOGIN_ERROR, error=" + code,
	}
}

func journal(j *jsonLog, o object) *record {
	return j.signIn(head{
		host: []byte(o.text("_HOSTNAME")), program: []byte(o.first("SYSLOG_IDENTIFIER", "_COMM")),
		pid: []byte(o.first("_PID", "SYSLOG_PID")), text: []byte(o.text("MESSAGE")), at: j.time(o),
	})
}

// windowsJSON reads events as the common shippers write it: flat, under
// EventData, under Event.EventData, or under winlog.event_data.
func windowsJSON(_ *jsonLog, o object) *record {
	id := o.first("EventID", "Event.System.EventID", "Event.System.EventID.#text", "System.EventID", "winlog.event_id", "event.code")
	data := map[string]string{}
	for _, name := range []string{"TargetUserName", "TargetUserSid", "TargetDomainName", "IpAddress", "WorkstationName", "ProcessName", "LogonProcessName", "Status", "SubStatus"} {
		data[name] = o.first("EventData."+name, "Event.EventData."+name, "winlog.event_data."+name, name)
	}
	return windows(id, time.Time{}, data)
}

func (j *jsonLog) when(raw []byte) time.Time {
	var o object
	if json.Unmarshal(raw, &o) != nil {
		return time.Time{}
	}
	return j.time(unwrapped(o))
}

func (j *jsonLog) time(o object) time.Time {
	if s := o.text("__REALTIME_TIMESTAMP"); s != "" {
		n, _ := strconv.ParseInt(s, 10, 64)
		return time.UnixMicro(n)
	}
	s := o.first("createdDateTime", "eventTime", "published", "timestamp", "@timestamp", "time", "ts", "EventTime", "StartUTC", "requestReceivedTimestamp", "TimeCreated", "System.TimeCreated.SystemTime", "Event.System.TimeCreated.SystemTime", "Event.System.TimeCreated.#attributes.SystemTime")
	if n, err := strconv.ParseFloat(s, 64); err == nil {
		if n < 1e11 { // in milliseconds, that would be 1973
			n *= 1000
		}
		return time.UnixMilli(int64(n))
	}
	return anyTime(s)
}

func (o object) has(key string) bool { _, ok := o[key]; return ok }

// first is the first of the paths that holds something.
func (o object) first(paths ...string) string {
	for _, p := range paths {
		if s := o.text(p); s != "" {
			return s
		}
	}
	return ""
}

// text is what a path of keys holds, when it is a string, a number or a truth.
func (o object) text(path string) string {
	if v, ok := o[path]; ok {
		return scalar(v)
	}
	key, rest, nested := strings.Cut(path, ".")
	if inner, ok := o[key].(map[string]any); ok && nested {
		return object(inner).text(rest)
	}
	return ""
}

func scalar(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		return strconv.FormatBool(v)
	}
	return ""
}
