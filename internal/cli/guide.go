package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/report"
)

func newGuide(p *program) *cobra.Command {
	var surface string
	c := &cobra.Command{
		Use:   "guide PLAYBOOK [GUIDE]",
		Short: "Read a procedure, for one surface",
		Example: `  authdoctor guide alarmcom
  authdoctor guide alarmcom reset-two-factor
  authdoctor guide alarmcom reset-two-factor --surface partner_portal`,
		Args: func(c *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) > 2 {
				return usagef("for example: authdoctor guide alarmcom", "%s needs a playbook, and a guide if you know it", c.CommandPath())
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.needFormat("guide", "text", "json"); err != nil {
				return err
			}
			book, err := p.load(args[0])
			if err != nil {
				return err
			}
			if len(args) == 1 {
				return p.listGuides(book)
			}
			return p.guide(book, args[1], surface)
		},
	}
	c.Flags().StringVar(&surface, "surface", "", "where it is done, such as app, website or partner_portal (all of them when left out)")
	return c
}

// guideRow and guideDoc are the JSON of this command.
type guideRow struct {
	ID       string   `json:"id"`
	Title    string   `json:"title"`
	Surfaces []string `json:"surfaces"`
}

type guideDoc struct {
	Schema     string         `json:"schema"`
	ID         string         `json:"id"`
	Title      string         `json:"title"`
	Procedures []procedureDoc `json:"procedures"`
}

type procedureDoc struct {
	Surface string   `json:"surface"`
	Actor   string   `json:"actor"`
	Do      []string `json:"do"`
	Careful []string `json:"careful"`
}

func (p *program) listGuides(book *playbook.Playbook) error {
	rows := []guideRow{}
	var b strings.Builder
	for _, g := range book.Guides {
		row := guideRow{ID: g.ID, Title: g.Title}
		for _, pr := range g.Procedures {
			row.Surfaces = append(row.Surfaces, pr.Surface)
		}
		rows = append(rows, row)
		fmt.Fprintf(&b, "%-26s %s (%s)\n", g.ID, g.Title, strings.Join(row.Surfaces, ", "))
	}
	if p.format == "json" {
		return p.emitJSON(map[string]any{"schema": "authdoctor.guides/1", "guides": rows})
	}
	if len(rows) == 0 {
		return p.emitText("This playbook has no guides.\n")
	}
	return p.emitText(b.String())
}

func (p *program) guide(book *playbook.Playbook, id, surface string) error {
	doc, err := findGuide(book, id, surface)
	if err != nil {
		return err
	}
	if p.format == "json" {
		return p.emitJSON(doc)
	}
	return p.emit(func(w io.Writer, o report.Options) error {
		var b strings.Builder
		fmt.Fprintf(&b, "%s\n", doc.Title)
		for _, pr := range doc.Procedures {
			fmt.Fprintf(&b, "\n%s (%s)\n", surfaceName(pr.Surface), pr.Actor)
			for i, line := range pr.Do {
				b.WriteString(hanging(fmt.Sprintf("  %d  ", i+1), line, o.Width))
			}
			for _, line := range pr.Careful {
				b.WriteString(hanging("  Careful  ", line, o.Width))
			}
		}
		_, err := io.WriteString(w, b.String())
		return err
	})
}

// hanging is a text behind its label, wrapped under itself where the terminal
// has a width, and else one line.
func hanging(label, text string, width int) string {
	if width == 0 {
		return label + text + "\n"
	}
	lines := report.Wrap(text, max(20, min(width, 100)-1-len(label)))
	return label + strings.Join(lines, "\n"+strings.Repeat(" ", len(label))) + "\n"
}

func findGuide(book *playbook.Playbook, id, surface string) (guideDoc, error) {
	var ids []string
	for _, g := range book.Guides {
		ids = append(ids, g.ID)
		if g.ID != id {
			continue
		}
		doc := guideDoc{Schema: "authdoctor.guide/1", ID: g.ID, Title: g.Title}
		var surfaces []string
		for _, pr := range g.Procedures {
			surfaces = append(surfaces, pr.Surface)
			if surface == "" || surface == pr.Surface {
				doc.Procedures = append(doc.Procedures, procedureDoc{
					pr.Surface, pr.Actor, append([]string{}, pr.Do...), append([]string{}, pr.Careful...),
				})
			}
		}
		if len(doc.Procedures) == 0 {
			return doc, usagef(nearest(surface, surfaces, "surfaces: "+strings.Join(surfaces, ", ")), "guide %s has nothing for the surface %q", id, surface)
		}
		return doc, nil
	}
	return guideDoc{}, usagef(nearest(id, ids, "guides: "+strings.Join(ids, ", ")), "playbook %s has no guide %q", book.ID, id)
}

// surfaceName is a surface as people call it.
func surfaceName(surface string) string {
	names := map[string]string{
		"website": "On the website", "app": "In the app", "partner_portal": "In the Partner Portal",
		"mobiletech": "In MobileTech", "desktop": "On the computer", "cli": "On the command line",
	}
	if n := names[surface]; n != "" {
		return n
	}
	return surface
}
