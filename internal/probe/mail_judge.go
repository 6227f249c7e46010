package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net/textproto"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// judgeMeeting judges a conversation that did not come about. Only a server
// that says itself that it cannot serve now is told from one that could not be
// measured.
func (v *mailVisit) judgeMeeting(ctx context.Context, env Env, err error) diag.Finding {
	if r, ok := errors.AsType[mailRefusal](err); ok {
		v.told(r)
		outcome := r.outcome()
		if outcome != "unavailable" && outcome != "rate_limited" {
			return unknown(v.facts, "the server turned this computer away: %s", v.said(r))
		}
		if v.login != nil {
			retryAt(ctx, env, v.account(), v.facts)
		}
		return found(outcome, "the server turns everybody away for now: "+v.said(r), v.facts)
	}
	return unknown(v.facts, "%s", v.whyNot(ctx, err))
}

// whyNot says why a conversation could not be had or held. The end of the time
// comes first: what has come of a line until then looks like a strange one.
func (v *mailVisit) whyNot(ctx context.Context, err error) string {
	if ctx.Err() != nil {
		err = ctx.Err()
	}
	fault := explainNet(err)
	_, isTLS := errors.AsType[tlsError](err)
	_, record := errors.AsType[tls.RecordHeaderError](err)
	if isTLS || record || remoteAlert(err) != "" {
		return "the connection could not be encrypted: " + tlsReason(err, v.asked)
	}
	var strange *textproto.Error
	if errors.Is(err, errNotMail) || errors.As(err, &strange) || errors.As(err, new(textproto.ProtocolError)) {
		return errNotMail.Error() + " (" + v.kind.name + ")"
	}
	if fault == faultTimeout && v.talk == nil && v.mode != tlsImplicit {
		return "the server took the connection, and then said nothing in time; one that is encrypted from the first byte does that (--tls implicit)"
	}
	if fault == faultOther {
		return "the conversation broke off: " + printable(v.login.hide(err.Error()))
	}
	return "the conversation broke off: " + fault.String()
}

// judge judges what is offered, and where that allows it and a login was
// given, the login.
func (v *mailVisit) judge(ctx context.Context, env Env) diag.Finding {
	offers := v.talk.offers()
	v.facts["mechanisms"] = named(offers.mechanisms)
	var untried string
	if v.login != nil {
		untried = "; the login was not tried"
	}
	switch {
	case v.mode == tlsStart && !v.encrypted:
		return found("starttls_missing", "the server does not offer STARTTLS: whatever is sent there can be read on the way"+untried, v.facts)
	case !v.encrypted && offers.startTLS && (offers.disabled || !offers.any()):
		return found("tls_required", "the server takes sign-ins only after STARTTLS, and this connection is not encrypted"+untried, v.facts)
	case !offers.any():
		return found("no_auth_offered", "the server offers no way of signing in"+untried, v.facts)
	case v.login == nil:
		return found("ok", "the server offers sign-ins"+v.listed(offers), v.facts)
	case !v.encrypted && !v.loopback:
		return unknown(v.facts, "a password is not sent without encryption")
	}
	return v.signIn(ctx, env, offers)
}

// listed names the mechanisms in words.
func (v *mailVisit) listed(offers mailOffers) string {
	text := ""
	if len(offers.mechanisms) > 0 {
		text = " (" + strings.Join(offers.mechanisms, ", ") + ")"
	}
	if v.encrypted {
		return text + ", encrypted"
	}
	return text + ", without encryption"
}

// account names who is counted, by kind, server and login.
func (v *mailVisit) account() string {
	return v.kind.name + " " + v.target.address + " " + v.login.name
}

// signIn makes the one attempt.
func (v *mailVisit) signIn(ctx context.Context, env Env, offers mailOffers) diag.Finding {
	try := chooseSASL(v.login, offers.mechanisms, v.host, v.port)
	command := offers.command && !offers.disabled && !v.login.token()
	if try == nil && !command {
		return v.judgeNoMech(offers)
	}
	if try == nil && !plainASCII(v.login.name+v.login.Secret.Reveal()) {
		return unknown(v.facts, "the server takes only its LOGIN command, which cannot carry a name or password beyond ASCII")
	}
	if err := env.attempt(ctx, v.account()); err != nil {
		return unknown(v.facts, "%s", err)
	}
	v.facts["attempted"], v.facts["mechanism"] = true, "LOGIN command"
	if try != nil {
		v.facts["mechanism"] = try.mech
	}
	err := v.talk.auth(v.login, try)
	if status := try.tokenStatus(); status != "" && v.login.token() {
		v.facts["token_status"] = printable(v.login.hide(status))
	}
	return v.judgeAttempt(ctx, env, err)
}

// judgeNoMech judges a server that offers nothing for this kind of secret.
func (v *mailVisit) judgeNoMech(offers mailOffers) diag.Finding {
	list := strings.Join(offers.mechanisms, ", ")
	if v.login.token() {
		return found("method_disabled", "the server takes no tokens, only "+list+"; nothing was sent", v.facts)
	}
	for _, mech := range offers.mechanisms {
		if !tokenMech(mech) {
			return unknown(v.facts, "the server offers only %s, and this check cannot sign in with a password in these ways", printable(list))
		}
	}
	return found("method_disabled", "the server takes no passwords, only "+list+"; none was sent", v.facts)
}

func tokenMech(mech string) bool {
	return mech == "OAUTHBEARER" || mech == "XOAUTH2" || mech == "EXTERNAL" || mech == "ANONYMOUS"
}

func plainASCII(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' })
}

// judgeAttempt judges the answer to the attempt.
func (v *mailVisit) judgeAttempt(ctx context.Context, env Env, err error) diag.Finding {
	if err == nil {
		how := ""
		if !v.encrypted {
			how = ", without encryption"
		}
		return found("ok", fmt.Sprintf("the server took the login (%s)%s", v.facts["mechanism"], how), v.facts)
	}
	r, ok := errors.AsType[mailRefusal](err)
	if !ok {
		return unknown(v.facts, "%s", sentInVain(v.whyNot(ctx, err)))
	}
	v.told(r)
	outcome := r.outcome()
	switch outcome {
	case "":
		return unknown(v.facts, "the server's answer does not say what it minds: %s", v.said(r))
	case "rate_limited", "unavailable":
		retryAt(ctx, env, v.account(), v.facts)
	}
	return found(outcome, mailRefusals()[outcome]+": "+v.said(r), v.facts)
}

// mailRefusals begin the summary of a refusal, before the server's own words.
func mailRefusals() map[string]string {
	return map[string]string{
		"rejected":              "the login was refused",
		"access_denied":         "the account is kept out",
		"app_password_required": "an app password is wanted",
		"method_disabled":       "this kind of sign-in is switched off",
		"account_locked":        "the account is locked",
		"account_disabled":      "the account is switched off",
		"expired":               "the password must be renewed",
		"tls_required":          "encryption is wanted first",
		"rate_limited":          "too many tries or connections",
		"unavailable":           "the sign-in cannot be checked now",
	}
}

// told puts a refusal into the facts.
func (v *mailVisit) told(r mailRefusal) {
	v.facts["server_said"] = printable(v.login.hide(r.text))
	if r.code != "" {
		v.facts["response_code"] = printable(v.login.hide(r.code))
	}
	if r.status != 0 {
		v.facts["status"] = r.status
	}
	if r.enhanced != "" {
		v.facts["enhanced_code"] = r.enhanced
	}
}

// said is a refusal in one line, as the server wrote it.
func (v *mailVisit) said(r mailRefusal) string {
	var parts []string
	if r.status != 0 {
		parts = append(parts, fmt.Sprint(r.status))
	}
	if r.enhanced != "" {
		parts = append(parts, r.enhanced)
	}
	if r.code != "" {
		parts = append(parts, "["+r.code+"]")
	}
	return printable(v.login.hide(strings.Join(append(parts, r.text), " ")))
}
