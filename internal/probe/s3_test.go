package probe

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var s3Vault = map[string]string{"id": "AKIDEXAMPLE77", "key": "wJalrXUtnFEMI/K7MDENG", "token": "session-token-4711", "blank": "AKID EXAMPLE"}

// An s3Fake says what no real service can be made to say here.
type s3Fake struct {
	status int
	body   string
	header map[string]string
	ahead  time.Duration // of its clock
	heard  []*http.Request
}

func (f *s3Fake) start(t *testing.T) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		f.heard = append(f.heard, r)
		w.Header().Set("Date", time.Now().Add(f.ahead).UTC().Format(http.TimeFormat))
		for name, value := range f.header {
			w.Header().Set(name, value)
		}
		w.WriteHeader(f.status)
		_, _ = fmt.Fprint(w, f.body)
	}))
	t.Cleanup(server.Close)
	return server.URL
}

func s3Says(code, more string) string {
	return `<?xml version="1.0" encoding="UTF-8"?>` + "\n<Error><Code>" + code + "</Code>" + more + "<RequestId>4442587FB7D0A2F9</RequestId></Error>"
}

const s3List = `<?xml version="1.0"?><ListAllMyBucketsResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Buckets/></ListAllMyBucketsResult>`

// What services say, and what that means of the keys. Surprise: some print
// both times when they refuse a request of another time, and some do not.
func TestS3Answers(t *testing.T) {
	times := "<RequestTime>20260102T030000Z</RequestTime><ServerTime>2026-01-02T03:20:00Z</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>"
	mismatch := s3Says("SignatureDoesNotMatch", "<Message>The request signature we calculated does not match</Message>")
	tests := []struct {
		name    string
		fake    s3Fake
		outcome string
		text    string
	}{
		{"list", s3Fake{status: 200, body: s3List}, "ok", "takes the signature; the clocks agree"},
		{"a bucket", s3Fake{status: 200, body: "<ListBucketResult/>"}, "ok", "takes the signature"},
		{"a page", s3Fake{status: 200, body: "<html><body>Welcome"}, diag.NoAnswer, "no S3 service"},
		{"no words", s3Fake{status: 403}, diag.NoAnswer, "no S3 service: 403 Forbidden"},
		{"may not list", s3Fake{status: 403, body: s3Says("AccessDenied", "")}, "access_denied", "takes the signature"},
		{"no bucket", s3Fake{status: 404, body: s3Says("NoSuchBucket", "")}, "no_such_bucket", "no such bucket"},
		{"both times", s3Fake{status: 403, body: s3Says("RequestTimeTooSkewed", times)}, "skewed", "20 minutes slow by the service's, and 15 minutes is the most"},
		{"no times, and its Date", s3Fake{status: 403, body: s3Says("RequestTimeTooSkewed", ""), ahead: -16 * time.Minute}, "skewed", "16 minutes fast"},
		{"no times, and the clocks agree", s3Fake{status: 403, body: s3Says("RequestTimeTooSkewed", "")}, diag.NoAnswer, "agree to within"},
		{"no times and no Date", s3Fake{status: 403, body: s3Says("RequestTimeTooSkewed", ""), header: map[string]string{"Age": "7"}}, "skewed", "another time than now"},
		{"a stricter one", s3Fake{status: 403, body: s3Says("RequestExpired", ""), ahead: 7 * time.Minute}, "skewed", "7 minutes slow"},
		{"mismatch", s3Fake{status: 403, body: mismatch}, "wrong_secret", "does not fit it (SignatureDoesNotMatch); the clocks agree"},
		{"mismatch, 14 minutes apart", s3Fake{status: 403, body: mismatch, ahead: 14 * time.Minute}, "wrong_secret", "does not fit it"},
		{"mismatch, and the clock is wrong", s3Fake{status: 403, body: mismatch, ahead: 20 * time.Minute}, "skewed", "of the keys that says nothing"},
		{"mismatch that is none", s3Fake{status: 403, ahead: time.Hour, body: s3Says("SignatureDoesNotMatch", "<Message>Signature expired: 20260102T030000Z is now earlier than 20260102T034500Z</Message>")}, "skewed", "60 minutes slow"},
		{"wrapped", s3Fake{status: 403, body: "<ErrorResponse>" + s3Says("InvalidClientTokenId", "")[39:] + "</ErrorResponse>"}, "unknown_key", "does not know"},
		{"unknown key", s3Fake{status: 403, body: s3Says("InvalidAccessKeyId", "<Message>The key AKIDEXAMPLE77 does not exist</Message>")}, "unknown_key", "does not know"},
		{"unknown key, wrong clock", s3Fake{status: 403, body: s3Says("InvalidAccessKeyId", ""), ahead: time.Hour}, "unknown_key", "does not know"},
		{"region in its element", s3Fake{status: 400, body: s3Says("AuthorizationHeaderMalformed", "<Region>eu-central-1</Region>")}, "wrong_region", "signed for region us-east-1, and the service says that it is eu-central-1"},
		{"region in the message", s3Fake{status: 400, body: s3Says("AuthorizationHeaderMalformed", "<Message>the region 'us-east-1' is wrong; expecting 'eu-west-3'</Message>")}, "wrong_region", "eu-west-3"},
		{"another region's bucket", s3Fake{status: 301, body: s3Says("PermanentRedirect", ""), header: map[string]string{"X-Amz-Bucket-Region": "ap-south-1"}}, "wrong_region", "ap-south-1"},
		{"malformed for another reason", s3Fake{status: 400, body: s3Says("AuthorizationHeaderMalformed", "<Message>the Credential is mal-formed</Message>")}, diag.NoAnswer, "mal-formed"},
		{"malformed, and the region is right", s3Fake{status: 400, body: s3Says("AuthorizationHeaderMalformed", "<Region>us-east-1</Region>")}, diag.NoAnswer, "AuthorizationHeaderMalformed"},
		{"expired", s3Fake{status: 400, body: s3Says("ExpiredToken", "")}, "token_expired", "by the service's clock"},
		{"not a token", s3Fake{status: 400, body: s3Says("InvalidToken", "")}, "token_invalid", "not one that the service gave"},
		{"closed", s3Fake{status: 403, body: s3Says("AllAccessDisabled", "")}, "account_disabled", "closed"},
		{"another signature", s3Fake{status: 400, body: s3Says("InvalidRequest", "<Message>The authorization mechanism you have provided is not supported.</Message>")}, "signature_unsupported", "another kind"},
		{"too many", s3Fake{status: 503, body: s3Says("SlowDown", ""), header: map[string]string{"Retry-After": "90"}}, "rate_limited", "too many requests"},
		{"its own fault", s3Fake{status: 500, body: s3Says("InternalError", "<Message>We encountered an internal error.</Message>")}, diag.NoAnswer, "InternalError: We encountered"},
		{"rubbish", s3Fake{status: 403, body: "<Error><Code>Access"}, diag.NoAnswer, "no S3 service"},
		{"endless", s3Fake{status: 403, body: "<Error><Code>" + strings.Repeat("A", 1<<20)}, diag.NoAnswer, "no S3 service"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			noLeaks(t)
			v := &vault{secrets: s3Vault}
			got := runS3(t.Context(), v.env(), Params{"url": tt.fake.start(t), "access-key-file": "id", "secret-key-file": "key", "session-token-file": "token"})
			if got.Outcome != tt.outcome || !strings.Contains(got.Summary, tt.text) {
				t.Errorf("got %s: %s; want %s: %s", got.Outcome, got.Summary, tt.outcome, tt.text)
			}
			if len(tt.fake.heard) != 1 || len(v.taken) != 1 {
				t.Errorf("%d requests in %d attempts, want one in one", len(tt.fake.heard), len(v.taken))
			}
			if wait := len(v.waits) == 1; wait != (tt.outcome == "rate_limited") {
				t.Errorf("held back: %v", v.waits)
			}
			v.keeps(t, got)
		})
	}
}

// Until when the service asks to wait is a fact.
func TestS3Waits(t *testing.T) {
	fake := s3Fake{status: 503, body: s3Says("SlowDown", ""), header: map[string]string{"Retry-After": "90"}}
	v := &vault{secrets: s3Vault}
	env := v.env()
	env.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	got := runS3(t.Context(), env, Params{"url": fake.start(t), "access-key-file": "id", "secret-key-file": "key"})
	if got.Facts["retry_after_s"] != 90 || got.Facts["retry_at"] != "2026-01-02T03:05:35Z" {
		t.Errorf("%s: %v", got.Outcome, got.Facts)
	}
}

// Both times are facts, to the second.
func TestS3SkewFacts(t *testing.T) {
	fake := s3Fake{status: 403, body: s3Says("RequestTimeTooSkewed",
		"<RequestTime>20260102T030000Z</RequestTime><ServerTime>2026-01-02T02:30:00Z</ServerTime><MaxAllowedSkewMilliseconds>900000</MaxAllowedSkewMilliseconds>")}
	v := &vault{secrets: s3Vault}
	got := runS3(t.Context(), v.env(), Params{"url": fake.start(t), "access-key-file": "id", "secret-key-file": "key"})
	want := map[string]any{
		"request_time": "2026-01-02T03:00:00Z", "server_time": "2026-01-02T02:30:00Z",
		"skew_ms": -1.8e6, "skew_source": "error", "most_skew_s": int64(900),
	}
	for name, fact := range want {
		if diff := cmp.Diff(fact, got.Facts[name]); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

// Without keys nothing is signed, and whatever an S3 service says shows that
// it is one.
func TestS3Look(t *testing.T) {
	tests := []struct {
		name    string
		fake    s3Fake
		outcome string
	}{
		{"refuses", s3Fake{status: 403, body: s3Says("AccessDenied", "")}, "answering"},
		{"open", s3Fake{status: 200, body: s3List}, "answering"},
		{"another time", s3Fake{status: 403, body: s3Says("AccessDenied", ""), ahead: 20 * time.Minute}, "clock_apart"},
		{"asks to wait", s3Fake{status: 503, body: s3Says("SlowDown", "")}, "rate_limited"},
		{"a page", s3Fake{status: 200, body: "<html>"}, diag.NoAnswer},
		{"no XML", s3Fake{status: 401, body: `{"error":"unauthorized"}`}, diag.NoAnswer},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := &vault{secrets: s3Vault}
			got := runS3(t.Context(), v.env(), Params{"url": tt.fake.start(t)})
			if got.Outcome != tt.outcome || len(v.taken) != 0 || tt.fake.heard[0].Header.Get("Authorization") != "" {
				t.Errorf("got %s: %s, attempts %q", got.Outcome, got.Summary, v.taken)
			}
		})
	}
}

// The request is what was signed: the address without the port that is
// understood, the region, and the time of this computer.
func TestS3Request(t *testing.T) {
	fake := s3Fake{status: 200, body: s3List}
	v := &vault{secrets: s3Vault}
	env := v.env()
	env.Now = func() time.Time { return time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC) }
	runS3(t.Context(), env, Params{"url": fake.start(t), "region": "eu-west-1", "bucket": "backups", "access-key-file": "id", "secret-key-file": "key", "session-token-file": "token"})
	r := fake.heard[0]
	if got := r.URL.String(); got != "/backups?list-type=2&max-keys=1" {
		t.Errorf("asked for %s", got)
	}
	if got := r.Header.Get("X-Amz-Date"); got != "20260102T030405Z" {
		t.Errorf("signed at %s", got)
	}
	if got := r.Header.Get("Authorization"); !strings.Contains(got, "Credential=AKIDEXAMPLE77/20260102/eu-west-1/s3/aws4_request") || !strings.Contains(got, "x-amz-security-token") {
		t.Errorf("signed with %s", got)
	}
	hosts := map[string]string{"https://s3.example.com:443/": "s3.example.com", "http://[::1]:80": "[::1]", "https://s3.example.com:8443": "s3.example.com:8443"}
	for address, want := range hosts {
		plan, err := planS3(env, Params{"url": address})
		if err != nil || plan.page.Host != want || plan.page.Path != "/" {
			t.Errorf("%s: %v, %v", address, plan.page, err)
		}
	}
}

// What must not be sent is not sent, and costs no attempt.
func TestS3IsNotSent(t *testing.T) {
	fake := s3Fake{status: 200, body: s3List}
	address := fake.start(t)
	keys := func(changes Params) Params {
		with := Params{"url": address, "access-key-file": "id", "secret-key-file": "key"}
		for name, value := range changes {
			with[name] = value
		}
		return with
	}
	tests := []struct {
		name string
		with Params
		full bool
		want string
	}{
		{"no attempt left", keys(nil), true, errVaultFull.Error()},
		{"in the clear", keys(Params{"url": "http://192.0.2.1:9000"}), false, "over https only"},
		{"half a pair", Params{"url": address, "access-key-file": "id"}, false, "both --access-key-file and --secret-key-file"},
		{"a token alone", Params{"url": address, "session-token-file": "token"}, false, "both --access-key-file and --secret-key-file"},
		{"a blank", keys(Params{"access-key-file": "blank"}), false, "access-key-file: there is a blank"},
		{"not there", keys(Params{"secret-key-file": "gone"}), false, "secret-key-file: gone cannot be read"},
		{"a question", keys(Params{"url": address + "/?acl"}), false, "must have no ?"},
		{"no address", keys(Params{"url": "s3://bucket"}), false, "must begin with http"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			v := &vault{secrets: s3Vault, full: tt.full}
			got := runS3(t.Context(), v.env(), tt.with)
			if got.Outcome != diag.NoAnswer || !strings.Contains(got.Reason, tt.want) || len(v.taken) != 0 {
				t.Errorf("got %s: %s, attempts %q", got.Outcome, got.Summary, v.taken)
			}
			v.keeps(t, got)
		})
	}
	if len(fake.heard) != 0 {
		t.Errorf("the service heard %d requests", len(fake.heard))
	}
}

// A service that cannot be reached is nobody's wrong key.
func TestS3Unreachable(t *testing.T) {
	v := &vault{secrets: s3Vault}
	got := runS3(t.Context(), v.env(), Params{"url": "http://" + deadPort(t), "access-key-file": "id", "secret-key-file": "key"})
	if got.Outcome != diag.NoAnswer || !strings.Contains(got.Reason, "refused") {
		data, _ := json.Marshal(got)
		t.Errorf("got %s", data)
	}
}
