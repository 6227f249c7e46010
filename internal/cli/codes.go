package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// code is a finding code as `codes` prints it.
type code struct {
	Code    string      `json:"code"`
	Layer   diag.Layer  `json:"layer"`
	Status  diag.Status `json:"status"`
	Scope   diag.Scope  `json:"scope,omitempty"`
	Class   string      `json:"class"`
	Meaning string      `json:"meaning"`
	Remedy  string      `json:"remedy"`
}

func newCodes(p *program) *cobra.Command {
	return &cobra.Command{
		Use:   "codes [CODE]",
		Short: "List every finding code with its meaning and remedy",
		Example: `  authdoctor codes
  authdoctor codes clock.skewed
  authdoctor codes --format json`,
		Args: atMostOne,
		RunE: func(_ *cobra.Command, args []string) error {
			if err := p.needFormat("codes", "text", "json"); err != nil {
				return err
			}
			all := allCodes()
			if len(args) == 1 {
				one, err := findCode(all, args[0])
				if err != nil {
					return err
				}
				all = []code{one}
			}
			if p.format == "json" {
				return p.emitJSON(map[string]any{"schema": "authdoctor.codes/1", "codes": all})
			}
			return p.emitText(codesText(all))
		},
	}
}

func allCodes() []code {
	var all []code
	for _, k := range diag.Kinds {
		for _, o := range k.Outcomes {
			all = append(all, code{diag.Code(k.Name, o.Name), k.LayerOf(o), o.Status, o.Scope, o.Class, o.Meaning, o.Remedy})
		}
		for _, s := range []struct {
			word    string
			status  diag.Status
			meaning string
		}{
			{"unknown", diag.Unknown, "it could not be measured; the finding says why"},
			{"blocked", diag.Blocked, "an earlier check failed, so this one says nothing; mend that one first"},
			{"skipped", diag.Skipped, "it was not wanted, or there was nothing to check"},
		} {
			all = append(all, code{Code: diag.Code(k.Name, s.word), Layer: k.Layer, Status: s.status, Meaning: s.meaning})
		}
	}
	return all
}

func findCode(all []code, name string) (code, error) {
	var names []string
	for _, c := range all {
		if c.Code == name {
			return c, nil
		}
		names = append(names, c.Code)
	}
	return code{}, usagef(nearest(name, names, "see: authdoctor codes"), "there is no code %q", name)
}

func codesText(all []code) string {
	var b strings.Builder
	for _, c := range all {
		fmt.Fprintf(&b, "%-26s %-8s %s\n", c.Code, c.Status, c.Meaning)
		if c.Remedy != "" {
			fmt.Fprintf(&b, "%-26s %-8s %s\n", "", "", c.Remedy)
		}
	}
	return b.String()
}
