package probe

import (
	"encoding/base32"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// The vectors of RFC 6238, appendix B.
func TestTOTPVectors(t *testing.T) {
	seeds := map[string]string{
		"SHA1":   "12345678901234567890",
		"SHA256": "12345678901234567890123456789012",
		"SHA512": "1234567890123456789012345678901234567890123456789012345678901234",
	}
	for _, tt := range []struct {
		seconds              int64
		sha1, sha256, sha512 string
	}{
		{59, "94287082", "46119246", "90693936"},
		{1111111109, "07081804", "68084774", "25091201"},
		{1111111111, "14050471", "67062674", "99943326"},
		{1234567890, "89005924", "91819424", "93441116"},
		{2000000000, "69279037", "90698825", "38618901"},
		{20000000000, "65353130", "77737706", "47863826"},
	} {
		for alg, want := range map[string]string{"SHA1": tt.sha1, "SHA256": tt.sha256, "SHA512": tt.sha512} {
			address := fmt.Sprintf("otpauth://totp/Lab:joe?secret=%s&algorithm=%s&digits=8&issuer=Lab",
				base32.StdEncoding.EncodeToString([]byte(seeds[alg])), strings.ToLower(alg))
			key, err := parseTOTP(address)
			if err != nil {
				t.Fatal(err)
			}
			if got := key.code(key.step(time.Unix(tt.seconds, 0))); got != want {
				t.Errorf("%s at %d: %s, want %s", alg, tt.seconds, got, want)
			}
		}
	}
}

const totpSecret = "jbsw y3dp ehpk 3pxp" // as people write it

func codeAt(t *testing.T, secret string, at time.Time, digits int) string {
	t.Helper()
	key, err := parseTOTP(secret)
	if err != nil {
		t.Fatal(err)
	}
	if key.digits == 0 {
		key.digits = digits
	}
	return key.code(key.step(at))
}

func TestTOTPOutcomes(t *testing.T) {
	const long = "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=60&digits=8&algorithm=SHA256"
	for _, tt := range []struct {
		name    string
		secret  string
		off     time.Duration // of the clock that makes the code
		digits  int
		outcome string
		text    string
	}{
		{"now", totpSecret, 0, 6, "match", "the one of this moment"},
		{"now, of eight digits", totpSecret, 0, 8, "match", ""},
		{"now, of a minute", long, 0, 0, "match", ""},
		{"one before", totpSecret, -30 * time.Second, 6, "match_previous", ""},
		{"one ahead", totpSecret, 30 * time.Second, 6, "match_next", ""},
		{"a minute and a half behind", totpSecret, -90 * time.Second, 6, "off_by_steps", "fits a clock that is about 90 s slow"},
		{"10 minutes ahead", totpSecret, 10 * time.Minute, 6, "off_by_steps", "fits a clock that is about 10 minutes fast, by this computer's own clock, which was not checked"},
		{"another zone", totpSecret, -7 * time.Hour, 6, "off_by_steps", "7 hours slow"},
		{"10 minutes ahead, of a minute", long, 10 * time.Minute, 0, "off_by_steps", "10 minutes fast"},
		{"three days", totpSecret, -72 * time.Hour, 6, "no_match", "within a day"},
		{"another secret", "JBSWY3DPEHPK3PXQ", 0, 6, "no_match", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			env := Env{Now: func() time.Time { return certNoon }, Secret: literalSecret}
			code := codeAt(t, tt.secret, certNoon.Add(tt.off), tt.digits)
			secret := tt.secret
			if tt.name == "another secret" {
				secret = totpSecret
			}
			got := runTOTP(t.Context(), env, Params{"secret-file": secret, "code-file": code[:3] + " " + code[3:] + "\n"})
			if got.Outcome != tt.outcome || !strings.Contains(got.Summary, tt.text) {
				t.Errorf("got %s: %s", got.Outcome, got.Summary)
			}
			if shown := fmt.Sprint(got); strings.Contains(shown, code) || strings.Contains(strings.ToUpper(shown), "JBSW") {
				t.Errorf("the finding shows a secret: %s", shown)
			}
		})
	}
}

func TestTOTPFacts(t *testing.T) {
	env := Env{Now: func() time.Time { return certNoon }, Secret: literalSecret}
	got := runTOTP(t.Context(), env, Params{"secret-file": totpSecret, "code-file": codeAt(t, totpSecret, certNoon.Add(10*time.Minute), 6)})
	want := map[string]any{
		"digits": 6, "period_s": 30, "steps": 20, "code_offset_s": 600, "searched_steps": 5761, "moments_that_fit": 1,
		// 5758 codes in a million: 1 - (1 - 1e-6)^5758.
		"chance_of_accident": 0.0057, "time_source": "local", "judged_at": "2026-03-01T12:00:00Z",
	}
	if diff := cmp.Diff(want, got.Facts); diff != "" {
		t.Error(diff)
	}
}

// Where the time is known only roughly, every step that it may be is now.
func TestTOTPWithinTheUncertainty(t *testing.T) {
	key, _ := parseTOTP(totpSecret)
	key.digits = 6
	code := key.code(key.step(certNoon.Add(-30 * time.Second)))
	for unsure, want := range map[time.Duration]string{0: "match_previous", 2 * time.Second: "match"} {
		if got := judgeTOTP(key, code, certNoon.Add(time.Second), rightTime{unsure: unsure, source: "ntp"}); got.Outcome != want {
			t.Errorf("give or take %s: %s", unsure, got.Outcome)
		}
	}
}

func TestTOTPWhatIsNone(t *testing.T) {
	env := Env{Now: func() time.Time { return certNoon }, Secret: literalSecret}
	for _, with := range []Params{
		{"secret-file": "not base32 1", "code-file": "123456"},
		{"secret-file": " ", "code-file": "123456"},
		{"secret-file": "otpauth://totp/x", "code-file": "123456"},
		{"secret-file": "otpauth://hotp/x?secret=JBSWY3DPEHPK3PXP&counter=1", "code-file": "123456"},
		{"secret-file": "otpauth-migration://offline?data=x", "code-file": "123456"},
		{"secret-file": "https://x/?secret=JBSWY3DPEHPK3PXP", "code-file": "123456"},
		{"secret-file": "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&algorithm=MD5", "code-file": "123456"},
		{"secret-file": "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&digits=99", "code-file": "123456"},
		{"secret-file": "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=0", "code-file": "123456"},
		{"secret-file": totpSecret, "code-file": "12345"},
		{"secret-file": totpSecret, "code-file": "12a456"},
		{"secret-file": totpSecret, "code-file": "12345678901"},
		{"secret-file": "-", "code-file": "-"},
	} {
		got := runTOTP(t.Context(), env, with)
		if got.Outcome != diag.NoAnswer || strings.Contains(got.Reason, "JBSW") {
			t.Errorf("%v: %s %s", with, got.Outcome, got.Reason)
		}
	}
	got := runTOTP(t.Context(), env, Params{"secret-file": "otpauth://totp/x?secret=JBSWY3DPEHPK3PXP", "code-file": "12345678"})
	if got.Outcome != "no_match" {
		t.Errorf("a code of another length: %s", got.Outcome)
	}
	silent := worldAt("127.0.0.1:1", nil)
	silent.Secret = literalSecret
	if got := runTOTP(t.Context(), silent, Params{"secret-file": totpSecret, "code-file": "000000", "server": "127.0.0.1:1"}); got.Outcome != diag.NoAnswer {
		t.Errorf("without the time: %s", got.Outcome)
	}
}

func FuzzParseTOTP(f *testing.F) {
	f.Add(totpSecret)
	f.Add("otpauth://totp/x?secret=JBSWY3DPEHPK3PXP&period=60&digits=8&algorithm=SHA256")
	f.Fuzz(func(t *testing.T, text string) {
		key, err := parseTOTP(text)
		if err == nil {
			key.digits = max(key.digits, leastDigits)
			if got := key.code(1); len(got) != key.digits {
				t.Errorf("%q", got)
			}
		}
	})
}
