package lab

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/state"
)

// A consult is a fault as somebody meets it who runs the matching playbook on
// the computer that it happens on, and what must come of it.
type consult struct {
	playbook string
	// args give the world: --var, --with, --check. What a playbook would ask of
	// the internet must be among them, for nothing here talks to it; see
	// healthy.
	args []string
	env  func(*probe.Env) // what else is different about the world; nil for nothing

	check   string // that the verdict must name, by its id; empty for none
	layer   diag.Layer
	class   string
	status  diag.VerdictStatus // empty for problem
	blocked []string           // checks that must be blocked: every consequence
}

// How long checks may take here, for a machine may have much else to do. A
// silence need not last as long; it must last a second to count.
const (
	patience = 12 * time.Second
	silence  = 6 * time.Second
)

// measured is what a check finds, as a session measures it.
func measured(t *testing.T, env probe.Env, kind string, with map[string]string) diag.Finding {
	t.Helper()
	return measuredWithin(t, env, patience, kind, with)
}

func measuredWithin(t *testing.T, env probe.Env, within time.Duration, kind string, with map[string]string) diag.Finding {
	t.Helper()
	return probe.Runner{Env: env, Timeout: within}.Probe(t.Context(), []diag.Request{{ID: kind, Kind: kind, With: with}})[kind]
}

// healthy gives checks that a fault has nothing to do with, as --check flags.
func healthy(outcomes ...string) []string {
	var args []string
	for _, o := range outcomes {
		args = append(args, "--check", o)
	}
	return args
}

// diagnose runs the playbook as a script does, in this process.
func (c consult) diagnose(t *testing.T) *diag.Report {
	t.Helper()
	env := probe.System()
	env.Getenv = func(string) string { return "" } // no proxy of this computer's
	if c.env != nil {
		c.env(&env)
	}
	var out, errs bytes.Buffer
	args := append([]string{"diagnose", c.playbook, "--no-input", "--quiet", "--format", "json", "--answer", "where-fails=here",
		"--timeout", patience.String()}, c.args...)
	exit := cli.Main(t.Context(), cli.System{
		Args: args, Stdin: strings.NewReader(""), Stdout: &out, Stderr: &errs,
		Getenv: env.Getenv, Now: env.Now, Version: "lab", Probe: env, State: state.Dir(t.TempDir()),
		Random:    func() float64 { return 0 },
		Interrupt: func(ctx context.Context) (context.Context, context.CancelFunc) { return context.WithCancel(ctx) },
		Terminal:  func(any) (int, bool) { return 0, false },
		OpenTTY:   func() (io.ReadWriteCloser, error) { return nil, os.ErrNotExist },
		ReadFile:  os.ReadFile,
	})
	r := &diag.Report{}
	if err := json.Unmarshal(out.Bytes(), r); err != nil || exit != r.ExitStatus {
		t.Fatalf("authdoctor %s: exit %d, %v\n%s%s", strings.Join(args, " "), exit, err, out.String(), errs.String())
	}
	return r
}

// hold runs the playbook and holds its verdict to what must come of it.
func (c consult) hold(t *testing.T) *diag.Report {
	t.Helper()
	r := c.diagnose(t)
	v, want := r.Verdict, c.status
	if want == "" {
		want = diag.Problem
	}
	if v.Status != want || v.Check != c.check || v.Layer != c.layer || v.Class != c.class {
		t.Errorf("%s: the verdict is %s, check %q, layer %q, class %q; want %s, %q, %q, %q\n%s", c.playbook,
			v.Status, v.Check, v.Layer, v.Class, want, c.check, c.layer, c.class, told(r))
	}
	for _, check := range r.Checks {
		if is := check.Status == diag.Blocked; is != slices.Contains(c.blocked, check.ID) {
			t.Errorf("%s: check %s is %s\n%s", c.playbook, check.ID, check.Status, told(r))
		}
	}
	// While the way there is broken nobody is told to do anything to an account.
	if slices.Contains([]diag.Layer{diag.LayerPath, diag.LayerDNS, diag.LayerTLS, diag.LayerEndpoint}, v.Layer) && v.Next.Step != "" {
		t.Errorf("%s: behind a broken %s the step %s is presented", c.playbook, v.Layer, v.Next.Step)
	}
	return r
}

// told is a report in a few lines.
func told(r *diag.Report) string {
	var b strings.Builder
	for _, c := range r.Checks {
		b.WriteString("  " + c.ID + ": " + c.Code + " " + c.Reason + " " + c.Summary + "\n")
	}
	return b.String()
}

// The helper itself: a server that never answers is named, and nothing else is
// blamed.
func TestConsultNamesTheSilentServer(t *testing.T) {
	silent := listenSilently(t)
	consult{
		playbook: "alarmcom",
		args: append(healthy("clock=accurate", "network-path=ok", "name-lookup=ok"),
			"--timeout", silence.String(), "--var", "login_url=http://"+silent+"/"),
		check: "login-page", layer: diag.LayerEndpoint, class: "provider_outage", // of the most probable cause of a silence
	}.hold(t)
}
