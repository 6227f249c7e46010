package script_test

import (
	"context"
	"errors"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/script"
)

// Whatever is asked once the context ended, nothing is made of it.
func TestEverythingStopsWithTheContext(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	a := &script.Asker{Checkpoint: script.Postponed}
	for name, try := range map[string]func() error{
		"a question":  func() error { _, err := a.Ask(ctx, diag.Question{}); return err },
		"a step":      func() error { _, err := a.Do(ctx, step); return err },
		"a retest":    func() error { _, err := a.Do(ctx, retest); return err },
		"the opinion": func() error { return a.Think(ctx, nil) },
	} {
		if err := try(); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
