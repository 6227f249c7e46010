package probe

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/smtp"
	"net/textproto"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var smtpProbe = Probe{
	Kind:    "smtp",
	Doc:     "whether a server for sending mail takes sign-ins, and with a login, whether it takes this one",
	Example: "  authdoctor probe smtp --address smtp.example.com:587\n  authdoctor probe smtp --address smtp.example.com:465 --login joe@example.com --password-file -",
	Params:  mailParams(smtpMail),
	Ready:   func(env Env, with Params) error { return second(newMailVisit(env, with, smtpMail)) },
	Run: func(ctx context.Context, env Env, with Params) diag.Finding {
		return runMail(ctx, env, with, smtpMail)
	},
}

var smtpMail = mailKind{name: "smtp", implicit: []string{"465"}, port: "587", open: openSMTP}

// An smtpTalk is a conversation by net/smtp, which reads codes and extensions
// exactly. It says HELO only as itself: the server needs no more to know.
type smtpTalk struct{ client *smtp.Client }

// heloName is what we call ourselves; RFC 5321, 4.1.4, lets a server mind a
// wrong name, but not for signing in.
const heloName = "[127.0.0.1]"

func openSMTP(conn net.Conn, host string) (mailTalk, error) {
	client, err := smtp.NewClient(conn, host)
	if err != nil {
		return nil, smtpError(err)
	}
	if err := client.Hello(heloName); err != nil {
		return nil, smtpError(err)
	}
	return &smtpTalk{client}, nil
}

func (s *smtpTalk) offers() mailOffers {
	starts, _ := s.client.Extension("STARTTLS")
	_, list := s.client.Extension("AUTH")
	return mailOffers{mechanisms: mechanismList(strings.Fields(list)), startTLS: starts}
}

// mechanismList is a clean, bounded list of mechanisms, in their order.
func mechanismList(words []string) []string {
	const most = 20
	var list []string
	for _, w := range words {
		w = strings.ToUpper(w)
		if mechanismName().MatchString(w) && !slices.Contains(list, w) && len(list) < most {
			list = append(list, w)
		}
	}
	return list
}

// mechanismName is RFC 4422, 3.1.
var mechanismName = pattern(`^[A-Z0-9_-]{1,20}$`)

func (s *smtpTalk) startTLS(config *tls.Config) error {
	err := s.client.StartTLS(config)
	if _, isReply := errors.AsType[*textproto.Error](err); err == nil || isReply {
		return smtpError(err)
	}
	return tlsError{err}
}

func (s *smtpTalk) auth(_ *login, try *saslTry) error {
	return smtpError(s.client.Auth(smtpAuth{try}))
}

func (s *smtpTalk) bye() { _, _ = s.client.Text.Cmd("QUIT") }

// smtpAuth lets net/smtp make an attempt.
type smtpAuth struct{ try *saslTry }

func (a smtpAuth) Start(*smtp.ServerInfo) (string, []byte, error) {
	return a.try.mech, a.try.first, nil
}

func (a smtpAuth) Next(challenge []byte, more bool) ([]byte, error) {
	if !more {
		return nil, nil
	}
	return a.try.next(challenge), nil
}

// enhancedCode is the beginning of a text as RFC 2034 wants it.
var enhancedCode = pattern(`^([245]\.\d{1,3}\.\d{1,3})(?:\s|$)`)

// smtpError makes a refusal of a reply that is no success.
func smtpError(err error) error {
	reply, ok := errors.AsType[*textproto.Error](err)
	if !ok {
		return err
	}
	if reply.Code < 400 || reply.Code > 599 {
		return errNotMail
	}
	r := mailRefusal{status: reply.Code}
	var lines []string
	for line := range strings.SplitSeq(reply.Msg, "\n") {
		if m := enhancedCode().FindStringSubmatch(line); m != nil {
			r.enhanced = m[1]
			line = line[len(m[0]):]
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	r.text = strings.Join(lines, " ")
	return r
}
