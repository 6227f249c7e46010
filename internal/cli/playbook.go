package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

func newPlaybook(p *program) *cobra.Command {
	c := &cobra.Command{
		Use:   "playbook",
		Short: "Read, write and test playbooks",
		Args:  noArgs,
		RunE:  func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	c.AddCommand(newBookList(p), newBookShow(p), newBookLint(p), newBookTest(p), newBookSchema(p), newBookNew(p), newBookModel(p), newBookPlan(p))
	return c
}

func newBookList(p *program) *cobra.Command {
	return &cobra.Command{
		Use:     "list",
		Short:   "List the built-in playbooks",
		Example: "  authdoctor playbook list",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := p.needFormat("playbook list", "text", "json"); err != nil {
				return err
			}
			type row struct {
				ID      string `json:"id"`
				Title   string `json:"title"`
				Summary string `json:"summary"`
				Version string `json:"version"`
			}
			rows := []row{}
			var b strings.Builder
			for _, id := range builtIn() {
				book, err := p.load(id)
				if err != nil {
					return err
				}
				rows = append(rows, row{id, book.Title, book.Summary, book.Version})
				fmt.Fprintf(&b, "%-16s %s\n", id, book.Title)
			}
			if p.format == "json" {
				return p.emitJSON(map[string]any{"schema": "authdoctor.playbooks/1", "playbooks": rows})
			}
			return p.emitText(b.String())
		},
	}
}

func newBookShow(p *program) *cobra.Command {
	return &cobra.Command{
		Use:     "show PLAYBOOK",
		Short:   "Show a playbook in plain words",
		Example: "  authdoctor playbook show alarmcom",
		Args:    exactlyOne("a playbook"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.needFormat("playbook show", "text", "json"); err != nil {
				return err
			}
			book, err := p.load(args[0])
			if err != nil {
				return err
			}
			if p.format == "json" {
				return p.emitJSON(engine.Numbers(book))
			}
			return p.emitText(playbook.Show(book))
		},
	}
}

func newBookSchema(p *program) *cobra.Command {
	var kind string
	c := &cobra.Command{
		Use:     "schema",
		Short:   "Print the JSON Schema of playbooks",
		Example: "  authdoctor playbook schema > playbook.schema.json\n  authdoctor playbook schema --of scenarios",
		Args:    noArgs,
		RunE: func(*cobra.Command, []string) error {
			if err := p.needFormat("playbook schema", "text", "json"); err != nil {
				return err
			}
			schemas := map[string]func() []byte{
				"playbook": playbook.JSONSchema, "scenarios": playbook.ScenariosJSONSchema, "answers": playbook.AnswersJSONSchema,
			}
			schema, ok := schemas[kind]
			if !ok {
				return usagef(nearest(kind, sortedKeys(schemas), "one of: playbook, scenarios, answers"), "there is no schema of %q", kind)
			}
			return p.emitText(string(schema()))
		},
	}
	c.Flags().StringVar(&kind, "of", "playbook", "playbook, scenarios or answers")
	return c
}

func newBookNew(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "new ID",
		Short: "Write the skeleton of a playbook and its scenarios",
		Long: `Write ID.yaml and ID.test.yaml into the current folder: a commented skeleton that
passes lint and its own scenario, to be changed bit by bit. Existing files are
left alone.`,
		Example: "  authdoctor playbook new my-service",
		Args:    exactlyOne("the id of the new playbook"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.needFormat("playbook new", "text"); err != nil {
				return err
			}
			return p.newBook(args[0])
		},
	}
}

func (p *program) newBook(id string) error {
	if !playbook.ValidID(id) {
		return usagef("for example: authdoctor playbook new my-service", "%q is no id: lower-case letters, digits and hyphens", id)
	}
	book, scenarios := playbook.Skeleton(id)
	files := []source{{id + ".yaml", book}, {id + scenarioSuffix, scenarios}}
	for _, f := range files {
		if _, err := p.ReadFile(f.name); err == nil {
			return usagef("choose another id, or move the file away", "%s is there already", f.name)
		}
	}
	for _, f := range files {
		if err := p.WriteFile(f.name, f.data); err != nil {
			return usagef("", "%s", err)
		}
	}
	return p.emitText(fmt.Sprintf("Wrote %s and %s.\nNext: authdoctor playbook lint %s && authdoctor playbook test %s\n",
		files[0].name, files[1].name, files[0].name, files[1].name))
}

func newBookModel(p *program) *cobra.Command {
	return &cobra.Command{
		Use:     "model PLAYBOOK",
		Short:   "Print the numbers that a playbook comes to (authdoctor.model/1)",
		Example: "  authdoctor playbook model alarmcom > alarmcom.json",
		Args:    exactlyOne("a playbook"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.needFormat("playbook model", "text", "json"); err != nil {
				return err
			}
			book, err := p.load(args[0])
			if err != nil {
				return err
			}
			return p.emitJSON(engine.Numbers(book))
		},
	}
}
