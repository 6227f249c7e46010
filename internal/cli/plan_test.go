package cli_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/authdoctor/authdoctor/internal/cli"
)

const oracle = "../../testdata/oracle/"

// stdin gives a run its standard input.
func stdin(text string) func(*cli.System) {
	return func(sys *cli.System) { sys.Stdin = strings.NewReader(text) }
}

// compact is a JSON file in one line.
func compact(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := json.Compact(&b, data); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// planned is what the plan of a run says.
type planned struct {
	Model     string
	Ranking   []string
	Posterior map[string]float64
	ECR       map[string]float64
	EVOI      map[string]any
	PFixNow   map[string]float64 `json:"p_fix_now"`
	Plan      struct {
		First, Method string
		BlockedBy     string  `json:"blocked_by"`
		BlockedCode   string  `json:"blocked_code"`
		PriceOfOrder  float64 `json:"price_of_order"`
	}
	Case struct{ Observed []map[string]string }
}

func readPlan(t *testing.T, text string) planned {
	t.Helper()
	var p planned
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return p
}

// A model is planned the same from a file and from a line, and the model of a
// playbook as the playbook.
func TestPlansOfModels(t *testing.T) {
	model, given := oracle+"model_alarmcom.json", oracle+"case_typical_stale_token.json"
	file := run(t, nil, "playbook", "plan", model, "--given", given, "--format", "json")
	if file.code != 0 {
		t.Fatalf("exit status %d\n%s", file.code, file.stderr)
	}
	line := run(t, stdin(`{"id":7,"model":`+compact(t, model)+`,"case":`+compact(t, given)+"}\n\n"), "playbook", "plan", "--jsonl")
	if a, b := readPlan(t, file.stdout), readPlan(t, line.stdout); a.ECR["optimal"] != b.ECR["optimal"] || a.Plan.First != b.Plan.First || a.ECR["optimal"] == 0 {
		t.Errorf("as a file %+v\nas a line %+v", a, b)
	}
	if strings.Count(line.stdout, "\n") != 1 {
		t.Errorf("one line was given, and this came back:\n%s", line.stdout)
	}
	compiled := write(t, "clock.json", run(t, nil, "playbook", "model", "clock").stdout)
	a := run(t, nil, "playbook", "plan", compiled, "--format", "json")
	b := run(t, nil, "playbook", "plan", "clock", "--format", "json")
	if a.code != 0 || a.stdout != b.stdout {
		t.Errorf("the model of the playbook is planned otherwise:\n%s%s", a.stdout, a.stderr)
	}
}

// Every answer keeps to the schema, and so do the oracle's.
func TestPlansKeepTheirSchema(t *testing.T) {
	s, err := jsonschema.NewCompiler().Compile("../../testdata/schema/oracle.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	docs := map[string]string{}
	names, err := filepath.Glob(oracle + "alarmcom_*.json")
	if err != nil || len(names) < 4 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		if !strings.Contains(name, "ceilings") {
			docs[name] = compact(t, name)
		}
	}
	for _, args := range [][]string{
		{"alarmcom"}, {"triage"}, {"clock", "--given", write(t, "c.json", `{"observed":[{"id":"clock","outcome":"skewed"}],"questions":[]}`)},
		{"alarmcom", "--given", answers(t, "checks: "+allWell+"\nsteps: {confirm-credentials: unchanged}\n")},
		{"alarmcom", "--given", answers(t, "checks: {name-lookup: nxdomain}\n")},
		{oracle + "model_sacso_fig1.json"},
	} {
		docs[strings.Join(args, " ")] = run(t, nil, append(append([]string{"playbook", "plan"}, args...), "--format", "json")...).stdout
	}
	for name, text := range docs {
		doc, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if err := s.Validate(doc); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// An answers file is judged as in a diagnosis: what was done is done, what is
// not known says nothing, and what was given is not asked again.
func TestPlansOfPlaybooks(t *testing.T) {
	got := run(t, nil, "playbook", "plan", "alarmcom", "--format", "json", "--given",
		answers(t, "checks: "+allWell+"\nanswers: {where-fails: elsewhere, web-login: works}\nsteps: {confirm-credentials: unchanged, refresh-session: unverifiable}\n"))
	if got.code != 0 {
		t.Fatalf("exit status %d\n%s", got.code, got.stderr)
	}
	p := readPlan(t, got.stdout)
	seen := map[string]string{}
	for _, o := range p.Case.Observed {
		seen[o["id"]] = o["outcome"]
	}
	for id, want := range map[string]string{
		"session-drops": "yes", "login-rejected": "no", "web-login": "works", "refresh-session": "unknown",
		"clock": "unknown", // it fails elsewhere: this computer's clock says nothing of it
	} {
		if seen[id] != want {
			t.Errorf("%s is %q, want %q", id, seen[id], want)
		}
	}
	for _, done := range []string{"confirm-credentials", "refresh-session"} {
		if _, left := p.PFixNow[done]; left || p.Plan.First == done {
			t.Errorf("%s was done, and is planned: %+v", done, p.Plan)
		}
	}
	for _, known := range []string{"web-login", "clock"} {
		if _, left := p.EVOI[known]; left {
			t.Errorf("%s is known, and would be asked", known)
		}
	}
}

// A broken way outranks belief: no ranking for people, and no plan.
func TestNothingIsPlannedBehindABrokenWay(t *testing.T) {
	file := answers(t, "checks: {name-lookup: nxdomain}\n")
	p := readPlan(t, run(t, nil, "playbook", "plan", "alarmcom", "--given", file, "--format", "json").stdout)
	if p.Plan.BlockedBy != "name-lookup" || p.Plan.BlockedCode != "dns.nxdomain" || p.Plan.First != "" {
		t.Errorf("the plan is %+v", p.Plan)
	}
	text := run(t, nil, "playbook", "plan", "alarmcom", "--given", file).stdout
	if !strings.Contains(text, "No plan: name-lookup is dns.nxdomain") || strings.Contains(text, "in 100") || strings.Contains(text, "stale-token") {
		t.Errorf("the text is:\n%s", text)
	}
}

// The text says what to do first, why, and what the order costs.
func TestThePlanInWords(t *testing.T) {
	got := run(t, nil, "playbook", "plan", oracle+"model_alarmcom.json", "--given", oracle+"case_typical_stale_token.json")
	for _, say := range []string{
		"try refresh_session (81 in 100, 4 minutes)", "14.8 minutes to the end (worked out exactly)",
		"6.5 minutes: in their order the steps take 21.4", "88 in 100  stale_token", "+8.8  session_expires",
		"27.20  any order (the mean of all)", "their author's judgement",
	} {
		if !strings.Contains(got.stdout, say) {
			t.Errorf("it does not say %q:\n%s", say, got.stdout)
		}
	}
	got = run(t, nil, "playbook", "plan", "triage") // it has no steps
	if !strings.Contains(got.stdout, "hand over: nothing that is left is worth its time") {
		t.Errorf("it does not hand over:\n%s", got.stdout)
	}
}

// What cannot be planned is named, and whatever was answered before it stays.
func TestPlansThatCannotBe(t *testing.T) {
	sacso := compact(t, oracle+"model_sacso_fig1.json")
	good := `{"model":` + sacso + "}\n"
	for _, tt := range []struct {
		name, in, say string
		args          []string
		answered      int
	}{
		{"a bad line", good + "{\n", "line 2: ", []string{"--jsonl"}, 1},
		{"no model", good + good + `{"case":{}}` + "\n", `line 3: it has no "model"`, []string{"--jsonl"}, 2},
		{"not this format", `{"model":{"format":"x"}}`, `line 1: model: format is "x"`, []string{"--jsonl"}, 0},
		{"no such outcome", `{"model":` + sacso + `,"case":{"observed":[{"id":"A1","outcome":"no"}]}}`, `line 1: A1 has no outcome "no"`, []string{"--jsonl"}, 0},
		{"impossible", `{"model":` + sacso + `,"case":{"observed":[{"id":"A1","outcome":"not_fixed"},{"id":"A3","outcome":"not_fixed"}]}}`, "line 1: these observations are impossible", []string{"--jsonl"}, 0},
		{"lines and a playbook", "", "--jsonl goes with neither", []string{"--jsonl", "alarmcom"}, 0},
		{"nothing to plan", "", "needs one argument: a playbook or a model", nil, 0},
		{"answers for a model", "", "needs its case as a .json file", []string{oracle + "model_sacso_fig1.json", "--given", "case.yaml"}, 0},
		{"no such file", "", "no such file", []string{"none.json"}, 0},
		{"no model in it", "", "model: format is", []string{oracle + "alarmcom_no_evidence.json"}, 0},
		{"no such case", "", "bad.json: case: ", []string{"clock", "--given", write(t, "bad.json", "[]")}, 0},
		{"no such playbook", "", `no playbook "alarmcon"`, []string{"alarmcon"}, 0},
		{"answers that are none", "", "maybe", []string{"alarmcom", "--given", answers(t, "answers: {web-login: maybe}\n")}, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, stdin(tt.in), append([]string{"playbook", "plan"}, tt.args...)...)
			if got.code != 2 || !strings.Contains(got.stderr, tt.say) {
				t.Errorf("exit status %d, want 2 and %q:\n%s", got.code, tt.say, got.stderr)
			}
			if n := strings.Count(got.stdout, "\n"); n != tt.answered {
				t.Errorf("%d lines were answered, want %d", n, tt.answered)
			}
		})
	}
}
