package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A session that cannot be gone on with: what is wrong, what to type next, and
// exit status 2; whatever command it is, and nothing is changed.
func TestSessionsThatCannotBeReadAreRefused(t *testing.T) {
	dir := t.TempDir()
	run(t, home(dir), "diagnose", "alarmcom", "--answers", answers(t, walked), "--quiet")
	id, path := onlyJournal(t, dir)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, _ := strings.Cut(string(whole), "\n")
	delete1, newer := "authdoctor session delete "+id, "go on with the authdoctor that wrote it"
	for _, row := range []struct{ name, text, says, next string }{
		{"empty", "", "it has no first line", delete1},
		{"rubbish", "\x00\xff\n", "line 1: ", delete1},
		{"another format", `{"schema":"else/1"}` + "\n", `schema is "else/1"`, delete1},
		{"a later format", strings.Replace(string(whole), "journal/1", "journal/2", 1), `schema is "authdoctor.journal/2"`, newer},
		{"a later event", head + "\n" + `{"at":"2026-03-18T11:00:00Z","event":{"type":"dreamt"}}` + "\n", `line 2: it was written by a newer authdoctor: there is no event "dreamt"`, newer},
		{"a broken line", head + "\nrubbish\n" + rest, "line 2: ", delete1},
		{"no finding", head + "\n" + `{"at":"2026-03-18T11:00:00Z","event":{"type":"measured","check":"clock"}}` + "\n", `event "measured" lacks a check and its finding`, delete1},
		{"no report", head + "\n" + `{"at":"2026-03-18T11:00:00Z","event":{"type":"stepped","step":"retest"}}` + "\n", `event "stepped" lacks a step`, delete1},
		{"an empty line", head + "\n{}\n", "neither an event nor an end", delete1},
		{"another playbook", strings.Replace(string(whole), `"sha256":"`, `"sha256":"0`, 1), "playbook alarmcom has changed since session " + id + " began", "authdoctor session export " + id},
		{"no such playbook", strings.Replace(string(whole), `"playbook":{"id":"alarmcom"`, `"playbook":{"id":"alarmcon"`, 1), `there is no playbook "alarmcon"`, "did you mean alarmcom"},
	} {
		if err := os.WriteFile(path, []byte(row.text), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, args := range [][]string{{"session", "resume", id}, {"diagnose", "--resume", id}, {"session", "export", id}, {"session", "show", id}, {"report", id}, {"report", id, "--bundle", filepath.Join(dir, "x.zip")}} {
			if strings.Contains(row.name, "playbook") && (args[1] == "export" || args[1] == "show") {
				continue // shown without its playbook
			}
			got := run(t, home(dir), append(args, "--quiet")...)
			if got.code != 2 || !strings.Contains(got.stderr, row.says) || !strings.Contains(got.stderr, row.next) || got.stdout != "" {
				t.Errorf("%s, %v: exit %d, %q; want %q and %q", row.name, args, got.code, got.stderr, row.says, row.next)
			}
		}
		if after, _ := os.ReadFile(path); string(after) != row.text {
			t.Errorf("%s: the journal was changed", row.name)
		}
	}
}

func TestRubbishIdsAreRefused(t *testing.T) {
	dir := t.TempDir()
	run(t, home(dir), "diagnose", "alarmcom", "--answers", answers(t, walked), "--quiet")
	for _, id := range []string{"", " ", "nobody", "../etc/passwd", "a/b", "ALARMCOM-0318-K7Q2", "é", "\x1b[31m", strings.Repeat("x", 5000)} {
		for _, args := range [][]string{{"session", "resume"}, {"session", "show"}, {"session", "export"}, {"session", "delete"}} {
			got := run(t, home(dir), append(args, "--", id)...)
			if got.code != 2 || !strings.Contains(got.stderr, "there is no session") || !strings.Contains(got.stderr, "authdoctor session list") ||
				strings.Contains(got.stderr, "\x1b") || len(got.stderr) > 400 {
				t.Errorf("%v %.40q: exit %d, %.400q", args, id, got.code, got.stderr)
			}
		}
	}
}

// Nobody can be asked: it is said where the session stands, and what to type.
func TestResumeWithoutATerminalSaysWhereItStands(t *testing.T) {
	dir := t.TempDir()
	ended := "checks: " + allWell + "\nanswers: {where-fails: here}\nsteps: {refresh-session: fixed}\nretest: {sign-in: passes, arm: passes, disarm: passes, device: passes, stays-signed-in: "
	for end, says := range map[string][]string{
		"passes":    {"has ended, fixed: ", "authdoctor report ", "authdoctor diagnose alarmcom"},
		"postponed": {"is open, and there is no terminal to ask in", "--answers case.yaml", "authdoctor report "},
	} {
		run(t, home(dir), "diagnose", "alarmcom", "--answers", answers(t, ended+end+"}\n"), "--quiet")
		id, path := onlyJournal(t, dir)
		before, _ := os.ReadFile(path)
		for _, args := range [][]string{{"session", "resume", id}, {"diagnose", "--resume", id}} {
			got := run(t, home(dir), args...)
			for _, want := range append(says, id) {
				if got.code != 2 || !strings.Contains(got.stderr, want) {
					t.Errorf("%s: exit %d, no %q in\n%s", end, got.code, want, got.stderr)
				}
			}
		}
		if after, _ := os.ReadFile(path); string(after) != string(before) {
			t.Error("the journal was changed")
		}
		run(t, home(dir), "session", "delete", "--all")
	}
}

// Whoever needs plain questions gets the command that asks them.
func TestTheWayBackIsAsAccessible(t *testing.T) {
	file := answers(t, walked)
	for _, c := range []struct {
		flag string
		want bool
	}{{"--accessible", true}, {"--quiet", false}} {
		dir := t.TempDir()
		got := run(t, home(dir), "diagnose", "alarmcom", "--answers", file, c.flag)
		id, _ := onlyJournal(t, dir)
		text := strings.Join(strings.Fields(got.stdout), " ")
		if !strings.Contains(text, "session resume "+id) || strings.Contains(text, "session resume "+id+" --accessible") != c.want {
			t.Errorf("%s:\n%s", c.flag, got.stdout)
		}
	}
}
