package playbook

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// whole uses every key of the format once.
const whole = `# a comment
schema: authdoctor.playbook/1
id: gate
title: Gate sign-in
version: 2
summary: >-
  The gate
  stays shut.
service: Gate
surfaces: [app, website]
vars: {hosts: [a.example, b.example], port: 443, empty: ""}
warnings: Do not force it.
sources: [The manual, https://www.example.com/, {title: Help, url: http://help.example.com/x}]
reviewed: 2026-01-31
escalate: {to: the guard, text: Say who you are., give: [your name, the time]}
prevent: [Keep the key.]
symptoms:
  - {id: shut, title: It is shut, likely: {lost-key: often, nothing-else: 0.3}, otherwise: rarely}
  - {id: quiet, title: It says nothing}
causes:
  - {id: nothing-else, leak: true, prior: 1.5}
  - {id: lost-key, title: The key is lost, layer: credentials, class: unknown_account, actor: dealer, prior: very-common, escalate: Ask for a new one.}
checks:
  - id: clock
    title: Time
    run: clock
    with: {servers: [a.example, b.example], date_url: "https://{{hosts}}/", max: 5}
    after: []
    likely: {lost-key: {skewed: .5, zone_wrong: sometimes}}
    otherwise: {skewed: never}
    conclusive: skewed
    reliability: 0.9
questions:
  - id: colour
    ask: Which colour?
    help: It tells the year.
    show: corrected-time
    choices:
      no: No colour
      on: {text: 'Yes: red', sets: {port: 80}, neutral: true}
      typed: {text: Another, input: port, prompt: Which?}
    when: {symptom: [shut, quiet], where-fails: here, clock: skewed}
    likely: {lost-key: {no: usually}}
    otherwise: {typed: half}
steps:
  - id: look
    stage: credentials
    title: Look for it
    minutes: 2.5
    fixes: {lost-key: half, nothing-else: rarely}
    satisfied_by: {colour: on}
    affects: [clock]
    do: {app: [Look., Look again.], website: Look.}
    why: It may be there.
    careful: [Slowly.]
    notes: [{when: {colour: no}, text: It is old.}]
    guides: [searching]
    outcomes: [{id: found, title: I found it, likely: {lost-key: always}, otherwise: never}]
  - {id: again, stage: retest, title: Try again, requires: [look]}
retest:
  - {id: open, title: Open it, before: Nobody behind it., minutes: 20, postpone: true, longer: {when: {colour: on}, title: Open it tomorrow, minutes: 1440}, undo: open, remind: It is open., likely: {lost-key: usually}, otherwise: half}
guides:
  - id: searching
    title: How to search
    procedures: [{surface: mobiletech, actor: admin, do: [Search.], careful: [Do not fall.]}]
`

func TestParseReadsEverything(t *testing.T) {
	got, err := Parse("gate.yaml", []byte(whole))
	if err != nil {
		t.Fatal(err)
	}
	half := Likelihood{.5, "half"}
	want := &Playbook{
		Path: "gate.yaml", SHA256: got.SHA256,
		ID: "gate", Title: "Gate sign-in", Version: "2", Summary: "The gate stays shut.", Service: "Gate",
		Surfaces: []string{"app", "website"},
		Vars:     map[string]string{"hosts": "a.example,b.example", "port": "443", "empty": ""},
		Warnings: []string{"Do not force it."},
		Sources:  []Source{{Title: "The manual"}, {URL: "https://www.example.com/"}, {Title: "Help", URL: "http://help.example.com/x"}},
		Reviewed: "2026-01-31",
		Escalate: &Escalate{Minutes: 60, To: "the guard", Text: "Say who you are.", Give: []string{"your name", "the time"}},
		Prevent:  []string{"Keep the key."},
		Symptoms: []Symptom{
			{ID: "shut", Title: "It is shut", Likely: map[string]Likelihood{"lost-key": {.75, "often"}, "nothing-else": {P: .3}}, Otherwise: &Likelihood{.1, "rarely"}},
			{ID: "quiet", Title: "It says nothing"},
		},
		Causes: []Cause{
			{ID: "lost-key", Title: "The key is lost", Layer: diag.LayerCredentials, Class: "unknown_account", Actor: "dealer", Prior: 27, Word: "very-common", Escalate: "Ask for a new one."},
			{ID: "nothing-else", Title: "Something else", Prior: 1.5, Leak: true},
		},
		Checks: []Check{{
			ID: "clock", Title: "Time", Run: "clock", After: []string{},
			With:       map[string]string{"servers": "a.example,b.example", "date-url": "https://{{hosts}}/", "max": "5"},
			Likely:     map[string]Row{"lost-key": {"skewed": {P: .5}, "zone_wrong": {.25, "sometimes"}}},
			Otherwise:  Row{"skewed": {.01, "never"}},
			Conclusive: []string{"skewed"}, Reliability: .9,
		}},
		Questions: []Question{{
			ID: "colour", Ask: "Which colour?", Help: "It tells the year.", Show: "corrected-time",
			Choices: []Choice{
				{ID: "no", Text: "No colour"},
				{ID: "on", Text: "Yes: red", Sets: map[string]string{"port": "80"}, Neutral: true},
				{ID: "typed", Text: "Another", Input: "port", Prompt: "Which?"},
			},
			When:      Condition{"symptom": {"shut", "quiet"}, "where-fails": {"here"}, "clock": {"skewed"}},
			Likely:    map[string]Row{"lost-key": {"no": {.9, "usually"}}},
			Otherwise: Row{"typed": half},
		}},
		Steps: []Step{
			{
				ID: "look", Stage: diag.StageCredentials, Title: "Look for it", Minutes: 2.5,
				Fixes:       map[string]Likelihood{"lost-key": half, "nothing-else": {.1, "rarely"}},
				SatisfiedBy: Condition{"colour": {"on"}}, Affects: []string{"clock"},
				Do:  map[string][]string{"app": {"Look.", "Look again."}, "website": {"Look."}},
				Why: "It may be there.", Careful: []string{"Slowly."},
				Notes: []Note{{When: Condition{"colour": {"no"}}, Text: "It is old."}}, Guides: []string{"searching"},
				Outcomes: []StepOutcome{{ID: "found", Title: "I found it", Likely: map[string]Likelihood{"lost-key": {.99, "always"}}, Otherwise: &Likelihood{.01, "never"}}},
			},
			{ID: "again", Stage: diag.StageRetest, Title: "Try again", Requires: []string{"look"}},
		},
		Retest: []Checkpoint{{
			ID: "open", Title: "Open it", Before: []string{"Nobody behind it."}, Minutes: 20, Postpone: true,
			Longer: &Longer{When: Condition{"colour": {"on"}}, Title: "Open it tomorrow", Minutes: 1440}, Undo: "open", Remind: "It is open.",
			Likely: map[string]Likelihood{"lost-key": {.9, "usually"}}, Otherwise: &half,
		}},
		Guides: []Guide{{ID: "searching", Title: "How to search", Procedures: []Procedure{
			{Surface: "mobiletech", Actor: "admin", Do: []string{"Search."}, Careful: []string{"Do not fall."}},
		}}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("playbook differs (-want +got):\n%s", diff)
	}
	if len(got.SHA256) != 64 {
		t.Errorf("SHA256 is %q", got.SHA256)
	}
}

// A leak of 8% is added where none is declared.
func TestLeakIsAdded(t *testing.T) {
	book := baseBook(t)
	total := 0.
	for _, c := range book.Causes {
		total += c.Prior
	}
	leak := book.Causes[len(book.Causes)-1]
	if leak.ID != "other" || !leak.Leak || !near(leak.Prior/total, .08) {
		t.Errorf("leak is %+v of %v", leak, total)
	}
}

// What an editor on another system or in another tongue writes, is read.
func TestSpellings(t *testing.T) {
	base := string(readTestFile(t, "good", "base.yaml"))
	want := baseBook(t)
	for name, text := range map[string]string{
		"carriage returns":   strings.ReplaceAll(base, "\n", "\r\n"),
		"byte order mark":    "\ufeff" + base,
		"no final line feed": strings.TrimSuffix(base, "\n"),
		"trailing comments":  strings.ReplaceAll(base, "id: door\n", "id: door # the id\n"),
		"quoted keys":        strings.ReplaceAll(base, "    prior:", `    "prior":`),
		"document markers":   "---\n" + base + "...\n",
	} {
		t.Run(name, func(t *testing.T) {
			got, err := Parse("base.yaml", []byte(text))
			if err != nil {
				t.Fatal(err)
			}
			got.SHA256 = want.SHA256
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// Places are those that an editor shows, whatever the line holds before them.
func TestPlaces(t *testing.T) {
	base := string(readTestFile(t, "good", "base.yaml"))
	rows := []struct {
		name, old, new string
		line, column   int
	}{
		{"plain", "title: It refuses me", "titel: It refuses me", 13, 5},
		{"after wide letters", "likely: {bad-password: usually}", "likely: {bad-password: usually, ü拒👪: often}", 14, 37},
		{"carriage returns", "title: It refuses me", "title: It refuses me\r\n    extra: 1", 14, 5},
		{"after a folded text", "title: It refuses me", "title: >-\n      It refuses\n      me\n    extra: 1", 16, 5},
		{"after a literal text", "title: It refuses me", "title: |\n      It refuses me\n    extra: 1", 15, 5},
		{"after a quoted text of two lines", "title: It refuses me", "title: \"It refuses\n      me\"\n    extra: 1", 15, 5},
		{"after an empty line", "title: It refuses me", "title: It refuses me\n\n    extra: 1", 15, 5},
		{"in a flow mapping of two lines", "choices: {works: \"Yes\", fails: \"No\"}", "choices: {works: \"Yes\",\n      fails: {text: \"No\", extra: 1}}", 42, 27},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			_, err := Parse("base.yaml", []byte(strings.Replace(base, row.old, row.new, 1)))
			var problems *Problems
			if !errors.As(err, &problems) {
				t.Fatalf("no problem: %v", err)
			}
			for _, p := range problems.List {
				if p.Line == row.line && p.Column == row.column {
					return
				}
			}
			t.Errorf("nothing at %d:%d:\n%v", row.line, row.column, err)
		})
	}
}

// One file with very many mistakes gives a list that a person can still read.
func TestManyProblems(t *testing.T) {
	text := string(readTestFile(t, "good", "base.yaml")) + strings.Repeat("unknown-key: x\n", 3000)
	_, err := Parse("base.yaml", []byte(text))
	var problems *Problems
	if !errors.As(err, &problems) || len(problems.List) != maxShown {
		t.Fatalf("problems: %v", len(problems.List))
	}
	if hint := problems.List[maxShown-1].Hint; !strings.Contains(hint, "2900 more") {
		t.Errorf("the last hint is %q", hint)
	}
}

func TestSizeLimits(t *testing.T) {
	rows := map[string]string{
		"bytes":  strings.Repeat("#", maxBytes+1),
		"lines":  strings.Repeat("#\n", maxLines+1),
		"values": "a: [" + strings.Repeat("a,", maxNodes) + "]",
		"blank":  "a: |\n" + strings.Repeat("\n", 5000),
		"dashes": strings.Repeat("- ", 5000),
		"braces": strings.Repeat("{", 5000),
		"keys":   strings.Repeat("? ", 5000),
		"stairs": stairs(200),
	}
	for name, text := range rows {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("big.yaml", []byte(text))
			var problems *Problems
			if !errors.As(err, &problems) || problems.List[0].Code != "PB002" {
				t.Errorf("error is %v", err)
			}
		})
	}
}

// stairs is a mapping in a mapping in a mapping.
func stairs(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func TestShow(t *testing.T) {
	for name, data := range map[string][]byte{
		"gate":     []byte(whole),
		"skeleton": first(Skeleton("some-door")),
	} {
		t.Run(name, func(t *testing.T) {
			book, err := Parse(name, data)
			if err != nil {
				t.Fatal(err)
			}
			got := Show(book)
			path := filepath.Join(filesDir, "show", name+".txt")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if diff := cmp.Diff(string(readTestFile(t, "show", name+".txt")), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			for _, line := range strings.Split(got, "\n") {
				if len([]rune(line)) > pageWidth {
					t.Errorf("too wide: %s", line)
				}
			}
		})
	}
}
