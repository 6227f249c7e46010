package probe

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/go-ldap/ldap/v3"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// judgeMeeting judges a connection that did not come about, or was not
// encrypted when that was asked for.
func (v *ldapVisit) judgeMeeting(ctx context.Context, err error) diag.Finding {
	if !isResult(err) {
		return unknown(v.facts, "%s", v.whyNot(ctx, err))
	}
	untried := ""
	if v.login != nil {
		untried = "; the login was not tried"
	}
	v.told(err)
	return found("starttls_missing", "the directory does not do StartTLS"+untried, v.facts)
}

// whyNot says why the directory could not be talked to.
func (v *ldapVisit) whyNot(ctx context.Context, err error) string {
	_, isTLS := errors.AsType[tlsError](err)
	trouble := v.wire.trouble()
	switch {
	case v.distrust != nil:
		return "the connection could not be encrypted: " + tlsReason(v.distrust, v.asked)
	case ctx.Err() != nil:
		return "the conversation broke off: " + explainNet(ctx.Err()).String()
	case remoteAlert(err) != "", isTLS && trouble == nil:
		return "the connection could not be encrypted: " + tlsReason(err, v.asked)
	case trouble != nil && !errors.Is(trouble, errTooMuch):
		return "the conversation broke off: " + explainNet(trouble).String()
	}
	return "what answers there does not speak LDAP"
}

// rootAttributes are what a directory says of itself (RFC 4512, 5.1), and of
// Active Directory's what tells that it is one.
var rootAttributes = []string{
	"supportedLDAPVersion", "namingContexts", "supportedSASLMechanisms", "supportedExtension",
	"vendorName", "vendorVersion", "dnsHostName", "domainFunctionality", "currentTime",
}

const startTLSExtension = "1.3.6.1.4.1.1466.20037" // RFC 4511, 4.14

// judge looks at the directory, and binds if there is a login.
func (v *ldapVisit) judge(ctx context.Context, env Env) diag.Finding {
	request := ldap.NewSearchRequest("", ldap.ScopeBaseObject, ldap.NeverDerefAliases, 1, 0, false, "(objectClass=*)", rootAttributes, nil)
	answer, err := v.conn.Search(request)
	if err != nil && !isResult(err) {
		return unknown(v.facts, "%s", v.whyNot(ctx, err))
	}
	readable := err == nil && len(answer.Entries) > 0
	v.facts["root_dse_readable"] = readable
	if readable {
		v.rootFacts(answer.Entries[0])
	}
	switch {
	case v.login != nil && !v.encrypted && !v.loopback:
		return unknown(v.facts, "a password is not sent without encryption; use ldaps:// or --starttls")
	case v.login != nil:
		return v.bind(ctx, env)
	case !readable:
		if err != nil {
			v.told(err)
		}
		return found("root_dse_hidden", "the directory answers, and tells strangers nothing about itself", v.facts)
	}
	return found("ok", "the directory answers"+v.how(), v.facts)
}

func (v *ldapVisit) how() string {
	if v.encrypted {
		return ", encrypted"
	}
	return ", without encryption"
}

// rootFacts are what a directory says of itself to everybody.
func (v *ldapVisit) rootFacts(e *ldap.Entry) {
	for name, fact := range map[string]string{"namingContexts": "naming_contexts", "supportedSASLMechanisms": "sasl_mechanisms"} {
		list := []string{}
		for _, value := range e.GetAttributeValues(name) {
			list = append(list, printable(value))
		}
		v.facts[fact] = list
	}
	for name, fact := range map[string]string{"vendorName": "vendor", "vendorVersion": "vendor_version", "dnsHostName": "server_host", "currentTime": "server_time"} {
		if value := e.GetAttributeValue(name); value != "" {
			v.facts[fact] = printable(value)
		}
	}
	v.facts["starttls_offered"] = slices.Contains(e.GetAttributeValues("supportedExtension"), startTLSExtension)
	v.facts["active_directory"] = e.GetAttributeValue("domainFunctionality") != ""
}

// bind makes the one attempt. A password is never empty here: to many
// directories a bind without one is a success, and proves nothing (RFC 4513,
// 5.1.2).
func (v *ldapVisit) bind(ctx context.Context, env Env) diag.Finding {
	account := "ldap " + v.target.address + " " + v.login.name
	if err := env.attempt(ctx, account); err != nil {
		return unknown(v.facts, "%s", err)
	}
	v.facts["attempted"] = true
	answer, err := v.conn.SimpleBind(&ldap.SimpleBindRequest{
		Username: v.login.name, Password: v.login.Secret.Reveal(),
		// Without this a locked account looks like a wrong password.
		Controls: []ldap.Control{ldap.NewControlBeheraPasswordPolicy()},
	})
	if err != nil && !isResult(err) {
		return unknown(v.facts, "%s", sentInVain(v.whyNot(ctx, err)))
	}
	var policy ldapPolicy
	if answer != nil {
		policy = readPolicy(answer.Controls)
	}
	policy.put(v.facts)
	if err == nil {
		return v.judgeTaken(policy)
	}
	r := v.told(err)
	outcome, why := r.outcome(policy)
	if outcome == "" {
		return unknown(v.facts, "the directory's answer does not say what it minds: %s", r.shown(v.login))
	}
	if outcome == "unavailable" {
		retryAt(ctx, env, account, v.facts)
	}
	return found(outcome, why+": "+r.shown(v.login), v.facts)
}

// judgeTaken judges a bind that the directory took: with a password that must
// be changed it may still be good for nothing.
func (v *ldapVisit) judgeTaken(p ldapPolicy) diag.Finding {
	switch {
	case p.err == policyChangeAfterReset || p.mustChange:
		return found("must_change_password", "the directory takes the password, but only to have it changed", v.facts)
	case p.grace >= 0:
		return found("password_expiring", fmt.Sprintf("the directory takes the login, but its password has run out; it is taken %d more times", p.grace), v.facts)
	case p.expires >= 0:
		return found("password_expiring", "the directory takes the login, and its password runs out in "+seconds(p.expires), v.facts)
	}
	return found("ok", "the directory takes the login"+v.how(), v.facts)
}

// told puts an answer that is no success into the facts.
func (v *ldapVisit) told(err error) ldapResult {
	r := ldapResult{}
	if e, ok := errors.AsType[*ldap.Error](err); ok {
		r.code, r.text = int(e.ResultCode), strings.TrimRight(e.Err.Error(), "\x00")
	}
	v.facts["result_code"] = r.code
	if name := ldap.LDAPResultCodeMap[uint16(r.code)]; name != "" {
		v.facts["result_name"] = name
	}
	if r.text != "" {
		v.facts["server_said"] = printable(v.login.hide(r.text))
	}
	if data := r.data(); data != "" {
		v.facts["ad_data_code"] = data
	}
	return r
}
