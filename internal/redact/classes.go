package redact

import (
	"strings"
	"sync"
	"unicode/utf8"
)

// A class is what the value of a key is, and how much it takes to believe so.
type class struct {
	kind string
	rule rule
}

// A rule says which values of a class are secret.
type rule int

const (
	never         rule = iota
	always             // whatever stands there, unless it is a word about the secret
	likely             // in prose, only what does not look like an English word
	oneTime            // digits, or letters with digits
	plainCode          // "code": a one-time code or an authorization code, but no error code
	inAddress          // only as a parameter of an address
	long               // only 16 characters and more, with a digit among them
	pin                // four digits and more
	header             // the rest of the line, with its scheme kept
	cookies            // name=value pairs, to the end of the line
	commandOption      // "pass": only with "=", or as a setting
)

// exact classes, by the key in lower case without "_-.".
var exact = sync.OnceValue(func() map[string]class {
	return map[string]class{
		"authorization": {"authorization", header}, "proxyauthorization": {"authorization", header},
		"xamzauthorization": {"authorization", header},
		"cookie":            {"cookie", cookies}, "documentcookie": {"cookie", cookies}, "setcookie": {"cookie", cookies}, "setcookie2": {"cookie", cookies},
		"afg": {"cookie", always}, "aspnetsessionid": {"cookie", always}, "aspxauth": {"cookie", always},
		"twofactorauthenticationid": {"cookie", always}, "ajaxrequestuniquekey": {"cookie", always},
		"jsessionid": {"cookie", always}, "phpsessid": {"cookie", always}, "connectsid": {"cookie", always},
		"sessionid": {"cookie", long}, "sessid": {"cookie", long}, "sid": {"cookie", long}, "st": {"cookie", long},
		"estsauth": {"cookie", always}, "estsauthpersistent": {"cookie", always}, "rtfa": {"cookie", long},
		"samlresponse": {"assertion", always}, "assertion": {"assertion", long}, "clientassertion": {"assertion", always},
		"code": {"code", plainCode}, "pin": {"code", pin}, "otp": {"code", oneTime}, "totp": {"code", oneTime},
		"pass": {"password", commandOption}, "pw": {"password", commandOption}, "psk": {"password", always},
		"sig": {"signature", inAddress}, "signature": {"signature", inAddress}, "ticket": {"token", inAddress},
		"xamzsignature": {"signature", always}, "auth": {"authorization", long},
		"community": {"password", commandOption}, "csrf": {"token", long}, "codeverifier": {"secret", always},
		"xapikey": {"key", always}, "idtokenhint": {"token", always},
	}
})

// An ending classifies the keys that end in it.
type ending struct {
	end string
	class
}

// endings are looked for in this order; the first one counts.
var endings = []ending{
	{"sharedaccesskey", class{"key", always}}, {"secretaccesskey", class{"key", always}},
	{"subscriptionkey", class{"key", always}}, {"encryptionkey", class{"key", always}},
	{"accountkey", class{"key", always}}, {"privatekey", class{"private-key", always}},
	{"signingkey", class{"key", always}}, {"secretkey", class{"key", always}},
	{"sharedkey", class{"key", always}}, {"accesskey", class{"key", always}},
	{"masterkey", class{"key", always}}, {"authkey", class{"key", always}},
	{"privkey", class{"key", always}}, {"apikey", class{"key", always}},
	{"passphrase", class{"password", always}}, {"password", class{"password", always}},
	{"passwort", class{"password", always}}, {"kennwort", class{"password", always}},
	{"wachtwoord", class{"password", always}}, {"contrasena", class{"password", always}}, {"passwd", class{"password", always}},
	{"passcode", class{"code", oneTime}}, {"pwd", class{"password", always}},
	{"verifier", class{"secret", long}}, {"secret", class{"secret", always}}, {"token", class{"token", likely}},
	{"otpcode", class{"code", oneTime}}, {"mfacode", class{"code", oneTime}}, {"2facode", class{"code", oneTime}},
	{"verificationcode", class{"code", oneTime}}, {"onetimecode", class{"code", oneTime}},
	{"factorcode", class{"code", oneTime}}, {"securitycode", class{"code", oneTime}},
	{"authenticationcode", class{"code", oneTime}}, {"authenticatorcode", class{"code", oneTime}},
	{"smscode", class{"code", oneTime}}, {"logincode", class{"code", oneTime}}, {"usercode", class{"code", oneTime}},
	{"devicecode", class{"code", oneTime}}, {"backupcode", class{"code", oneTime}},
	{"recoverycode", class{"code", oneTime}}, {"confirmationcode", class{"code", oneTime}},
	{"keypadcode", class{"code", oneTime}}, {"accesscode", class{"code", oneTime}},
	{"authorizationcode", class{"code", oneTime}}, {"mastercode", class{"code", oneTime}},
	{"onetimepassword", class{"code", oneTime}},
}

// asides are the ends of keys that still hold the secret itself.
var asides = []string{"confirmation", "confirm", "again", "repeat", "value", "hash", "1", "2"}

// about are the beginnings of keys that name an error about a secret.
var about = []string{"invalid", "expired", "missing", "wrong", "bad", "unknown", "unexpected", "malformed", "no", "incorrect", "unsupported", "revoked"}

// endingsBy and asidesBy are the lists by their last bytes: of almost all of
// them, a word ends in another one.
var (
	endingsBy = sync.OnceValue(func() *[256][]ending {
		return byByte(endings, func(e ending) byte { return e.end[len(e.end)-1] })
	})
	asidesBy = sync.OnceValue(func() *[256][]string {
		return byByte(asides, func(a string) byte { return a[len(a)-1] })
	})
)

// byByte sorts a list by a byte of each item.
func byByte[T any](list []T, of func(T) byte) *[256][]T {
	var by [256][]T
	for _, item := range list {
		by[of(item)] = append(by[of(item)], item)
	}
	return &by
}

// classify tells what the value of a key is. The word before it joins in:
// "API key: …" and "verification code 123456" are written so.
func classify(key, before string) class {
	name := squeeze(key)
	c := classOfName(name, before)
	if c.kind == "" {
		return c // as for almost every word
	}
	for _, a := range about {
		if strings.HasPrefix(name, a) {
			return class{}
		}
	}
	return c
}

func classOfName(name, before string) class {
	if c, ok := exact()[name]; ok && name != "code" {
		return c
	}
	if c := classOfEnding(name); c.kind != "" {
		return c
	}
	if name != "key" && name != "code" {
		return class{}
	}
	if before = squeeze(before); before != "" {
		if c := classOfEnding(before + name); c.kind != "" {
			return c
		}
	}
	if name == "code" && !errorWords(before) {
		return exact()["code"]
	}
	return class{}
}

func classOfEnding(name string) class {
	if name == "" {
		return class{}
	}
	for _, a := range asidesBy()[name[len(name)-1]] {
		if cut, ok := strings.CutSuffix(name, a); ok && cut != "" {
			name = cut
			break
		}
	}
	for _, e := range endingsBy()[name[len(name)-1]] {
		if strings.HasSuffix(name, e.end) {
			return e.class
		}
	}
	if strings.HasSuffix(name, "dbpass") || strings.HasSuffix(name, "smtppass") || strings.HasSuffix(name, "userpass") {
		return class{"password", always}
	}
	return class{}
}

// squeeze is a key in lower case without the marks that join its words. What
// is too long for a key squeezes to nothing, as does what has no letter.
func squeeze(key string) string {
	if len(key) > 64 {
		return ""
	}
	letters, others := false, false
	for i := range len(key) {
		c := key[i]
		letters = letters || isLower(c) || isUpper(c) || c >= utf8.RuneSelf
		others = others || isUpper(c) || c == '_' || c == '-' || c == '.'
	}
	switch {
	case !letters:
		return ""
	case !others:
		return key
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r == '_' || r == '-' || r == '.':
			return -1
		case r >= 'A' && r <= 'Z':
			return r + 'a' - 'A'
		}
		return r
	}, key)
}

// errorWords make the "code" after them the code of an error or of a place.
var errorWords = set(`error status exit return result response http reason sub event zip postal area country
	fault failure server smtp imap ldap windows ntstatus win32 system sql abort close stop source program
	product promo discount qr bar language currency state region errorsub suberror trace correlation`)

// stateWords stand in the place of a secret and say what is with it.
const stateWords = `none null nil undefined true false yes no empty blank missing absent present set unset
	required optional expired expires expiring invalid incorrect wrong rejected refused accepted revoked malformed
	failed failure ok valid denied changed reset unknown unavailable disabled enabled locked hidden redacted
	masked removed omitted mismatch unsupported unauthorized forbidden bearer string`

var states = set(stateWords)

// refusals are codes that stand behind "cannot fetch token:" and the like.
var refusals = set(`invalid_grant invalid_client invalid_request invalid_scope invalid_token invalid_target invalid_auth
	unauthorized_client unsupported_grant_type unsupported_response_type access_denied server_error temporarily_unavailable
	insufficient_scope interaction_required login_required consent_required mfa_required expired_token authorization_pending
	slow_down not_authed token_expired token_revoked account_inactive missing_scope not_allowed_token_type
	invalid_session_id invalid_login user_not_found`)

// talk are the words of sentences about a secret.
var talk = set(stateWords + ` a an the your you this that it its is was are be been has have had must should may might
	can cannot could not please enter type check try error at in for of to with from by on or and if when
	because after before only too field minimum maximum length characters match matches does do did
	again later once more new another`)

// opening are nouns that sentences about a secret begin with.
var opening = set(`verification validation authentication signature token password secret code access refresh session security`)

// set is a list of words, and whether a word is one of them. It is made when
// first asked: most runs look at no text, and must not pay for it.
func set(words string) func(string) bool {
	in := sync.OnceValue(func() map[string]bool {
		m := map[string]bool{}
		for _, w := range strings.Fields(words) {
			m[w] = true
		}
		return m
	})
	return func(word string) bool { return in()[word] }
}
