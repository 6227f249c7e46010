package probe

import (
	"fmt"
	"mime"
	"net/http"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// facts are what was seen, whatever it means.
func (v *visit) facts(now time.Time) map[string]any {
	facts := map[string]any{
		"final_url": shownURL(v.page()),
		"redirects": len(v.steps) - 1,
		"phases":    v.phases.facts(),
	}
	if v.proxy != "" {
		facts["proxy"] = v.proxy
	}
	if m, ok := findMarker(v.steps); ok {
		facts["marker"], facts["marker_class"] = m.word, m.class
	}
	if v.status == 0 {
		return facts
	}
	facts["status"], facts["protocol"] = v.status, printable(v.proto)
	v.dateFacts(facts)
	v.retryFacts(facts, now)
	return facts
}

// judgeSilence judges a visit without an answer. Whatever broke before the
// endpoint had its turn is another check's business, so it is unknown here.
func judgeSilence(v *visit, facts map[string]any) diag.Finding {
	fault := explainNet(v.err)
	if fault != faultOther {
		facts["fault"] = string(fault)
	}
	if reason := v.before(fault); reason != "" {
		return unknown(facts, "%s", reason)
	}
	host := v.page().Hostname()
	_, sent, answered := v.phases.reached()
	cut := fault == faultReset || fault == faultClosed
	switch {
	case isInner(v.err):
		return found("unexpected", "sends on to an address inside this network", facts)
	case fault == faultTimeout && v.phases.total() < leastWait:
		return unknown(facts, "no answer in %s, which is too short to tell", span(v.phases.total()))
	case fault == faultTimeout:
		return found("timeout", fmt.Sprintf("%s gave no answer in %s", host, span(v.phases.total())), facts)
	case fault == faultRefused:
		return found("refused", nobodyListens(hostPort(v.page())), facts)
	case cut && answered:
		return found("unexpected", host+" breaks off in the middle of its answer", facts)
	case cut:
		// Whoever takes a connection and drops it refuses all the same.
		return found("refused", host+" takes the connection and cuts it without an answer", facts)
	case sent:
		return found("unexpected", host+" answers, but not in the language of web pages (HTTP)", facts)
	}
	return unknown(facts, "could not connect: %s", whyNoConnection(v.err))
}

// before says what went wrong before the endpoint had its turn; empty when
// nothing did.
func (v *visit) before(fault netFault) string {
	if fault == faultStopped {
		return fault.String()
	}
	if reason := v.proxyTrouble(fault); reason != "" {
		return reason
	}
	switch fault {
	case faultNoName, faultLookup, faultNoRoute, faultUnreachable, faultBlockedHere:
		return "could not connect: " + fault.String()
	case faultTimeout:
		return ""
	}
	if tlsErr, _, _ := v.phases.reached(); tlsErr != nil {
		return "the encrypted connection failed: " + tlsReason(tlsErr, v.asked.Load()) + " (see: authdoctor probe tls --address " + hostPort(v.page()) + ")"
	}
	if remoteAlert(v.err) != "" {
		return "the encrypted connection failed: " + tlsReason(v.err, v.asked.Load()) + " (see: authdoctor probe tls --address " + hostPort(v.page()) + ")"
	}
	return ""
}

// judgeAnswer judges an answer by its status, its headers and, where these
// leave it open, the words on the page.
func judgeAnswer(v *visit, facts map[string]any) diag.Finding {
	if reason := v.gatekeeper(); reason != "" {
		return unknown(facts, "%s", reason)
	}
	if v.halted != "" {
		return found("unexpected", v.halted, facts)
	}
	switch outcome := v.outcome(); outcome {
	case "rate_limited":
		return found(outcome, "too many tries came from here"+v.untilWhen(facts), facts)
	case "maintenance":
		return found(outcome, "the service says that it is under maintenance"+v.untilWhen(facts), facts)
	case "server_error":
		return found(outcome, fmt.Sprintf("the service has a fault of its own (%s)", statusText(v.status)), facts)
	case "unexpected":
		return found(outcome, v.surprise(), facts)
	}
	took := v.phases.total()
	text := fmt.Sprintf("answers in %s s", decimal(max(took.Seconds(), 0.1)))
	if note := answerNotes()[v.status]; note != "" {
		text += note
	}
	if m, ok := findMarker(v.steps); ok {
		text += fmt.Sprintf("; its address says %q: %s", m.word, m.meaning)
	}
	if took > slowAfter {
		return found("slow", text, facts)
	}
	return found("ok", text, facts)
}

// answerNotes: refusals that show that the endpoint is alive and does its work.
func answerNotes() map[int]string {
	return map[int]string{
		http.StatusBadRequest:       ", and wants more than a bare request (400)",
		http.StatusUnauthorized:     ", and asks for a sign-in (401)",
		http.StatusMethodNotAllowed: ", and wants to be asked in another way (405)",
	}
}

// outcome sorts an answer. 401 and 405 are what an endpoint for programs says
// to a bare request, and 400 in JSON likewise (RFC 6749, 5.2). 403 is not: it
// is said to whoever may not even look, such as a blocked network.
func (v *visit) outcome() string {
	switch {
	case v.status == http.StatusTooManyRequests:
		return "rate_limited"
	case v.status == http.StatusServiceUnavailable:
		return v.unavailable()
	case v.status == http.StatusNetworkAuthenticationRequired: // of a portal, not of the service
		return "unexpected"
	case v.status >= 500:
		return "server_error"
	case v.saysMaintenance():
		return "maintenance"
	case v.status == http.StatusUnauthorized, v.status == http.StatusMethodNotAllowed:
		return "ok"
	case v.status == http.StatusBadRequest && v.isJSON():
		return "ok"
	case v.status/100 == 2 && !v.isMedia():
		return "ok"
	}
	return "unexpected"
}

// unavailable sorts a 503, which is said for three reasons.
func (v *visit) unavailable() string {
	switch {
	case v.hintsRateLimit():
		return "rate_limited"
	case v.header.Get("Retry-After") != "", v.saysMaintenance():
		return "maintenance"
	}
	return "server_error"
}

// gatekeeper is why the answer is not the endpoint's own; empty when it is.
func (v *visit) gatekeeper() string {
	switch {
	case v.status == http.StatusProxyAuthRequired:
		return "the proxy wants its own user name and password"
	case v.header.Get("X-Squid-Error") != "":
		return "the proxy answered in the server's place: " + statusText(v.status)
	case v.proxyMayAnswer():
		return "the proxy or the server behind it has a fault: " + statusText(v.status)
	case v.status == http.StatusBadRequest && wantsClientCert(v.body):
		return "the server wants a certificate from this computer"
	case v.header.Get("Cf-Mitigated") != "", v.header.Get("X-Amzn-Waf-Action") != "",
		v.status == http.StatusForbidden && v.guarded():
		return "the site lets in browsers only, so its page could not be looked at"
	}
	return ""
}

// guarded reports whether a service that keeps robots out stands before the
// site: its refusal of a program says nothing about people.
func (v *visit) guarded() bool {
	return strings.HasPrefix(strings.ToLower(v.header.Get("Server")), "akamaighost") ||
		v.header.Get("X-Iinfo") != "" || v.header.Get("X-Datadome") != ""
}

// wantsClientCert recognises nginx, which says in a page what others say in
// the handshake.
func wantsClientCert(body []byte) bool {
	text := string(body)
	return strings.Contains(text, "No required SSL certificate was sent") ||
		strings.Contains(text, "The SSL certificate error")
}

// surprise says what is wrong with an unexpected answer.
func (v *visit) surprise() string {
	switch {
	case v.status == http.StatusNetworkAuthenticationRequired:
		return "the network wants its own sign-in first (511)"
	case v.status == http.StatusNotFound, v.status == http.StatusGone:
		return fmt.Sprintf("there is no such page (%d)", v.status)
	case v.status == http.StatusForbidden:
		return "the service refuses to show the page to this computer or network (403)"
	case v.status/100 == 2:
		return "answers with " + printable(v.mediaType()) + ", not with a page"
	case v.status/100 == 3:
		return fmt.Sprintf("sends on without saying where to (%d)", v.status)
	}
	return "answers " + statusText(v.status)
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}

// mediaType is the declared type of the body, in lower case, or empty.
func (v *visit) mediaType() string {
	kind, _, _ := mime.ParseMediaType(v.header.Get("Content-Type"))
	return kind
}

func (v *visit) isJSON() bool {
	kind := v.mediaType()
	return kind == "application/json" || strings.HasSuffix(kind, "+json")
}

// isMedia reports whether the answer is a picture, a sound or the like, which
// no page or endpoint for sign-in is.
func (v *visit) isMedia() bool {
	class, _, _ := strings.Cut(v.mediaType(), "/")
	return class == "image" || class == "audio" || class == "video" || class == "font"
}
