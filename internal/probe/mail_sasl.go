package probe

import (
	"encoding/json"
	"slices"
)

// A saslTry is one attempt with one mechanism (RFC 4422).
type saslTry struct {
	mech  string
	first []byte // what the client says first; nil when the server begins
	// answers are given to the server's questions, in turn. What is asked
	// beyond them gets the rest: that is how the explanation of a refused
	// token is acknowledged.
	answers [][]byte
	rest    []byte
	// challenge is the last of what the server asked, when there was no answer
	// to it: why a token was refused.
	challenge []byte
}

// next answers a question of the server.
func (s *saslTry) next(challenge []byte) []byte {
	if len(s.answers) == 0 {
		s.challenge = challenge
		return s.rest
	}
	answer := s.answers[0]
	s.answers = s.answers[1:]
	return answer
}

// tokenMechs and passwordMechs are the mechanisms that are spoken here, the
// best first. Under TLS, PLAIN says as much as the scrambled ones, and every
// server that has passwords takes it; SCRAM would need two more rounds and
// tells nothing more about a refusal.
var (
	tokenMechs    = []string{"OAUTHBEARER", "XOAUTH2"} // RFC 7628, and what it came from
	passwordMechs = []string{"PLAIN", "LOGIN"}         // RFC 4616, and what it replaced
)

// chooseSASL takes the best of what is offered; nil for none.
func chooseSASL(l *login, offered []string, host, port string) *saslTry {
	mechs := passwordMechs
	if l.token() {
		mechs = tokenMechs
	}
	for _, mech := range mechs {
		if slices.Contains(offered, mech) {
			return newSASL(l, mech, host, port)
		}
	}
	return nil
}

// token reports whether the secret is a token and not a password.
func (l *login) token() bool { return l.from == "token-file" }

func newSASL(l *login, mech, host, port string) *saslTry {
	name, secret := l.name, l.Secret.Reveal()
	s := &saslTry{mech: mech, rest: []byte{}}
	switch mech {
	case "OAUTHBEARER":
		s.first = []byte("n,a=" + gs2Name(name) + ",\x01host=" + host + "\x01port=" + port + "\x01auth=Bearer " + secret + "\x01\x01")
		s.rest = []byte{1} // RFC 7628, 3.2.3
	case "XOAUTH2":
		s.first = []byte("user=" + name + "\x01auth=Bearer " + secret + "\x01\x01")
	case "LOGIN":
		s.answers = [][]byte{[]byte(name), []byte(secret)}
	default:
		s.first = []byte("\x00" + name + "\x00" + secret)
	}
	return s
}

// gs2Name writes a name as RFC 5801 wants it.
func gs2Name(name string) string {
	var out []byte
	for i := range len(name) {
		switch name[i] {
		case ',':
			out = append(out, "=2C"...)
		case '=':
			out = append(out, "=3D"...)
		default:
			out = append(out, name[i])
		}
	}
	return string(out)
}

// tokenStatus is what a server says about a token that it refuses (RFC 7628,
// 3.2.2), such as "invalid_token"; empty for nothing.
func (s *saslTry) tokenStatus() string {
	var said struct {
		Status string `json:"status"`
	}
	if s == nil || json.Unmarshal(s.challenge, &said) != nil {
		return ""
	}
	return said.Status
}
