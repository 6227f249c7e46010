package cli

import (
	"runtime"

	"github.com/spf13/cobra"
)

func newVersion(p *program) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Print the version",
		Example: "  authdoctor version\n  authdoctor version --format json",
		Args:    noArgs,
		RunE: func(_ *cobra.Command, _ []string) error {
			if err := p.needFormat("version", "text", "json"); err != nil {
				return err
			}
			if p.format == "json" {
				return p.emitJSON(map[string]string{
					"schema": "authdoctor.version/1", "version": p.Version, "go": runtime.Version(), "os": runtime.GOOS, "arch": runtime.GOARCH,
				})
			}
			return p.emitText("authdoctor " + p.Version + "\n")
		},
	}
}
