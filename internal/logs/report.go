package logs

import (
	"cmp"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/redact"
)

// maxEntries bounds a list in a report.
const maxEntries = 1000

// A Report is what logs say.
type Report struct {
	Schema     string     `json:"schema"`
	Files      []File     `json:"files"`
	Lines      int        `json:"lines"` // or records, where a record is not a line
	Unreadable int        `json:"unreadable"`
	Broken     []Broken   `json:"broken"` // the first of the unreadable ones
	Failures   int        `json:"failures"`
	Untimed    int        `json:"untimed"`    // failures without a time, in no bucket
	Challenges int        `json:"challenges"` // refusals that only began a sign-in; no failures
	Interrupts int        `json:"interrupts"` // steps in the middle of a sign-in; no failures
	Unsure     int        `json:"unsure"`     // failures that the log may tell of twice
	Possible   int        `json:"possible"`   // entries whose words may tell of a failure, and may not; not counted
	Forms      int        `json:"forms"`      // sent to a sign-in page and answered with a page: refused or not, it does not say
	CutShort   *Cut       `json:"cut_short"`  // where the reading was stopped; null when it was not
	First      *time.Time `json:"first"`
	Last       *time.Time `json:"last"`
	ByCause    []Entry    `json:"by_cause"`
	BySystem   []Entry    `json:"by_system"`
	ByUser     []Entry    `json:"by_user"`
	ByApp      []Entry    `json:"by_app"`
	BySource   []Entry    `json:"by_source"`
	Buckets    []Bucket   `json:"buckets"`
	Statistic  string     `json:"statistic"` // how spikes are found
	Spikes     []Spike    `json:"spikes"`
	Findings   []Finding  `json:"findings"` // what is told apart, the gravest first
	Verdict    Verdict    `json:"verdict"`  // of the gravest

	zone *time.Location // of the times in texts: that of whoever reads them
}

// A Cut is where a reading was stopped. Line 0 is before the first one.
type Cut struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

// A File is one log that was read. Format is empty when it was not recognised.
type File struct {
	Name       string `json:"name"`
	Format     string `json:"format"`
	Lines      int    `json:"lines"`
	Unreadable int    `json:"unreadable"`
	Empty      bool   `json:"empty"`
	Error      string `json:"error"` // why nothing, or no more, could be read

	at      int  // the line that was read last
	strange bool // no record was of a program that is known
	// The programs in a log of many that are not known.
	programs []string
}

// Broken is a record that could not be read, with its place.
type Broken struct {
	Place  string `json:"place"`
	Reason string `json:"reason"`
	Text   string `json:"text,omitempty"`
}

// Statuses of a verdict.
const (
	StatusHealthy      = "healthy"
	StatusProblem      = "problem"
	StatusInconclusive = "inconclusive" // nothing was readable
)

// A Verdict says what it comes to.
type Verdict struct {
	Status       string     `json:"status"`
	Reading      string     `json:"reading"` // one of Readings
	Cause        string     `json:"cause"`
	Summary      string     `json:"summary"`
	StartedAfter *time.Time `json:"started_after"` // until then nothing failed; null when the log does not show it
	Next         Next       `json:"next"`
}

// Next is what to do.
type Next struct {
	Text     string `json:"text"`
	Actor    string `json:"actor"` // who can do it, one of diag.Actors; empty when it may be anybody
	Playbook string `json:"playbook"`
}

func (t *tally) report() (*Report, error) {
	name, err := t.namer()
	if err != nil {
		return nil, err
	}
	r := &Report{
		zone: t.Now.Location(), Schema: Schema, Files: append([]File{}, t.files...), Failures: t.failures, Untimed: t.untimed, Challenges: t.challenges.begun, Interrupts: t.steps.count, Unsure: t.unsure, Possible: t.possible, Forms: t.challenges.forms, CutShort: t.cut, Broken: append([]Broken{}, t.samples...),
		First: moment(t.first), Last: moment(t.last), Statistic: Statistic,
		ByCause: list(t.causes, plain), BySystem: list(t.systems, plain), ByApp: list(t.apps, plain),
		ByUser: list(t.users, func(k string) string { return name("user", k) }), BySource: list(t.sources, func(k string) string { return name("source", k) }),
	}
	for _, f := range t.files {
		r.Lines += f.Lines
		r.Unreadable += f.Unreadable
	}
	first, last := t.series.span(t.from, t.to)
	r.Buckets = t.series.buckets(first, last)
	p := t.plot()
	r.Spikes = t.series.spikes(r.Buckets, first, p.judge)
	r.Findings = p.findings(name)
	r.Verdict = t.verdict(r)
	return r, nil
}

// plain makes a key safe to print.
func plain(key string) string { return redact.Printable(redact.Text(key)) }

// namer shows users and sources as they are, or hides them behind a key that
// nobody keeps.
func (t *tally) namer() (func(kind, key string) string, error) {
	if t.Random == nil {
		return func(_, key string) string { return plain(key) }, nil
	}
	secret := make([]byte, 32)
	if _, err := io.ReadFull(t.Random, secret); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	return func(kind, key string) string {
		if key == restKey {
			return key
		}
		h := hmac.New(sha256.New, secret)
		_, _ = io.WriteString(h, kind+"\x00"+key)
		return kind + "-" + hex.EncodeToString(h.Sum(nil)[:6])
	}, nil
}

func moment(at time.Time) *time.Time {
	if at.IsZero() {
		return nil
	}
	at = at.UTC()
	return &at
}

// list sorts a list, the most frequent first, and names its keys.
func list(m map[string]*Entry, name func(string) string) []Entry {
	out := make([]Entry, 0, len(m))
	for _, e := range m {
		out = append(out, *e)
	}
	slices.SortFunc(out, func(a, b Entry) int { return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Key, b.Key)) })
	out = slices.Clip(out[:min(len(out), maxEntries)])
	for i := range out {
		out[i].Key = name(out[i].Key)
	}
	return out
}

func (t *tally) verdict(r *Report) Verdict {
	v := Verdict{Status: StatusHealthy, Reading: ReadNone}
	if r.Lines == r.Unreadable {
		v.Status = StatusInconclusive
		v.Summary, v.Next.Text = unread(r)
		return v
	}
	if r.Failures == 0 && slices.ContainsFunc(r.Files, wordsAlone) {
		v.Status = StatusInconclusive
		v.Summary = unproven(r.Files)
		v.Next.Text = "Name the format with --log-format, or look for the line of one failed sign-in and give it to authdoctor explain."
		return v
	}
	if r.Failures == 0 && r.Forms > 0 {
		v.Status = StatusInconclusive
		v.Summary = fmt.Sprintf("Nothing was refused by a number, but %s to a sign-in page got a page back: that does not tell who was let in.", number(r.Forms, "request"))
		v.Next.Text = "Look into the log of the application itself. Many from one address in a short time are somebody who guesses."
		return v
	}
	if r.Failures == 0 {
		v.Summary = "No sign-in failed in what was read."
		return v
	}
	v.Status = StatusProblem
	if quietBefore(r.Buckets) {
		v.StartedAfter = r.First
	}
	gravest := r.Findings[0]
	v.Reading, v.Cause, v.Summary, v.Next = gravest.Reading, gravest.Cause, gravest.Summary, gravest.Next
	return v
}

// wordsAlone reports whether a log is of a program that nobody knows. That no
// words were recognised in it proves nothing.
func wordsAlone(f File) bool { return (f.strange || len(f.programs) > 0) && f.Lines > f.Unreadable }

// unproven says why nothing is known, though no failure was found.
func unproven(files []File) string {
	var programs []string
	for _, f := range files {
		programs = append(programs, f.programs...)
	}
	slices.Sort(programs)
	if programs = slices.Compact(programs); len(programs) > 0 {
		return "No failed sign-in was found, but authdoctor does not know how " + someOf(programs) + " would tell of one, and so it looked at the words alone there."
	}
	known := slices.ContainsFunc(files, func(f File) bool { return f.Lines > f.Unreadable && !f.strange })
	if !known {
		return "No line tells of a failed sign-in in words that authdoctor knows. It does not know the program that wrote this, and so it looked at the words alone."
	}
	i := slices.IndexFunc(files, wordsAlone)
	return "No failed sign-in was found, but authdoctor does not know the program that wrote " + plain(files[i].Name) + ", and so it looked at the words alone there."
}

// someOf names the first few of a list.
func someOf(names []string) string {
	shown := make([]string, 0, 3)
	for _, n := range names[:min(len(names), 3)] {
		shown = append(shown, plain(n))
	}
	if rest := len(names) - len(shown); rest > 0 {
		return strings.Join(shown, ", ") + " and " + number(rest, "other program")
	}
	if len(shown) == 1 {
		return shown[0]
	}
	return strings.Join(shown[:len(shown)-1], ", ") + " and " + shown[len(shown)-1]
}

// unread says why nothing could be read.
func unread(r *Report) (summary, next string) {
	empty := slices.ContainsFunc(r.Files, func(f File) bool { return f.Empty })
	switch {
	case r.CutShort != nil:
		return "Stopped before anything was read.", ""
	case empty && len(r.Files) == 1:
		return "The file is empty: nobody tried to sign in, or it is not what the service writes to.", "Look in the settings of the service for the file that it writes to."
	}
	return "Nothing could be read: this is no log in a format that authdoctor knows.", "Name the format with --log-format, or give the log as the service wrote it: unpacked, and not as a picture or a document."
}

// quietBefore reports whether a fifth of the time and more passed before
// anything failed.
func quietBefore(buckets []Bucket) bool {
	i := slices.IndexFunc(buckets, func(b Bucket) bool { return b.Count > 0 })
	return i >= 3 && i*5 >= len(buckets)
}
