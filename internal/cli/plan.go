package cli

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/report"
	"github.com/authdoctor/authdoctor/internal/session"
)

// planning is one call of playbook plan.
type planning struct {
	*program
	given string
	jsonl bool
}

func newBookPlan(p *program) *cobra.Command {
	o := &planning{program: p}
	c := &cobra.Command{
		Use:   "plan PLAYBOOK|MODEL.json",
		Short: "Work out what to ask and to try first, and what every order costs",
		Long: `Work out, from the numbers alone, how likely each cause is and why, what to ask
or to try first, what that costs on average, and what the order of the playbook
costs beside it. Nothing is measured and nobody is asked: what is known comes
from --given, an answers file for a playbook or a case for a model.

A model is the JSON of authdoctor playbook model, or one like it. As JSON the
answer is authdoctor.oracle/1. With --jsonl each line of standard input is a
model with a case, and each is answered by a line.

The best order is worked out exactly while there are few enough states, at most
2,000,000; beyond that by looking ahead: ask now, or after the next step?`,
		Example: `  authdoctor playbook plan alarmcom
  authdoctor playbook plan alarmcom --given case.yaml
  authdoctor playbook model alarmcom > model.json
  authdoctor playbook plan model.json --given case.json --format json
  authdoctor playbook plan --jsonl < models.jsonl > answers.jsonl`,
		RunE: func(c *cobra.Command, args []string) error { return o.run(c, args) },
	}
	c.Flags().StringVar(&o.given, "given", "", "what is known: an answers file (authdoctor.answers/1), or a case as JSON")
	c.Flags().BoolVar(&o.jsonl, "jsonl", false, `read one {"model","case"} a line, write one answer a line`)
	return c
}

func (o *planning) run(c *cobra.Command, args []string) error {
	if err := o.needFormat("playbook plan", "text", "json"); err != nil {
		return err
	}
	if o.jsonl {
		if len(args) > 0 || o.given != "" {
			return usagef("give the models and cases on standard input", "--jsonl goes with neither an argument nor --given")
		}
		return o.batch()
	}
	if err := exactlyOne("a playbook or a model")(c, args); err != nil {
		return err
	}
	m, a, err := o.answer(args[0])
	if err != nil {
		return err
	}
	if o.format == "json" {
		return o.emitJSON(a)
	}
	return o.emitText(planText(m, a))
}

// answer works out what a playbook or a model comes to.
func (o *planning) answer(name string) (*engine.Model, *engine.Answer, error) {
	if strings.HasSuffix(name, ".json") {
		return o.ofModel(name)
	}
	raw, err := o.load(name)
	if err != nil {
		return nil, nil, err
	}
	book, err := o.compile(raw, "")
	if err != nil {
		return nil, nil, err
	}
	if o.given == "" || strings.HasSuffix(o.given, ".json") {
		return o.solve(book.Model(), name)
	}
	src, err := o.readSource(o.given)
	if err != nil {
		return nil, nil, err
	}
	given, err := playbook.ParseAnswers(src.name, src.data, raw)
	if err != nil {
		return nil, nil, mistake(err)
	}
	ev := diag.NewEvidence()
	session.Seed(book, ev, given)
	if err := book.Tell(ev, given.Steps); err != nil {
		return nil, nil, usagef("", "%s: %s", src.name, err)
	}
	a, err := book.Plan(ev)
	if err != nil {
		return nil, nil, usagef("", "%s: %s", src.name, err)
	}
	return book.Model(), a, nil
}

func (o *planning) ofModel(name string) (*engine.Model, *engine.Answer, error) {
	src, err := o.readSource(name)
	if err != nil {
		return nil, nil, err
	}
	m, err := compileModel(src.data)
	if err != nil {
		return nil, nil, usagef("see: authdoctor playbook model alarmcom", "%s: %s", src.name, err)
	}
	if o.given != "" && !strings.HasSuffix(o.given, ".json") {
		return nil, nil, usagef(`a case is like {"observed":[{"id":"web_login","outcome":"works"}]}`,
			"%s: a model needs its case as a .json file", o.given)
	}
	return o.solve(m, src.name)
}

// solve answers the case that was given as JSON, or none.
func (o *planning) solve(m *engine.Model, name string) (*engine.Model, *engine.Answer, error) {
	var c engine.Case
	if o.given != "" {
		src, err := o.readSource(o.given)
		if err != nil {
			return nil, nil, err
		}
		if c, err = engine.ReadCase(src.data); err != nil {
			return nil, nil, usagef("", "%s: %s", src.name, err)
		}
		name = src.name
	}
	a, err := m.Solve(c)
	if err != nil {
		return nil, nil, usagef("", "%s: %s", name, err)
	}
	return m, a, nil
}

func compileModel(data []byte) (*engine.Model, error) {
	doc, err := engine.ReadDocument(data)
	if err != nil {
		return nil, err
	}
	return engine.NewModel(doc)
}

// maxModelLine bounds one line of a batch: a model of a hundred thousand
// causes fits.
const maxModelLine = 256 << 20

// batch answers each line before it reads the next.
func (o *planning) batch() error {
	return o.emit(func(w io.Writer, _ report.Options) error {
		out := bufio.NewWriter(w)
		enc := lineEncoder(out)
		in := bufio.NewScanner(o.Stdin)
		in.Buffer(nil, maxModelLine)
		var b planBatch
		for n := 1; in.Scan(); n++ {
			if len(bytes.TrimSpace(in.Bytes())) == 0 {
				continue
			}
			a, err := b.line(in.Bytes())
			if err == nil {
				err = enc.Encode(a)
			} else {
				err = usagef(`each line is like {"model":{…},"case":{"observed":[…]}}`, "line %d: %s", n, err)
			}
			if err != nil {
				return errors.Join(err, out.Flush()) // what was answered stays; the mistake is what is told
			}
		}
		if err := in.Err(); err != nil {
			return mistake(err)
		}
		return out.Flush()
	})
}

// A planBatch keeps the last model: many cases of one are the rule.
type planBatch struct {
	text  []byte
	model *engine.Model
}

func (b *planBatch) line(line []byte) (*engine.Answer, error) {
	var in struct {
		Model json.RawMessage `json:"model"`
		Case  json.RawMessage `json:"case"`
	}
	if err := json.Unmarshal(line, &in); err != nil {
		return nil, err
	}
	if len(in.Model) == 0 {
		return nil, errors.New(`it has no "model"`)
	}
	if b.model == nil || !bytes.Equal(b.text, in.Model) {
		m, err := compileModel(in.Model)
		if err != nil {
			return nil, err
		}
		b.text, b.model = in.Model, m
	}
	c, err := engine.ReadCase(in.Case)
	if err != nil {
		return nil, err
	}
	return b.model.Solve(c)
}
