package cli

import (
	"errors"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagMistake says what is wrong with a flag, and what to type.
func flagMistake(c *cobra.Command, err error) error {
	see := "see: " + c.CommandPath() + " --help"
	var unknown *pflag.NotExistError
	if errors.As(err, &unknown) {
		var names []string
		known := func(f *pflag.Flag) {
			if !f.Hidden {
				names = append(names, "--"+f.Name)
			}
		}
		c.Flags().VisitAll(known)
		c.InheritedFlags().VisitAll(known)
		return usagef(nearest("--"+unknown.GetSpecifiedName(), names, see), "%s", err)
	}
	var bad *pflag.InvalidValueError
	if errors.As(err, &bad) && bad.GetFlag().Value.Type() == "duration" {
		name, value := bad.GetFlag().Name, strings.TrimSpace(bad.GetValue())
		example := "2m30s"
		if value != "" && strings.Trim(value, "0123456789.") == "" {
			example = value + "s"
		}
		return usagef("for example: --"+name+" "+example, "--%s %q is no time: a number and its unit, s, m or h", name, value)
	}
	return usagef(see, "%s", err)
}

// newHelp is cobra's own help, except that it refuses what is no command.
func newHelp(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [COMMAND]",
		Short: "Help about any command",
		RunE: func(_ *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return noArgs(root, args)
			}
			c.InitDefaultHelpFlag()
			return c.Help()
		},
	}
}
