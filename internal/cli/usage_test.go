package cli_test

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/cli"
)

// Mistakes: each is named, with what to type next, and nothing was done.
func TestMistakes(t *testing.T) {
	empty := t.TempDir()
	none := filepath.Join(empty, "none.yaml")
	for _, tt := range []struct {
		name string
		args []string
		say  []string
	}{
		{"no such command", []string{"diagnos"}, []string{`unknown command "diagnos"`, "did you mean: authdoctor diagnose"}},
		{"words of somebody in trouble", []string{"my alarm app says authentication failed"}, []string{"unknown command", "authdoctor diagnose\n", `authdoctor explain "the message"`}},
		{"no such flag", []string{"check", "alarmcom", "--colour", "x"}, []string{"--colour", "did you mean --color?"}},
		{"an argument too many", []string{"version", "x"}, []string{`takes no argument, got "x"`}},
		{"two playbooks", []string{"check", "a", "b"}, []string{"takes one argument at most, got 2"}},
		{"no playbook to show", []string{"playbook", "show"}, []string{"needs one argument: a playbook"}},
		{"two playbooks to show", []string{"playbook", "show", "a", "b"}, []string{"needs one argument: a playbook"}},
		{"no guide's playbook", []string{"guide"}, []string{"needs a playbook"}},
		{"three for a guide", []string{"guide", "a", "b", "c"}, []string{"needs a playbook"}},
		{"no such surface", []string{"guide", "alarmcom", "reset-two-factor", "--surface", "partner_portl"}, []string{"did you mean partner_portal?"}},
		{"no such color, check", []string{"check", "alarmcom", "--color", "red"}, []string{`unknown --color "red"`, "auto, always, never"}},
		{"no such color, diagnose", []string{"diagnose", "alarmcom", "--no-input", "--color", "red"}, []string{`unknown --color "red"`}},
		{"no such color, quiet", []string{"check", "alarmcom", "--quiet", "--color", "red"}, []string{`unknown --color "red"`}},
		{"no such color, diagnose, quiet", []string{"diagnose", "alarmcom", "--no-input", "--no-checks", "--quiet", "--color", "red"}, []string{`unknown --color "red"`}},
		{"a variable without a value", []string{"check", "alarmcom", "--var", "login_url"}, []string{`"login_url" is not name=value`, "for example: --var "}},
		{"a variable without a name", []string{"check", "alarmcom", "--var", "=x"}, []string{`"=x" is not name=value`}},
		{"no such variable", []string{"check", "alarmcom", "--var", "login_ulr=x"}, []string{`no variable "login_ulr"`, "did you mean login_url?"}},
		{"no time, check", []string{"check", "alarmcom", "--timeout", "0s"}, []string{"--timeout must be more than nothing, got 0s"}},
		{"less than no time, check", []string{"check", "alarmcom", "--timeout", "-1s"}, []string{"--timeout must be more than nothing"}},
		{"no time, diagnose", []string{"diagnose", "alarmcom", "--no-input", "--timeout", "0s"}, []string{"--timeout must be more than nothing"}},
		{"no time, probe", []string{"probe", "clock", "--timeout", "0s"}, []string{"--timeout must be more than nothing"}},
		{"no such check", []string{"check", "alarmcom", "--only", "clock,clok"}, []string{"clok", "did you mean clock?"}},
		{"no terminal", []string{"diagnose", "alarmcom"}, []string{
			"there is no terminal to ask in\n  take the answers from a file:  authdoctor diagnose alarmcom --answers case.yaml\n  or ask nothing:                authdoctor diagnose alarmcom --no-input\n"}},
		{"no terminal, and no playbook", []string{"diagnose"}, []string{"authdoctor diagnose alarmcom --no-input"}},
		{"a broken playbook", []string{"check", write(t, "bad.yaml", "schema: authdoctor.playbook/1\nid: bad\n")}, []string{"see: authdoctor playbook lint "}},
		{"no such file", []string{"check", none}, []string{"none.yaml: no such file"}},
		{"a folder without playbooks", []string{"playbook", "lint", empty}, []string{"there is no playbook in"}},
		{"no scenarios", []string{"playbook", "test", write(t, "lonely.yaml", "x")}, []string{"there are no scenarios"}},
		{"less than nothing", []string{"playbook", "test", "--min-coverage", "-1"}, []string{"is a percentage, got -1"}},
		{"more than all", []string{"playbook", "test", "--min-coverage", "100.5"}, []string{"is a percentage, got 100.5"}},
		{"a report that no check has", []string{"diagnose", "alarmcom", "--no-input", "--check", "clock"}, []string{`"clock" is not CHECK=OUTCOME`}},
		{"no such outcome", []string{"diagnose", "alarmcom", "--no-input", "--no-checks", "--check", "clock=wrong"}, []string{"wrong"}},
		{"no such order", []string{"diagnose", "alarmcom", "--no-input", "--order", "likly"}, []string{`unknown --order "likly"`, "did you mean likely?"}},
		{"no such answer", []string{"diagnose", "alarmcom", "--no-input", "--no-checks", "--answer", "web-login=maybe"}, []string{"maybe"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got := run(t, nil, tt.args...)
			if got.code != 2 || got.stdout != "" || !strings.HasPrefix(got.stderr, "authdoctor: ") {
				t.Errorf("exit status %d\n%s%s", got.code, got.stdout, got.stderr)
			}
			for _, say := range tt.say {
				if !strings.Contains(got.stderr, say) {
					t.Errorf("does not say %q:\n%s", say, got.stderr)
				}
			}
		})
	}
}

// A format that a command does not have is refused before anything is done.
func TestFormatsThatACommandDoesNotHave(t *testing.T) {
	reports, tests, plain := "text json junit html markdown", "text json junit", "text json"
	for args, has := range map[string]string{
		"check alarmcom": reports, "diagnose alarmcom --no-input": reports,
		"playbook lint": tests, "playbook test": tests,
		"version": plain, "codes": plain, "guide alarmcom": plain, "probe clock": plain, "phone": plain,
		"playbook list": plain, "playbook show alarmcom": plain, "playbook schema": plain, "playbook model alarmcom": plain,
		"playbook new x": "text",
	} {
		for _, format := range append(strings.Fields(reports), "yaml", "", "JSON") {
			if strings.Contains(" "+has+" ", " "+format+" ") {
				continue
			}
			got := run(t, func(sys *cli.System) { sys.WriteFile = nil }, append(strings.Fields(args), "--format", format)...)
			if got.code != 2 || got.stdout != "" || !strings.Contains(got.stderr, "cannot write format") || !strings.Contains(got.stderr, strings.ReplaceAll(has, " ", ", ")) {
				t.Errorf("%s --format %q: exit status %d\n%s%s", args, format, got.code, got.stdout, got.stderr)
			}
		}
	}
}

// Terminals that are only half there are no place to ask.
func TestHalfATerminal(t *testing.T) {
	for name, only := range map[string]func(*cli.System) any{
		"keys":   func(sys *cli.System) any { return sys.Stdin },
		"screen": func(sys *cli.System) any { return sys.Stderr },
	} {
		for _, message := range [][]string{nil, {"--message", "-"}} {
			t.Run(name+strings.Join(message, ""), func(t *testing.T) {
				half := func(sys *cli.System) {
					there := only(sys)
					sys.Terminal = func(stream any) (int, bool) { return 80, stream == there }
				}
				if got := run(t, half, append([]string{"diagnose", "alarmcom"}, message...)...); got.code != 2 {
					t.Errorf("exit status %d\n%s%s", got.code, got.stdout, got.stderr)
				}
			})
		}
	}
	t.Run("the message takes the keys, and there are no others", func(t *testing.T) {
		both := func(sys *cli.System) { sys.Terminal = func(any) (int, bool) { return 80, true } }
		if got := run(t, both, "diagnose", "alarmcom", "--message", "-"); got.code != 2 {
			t.Errorf("exit status %d\n%s%s", got.code, got.stdout, got.stderr)
		}
	})
}

func TestVariablesReachTheChecks(t *testing.T) {
	for _, arg := range []string{"login_url=https://mine.test/?a=b", " login_url =https://mine.test/?a=b"} {
		got := run(t, nil, "diagnose", "alarmcom", "--no-input", "--no-checks", "--symptom", "login-rejected", "--var", arg)
		if got.code != 3 || !strings.Contains(got.stdout, "https://mine.test/?a=b") {
			t.Errorf("%q: exit status %d\n%s%s", arg, got.code, got.stdout, got.stderr)
		}
	}
}

// What was given is taken as it is. Flags win over the file, and what they say is
// seen is seen besides what the file says.
func TestWhatWasGiven(t *testing.T) {
	file := answers(t, "checks: {clock: accurate, login-page: ok}\nanswers: {web-login: works}\n")
	got := run(t, nil, "diagnose", "alarmcom", "--answers", file, "--no-checks", "--format", "json",
		"--symptom", "two-factor-loop", "--answer", "web-login=fails", "--check", "clock=skewed", "--message", "  login failed: token=abcdef0123456789  ")
	for _, want := range []string{
		`"code": "clock.skewed"`, `"code": "http.ok"`, `"code": "dns.skipped"`, `"web-login": "fails"`, `"two-factor-loop"`, `"session-drops"`, `"text": "login failed: `,
	} {
		if !strings.Contains(got.stdout, want) {
			t.Errorf("the report does not hold %s:\n%s", want, got.stdout)
		}
	}
	if strings.Contains(got.stdout+got.stderr, "abcdef0123456789") {
		t.Errorf("the secret is shown:\n%s", got.stdout)
	}
}

// Help fits a terminal of 80 columns: what is wider is broken inside words.
func TestHelpFitsATerminal(t *testing.T) {
	for _, args := range []string{"--help", "diagnose --help", "check --help", "probe imap --help", "report --help", "serve --help", "playbook plan --help"} {
		got := run(t, nil, strings.Fields(args)...)
		for line := range strings.Lines(got.stdout) {
			example := strings.HasPrefix(line, "  authdoctor ") // to be copied in one piece
			if n := len([]rune(strings.TrimRight(line, "\n"))); n > 80 && !example {
				t.Errorf("%s: %d columns: %s", args, n, line)
			}
		}
		if !strings.Contains(got.stdout, "Usage:") {
			t.Errorf("%s: %s%s", args, got.stdout, got.stderr)
		}
	}
}
