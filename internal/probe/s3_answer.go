package probe

import (
	"encoding/xml"
	"net/http"
	"strings"
	"time"
)

// An s3Answer is what an S3 service said, and by whose clock.
type s3Answer struct {
	plan  s3Plan
	v     *visit
	err   s3Error
	root  string    // the document's outermost element; empty where it is none
	at    time.Time // when the request was signed, by this computer's clock
	facts map[string]any
}

// An s3Error is the document of a refusal
// (https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html). The
// times stand only in some services' RequestTimeTooSkewed, and nobody but AWS
// promises any element beside Code.
type s3Error struct {
	Code                       string
	Message                    string
	Region                     string
	RequestID                  string `xml:"RequestId"`
	RequestTime                string
	ServerTime                 string
	MaxAllowedSkewMilliseconds int64
}

func hearS3(plan s3Plan, v *visit, at time.Time) *s3Answer {
	a := &s3Answer{plan: plan, v: v, at: at, facts: map[string]any{"signed": plan.keys, "encrypted": plan.page.Scheme == "https", "region": plan.region}}
	if v.proxy != "" {
		a.facts["proxy"] = v.proxy
	}
	if v.status == 0 {
		return a
	}
	a.facts["status"] = v.status
	v.dateFacts(a.facts)
	v.retryFacts(a.facts, at)
	a.read()
	if a.err.Code != "" {
		a.facts["code"], a.facts["message"] = printable(a.err.Code), a.plan.hide(printable(a.err.Message))
	}
	if id := a.err.RequestID; id != "" {
		a.facts["request_id"] = printable(id)
	}
	return a
}

// read takes the answer apart. Only its beginning matters, so one that was cut
// off is read as far as it goes.
func (a *s3Answer) read() {
	decoder := xml.NewDecoder(strings.NewReader(string(a.v.body)))
	for {
		token, err := decoder.Token()
		if err != nil {
			return
		}
		element, ok := token.(xml.StartElement)
		if !ok {
			continue
		}
		a.root = element.Name.Local
		// Some services wrap the error, as AWS's older ones do.
		if a.root == "ErrorResponse" {
			continue
		}
		if a.root == "Error" {
			_ = decoder.DecodeElement(&a.err, &element)
		}
		return
	}
}

// hide takes the keys out of a text that the service made.
func (p s3Plan) hide(text string) string {
	for _, secret := range []string{p.Token.Reveal(), p.Key.Reveal(), p.ID.Reveal()} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "[secret]")
		}
	}
	return text
}

// skew is how far the service's clock is ahead of this computer's: by the
// error's own times, or else by the Date of the answer.
func (a *s3Answer) skew() (rightTime, bool) {
	request, ok1 := s3Time(a.err.RequestTime)
	server, ok2 := s3Time(a.err.ServerTime)
	if ok1 && ok2 {
		return rightTime{offset: server.Sub(request), unsure: time.Second, source: "error", host: a.v.page().Hostname()}, true
	}
	there := rightTime{}.orDate(a.v)
	return there, there.known()
}

// s3Time reads both forms that are in use.
func s3Time(text string) (time.Time, bool) {
	for _, form := range []string{time.RFC3339, "20060102T150405Z"} {
		if t, err := time.Parse(form, strings.TrimSpace(text)); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}

// allowed is how far apart the clocks may be: as the service says, or as AWS
// does.
func (a *s3Answer) allowed() time.Duration {
	if most := a.err.MaxAllowedSkewMilliseconds; most > 0 && most < int64(24*time.Hour/time.Millisecond) {
		return time.Duration(most) * time.Millisecond
	}
	return s3Skew
}

// s3Skew is what AWS allows
// (https://docs.aws.amazon.com/AmazonS3/latest/API/RESTAuthentication.html).
const s3Skew = 15 * time.Minute

// wait is how long the service asks to wait; some do not say.
func (a *s3Answer) wait(now time.Time) time.Duration {
	if wait, ok := a.v.retryAfter(now); ok {
		return wait
	}
	return time.Minute
}

// rightRegion is the region that the service names in place of the one that
// was signed for; empty where it names none.
func (a *s3Answer) rightRegion() string {
	if a.err.Region != "" {
		return printable(a.err.Region)
	}
	if region := a.v.header.Get("X-Amz-Bucket-Region"); region != "" {
		return printable(region)
	}
	_, rest, _ := strings.Cut(a.err.Message, "expecting ")
	rest = strings.TrimLeft(rest, `'"`)
	if end := strings.IndexAny(rest, `'"`); end > 0 {
		return printable(rest[:end])
	}
	return ""
}

// s3Codes sorts what services say. What is not here tells nothing of a
// sign-in.
var s3Codes = map[string]string{
	"AccessDenied":              "access_denied",
	"AccountProblem":            "account_disabled",
	"AllAccessDisabled":         "account_disabled",
	"ExpiredToken":              "token_expired",
	"ExpiredTokenException":     "token_expired",
	"TokenRefreshRequired":      "token_expired",
	"InvalidToken":              "token_invalid",
	"InvalidAccessKeyId":        "unknown_key",
	"InvalidClientTokenId":      "unknown_key",
	"XAdminUserNotFound":        "unknown_key", // versitygw before it said the same as others
	"NoSuchBucket":              "no_such_bucket",
	"NotSignedUp":               "account_disabled",
	"RequestExpired":            "skewed",
	"RequestTimeTooSkewed":      "skewed",
	"SignatureDoesNotMatch":     "wrong_secret",
	"InvalidSignatureException": "wrong_secret",
	"SlowDown":                  "rate_limited",
	"Throttling":                "rate_limited",
	"ThrottlingException":       "rate_limited",
}

// outcome is what the service's own words come to; empty for nothing.
func (a *s3Answer) outcome() string {
	code := a.err.Code
	switch {
	case a.v.status == http.StatusTooManyRequests:
		return "rate_limited"
	case code == "AuthorizationHeaderMalformed", code == "PermanentRedirect", code == "TemporaryRedirect",
		code == "IllegalLocationConstraintException":
		if region := a.rightRegion(); region != "" && region != a.plan.region {
			return "wrong_region"
		}
		return ""
	case code == "InvalidRequest" && strings.Contains(a.err.Message, "AWS4-HMAC-SHA256"),
		code == "InvalidRequest" && strings.Contains(a.err.Message, "authorization mechanism"):
		return "signature_unsupported"
	case s3Codes[code] == "wrong_secret" && saysOtherTime(a.err.Message):
		return "skewed"
	}
	return s3Codes[code]
}

// saysOtherTime recognises the services of AWS that say it in the message
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-troubleshooting.html).
func saysOtherTime(message string) bool {
	return strings.Contains(message, "Signature expired") || strings.Contains(message, "Signature not yet current")
}
