package probe

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/base64"
	"fmt"
	"net"
	"net/textproto"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var imapProbe = Probe{
	Kind:    "imap",
	Doc:     "whether a server for fetching mail takes sign-ins, and with a login, whether it takes this one",
	Example: "  authdoctor probe imap --address imap.example.com\n  authdoctor probe imap --address imap.example.com:143 --login joe@example.com --password-file -",
	Params:  mailParams(imapMail),
	Ready:   func(env Env, with Params) error { return second(newMailVisit(env, with, imapMail)) },
	Run: func(ctx context.Context, env Env, with Params) diag.Finding {
		return runMail(ctx, env, with, imapMail)
	},
}

var imapMail = mailKind{name: "imap", implicit: []string{"993"}, port: "993", open: openIMAP}

// mostIMAPLines bounds the lines of one answer; greetings and capabilities have
// a handful.
const mostIMAPLines = 100

// An imapTalk is a conversation up to the sign-in. That part of IMAP is lines
// of text: no mailbox is opened, so none of its literals and lists come up.
type imapTalk struct {
	conn   net.Conn
	lines  *textproto.Reader
	offer  mailOffers
	number int
}

func openIMAP(conn net.Conn, _ string) (mailTalk, error) {
	t := &imapTalk{}
	t.use(conn)
	line, err := t.lines.ReadLine()
	if err != nil {
		return nil, err
	}
	greeting, ok := strings.CutPrefix(line, "* ")
	word, rest, _ := strings.Cut(greeting, " ")
	switch word = strings.ToUpper(word); {
	case !ok:
		return nil, errNotMail
	case word == "BYE":
		return nil, imapRefusal(word, rest)
	case word == "PREAUTH":
		return nil, fmt.Errorf("%w: the server takes this computer as signed in already (PREAUTH)", errNotMail)
	case word != "OK":
		return nil, errNotMail
	}
	return t, t.capability()
}

// use goes on over a connection. What was read ahead over the last one is
// dropped: it came from whoever was on the way.
func (t *imapTalk) use(conn net.Conn) {
	t.conn, t.lines = conn, textproto.NewReader(bufio.NewReader(conn))
}

func (t *imapTalk) offers() mailOffers { return t.offer }

// capability asks what is offered, and forgets what was (RFC 9051, 6.1.1).
func (t *imapTalk) capability() error {
	t.offer = mailOffers{command: true}
	var mechs []string
	err := t.command("CAPABILITY", func(line string) {
		word, list, _ := strings.Cut(line, " ")
		if !strings.EqualFold(word, "CAPABILITY") {
			return
		}
		for _, c := range strings.Fields(strings.ToUpper(list)) {
			mech, isAuth := strings.CutPrefix(c, "AUTH=")
			if isAuth {
				mechs = append(mechs, mech)
			}
			t.offer.startTLS = t.offer.startTLS || c == "STARTTLS"
			t.offer.disabled = t.offer.disabled || c == "LOGINDISABLED"
		}
	}, nil)
	t.offer.mechanisms = mechanismList(mechs)
	return err
}

func (t *imapTalk) startTLS(config *tls.Config) error {
	if err := t.command("STARTTLS", nil, nil); err != nil {
		return err
	}
	secure := tls.Client(t.conn, config)
	if err := secure.Handshake(); err != nil {
		return tlsError{err}
	}
	t.use(secure)
	return t.capability()
}

func (t *imapTalk) auth(l *login, try *saslTry) error {
	if try == nil {
		return t.command("LOGIN "+quoted(l.name)+" "+quoted(l.Secret.Reveal()), nil, nil)
	}
	// Without SASL-IR the server begins with an empty question. That takes a
	// round more, and every server understands it.
	first := slices.Clone(try.first)
	return t.command("AUTHENTICATE "+try.mech, nil, func(challenge []byte) []byte {
		if first != nil {
			answer := first
			first = nil
			return answer
		}
		return try.next(challenge)
	})
}

func (t *imapTalk) bye() { _ = t.send("bye LOGOUT") }

// quoted is a quoted string (RFC 9051, 4.3).
func quoted(text string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
}

// command sends a command and reads up to its answer; a mailRefusal when that
// is not OK. Untagged lines go to untagged, questions to answer; either may be
// nil.
func (t *imapTalk) command(text string, untagged func(string), answer func([]byte) []byte) error {
	t.number++
	tag := fmt.Sprintf("a%d", t.number)
	if err := t.send(tag + " " + text); err != nil {
		return err
	}
	for range mostIMAPLines {
		line, err := t.lines.ReadLine()
		if err != nil {
			return err
		}
		head, rest, _ := strings.Cut(line, " ")
		word, words, _ := strings.Cut(rest, " ")
		word = strings.ToUpper(word)
		switch {
		case head == "+":
			if err := t.reply(rest, answer); err != nil {
				return err
			}
		case head == tag && word == "OK":
			return nil
		case head == tag && (word == "NO" || word == "BAD"), head == "*" && word == "BYE":
			return imapRefusal(word, words)
		case head != "*":
			return errNotMail
		case untagged != nil:
			untagged(rest)
		}
	}
	return errNotMail
}

func (t *imapTalk) reply(question string, answer func([]byte) []byte) error {
	challenge, err := base64.StdEncoding.DecodeString(strings.TrimSpace(question))
	if err != nil {
		challenge = []byte(question) // some ask in plain words
	}
	if answer == nil {
		return errNotMail
	}
	return t.send(base64.StdEncoding.EncodeToString(answer(challenge)))
}

func (t *imapTalk) send(line string) error {
	_, err := t.conn.Write([]byte(line + "\r\n"))
	return err
}

// imapRefusal reads "[CODE arguments] text".
func imapRefusal(word, text string) mailRefusal {
	r := mailRefusal{word: word, text: text}
	if rest, ok := strings.CutPrefix(text, "["); ok {
		if code, after, ok := strings.Cut(rest, "]"); ok {
			code, _, _ = strings.Cut(code, " ")
			r.code, r.text = strings.ToUpper(code), strings.TrimSpace(after)
		}
	}
	return r
}
