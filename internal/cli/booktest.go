package cli

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/report"
	"github.com/authdoctor/authdoctor/internal/scenario"
)

func newBookTest(p *program) *cobra.Command {
	var minimum float64
	c := &cobra.Command{
		Use:   "test [PATH...]",
		Short: "Play scenario files through the engine",
		Long: `Play scenarios with the same engine that diagnoses people, and say where the walk,
the cause or the verdict is not what the scenario expects. Nothing is measured.
Without a PATH, the built-in scenarios. Coverage names every symptom, outcome,
choice, step and cause that no scenario touched.

Exit status: 0 all passed, 1 one failed or coverage is below --min-coverage.`,
		Example: `  authdoctor playbook test
  authdoctor playbook test my-service.test.yaml --min-coverage 90
  authdoctor playbook test --format junit --output scenarios.xml`,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.needFormat("playbook test", "text", "json", "junit"); err != nil {
				return err
			}
			if minimum < 0 || minimum > 100 {
				return usagef("for example: --min-coverage 90", "--min-coverage is a percentage, got %v", minimum)
			}
			return p.testBooks(args, minimum)
		},
	}
	c.Flags().Float64Var(&minimum, "min-coverage", 0, "fail below this percentage")
	return c
}

// played is one scenario file with its results.
type played struct {
	file     string
	book     *playbook.Playbook
	results  []scenario.Result
	coverage scenario.Coverage
}

func (p *program) testBooks(paths []string, minimum float64) error {
	sources, err := p.sources(paths)
	if err != nil {
		return err
	}
	var all []played
	done := map[string]bool{}
	for _, src := range sources {
		if !strings.HasSuffix(src.name, scenarioSuffix) {
			if len(paths) == 0 || !isPath(src.name) {
				continue
			}
			if src, err = p.scenariosOf(src); err != nil {
				return err
			}
			if src.data == nil {
				continue
			}
		}
		if done[src.name] {
			continue // named twice, or beside a playbook that is named too
		}
		done[src.name] = true
		one, err := p.play(src)
		if err != nil {
			return err
		}
		all = append(all, one)
	}
	if len(all) == 0 {
		return usagef("name a *.test.yaml, or a folder with some", "there are no scenarios")
	}
	return p.reportTests(all, minimum)
}

// scenariosOf is the scenario file beside a playbook that was named; without
// data when there is none.
func (p *program) scenariosOf(src source) (source, error) {
	name := strings.TrimSuffix(strings.TrimSuffix(src.name, ".yaml"), ".yml") + scenarioSuffix
	out, err := p.readSource(name)
	var usage *diag.UsageError
	if errors.As(err, &usage) {
		return source{}, nil
	}
	return out, err
}

func (p *program) play(src source) (played, error) {
	suite, problems := p.readSuite(src)
	if playbook.Count(problems, playbook.Error) > 0 {
		return played{}, &diag.UsageError{Err: &playbook.Problems{List: problems}}
	}
	raw, err := p.bookOf(suite, src.name)
	if err != nil {
		return played{}, err
	}
	book, err := engine.Compile(raw, nil)
	if err != nil {
		return played{}, err
	}
	results, err := scenario.Play(book, suite.Scenarios)
	if err != nil {
		return played{}, err
	}
	return played{file: src.name, book: raw, results: results, coverage: scenario.Cover(raw, results)}, nil
}

// readSuite reads a scenario file and holds it against its playbook.
func (p *program) readSuite(src source) (*playbook.Suite, []playbook.Problem) {
	suite, err := playbook.ParseSuite(src.name, src.data)
	var problems *playbook.Problems
	if errors.As(err, &problems) {
		return nil, problems.List
	}
	book, err := p.bookOf(suite, src.name)
	if err != nil {
		return suite, []playbook.Problem{{
			Code: "PB001", Severity: playbook.Error, File: src.name, Line: 1, Column: 1, Message: err.Error(),
		}}
	}
	return suite, suite.Check(book, src.data)
}

// bookOf is the playbook of a scenario file: the one beside it, else the
// built-in one of that id.
func (p *program) bookOf(suite *playbook.Suite, file string) (*playbook.Playbook, error) {
	beside := filepath.Join(filepath.Dir(file), suite.Playbook+".yaml")
	if data, err := p.ReadFile(beside); err == nil {
		return playbook.Parse(filepath.ToSlash(beside), data)
	}
	return p.load(suite.Playbook)
}

func (p *program) reportTests(all []played, minimum float64) error {
	run := testRun(all, minimum)
	failed := false
	for _, c := range run.Cases {
		failed = failed || c.Failure != ""
	}
	var err error
	switch p.format {
	case "json":
		err = p.emitJSON(testDocument(all, run))
	case "junit":
		err = p.emit(func(w io.Writer, o report.Options) error { return report.Tests(w, "junit", run, o) })
	default:
		err = p.emit(func(w io.Writer, o report.Options) error {
			if err := report.Tests(w, "text", run, o); err != nil {
				return err
			}
			_, err := io.WriteString(w, coverageText(all))
			return err
		})
	}
	if err == nil && failed {
		return status(1)
	}
	return err
}

// testRun makes a test case of every scenario, and one of the coverage where
// a minimum is demanded.
func testRun(all []played, minimum float64) diag.TestRun {
	run := diag.TestRun{Name: "playbook test", Cases: []diag.TestCase{}}
	for _, one := range all {
		for _, r := range one.results {
			c := diag.TestCase{Group: one.file, Name: told(r.Scenario.Name)}
			if r.Failure != "" {
				c.Failure = told(fmt.Sprintf("%s:%d\n%s", one.file, r.Scenario.Line, r.Failure))
			}
			run.Cases = append(run.Cases, c)
		}
		if minimum > 0 {
			c := diag.TestCase{Group: one.file, Name: "coverage"}
			if one.coverage.Percent() < minimum {
				c.Failure = fmt.Sprintf("coverage is %.1f %%, below %v %%; untouched:\n  %s",
					one.coverage.Percent(), minimum, strings.Join(one.coverage.Missing, "\n  "))
			}
			run.Cases = append(run.Cases, c)
		}
	}
	return run
}

func coverageText(all []played) string {
	var b strings.Builder
	for _, one := range all {
		fmt.Fprintf(&b, "coverage of %s: %.1f %% (%d of %d)\n", one.book.ID, one.coverage.Percent(), one.coverage.Reached, one.coverage.Total)
		for _, m := range one.coverage.Missing {
			fmt.Fprintf(&b, "  untouched: %s\n", m)
		}
	}
	return b.String()
}

func testDocument(all []played, run diag.TestRun) map[string]any {
	coverage := map[string]scenario.Coverage{}
	for _, one := range all {
		coverage[one.book.ID] = one.coverage
	}
	return map[string]any{"schema": "authdoctor.test/1", "name": run.Name, "cases": run.Cases, "coverage": coverage}
}
