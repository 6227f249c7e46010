// Authdoctor finds out why a person cannot sign in and walks them to the fix.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"github.com/authdoctor/authdoctor/internal/cli"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := cli.Main(ctx, cli.OS())
	stop()
	os.Exit(status)
}
