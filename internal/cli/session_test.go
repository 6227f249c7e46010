package cli_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/state"
)

// walked is a case with a second fault, so that its walk is long.
const walked = "checks: " + allWell + `
answers: {where-fails: here, web-login: works}
steps: {confirm-credentials: unchanged, refresh-session: fixed}
retest: {sign-in: passes, arm: [fails, passes], disarm: passes, device: passes, stays-signed-in: postponed}
`

// home keeps sessions in a folder.
func home(dir string) func(*cli.System) {
	return func(s *cli.System) { s.State = state.Dir(dir) }
}

func reportOf(t *testing.T, got outcome) diag.Report {
	t.Helper()
	var r diag.Report
	if err := json.Unmarshal([]byte(got.stdout), &r); err != nil {
		t.Fatalf("%v\n%s%s", err, got.stdout, got.stderr)
	}
	return r
}

// onlyJournal is the one journal in a folder.
func onlyJournal(t *testing.T, dir string) (id, path string) {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "sessions", "*.jsonl"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	return strings.TrimSuffix(filepath.Base(files[0]), ".jsonl"), files[0]
}

// Cut off after every event, and in the middle of it, a diagnosis that is
// taken up again ends in the same verdict.
func TestCutAnywhereTheVerdictIsTheSame(t *testing.T) {
	file := answers(t, walked)
	dir := t.TempDir()
	want := reportOf(t, run(t, home(dir), "diagnose", "alarmcom", "--answers", file, "--format", "json", "--quiet"))
	id, path := onlyJournal(t, dir)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	cuts := 0
	for at := strings.IndexByte(string(whole), '\n') + 1; at < len(whole); {
		next := at + strings.IndexByte(string(whole[at:]), '\n') + 1
		for _, cut := range []int{at, at + 1, (at + next) / 2, next - 1} {
			cuts++
			if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
				t.Fatal(err)
			}
			got := reportOf(t, run(t, home(dir), "diagnose", "--resume", id, "--answers", file, "--format", "json", "--quiet"))
			if got.Verdict.Status != want.Verdict.Status || got.Verdict.Cause != want.Verdict.Cause || strings.Join(got.Walk, " ") != strings.Join(want.Walk, " ") {
				t.Fatalf("cut at %d of %d: %s by %v, want %s by %v", cut, len(whole), got.Verdict.Status, got.Walk, want.Verdict.Status, want.Walk)
			}
		}
		at = next
	}
	if cuts < 40 {
		t.Errorf("only %d cuts", cuts)
	}
}

// What was measured too long ago is measured again; what was given is not.
func TestWhatIsOldIsMeasuredAgain(t *testing.T) {
	dir := t.TempDir()
	case1 := write(t, "case.yaml", "schema: authdoctor.answers/1\nsymptoms: [session-drops]\nchecks: {clock: accurate, network-path: ok, name-lookup: ok, login-tls: ok}\nanswers: {where-fails: here}\n")
	run(t, home(dir), "diagnose", "alarmcom", "--answers", case1, "--quiet")
	id, path := onlyJournal(t, dir)
	for _, c := range []struct {
		later time.Duration
		again bool
	}{{time.Minute, false}, {time.Hour, true}} {
		before, _ := os.ReadFile(path)
		got := run(t, func(s *cli.System) {
			home(dir)(s)
			now := s.Now
			s.Now = func() time.Time { return now().Add(c.later) }
		}, "session", "resume", id, "--answers", case1, "--quiet")
		after, _ := os.ReadFile(path)
		added := strings.TrimPrefix(string(after), string(before))
		if is := strings.Contains(added, `"check":"login-page"`); is != c.again || strings.Contains(added, `"check":"clock"`) {
			t.Errorf("after %v: %s\n%s", c.later, added, got.stderr)
		}
	}
}

// What was put off is tried when the session is taken up again.
func TestWhatWasPutOffIsTried(t *testing.T) {
	dir := t.TempDir()
	file := answers(t, "checks: "+allWell+"\nanswers: {where-fails: here}\nsteps: {refresh-session: fixed}\nretest: {sign-in: passes, arm: passes, disarm: passes, device: passes, stays-signed-in: postponed}\n")
	first := run(t, home(dir), "diagnose", "alarmcom", "--answers", file, "--quiet")
	id, _ := onlyJournal(t, dir)
	if !strings.Contains(first.stdout, "authdoctor session resume "+id) {
		t.Errorf("it is not said how to go on:\n%s", first.stdout)
	}
	for _, c := range []struct{ later, status, open string }{{"passes", "fixed", ""}, {"fails", "escalate", ""}} {
		backup, err := os.ReadFile(filepath.Join(dir, "sessions", id+".jsonl"))
		if err != nil {
			t.Fatal(err)
		}
		after := answers(t, "retest: {stays-signed-in: "+c.later+"}\n")
		r := reportOf(t, run(t, home(dir), "session", "resume", id, "--answers", after, "--format", "json", "--quiet"))
		if string(r.Verdict.Status) != c.status || len(r.Verdict.Pending) != 0 {
			t.Errorf("%s: %s, pending %v", c.later, r.Verdict.Status, r.Verdict.Pending)
		}
		if err := os.WriteFile(filepath.Join(dir, "sessions", id+".jsonl"), backup, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func TestNothingIsKeptUnlessItCanBeTakenUpAgain(t *testing.T) {
	for _, args := range [][]string{
		{"diagnose", "alarmcom", "--no-input", "--no-checks", "--symptom", "session-drops"},
		{"diagnose", "alarmcom", "--answers", answers(t, "checks: "+allWell+"\n"), "--no-journal"},
		{"check", "alarmcom", "--only", "clock"},
		{"diagnose", "alarmcom", "--answers", answers(t, "checks: {nonsense: ok}\n")},
		{"diagnose", "alarmcom", "--answers", answers(t, ""), "--symptom", "nonsense"},
	} {
		dir := t.TempDir()
		run(t, home(dir), args...)
		if files, _ := os.ReadDir(dir); len(files) != 0 {
			t.Errorf("%v keeps %v", args, files)
		}
	}
}

// The last session, by name or without, in every command.
func TestSessionCommands(t *testing.T) {
	dir := t.TempDir()
	if got := run(t, home(dir), "session", "list"); got.code != 0 || !strings.Contains(got.stdout, "No session is kept") {
		t.Errorf("%+v", got)
	}
	file := answers(t, walked)
	want := run(t, home(dir), "diagnose", "alarmcom", "--answers", file, "--quiet", "--format", "json")
	id, _ := onlyJournal(t, dir)
	for _, c := range []struct {
		args []string
		code int
		want string
	}{
		{[]string{"session", "list"}, 0, id},
		{[]string{"session", "show"}, 0, "check clock = accurate given"},
		{[]string{"session", "show", id}, 0, "step retest: arm fails"},
		{[]string{"session", "export"}, 0, "schema: authdoctor.answers/1"},
		{[]string{"report"}, want.code, "Alarm.com sign-in"},
		{[]string{"report", id, "--format", "markdown"}, want.code, "# "},
		{[]string{"session", "show", "nobody"}, 2, `there is no session "nobody"`},
		{[]string{"session", "resume", "../x"}, 2, "there is no session"},
		{[]string{"session", "delete"}, 2, "name the sessions to delete"},
		{[]string{"session", "delete", "nobody"}, 2, "there is no session"},
		{[]string{"report", "--format", "pdf"}, 2, `cannot write format "pdf"`},
		{[]string{"session", "delete", id}, 0, "Deleted 1 session."},
		{[]string{"session", "resume"}, 2, "there is no open session"},
		{[]string{"session", "delete", "--all"}, 0, "Deleted 0 sessions."},
	} {
		got := run(t, home(dir), c.args...)
		if got.code != c.code || !strings.Contains(got.stdout+got.stderr, c.want) {
			t.Errorf("%v: exit %d, want %d with %q\n%s%s", c.args, got.code, c.code, c.want, got.stdout, got.stderr)
		}
	}
}

// An export plays again to the same end.
func TestAnExportPlaysAgain(t *testing.T) {
	dir := t.TempDir()
	want := reportOf(t, run(t, home(dir), "diagnose", "alarmcom", "--answers", answers(t, walked), "--format", "json", "--quiet",
		"--message", "login failed:\n\t\"AADSTS50173\" password: hunter2planted"))
	exported := run(t, home(dir), "session", "export")
	again := write(t, "again.yaml", exported.stdout)
	got := reportOf(t, run(t, home(dir), "diagnose", "alarmcom", "--answers", again, "--format", "json", "--quiet"))
	if got.Verdict.Status != want.Verdict.Status || strings.Join(got.Walk, " ") != strings.Join(want.Walk, " ") {
		t.Errorf("%s by %v, want %s by %v", got.Verdict.Status, got.Walk, want.Verdict.Status, want.Walk)
	}
	if got.Message.Text != want.Message.Text || len(got.Message.Matches) == 0 || got.Causes[0].Probability != want.Causes[0].Probability {
		t.Errorf("the message is %q, want %q", got.Message.Text, want.Message.Text)
	}
}
