package report

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A view is a report in the words and the order in which people read it. Text,
// HTML and Markdown all show this, so they cannot tell different facts.
type view struct {
	Title   string // of the playbook
	Status  diag.VerdictStatus
	Look    look
	Summary string
	Code    string
	Advice  []labelled // what to do, why, what is still open, whom to tell
	Where   string     // a caution about what was measured where; may be empty
	Told    []labelled // what the person said
	Message []string   // lines of what the person pasted
	Means   []string   // what was recognised in them
	Checks  []checkView
	Passed  string // the checks that passed, in one line
	Left    string // the checks that nobody asked for, in one line
	Also    []checkView
	Opinion *opinionView
	Steps   []stepView
	Order   string       // what the order of the steps costs; may be empty
	Moments []momentView // what happened when, in order
	Zone    string       // of their times
	Lasted  bool         // long enough for the times to tell something
	Foot    []labelled
}

// labelled is a line with a word in front.
type labelled struct{ Label, Text string }

// advise adds advice; of several pieces, only the first has the label.
func (v *view) advise(label string, texts ...string) {
	for _, text := range texts {
		if text != "" {
			v.Advice = append(v.Advice, labelled{label, text})
			label = ""
		}
	}
}

// viewReport looks at a report, a clean one.
func viewReport(r *diag.Report) view {
	v := view{
		Title:   cmpOr(r.Playbook.Title, r.Playbook.ID),
		Status:  r.Verdict.Status,
		Look:    verdictLooks()[r.Verdict.Status],
		Code:    r.Verdict.Code,
		Where:   whereCaution(r),
		Told:    told(r),
		Message: messageLines(r.Message.Text),
		Means:   meanings(r),
		Passed:  passedChecks(r.Checks),
		Left:    titlesOf(r.Checks, diag.Skipped, "skipped"),
		Opinion: viewOpinion(r.Opinion, r.Causes),
		Steps:   viewSteps(r),
		Order:   orderPrice(r),
		Moments: viewTimeline(r),
		Zone:    zoneOf(r),
		Lasted:  lasted(r),
		Foot:    foot(r),
	}
	v.Summary = sentence(cmpOr(r.Verdict.Summary, verdictFallback()[r.Verdict.Status]))
	for _, c := range r.Checks {
		switch {
		case c.Status == diag.Pass || c.Status == diag.Skipped:
		case c.AlsoFound:
			v.Also = append(v.Also, viewAlso(c))
		default:
			v.Checks = append(v.Checks, viewCheck(c, r.Checks))
		}
	}
	addAdvice(&v, r)
	return v
}

// verdictFallback speaks where a report has no sentence of its own.
func verdictFallback() map[diag.VerdictStatus]string {
	return map[diag.VerdictStatus]string{
		diag.Healthy:      "Everything that was checked works",
		diag.Fixed:        "The sign-in works again",
		diag.Problem:      "Something stands in the way of the sign-in",
		diag.Waiting:      "Nothing here can mend it now; waiting can",
		diag.Escalate:     "Not fixed; every step was tried",
		diag.Inconclusive: "What would decide could not be measured",
		diag.Cancelled:    "Stopped before the end; what was done is kept",
	}
}

// below points to the instructions of the next step, which a brief text lacks.
const below = ": it is explained below"

// goOnLabel stands before the command that takes a session up again; whoever is
// read to needs it to say so again.
const goOnLabel = "Go on"

func addAdvice(v *view, r *diag.Report) {
	next := r.Verdict.Next
	if planned(r, next) {
		v.advise("Do this", cmpOr(next.Text, next.Step)+below)
	} else {
		v.advise("Do this", cmpOr(next.Text, remedyOf(r)))
	}
	v.advise("Why", r.Verdict.Why)
	if r.HandOver != nil {
		v.handOver(r)
	}
	v.advise("Proven by", provenBy(r))
	v.advise("Still open", stillOpen(r)...)
	v.advise(goOnLabel, goOn(r))
	v.advise("From now on", r.Prevent...)
}

// handOver says whom to turn to. While waiting may still do, that comes after
// the waiting.
func (v *view) handOver(r *diag.Report) {
	h := r.HandOver
	switch {
	case r.Verdict.Status == diag.Waiting:
		if h.Ask == "" { // then the text is for the person, and not about them
			v.advise("Meanwhile", cmpOr(h.Meanwhile, h.Text))
		} else {
			v.advise("Meanwhile", h.Meanwhile)
		}
		if h.To != "" {
			v.advise("If it lasts", "turn to "+h.To)
		}
		if h.Ask != "" {
			v.tell(h)
		}
	case strings.Contains(r.Verdict.Next.Text, h.To):
		v.tell(h)
	default:
		v.advise("Turn to", h.To)
		v.tell(h)
	}
	v.advise("Give them", h.Give...)
	if r.Verdict.Status != diag.Waiting {
		v.advise("Until then", h.Meanwhile)
	}
}

// tell says why them, and what to tell them.
func (v *view) tell(h *diag.HandOver) {
	if h.Ask == "" {
		v.advise("Tell them", h.Text)
		return
	}
	v.advise("Why them", h.Text)
	v.advise("Tell them", quoted(h.Ask))
}

// planned reports that the list of steps says what to do next, and says it
// in full.
func planned(r *diag.Report, next diag.Next) bool {
	if next.Step == "" || r.Opinion == nil {
		return false
	}
	return next.Text == "" || slices.ContainsFunc(r.Steps, func(s diag.StepResult) bool { return s.ID == next.Step && s.Title == next.Text })
}

// remedyOf is the remedy of the check that the verdict names.
func remedyOf(r *diag.Report) string {
	for _, c := range r.Checks {
		if c.ID == r.Verdict.Check && c.Status != diag.Pass {
			return c.Remedy
		}
	}
	return ""
}

func quoted(s string) string {
	if s == "" {
		return ""
	}
	return `"` + s + `"`
}

// provenBy lists what worked in the retest, once it is fixed.
func provenBy(r *diag.Report) string {
	if r.Verdict.Status != diag.Fixed {
		return ""
	}
	var proof []string
	for _, s := range r.Steps {
		proof = append(proof, reported(r, s, diag.CheckpointPasses)...)
	}
	return strings.Join(proof, " · ")
}

// reported lists the checkpoints of a step of which that was reported.
func reported(r *diag.Report, s diag.StepResult, what string) []string {
	var out []string
	for _, id := range r.Checkpoints {
		if s.Checkpoints[id] == what {
			out = append(out, lowerFirst(title(r, "checkpoint:", id)))
		}
	}
	return out
}

func stillOpen(r *diag.Report) []string {
	var open []string
	for _, id := range r.Verdict.Pending {
		open = append(open, title(r, "checkpoint:", id))
	}
	return open
}

// goOn says how to come back to a session in which something is left to do.
func goOn(r *diag.Report) string {
	open := len(r.Verdict.Pending) > 0 || r.Verdict.Status == diag.Waiting || r.Verdict.Status == diag.Cancelled || r.Verdict.Status == diag.Problem
	if r.Session == "" || !open {
		return ""
	}
	return "authdoctor session resume " + r.Session
}

// whereCaution says that this computer was measured, when the sign-in fails
// on another device and something measured here therefore proves nothing.
func whereCaution(r *diag.Report) string {
	if r.Where == diag.WhereHere || r.Verdict.Status == diag.Fixed { // proven on the device itself
		return ""
	}
	for _, c := range r.Checks {
		if !c.InForce && (c.Status == diag.Fail || c.Status == diag.Warn || c.Status == diag.Pass) {
			return "The checks measured this computer, not the device that is refused."
		}
	}
	return ""
}

func told(r *diag.Report) []labelled {
	var out []labelled
	for _, id := range r.Symptoms {
		out = append(out, labelled{"You see", title(r, "symptom:", id)})
	}
	if w, ok := whereWords()[r.Where]; ok && len(out) > 0 {
		if a := r.Answers[diag.AskWhere]; a != string(r.Where) {
			w = "you did not say where; taken as " + w
		}
		out = append(out, labelled{"It fails", w})
	}
	open := 0
	for _, q := range slices.Sorted(maps.Keys(r.Answers)) {
		switch a := r.Answers[q]; {
		case q == diag.AskWhere || q == diag.AskSymptoms:
		case a == diag.NoAnswer:
			open++
		default:
			label, text := "You say", title(r, "question:", q)+" "+title(r, "answer:"+q+"=", a)
			switch how := r.AnsweredBy[q]; how {
			case "":
			case diag.FromMessage:
				label = "The message"
			default:
				label, text = "Measured", text+" ("+how+")"
			}
			out = append(out, labelled{label, text})
		}
	}
	if open > 0 {
		out = append(out, labelled{"Not known", plural(open, "question") + " without an answer"})
	}
	return out
}

// meanings says what was recognised in the message.
func meanings(r *diag.Report) []string {
	var out []string
	for i, m := range r.Message.Matches {
		text := cmpOr(m.Title, spaced(cmpOr(m.Cause, "not known"))) + " (" + strings.TrimSpace(m.System+" "+m.Code) + ")"
		if i == 0 && m.Title != "" && !m.Certain {
			text += "; it may mean other things too"
		}
		out = append(out, text)
	}
	return out
}

// messageLimit keeps a pasted novel from hiding the verdict. JSON has it all.
const messageLimit = 12

func messageLines(text string) []string {
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(text, "\t", " ")), "\n")
	if len(lines) == 1 && lines[0] == "" {
		return nil
	}
	if n := len(lines) - messageLimit; n > 0 {
		lines = append(lines[:messageLimit:messageLimit], fmt.Sprintf("… and %d more lines", n))
	}
	return lines
}

// passedChecks are the checks that passed, with those apart that somebody
// vouched for.
func passedChecks(checks []diag.Check) string {
	var measured, given []diag.Check
	for _, c := range checks {
		if strings.HasSuffix(c.Summary, diag.GivenMark) {
			given = append(given, c)
		} else {
			measured = append(measured, c)
		}
	}
	line := titlesOf(measured, diag.Pass, "passed")
	if told := titlesOf(given, diag.Pass, "taken as given, not measured"); told != "" && line != "" {
		line += "; " + told
	} else if told != "" {
		line = told
	}
	return line
}

// titlesOf names the checks of a status in one line: a wall of green tells
// nobody anything.
func titlesOf(checks []diag.Check, status diag.Status, word string) string {
	var titles []string
	for _, c := range checks {
		if c.Status == status && !c.AlsoFound {
			titles = append(titles, lowerFirst(cmpOr(c.Title, c.ID)))
		}
	}
	if len(titles) == 0 {
		return ""
	}
	return fmt.Sprintf("%s %s: %s", plural(len(titles), "check"), word, strings.Join(titles, ", "))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

func foot(r *diag.Report) []labelled {
	book := strings.TrimSpace(r.Playbook.ID + " " + r.Playbook.Version)
	if sum := r.Playbook.SHA256; sum != "" {
		book += " (sha256 " + sum[:min(12, len(sum))] + ")"
	}
	made := "authdoctor " + cmpOr(r.Tool.Version, "of unknown version")
	if book != "" {
		made += ", playbook " + book
	}
	out := []labelled{{"Made by", made}}
	if !r.Started.IsZero() {
		at := r.Started.UTC().Format("2006-01-02 15:04:05 MST")
		if !r.Finished.IsZero() {
			at += ", took " + elapsed(r.Finished.Sub(r.Started).Round(time.Millisecond))
		}
		out = append(out, labelled{"Made at", at})
	}
	return out
}

// title gives the words behind an id, or the id.
func title(r *diag.Report, kind, id string) string { return cmpOr(r.Titles[kind+id], id) }

func cmpOr(s, fallback string) string {
	if strings.TrimSpace(s) == "" {
		return fallback
	}
	return s
}
