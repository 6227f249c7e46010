package probe

import (
	"encoding/base64"
	"errors"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// holdBack is how long an account is left alone after its server asked for
// patience: none of these protocols can say how long. It is the time for which
// attempts are counted.
const holdBack = 15 * time.Minute

// A login is a name and the secret that proves it. Neither is ever shown.
type login struct {
	name   string
	Secret diag.Secret
	from   string // the parameter that named the secret
}

// readLogin reads what was given to sign in with: "login", and the one of
// these parameters that names its secret. Nothing given is no login, and no
// error.
func readLogin(env Env, with Params, sources ...string) (*login, error) {
	var from string
	for _, s := range sources {
		if with[s] == "" {
			continue
		}
		if from != "" {
			return nil, errors.New(from + " and " + s + ": one attempt has one secret; give one of them")
		}
		from = s
	}
	switch {
	case with["login"] == "" && from == "":
		return nil, nil
	case with["login"] == "":
		return nil, wantsError{from, "login", "whose it is must be said with login"}
	case from == "":
		return nil, wantsError{"login", sources[0], "give its secret with " + strings.Join(sources, " or ")}
	case strings.ContainsAny(with["login"], "\x00\r\n"):
		return nil, errors.New("login: a name has no line ends in it")
	}
	secret, err := env.secret(with[from])
	if err != nil {
		return nil, errors.New(from + ": " + err.Error())
	}
	return &login{name: with["login"], Secret: secret, from: from}, nil
}

// sentInVain says of a login that was sent, and came to no answer, that nothing
// is known of it. Servers keep whoever got a password wrong waiting, with the
// next attempt too, be it right: Dovecot for up to 15 seconds
// (https://doc.dovecot.org/2.4.2/core/config/auth/penalty.html).
func sentInVain(why string) string {
	return "the login was sent, and whether it is right is not known: " + why +
		". A server makes whoever just got a password wrong wait, also with the right one. Leave it alone for a few minutes, then try once with --timeout 20s"
}

// hide takes the login out of what a server says: some repeat what they were
// sent, and what looks like their answer would give it away.
func (l *login) hide(text string) string {
	if l == nil {
		return text
	}
	secret := l.Secret.Reveal()
	for _, word := range []string{
		secret,
		base64.StdEncoding.EncodeToString([]byte(secret)),
		base64.StdEncoding.EncodeToString([]byte("\x00" + l.name + "\x00" + secret)),
		l.name,
		base64.StdEncoding.EncodeToString([]byte(l.name)),
	} {
		if word != "" {
			text = replaceFold(text, word, hiddenValue)
		}
	}
	return text
}

// replaceFold is strings.ReplaceAll without regard to upper and lower case.
func replaceFold(text, old, replacement string) string {
	lower := strings.ToLower(text)
	if len(lower) != len(text) { // a letter whose lower case is longer
		return strings.ReplaceAll(text, old, replacement)
	}
	old = strings.ToLower(old)
	var out strings.Builder
	for {
		at := strings.Index(lower, old)
		if at < 0 {
			return out.String() + text
		}
		out.WriteString(text[:at] + replacement)
		text, lower = text[at+len(old):], lower[at+len(old):]
	}
}
