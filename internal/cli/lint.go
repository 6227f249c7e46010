package cli

import (
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/report"
	"github.com/authdoctor/authdoctor/playbooks"
)

func newBookLint(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "lint [PATH...]",
		Short: "Say what is wrong with playbooks, scenarios and signatures",
		Long: `Read playbooks, scenario files and files of signatures strictly and say what is
wrong with them: what cannot be read, and what cannot be meant. A signature is
held to its examples and near misses against all that come with authdoctor.
Without a PATH, the built-in ones.

Exit status: 0 no errors (warnings are allowed), 1 errors.`,
		Example: `  authdoctor playbook lint
  authdoctor playbook lint my-service.yaml my-service.test.yaml
  authdoctor playbook lint playbooks/signatures/entra.yaml
  authdoctor playbook lint ./playbooks --format junit`,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.needFormat("playbook lint", "text", "json", "junit"); err != nil {
				return err
			}
			return p.lint(args)
		},
	}
}

// parameters lists what each kind of probe may be given in a playbook.
func parameters() map[string][]string {
	out := map[string][]string{}
	for _, pr := range probe.All {
		out[pr.Kind] = []string{}
		for _, param := range pr.Params {
			if !param.FlagOnly {
				out[pr.Kind] = append(out[pr.Kind], param.Name)
			}
		}
	}
	return out
}

// usable says whether a value can be a probe's parameter.
func usable(kind, param, value string) (problem, example string) {
	pr, _ := probe.Find(kind)
	if bad := pr.CheckValue(param, value); bad != nil {
		return bad.Problem, bad.Example
	}
	return "", ""
}

// sources expands files and folders; with none named, the built-in set.
func (p *program) sources(paths []string) ([]source, error) {
	var out []source
	if len(paths) == 0 {
		for _, id := range builtIn() {
			for _, name := range []string{id + ".yaml", id + scenarioSuffix} {
				if data, err := playbooks.Files.ReadFile(name); err == nil {
					out = append(out, source{"playbooks/" + name, data})
				}
			}
		}
		known, err := signatureSources()
		return append(out, known...), err
	}
	for _, path := range paths {
		files := []string{path}
		if names, err := p.ReadDir(path); err == nil {
			files = nil
			for _, n := range names {
				if strings.HasSuffix(n, ".yaml") || strings.HasSuffix(n, ".yml") {
					files = append(files, filepath.Join(path, n))
				}
			}
			if len(files) == 0 {
				return nil, usagef("name a folder with *.yaml, or a file", "there is no playbook in %s", path)
			}
		}
		for _, f := range files {
			src, err := p.lintSource(f)
			if err != nil {
				return nil, err
			}
			out = append(out, src)
		}
	}
	return out, nil
}

// lintSource also takes the id of a built-in playbook.
func (p *program) lintSource(name string) (source, error) {
	if isPath(name) {
		return p.readSource(name)
	}
	return p.readBook(name)
}

func (p *program) lint(paths []string) error {
	sources, err := p.sources(paths)
	if err != nil {
		return err
	}
	run := diag.TestRun{Name: "playbook lint", Cases: []diag.TestCase{}}
	problems := []playbook.Problem{}
	bench := newSignatureBench(p)
	for _, src := range sources {
		found, err := p.lintOne(src, bench)
		if err != nil {
			return err
		}
		problems = append(problems, found...)
		run.Cases = append(run.Cases, lintCases(src.name, found)...)
	}
	if err := p.emitLint(run, problems, len(sources)); err != nil {
		return err
	}
	if playbook.Count(problems, playbook.Error) > 0 {
		return status(1)
	}
	return nil
}

func (p *program) lintOne(src source, bench *signatureBench) ([]playbook.Problem, error) {
	if strings.HasSuffix(src.name, scenarioSuffix) {
		_, problems := p.readSuite(src)
		return problems, nil
	}
	if playbook.IsSignatures(src.data) {
		tests, err := bench.tests(src)
		if err != nil {
			return nil, err
		}
		_, problems := playbook.LintSignatures(src.name, src.data, tests)
		return problems, nil
	}
	_, problems := playbook.Lint(src.name, src.data, parameters(), usable)
	return problems, nil
}

// lintCases makes a test case of a file, or of each of its errors; warnings
// do not fail it.
func lintCases(file string, problems []playbook.Problem) []diag.TestCase {
	var cases []diag.TestCase
	for _, pr := range problems {
		if pr.Severity == playbook.Error {
			cases = append(cases, diag.TestCase{
				Group: file, Name: fmt.Sprintf("%s at line %d", pr.Code, pr.Line), Failure: pr.String(), Kind: pr.Code,
			})
		}
	}
	if len(cases) == 0 {
		cases = append(cases, diag.TestCase{Group: file, Name: "lint"})
	}
	return cases
}

func (p *program) emitLint(run diag.TestRun, problems []playbook.Problem, files int) error {
	for i, pr := range problems { // a file that was taken for a playbook may hold anything
		problems[i].Message, problems[i].Excerpt, problems[i].Hint = told(pr.Message), told(pr.Excerpt), told(pr.Hint)
	}
	switch p.format {
	case "json":
		return p.emitJSON(map[string]any{
			"schema": "authdoctor.lint/1", "files": files, "problems": problems,
			"errors": playbook.Count(problems, playbook.Error), "warnings": playbook.Count(problems, playbook.Warning),
		})
	case "junit":
		return p.emit(func(w io.Writer, o report.Options) error { return report.Tests(w, "junit", run, o) })
	}
	var b strings.Builder
	for _, pr := range problems {
		fmt.Fprintf(&b, "%s\n\n", pr)
	}
	fmt.Fprintf(&b, "%s: %s, %s\n", plural(files, "file"),
		plural(playbook.Count(problems, playbook.Error), "error"), plural(playbook.Count(problems, playbook.Warning), "warning"))
	return p.emitText(b.String())
}
