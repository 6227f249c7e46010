// Gendocs writes what packages carry beside the program: its man pages and
// the completions of four shells, into the folder that it is given. It is no
// part of the program, which then need not know how to write man pages.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/spf13/cobra/doc"

	"github.com/authdoctor/authdoctor/internal/cli"
)

func main() {
	if err := write(os.Args[1:], os.Getenv("SOURCE_DATE_EPOCH")); err != nil {
		fmt.Fprintf(os.Stderr, "gendocs: %v\n", err)
		os.Exit(1)
	}
}

// write fills the folder. The pages carry the date of the source, in seconds
// since 1970, so that two builds of one commit are the same
// (https://reproducible-builds.org/docs/source-date-epoch/).
func write(args []string, epoch string) error {
	if len(args) != 1 {
		return fmt.Errorf("want one folder to write to, got %d; type: go run ./cmd/gendocs bin/docs", len(args))
	}
	seconds, err := strconv.ParseInt(epoch, 10, 64)
	if err != nil {
		return fmt.Errorf("SOURCE_DATE_EPOCH is %q, and must be seconds since 1970", epoch)
	}
	man, completions := filepath.Join(args[0], "man"), filepath.Join(args[0], "completions")
	for _, folder := range []string{man, completions} {
		if err := os.RemoveAll(folder); err != nil {
			return err
		}
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return err
		}
	}
	root := cli.Root(cli.OS())
	root.DisableAutoGenTag = true
	date := time.Unix(seconds, 0).UTC()
	header := &doc.GenManHeader{Section: "1", Date: &date, Source: "authdoctor", Manual: "authdoctor"}
	if err := doc.GenManTree(root, header, man); err != nil {
		return err
	}
	for shell, generate := range map[string]func(string) error{
		"authdoctor.bash": func(name string) error { return root.GenBashCompletionFileV2(name, true) },
		"_authdoctor":     root.GenZshCompletionFile,
		"authdoctor.fish": func(name string) error { return root.GenFishCompletionFile(name, true) },
		"authdoctor.ps1":  root.GenPowerShellCompletionFileWithDesc,
	} {
		if err := generate(filepath.Join(completions, shell)); err != nil {
			return err
		}
	}
	return nil
}
