//go:build !windows

package cli_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/state"
)

// foreign is a playbook from a file, which asks a page that counts who comes.
func foreign(t *testing.T) (path string, visits *atomic.Int32) {
	t.Helper()
	visits = &atomic.Int32{}
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		visits.Add(1)
		w.WriteHeader(http.StatusUnauthorized)
	}))
	t.Cleanup(page.Close)
	return write(t, "foreign.yaml", `schema: authdoctor.playbook/1
id: foreign
title: Foreign sign-in
version: "1"
surfaces: [app]
reviewed: 2026-01-31
sources: [A book]
escalate: somebody
vars: {page: "`+page.URL+`/?who=me", host: collector.example}
causes: [{id: down, title: Down, layer: endpoint, class: provider_outage, actor: provider, prior: common}]
symptoms: [{id: refused, title: Refused, likely: {down: often}, otherwise: rarely}]
checks:
  - {id: page, run: http, with: {url: "{{page}}"}, likely: {down: {server_error: often}}}
  - {id: name, run: dns, with: {name: "{{host}}"}, likely: {down: {nxdomain: rarely}}}
steps:
  - {id: wait, stage: session, title: Wait, fixes: {down: often}, do: {app: [Wait.]}}
  - {id: again, stage: retest, title: Again}
retest: [{id: sign-in, title: Sign in}]
`), visits
}

// real lets the island reach this computer itself.
func real(sys *cli.System) { sys.Probe = probe.System() }

// Without a word from whoever runs it, a playbook from a file contacts nobody:
// the names that it would contact are said instead.
func TestAPlaybookFromAFileContactsNobodyUnasked(t *testing.T) {
	book, visits := foreign(t)
	for _, args := range [][]string{{"check", book}, {"diagnose", book, "--no-input", "--symptom", "refused"}} {
		got := run(t, real, args...)
		for _, want := range []string{"would contact: 127.0.0.1, collector.example", "--trust", "is not one of authdoctor's own playbooks"} {
			if !strings.Contains(got.stderr, want) {
				t.Errorf("%v: stderr has no %q:\n%s", args, want, got.stderr)
			}
		}
		if got.code != 2 || got.stdout != "" || visits.Load() != 0 {
			t.Errorf("%v: exit status %d, %d visits, stdout %q", args, got.code, visits.Load(), got.stdout)
		}
	}
	skip := []string{"--check", "name=nxdomain"}
	if got := run(t, real, append([]string{"diagnose", book, "--no-input", "--trust"}, skip...)...); got.code == 2 || visits.Load() != 1 {
		t.Errorf("with --trust: exit status %d, %d visits\n%s", got.code, visits.Load(), got.stderr)
	}
}

// What contacts nobody, or only whom the command line names, needs no trust.
func TestWhatContactsNobodyNeedsNoTrust(t *testing.T) {
	book, visits := foreign(t)
	if got := run(t, real, "diagnose", book, "--no-input", "--no-checks", "--symptom", "refused"); got.code == 2 {
		t.Errorf("nothing is measured: %s", got.stderr)
	}
	given := []string{"diagnose", book, "--no-input", "--check", "page=ok", "--with", "name.name=127.0.0.1"}
	if got := run(t, real, given...); got.code == 2 || visits.Load() != 0 {
		t.Errorf("named by the command line: exit status %d: %s", got.code, got.stderr)
	}
	if got := run(t, nil, "check", "clock", "--format", "json"); got.code == 2 || !strings.Contains(got.stdout, `"checks"`) {
		t.Errorf("a playbook of ours: exit status %d: %s", got.code, got.stderr)
	}
}

// A person is asked, and may go on without any check.
func TestAPersonIsAskedWhetherToTrust(t *testing.T) {
	for _, yes := range []bool{false, true} {
		book, visits := foreign(t)
		s := sitDownWith(t, map[string]string{"TERM": "xterm"}, func(sys *cli.System, _ *os.File) { sys.State = state.Dir("") },
			"diagnose", book, "--symptom", "refused", "--message", "x", "--check", "name=nxdomain")
		s.sees("May it contact these?")
		s.sees("127.0.0.1")
		s.sees("quit")
		if yes {
			s.types(down)
		}
		s.types(enter)
		s.sees("Where does it fail?")
		s.sees("quit")
		s.types(ctrlC)
		s.ends(130)
		if !yes && visits.Load() != 0 {
			t.Errorf("%d visits after No", visits.Load())
		}
	}
}
