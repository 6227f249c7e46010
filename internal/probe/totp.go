package probe

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base32"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var totpProbe = Probe{
	Kind: "totp",
	Doc:  "a code of an authenticator app against its secret: whether it fits, and how far the clock is off that made it",
	Example: `  authdoctor probe totp --secret-file env:SECRET --code-file - --server time.cloudflare.com
  authdoctor probe totp --secret-file otpauth.txt --code-file code.txt`,
	Params: []Param{
		{Name: "secret-file", Secret: true, FlagOnly: true, Required: true, Form: secretForm,
			Doc: "secret of the entry, or its otpauth:// address: a file, - for standard input or env:NAME; it is not kept"},
		{Name: "code-file", Secret: true, FlagOnly: true, Required: true, Form: secretForm, Doc: "the code: a file, - for standard input or env:NAME"},
		timeParam,
	},
	Ready: func(env Env, with Params) error { return second(readTOTP(env, with)) },
	Run:   runTOTP,
}

// A totpKey makes codes (RFC 6238).
type totpKey struct {
	secret diag.Secret // raw bytes
	hash   func() hash.Hash
	period time.Duration
	digits int // 0: as many as the code has
}

func runTOTP(ctx context.Context, env Env, with Params) diag.Finding {
	entry, err := readTOTP(env, with)
	if err != nil {
		return unknown(nil, "%s", err)
	}
	right := askTime(ctx, env, with.List("server"))
	f := judgeTOTP(entry.key, entry.code, env.Now(), right)
	if right.reason != "" && f.Outcome != "match" {
		// By a clock that may be wrong itself, nothing is said of another.
		return unknown(f.Facts, "the code is not the one of this moment by this computer's clock, and that could not be checked: %s", right.reason)
	}
	return f
}

// A totpEntry is a secret and the code to hold against it.
type totpEntry struct {
	key  totpKey
	code string
}

// readTOTP reads both. The error repeats nothing of them.
func readTOTP(env Env, with Params) (totpEntry, error) {
	none := totpEntry{}
	if with["secret-file"] == "-" && with["code-file"] == "-" {
		return none, errors.New("standard input holds one thing: give the secret or the code in a file or a variable")
	}
	written, err := env.secret(with["secret-file"])
	if err != nil {
		return none, fmt.Errorf("secret-file: %w", err)
	}
	typed, err := env.secret(with["code-file"])
	if err != nil {
		return none, fmt.Errorf("code-file: %w", err)
	}
	key, err := parseTOTP(written.Reveal())
	if err != nil {
		return none, fmt.Errorf("secret-file: %w", err)
	}
	code, err := parseCode(typed.Reveal())
	if err != nil {
		return none, fmt.Errorf("code-file: %w", err)
	}
	if key.digits == 0 {
		key.digits = len(code)
	}
	return totpEntry{key, code}, nil
}

// parseCode reads a code as people write it, in groups.
func parseCode(text string) (string, error) {
	code := strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "\n", "", "\t", "").Replace(strings.TrimSpace(text))
	if strings.Trim(code, "0123456789") != "" {
		return "", errors.New("a code has digits only")
	}
	if len(code) < leastDigits || len(code) > mostDigits {
		return "", fmt.Errorf("a code has %d to %d digits, this has %d", leastDigits, mostDigits, len(code))
	}
	return code, nil
}

// How many digits a code may have: RFC 4226, 5.3 asks for six at least, and
// ten is what its number can fill.
const (
	leastDigits = 6
	mostDigits  = 10
)

// parseTOTP reads a secret in base32, as people write it: in groups, in small
// letters, without its padding. Or the address behind the square that sets an
// entry up. Errors repeat nothing of it.
func parseTOTP(text string) (totpKey, error) {
	text = strings.TrimSpace(text)
	key := totpKey{hash: sha1.New, period: 30 * time.Second}
	if scheme, _, ok := strings.Cut(text, "://"); ok {
		return parseOTPAuth(strings.ToLower(scheme), text, key)
	}
	return key, key.setSecret(text)
}

func (k *totpKey) setSecret(text string) error {
	clean := strings.ToUpper(strings.NewReplacer(" ", "", "-", "", "\u00a0", "", "\n", "", "\t", "", "=", "").Replace(text))
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(clean)
	switch {
	case err != nil:
		return errors.New("a secret is letters and the digits 2 to 7 (base32), and this is not, or it was cut")
	case len(raw) == 0:
		return errors.New("there is no secret in it")
	}
	k.secret = diag.NewSecret(string(raw))
	return nil
}

// hashes are the algorithms of RFC 6238, 1.2.
var hashes = map[string]func() hash.Hash{"SHA1": sha1.New, "SHA256": sha256.New, "SHA512": sha512.New}

// parseOTPAuth reads an address as authenticator apps read it:
// https://github.com/google/google-authenticator/wiki/Key-Uri-Format
func parseOTPAuth(scheme, text string, key totpKey) (totpKey, error) {
	if scheme == "otpauth-migration" {
		return key, errors.New("this is an export of several entries; take the secret of the one entry")
	}
	u, err := url.Parse(text)
	switch {
	case scheme != "otpauth" || err != nil:
		return key, errors.New("this is neither a secret nor an otpauth:// address")
	case strings.ToLower(u.Host) != "totp":
		return key, errors.New("this entry counts its codes and does not go by the time, so a clock has nothing to do with it")
	}
	q := u.Query()
	if name := strings.ToUpper(q.Get("algorithm")); name != "" {
		if key.hash = hashes[strings.ReplaceAll(name, "-", "")]; key.hash == nil {
			return key, errors.New("the algorithm must be SHA1, SHA256 or SHA512")
		}
	}
	key.digits = leastDigits
	if text := q.Get("digits"); text != "" {
		if key.digits, err = strconv.Atoi(text); err != nil || key.digits < leastDigits || key.digits > mostDigits {
			return key, errors.New("the number of digits must be from 6 to 10")
		}
	}
	if text := q.Get("period"); text != "" {
		seconds, err := strconv.Atoi(text)
		if err != nil || seconds < 5 || seconds > 600 {
			return key, errors.New("the period must be from 5 to 600 seconds")
		}
		key.period = time.Duration(seconds) * time.Second
	}
	return key, key.setSecret(q.Get("secret"))
}

// step is the number of the period that a moment is in.
func (k totpKey) step(at time.Time) int64 {
	seconds := at.Unix()
	if seconds < 0 {
		return -1
	}
	return seconds / int64(k.period/time.Second)
}

// code is the code of a step: RFC 4226, 5.3.
func (k totpKey) code(step int64) string {
	mac := hmac.New(k.hash, []byte(k.secret.Reveal()))
	_ = binary.Write(mac, binary.BigEndian, step)
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 15
	number := uint64(binary.BigEndian.Uint32(sum[offset:]) & 0x7fffffff)
	modulus := uint64(1)
	for range k.digits {
		modulus *= 10
	}
	return fmt.Sprintf("%0*d", k.digits, number%modulus)
}

// is reports whether a code is that of a step.
func (k totpKey) is(code string, step int64) bool {
	return step >= 0 && subtle.ConstantTimeCompare([]byte(k.code(step)), []byte(code)) == 1
}
