package probe

import (
	"fmt"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// judge says what came of the request.
func (a *s3Answer) judge() diag.Finding {
	if a.v.status == 0 {
		return unknown(a.facts, "%s", a.v.unanswered())
	}
	if reason := a.v.gatekeeper(); reason != "" {
		return unknown(a.facts, "%s", reason)
	}
	if !a.plan.keys {
		return a.judgeLook()
	}
	outcome := a.outcome()
	switch {
	case a.v.status/100 == 2 && (a.root == "ListAllMyBucketsResult" || a.root == "ListBucketResult"):
		return found("ok", "the service takes the signature"+a.clockNote(), a.facts)
	case outcome == "":
		return unknown(a.facts, "%s", a.odd())
	case outcome == "skewed" || outcome == "wrong_secret" && a.tooFarApart():
		return a.judgeSkew()
	case outcome == "wrong_region":
		a.facts["expected_region"] = a.rightRegion()
		return found(outcome, fmt.Sprintf("signed for region %s, and the service says that it is %s", printable(a.plan.region), a.rightRegion()), a.facts)
	}
	return found(outcome, s3Words[outcome]+" ("+a.said()+")"+a.clockNote(), a.facts)
}

var s3Words = map[string]string{
	"access_denied":         "the service takes the signature, and does not allow these keys to list",
	"no_such_bucket":        "the service takes the signature, and has no such bucket",
	"rate_limited":          "the service refuses for now because too many requests came",
	"unknown_key":           "the service does not know this access key id",
	"wrong_secret":          "the service knows the access key id, and the signature does not fit it",
	"token_expired":         "the session token has run out, by the service's clock",
	"token_invalid":         "the session token is not one that the service gave for these keys",
	"account_disabled":      "the service has closed the account behind these keys",
	"signature_unsupported": "the service wants another kind of signature than version 4",
}

// judgeSkew: a signature bears the time at which it was made. While that is
// wrong, a refusal says nothing of the keys.
func (a *s3Answer) judgeSkew() diag.Finding {
	apart, ok := a.skew()
	if !ok {
		return found("skewed", "the service says that the request was signed at another time than now ("+a.said()+")", a.facts)
	}
	a.facts["skew_ms"], a.facts["skew_source"] = milliseconds(apart.offset), apart.source
	limit := ""
	if most := a.err.MaxAllowedSkewMilliseconds; most > 0 {
		a.facts["most_skew_s"] = int64(a.allowed().Seconds())
		limit = ", and " + span(a.allowed()) + " is the most that it allows"
	}
	if t, ok := s3Time(a.err.RequestTime); ok {
		a.facts["request_time"] = t.UTC().Format(time.RFC3339)
	}
	if t, ok := s3Time(a.err.ServerTime); ok {
		a.facts["server_time"] = t.UTC().Format(time.RFC3339)
	}
	if !apart.apart() {
		// What stands between may have kept the request, or the Date is another's.
		return unknown(a.facts, "the service says that the request was signed at another time (%s), but its clock and this computer's agree to within %s",
			a.said(), span(apart.offset.Abs()+apart.unsure))
	}
	return found("skewed", fmt.Sprintf("this computer's clock is %s by the service's%s (%s); of the keys that says nothing",
		drift(apart.offset), limit, a.said()), a.facts)
}

// tooFarApart reports whether the clocks differ by more than the service
// allows, for certain.
func (a *s3Answer) tooFarApart() bool {
	apart, ok := a.skew()
	return ok && apart.offset.Abs()-apart.unsure > a.allowed()
}

// judgeLook judges an answer to a request without keys: whatever the service
// says to it shows that it is one.
func (a *s3Answer) judgeLook() diag.Finding {
	if a.root != "Error" && a.root != "ListAllMyBucketsResult" && a.root != "ListBucketResult" {
		return unknown(a.facts, "%s", a.odd())
	}
	if a.outcome() == "rate_limited" {
		return found("rate_limited", s3Words["rate_limited"]+" ("+a.said()+"); nothing was signed", a.facts)
	}
	if a.tooFarApart() {
		apart, _ := a.skew()
		return found("clock_apart", fmt.Sprintf("an S3 service answers; this computer's clock is %s by its, so what is signed here would be refused", drift(apart.offset)), a.facts)
	}
	return found("answering", "an S3 service answers; nothing was signed"+a.clockNote(), a.facts)
}

// clockNote says that the clocks agree, where that is known.
func (a *s3Answer) clockNote() string {
	apart, ok := a.skew()
	if !ok || apart.apart() {
		return ""
	}
	return "; the clocks agree"
}

// said is the service's own word for it.
func (a *s3Answer) said() string {
	if a.err.Code != "" {
		return printable(a.err.Code)
	}
	return statusText(a.v.status)
}

// odd says what an answer is that tells nothing.
func (a *s3Answer) odd() string {
	if a.err.Code == "" {
		return "what answers there is no S3 service: " + statusText(a.v.status)
	}
	text := "the service answers " + a.said()
	if message := strings.TrimSuffix(a.plan.hide(printable(a.err.Message)), "."); message != "" {
		text += ": " + message
	}
	return text
}

// unanswered is why a visit came to no answer.
func (v *visit) unanswered() string {
	fault := explainNet(v.err)
	if reason := v.before(fault); reason != "" {
		return reason
	}
	if fault == faultTimeout {
		return fmt.Sprintf("%s gave no answer in %s", v.page().Hostname(), span(v.phases.total()))
	}
	return "could not connect: " + fault.String()
}
