// Authdoctor finds out why a person cannot sign in and walks them to the fix.
package main

import (
	"context"
	"os"

	"github.com/authdoctor/authdoctor/internal/cli"
)

func main() {
	os.Exit(cli.Main(context.Background(), cli.OS()))
}
