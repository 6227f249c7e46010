package probe

import (
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A BadValue is a parameter that cannot be used as it was given. It does not
// repeat the value: that may hold a password.
type BadValue struct {
	Param   string // empty: it is about several together
	Problem string // to be read after the parameter's name and value
	Example string // a value that could be used; empty for none
	// Wants is the parameter that Example is for, where another one is missing
	// beside Param; empty when it is for Param itself.
	Wants string
}

// A wantsError is a parameter that needs another one beside it.
type wantsError struct{ has, wants, problem string }

func (e wantsError) Error() string { return e.has + ": " + e.problem }

// Error names the parameter and what is wrong with its value.
func (b *BadValue) Error() string {
	if b.Param == "" {
		return b.Problem
	}
	return b.Param + ": " + b.Problem
}

// A Form is how the values of a parameter look.
type Form struct {
	Example string
	// wrong says what keeps a value from being one; nil for nothing. It looks
	// at the text alone: a file need not be there.
	wrong func(value string) error
}

// CheckValue says whether a value can be one of a parameter's, by its form
// alone: nil, or what is wrong with it. An empty value is none.
func (p Probe) CheckValue(param, value string) *BadValue {
	for _, q := range p.Params {
		if q.Name != param || value == "" {
			continue
		}
		values := []string{value}
		if q.Many {
			values = Params{param: value}.List(param)
		}
		for _, v := range values {
			if err := q.Form.check(v); err != nil {
				return &BadValue{Param: param, Problem: strings.TrimPrefix(err.Error(), param+": "), Example: q.Form.Example}
			}
		}
	}
	return nil
}

// Check says whether the probe could begin with these parameters: their forms,
// what they must have in common, and what is in the files that they name. What
// it finds is a mistake of whoever gave them, and no finding.
func (p Probe) Check(env Env, with Params) *BadValue {
	for _, q := range p.Params {
		if bad := p.CheckValue(q.Name, with[q.Name]); bad != nil {
			return bad
		}
	}
	if p.Ready == nil {
		return nil
	}
	err := p.Ready(env, with)
	if err == nil {
		return nil
	}
	if w, ok := errors.AsType[wantsError](err); ok {
		return &BadValue{Param: w.has, Problem: w.problem, Wants: w.wants, Example: p.example(w.wants)}
	}
	// What is about one parameter begins with its name.
	name, problem, ok := strings.Cut(err.Error(), ": ")
	for _, q := range p.Params {
		if ok && q.Name == name {
			return &BadValue{Param: name, Problem: problem, Example: q.Form.Example}
		}
	}
	return &BadValue{Problem: err.Error()}
}

// example is a value that a parameter could have.
func (p Probe) example(param string) string {
	for _, q := range p.Params {
		if q.Name == param {
			return q.Form.Example
		}
	}
	return ""
}

func (f Form) check(value string) error {
	switch {
	case !utf8.ValidString(value):
		return errors.New("not text in UTF-8")
	case strings.ContainsFunc(value, unicode.IsControl):
		return errors.New("a line end or control character is in it")
	case f.wrong == nil:
		return nil
	}
	return f.wrong(value)
}

// The forms that several probes share.
var (
	pageForm       = Form{"https://www.example.com/login", func(v string) error { return second(parsePage(v)) }}
	serverNameForm = Form{"mail.example.com", checkServerName}
	pemForm        = Form{Example: "ca.pem"}
	secretForm     = Form{"env:NAME", checkSource}
	loginForm      = Form{Example: "joe@example.com"}
	timeServerForm = Form{"time.cloudflare.com", func(v string) error { return second(completeAddress(v, "123")) }}
	issuerForm     = Form{"https://id.example.com", func(v string) error { return second(parseIssuer(v)) }}
	wordForm       = Form{"read", checkWord}
)

// serverTrust is ready when the file of authorities is one.
func serverTrust(env Env, with Params) error {
	return second(trustedRoots(env.Roots, with["ca-file"]))
}

// second is the error of a reader whose result is not wanted yet.
func second[T any](_ T, err error) error { return err }

// mailServerForm is HOST or HOST:PORT of a protocol's server.
func mailServerForm(example string) Form {
	return Form{example, func(v string) error { return second(parseMailTarget(v, "", "1")) }}
}

// oneOf is a form of a few words.
func oneOf(words ...string) Form {
	return Form{words[0], func(v string) error {
		for _, w := range words {
			if v == w {
				return nil
			}
		}
		return errors.New("must be " + strings.Join(words[:len(words)-1], ", ") + " or " + words[len(words)-1])
	}}
}

// atMost is a form of any text that is not longer than its protocol allows.
func atMost(bytes int, example string) Form {
	return Form{example, func(v string) error {
		if len(v) > bytes {
			return fmt.Errorf("%d bytes are too many, %d are the most", len(v), bytes)
		}
		return nil
	}}
}

// lettersOf is a form of these characters.
func lettersOf(allowed string, most int, what, example string) Form {
	return Form{example, func(v string) error {
		if strings.Trim(v, allowed) != "" || len(v) > most {
			return errors.New(what)
		}
		return nil
	}}
}

const alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// checkWord: scopes and the like are printable ASCII without blanks and quotes
// (RFC 6749, 3.3).
func checkWord(v string) error {
	if strings.ContainsFunc(v, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }) {
		return errors.New("only ASCII without blanks and quotes can stand there")
	}
	return nil
}

// onlyYes is for what must be agreed to in so many words.
func onlyYes(v string) error {
	if v != "yes" {
		return errors.New("must be yes, or left away")
	}
	return nil
}

func checkServerName(v string) error {
	if strings.ContainsAny(v, "/?#@ ") {
		return errors.New("must be a host name alone")
	}
	return second(hostOf(v))
}

// checkSource: where a secret is read from.
func checkSource(v string) error {
	if v == "env:" || strings.HasPrefix(v, "env:") && strings.ContainsAny(v, "= ") {
		return errors.New("env: must be followed by the name of a variable")
	}
	return nil
}
