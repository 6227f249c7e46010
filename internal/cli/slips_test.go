package cli_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/journal"
	"github.com/authdoctor/authdoctor/internal/state"
)

// A name that is no playbook's is said first, terminal or not; the name of a
// company leads to the playbook that knows it.
func TestNamesThatAreNoPlaybooks(t *testing.T) {
	for name, want := range map[string]string{
		"alrmcom": "did you mean alarmcom?", "gmail": "authdoctor diagnose mail-client", "iCloud": "authdoctor diagnose mail-client", "zzz": "authdoctor playbook list",
	} {
		got := run(t, nil, "diagnose", name)
		if got.code != 2 || !strings.Contains(got.stderr, want) || strings.Contains(got.stderr, "no terminal") {
			t.Errorf("%s: exit %d\n%s", name, got.code, got.stderr)
		}
	}
}

// A file of that name is what was meant.
func TestANameOfAFileIsNoPlaybooks(t *testing.T) {
	got := run(t, func(sys *cli.System) {
		sys.ReadFile = func(name string) ([]byte, error) {
			if name == "my-service.yaml" {
				return []byte("id: my-service"), nil
			}
			return nil, os.ErrNotExist
		}
	}, "check", "my-service")
	if got.code != 2 || !strings.Contains(got.stderr, "did you mean the file ./my-service.yaml?") {
		t.Errorf("exit %d\n%s", got.code, got.stderr)
	}
}

// What was mistyped or taken for something else is told with what to type.
func TestSlipsOfTheHand(t *testing.T) {
	for _, tt := range []struct {
		args []string
		code int
		says []string
	}{
		{[]string{"check", "alarmcom", "--timeout", "5"}, 2, []string{"--timeout", "for example: --timeout 5s"}},
		{[]string{"check", "alarmcom", "--timeout", "abc"}, 2, []string{`"abc" is no time`, "for example: --timeout 2m30s"}},
		{[]string{"check", "--fromat", "json", "alarmcom"}, 2, []string{"unknown flag: --fromat", "did you mean --format?"}},
		{[]string{"check", "--nonsense"}, 2, []string{"see: authdoctor check --help"}},
		{[]string{"help", "chek"}, 2, []string{"did you mean: authdoctor check"}},
		{[]string{"help", "probe", "clock"}, 0, nil},
		{[]string{"explain", "slips_test.go"}, 3, []string{"authdoctor explain < slips_test.go"}},
		{[]string{"explain", "eyJhbGciOiJub25lIn0.eyJzdWIiOiJ4In0."}, 3, []string{"authdoctor probe token --file"}},
		{[]string{"check", "alarmcom", "--output", "no/such/out.json"}, 2, []string{"there is no folder no/such"}},
		{[]string{"report", "slips_test.go"}, 2, []string{"slips_test.go:1:", "--output report.json"}},
	} {
		got := run(t, func(sys *cli.System) {
			sys.ReadFile = os.ReadFile
			sys.ReadDir = cli.OS().ReadDir
		}, tt.args...)
		if got.code != tt.code {
			t.Errorf("%q: exit %d\n%s", tt.args, got.code, got.stderr)
		}
		for _, want := range tt.says {
			if !strings.Contains(got.stderr, want) {
				t.Errorf("%q does not say %q:\n%s", tt.args, want, got.stderr)
			}
		}
	}
}

// Whoever is in the last session elsewhere is told which others are open.
func TestABusySessionNamesTheOthers(t *testing.T) {
	dir := t.TempDir()
	file := answers(t, walked)
	run(t, home(dir), "diagnose", "alarmcom", "--answers", file, "--quiet")
	other, _ := onlyJournal(t, dir)
	run(t, home(dir), "diagnose", "alarmcom", "--answers", file, "--quiet")
	all, _ := filepath.Glob(filepath.Join(dir, "sessions", "*.jsonl"))
	if len(all) != 2 {
		t.Fatalf("sessions: %v", all)
	}
	for _, path := range all {
		id := strings.TrimSuffix(filepath.Base(path), ".jsonl")
		if id == other {
			continue
		}
		_, w, err := journal.In(state.Dir(filepath.Join(dir))).Resume(id, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		got := run(t, home(dir), "diagnose", "--resume", id, "--answers", file)
		_ = w.Close()
		if got.code != 2 || !strings.Contains(got.stderr, "--resume "+other) {
			t.Errorf("exit %d\n%s", got.code, got.stderr)
		}
	}
}

// A word of a playbook is proposed for what was mistyped only where it stands
// there whole.
func TestAPartOfAWordNamesNoPlaybook(t *testing.T) {
	if got := run(t, nil, "guide", "nosuch"); strings.Contains(got.stderr, "for that, try") || got.code != 2 {
		t.Errorf("exit status %d\n%s", got.code, got.stderr)
	}
	if got := run(t, nil, "guide", "snmpget"); !strings.Contains(got.stderr, "network-device") {
		t.Errorf("a word of network-device names it no more\n%s", got.stderr)
	}
}
