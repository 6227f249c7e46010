package logs

import (
	"bufio"
	"bytes"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// textLog reads what any other program writes: a time or none, and words. Each
// entry is explained by itself, and counts when it tells of a refused sign-in.
type textLog struct {
	t   *tally
	now time.Time
	// Where the connections of PostgreSQL came from, by process.
	hosts map[string]string
	// What programs in containers printed.
	inside *inner
	detail *detail
}

// A detail is a failure that only an entry for developers told of so far: what
// the program says of it to everybody may come right behind it.
type detail struct {
	r     *record
	extra []*record
}

// soon is how far a detail may stand in front of what it belongs to.
const soon = 2 * time.Second

var debugLevel = lazily(`^.{0,60}?\b(?:DEBUG|TRACE|FINER?|FINEST|debug|trace)\b`)

// once keeps a failure from being counted by its detail, too.
func (d *detail) once(raw []byte, r *record) *record {
	if r == nil || r.outcome != failed {
		return r
	}
	before := d.r
	d.r = nil
	if before != nil && (debugLevel().Match(raw) || r.when.Sub(before.when) > soon || before.user != "" && before.user != r.user) {
		d.extra = append(d.extra, before)
	}
	if debugLevel().Match(raw) && !r.when.IsZero() {
		d.r = r
		return nil
	}
	return r
}

// more are the details that nothing came behind.
func (d *detail) more(end bool) []*record {
	out := d.extra
	d.extra = nil
	if end && d.r != nil {
		out, d.r = append(out, d.r), nil
	}
	return out
}

func (l textLog) more(end bool) []*record {
	return append(l.inside.more(end), l.detail.more(end)...)
}

// printed reads a line of a container's runtime, which is not always a whole one.
func (l textLog) printed(raw []byte) *record {
	text, at, whole := l.inside.cri(raw)
	if !whole {
		return nil
	}
	if r, known := l.inside.parse(text, at); known {
		return r
	}
	return l.t.told(&record{when: at, text: entry(string(text)), count: 1})
}

// received is how PostgreSQL tells who connected, in front of what it says of the
// sign-in (log_connections).
var received = lazily(`\[(\d+)\] .*?LOG:  connection received: host=(\S+)`)

var process = lazily(`\[(\d+)\] .*?FATAL:  `)

// connected notes where a connection of PostgreSQL came from, or completes a
// failure with it.
func (l textLog) connected(text string, r *record) {
	if strings.Contains(text, "connection received: host=") {
		if found := received().FindStringSubmatch(text); found != nil {
			if len(l.hosts) >= maxSeen {
				clear(l.hosts)
			}
			l.hosts[found[1]] = found[2]
		}
	}
	if r == nil || r.source != "" || r.outcome != failed || len(l.hosts) == 0 {
		return
	}
	if found := process().FindStringSubmatch(text); found != nil {
		r.source = l.hosts[found[1]]
	}
}

// stampPattern finds the time near the beginning of an entry, in the layouts
// that programs use: ISO 8601 with a T or a space, with a comma or a point
// before the fraction, and dates with slashes.
var stampPattern = lazily(`^(?:.{0,40}?\b|\w+=.{0,200}? (?:t|ts|time|timestamp)="?)(\d{4})[-/](\d\d)[-/](\d\d)[T _](\d\d:\d\d:\d\d)(?:[.,](\d{1,9}))?\d*\s?(Z\b|[+-]\d\d:?\d\d\b)?`)

// wordyStamp finds times whose month is a word, and which layout each has.
var wordyStamp = lazily(`^.{0,10}?\b(?:((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4})|(\d\d/[A-Z][a-z]{2}/\d{4} \d\d:\d\d:\d\d))\b`)

// stamped reports whether a line begins an entry with a time of its own.
func stamped(line []byte) bool { return stampPattern().Match(line) || wordyStamp().Match(line) }

func (l textLog) when(raw []byte) time.Time {
	part := stampPattern().FindSubmatch(raw)
	if part == nil {
		return l.wordy(raw)
	}
	zone, layout := string(bytes.ReplaceAll(part[6], []byte(":"), nil)), "2006-01-02T15:04:05"
	text := string(part[1]) + "-" + string(part[2]) + "-" + string(part[3]) + "T" + string(part[4])
	if len(part[5]) > 0 {
		text += "." + string(part[5])
	}
	if zone == "" {
		at, _ := time.ParseInLocation(layout, text, l.now.Location())
		return at
	}
	at, _ := time.Parse(layout+"Z0700", text+zone)
	return at
}

func (l textLog) wordy(raw []byte) time.Time {
	part := wordyStamp().FindSubmatch(raw)
	if part == nil {
		return time.Time{}
	}
	layout := "Mon Jan _2 15:04:05 2006"
	if len(part[2]) > 0 {
		layout = "02/Jan/2006 15:04:05"
	}
	at, _ := time.ParseInLocation(layout, string(part[1])+string(part[2]), l.now.Location())
	return at
}

func (textLog) stranger() bool { return true }

func (l textLog) parse(raw []byte) (*record, error) {
	if !utf8.Valid(raw) {
		raw = bytes.ToValidUTF8(raw, []byte("?"))
	}
	if isCRI(raw) {
		return l.printed(raw), nil
	}
	text := wordyStamp().ReplaceAll(stampPattern().ReplaceAll(raw, nil), nil)
	r := l.t.told(&record{when: l.when(raw), text: entry(string(text)), count: 1})
	l.connected(string(text), r)
	return l.detail.once(raw, r), nil
}

// entry is what is explained of an entry of several lines: a program's last
// words stand at its end.
func entry(s string) string {
	if len(s) <= 2*maxText {
		return s
	}
	return s[:maxText] + "\n" + s[len(s)-maxText:]
}

// signInWords are in what speaks of a sign-in: that a name was not found or a
// connection was refused tells of one only beside them.
var signInWords = lazily(`(?i)auth|log[ -]?(?:in|on)\b|logon|sign[ -]?in|signin|password|passwd|credential|token|\bsso\b|saml|oauth|ldap|kerberos|identity`)

// refusedWords tell of a sign-in that was refused, without a reason.
var refusedWords = lazily(`(?i)\b(?:log[ -]?in|log[ -]?on|sign[ -]?in|authentication) (?:attempt )?(?:has |was )?(?:failed|failure|denied|refused|rejected)\b|\bfailed (?:log[ -]?in|log[ -]?on|sign[ -]?in|authentication)\b`)

// waysThere are the causes that stop any connection.
var waysThere = []string{
	"dns_failure", "network_unreachable", "proxy_required", "provider_outage", "rate_limited",
	"tls_untrusted", "tls_expired", "tls_hostname", "tls_protocol", "clock_skew",
}

// told is a record whose text tells of a refused sign-in, with who it was; nil
// for any other text.
func (t *tally) told(r *record) *record {
	if known := byWords([]byte(r.text)); known != nil {
		known.when = r.when
		return known
	}
	m := t.explain(r)
	vague := m.cause == unknownCause || !m.sure && m.cause != "not_auth"
	switch {
	case vague && refusedWords().MatchString(r.text) && namedSource(r.text) != "":
		m.cause = unknownCause // it happened, and was refused: why, it does not say
	case m.cause == unknownCause || m.cause == "not_auth":
		return gotIn(r)
	case slices.Contains(waysThere, m.cause) && !signInWords().MatchString(r.text):
		return nil
	case !m.sure:
		t.possible++
		return nil
	}
	r.cause, r.system = m.cause, m.system // with a name taken out, the words may say less
	r.user, r.source = namedUser(r.text), namedSource(r.text)
	if r.source == "" {
		r.agent = m.system // a program signs in at several; each is apart
		if r.app != "" && slices.Contains([]string{"generic", "dns", "jwt", "tls", "network", "http"}, m.system) {
			r.agent = r.app // none of these is a place to sign in at
		}
	}
	return r
}

// gotIn is a record whose text tells of a success; nil for any other.
func gotIn(r *record) *record {
	if !slices.ContainsFunc(partsOfIn, func(part string) bool { return strings.Contains(r.text, part) }) {
		return nil
	}
	at := inPattern().FindStringIndex(r.text)
	if at == nil || deniedPattern().MatchString(r.text[:at[0]]) || falsePattern().MatchString(r.text[at[1]:]) {
		return nil
	}
	r.outcome = succeeded
	r.user, r.source = namedUser(r.text), namedSource(r.text)
	return r
}

// partsOfIn are found faster than what they are parts of.
var partsOfIn = []string{"ogged", "OGGED", "igned", "IGNED", "uccess", "UCCESS", "ucceed", "ccept", " ok", " OK"}

// inPattern is in what tells of a success, unless it is denied in front of it, or behind.
var (
	inPattern     = lazily(`(?i)\b(?:(?:logged|signed)[ -]?(?:in|on)\b|(?:log[ -]?[io]n|sign[ -]?in|authentication|auth) (?:was |is )?(?:succe(?:ss|eded|ssful)|ok\b|accepted)|successful(?:ly)? (?:log|sign|auth))`)
	falsePattern  = lazily(`^["']?\s?[=:]\s?["']?(?i:false|no\b|0|never|null)`)
	deniedPattern = lazily(`(?i)(?:\b(?:not|never|cannot|be|if|when|until|while|before|unless|already|least|last|is|are|get|gets) |n't )\w{0,12} ?$`)
)

// looksLikeText: lines of words, whoever wrote them.
func looksLikeText(head []byte) bool {
	if len(head) == 0 || bytes.IndexByte(head, 0) >= 0 {
		return false
	}
	odd := 0
	for _, r := range string(head[:min(len(head), 4<<10)]) {
		if r == utf8.RuneError || r < ' ' && !strings.ContainsRune("\t\r\n\x1b", r) {
			odd++
		}
	}
	return odd*20 < min(len(head), 4<<10)
}

// continued begins a line that belongs to the entry before it.
var continued = lazily(`^(?:\s|Caused by:|Traceback|During handling of|The above exception|\.\.\. \d+ more|[\w.]+(?:Error|Exception):)`)

// textEntries gives the entries of a log of any program: a line and what belongs
// to it, such as a stack trace. Where several lines of its beginning have a time,
// each entry has.
type textEntries struct {
	lines
	timed bool
	entry []byte
	at    int
	// The line that ended the entry before, and what was wrong with it.
	ahead    []byte
	aheadAt  int
	aheadErr error
	end      error
}

// maxEntry bounds an entry; longer ones are several.
const maxEntry = 16 << 10

func newTextEntries(in *bufio.Reader) *textEntries {
	head, _ := in.Peek(bufSize / 4)
	times := 0
	for line := range bytes.Lines(head) {
		if stamped(line) {
			times++
		}
	}
	return &textEntries{lines: lines{in: in}, timed: times > 1}
}

func (e *textEntries) next() ([]byte, int, error) {
	e.entry, e.at = append(e.entry[:0], e.ahead...), e.aheadAt
	err := e.aheadErr
	e.ahead, e.aheadErr = e.ahead[:0], nil
	if err != nil {
		return e.entry, e.at, err
	}
	for e.end == nil {
		raw, line, err := e.lines.next()
		if err != nil && !errors.Is(err, errTooLong) {
			e.end = err
			break
		}
		if len(e.entry) > 0 && (err != nil || !e.belongs(raw)) {
			e.ahead, e.aheadAt, e.aheadErr = append(e.ahead, raw...), line, err
			break
		}
		if err != nil {
			return raw, line, err
		}
		if len(e.entry) == 0 {
			e.at = line
		} else {
			e.entry = append(e.entry, '\n')
		}
		e.entry = append(e.entry, raw...)
	}
	if len(e.entry) > 0 {
		return e.entry, e.at, nil
	}
	return nil, e.at, e.end
}

// belongs reports whether a line goes on with the entry before it.
func (e *textEntries) belongs(line []byte) bool {
	switch {
	case len(e.entry)+len(line) > maxEntry:
		return false
	case e.timed:
		return !stamped(line) || bytes.Contains(line, []byte(" DETAIL:  ")) || bytes.Contains(line, []byte(" HINT:  "))
	}
	return continued().Match(line)
}
