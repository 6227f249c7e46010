package probe

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A vault holds the secrets of a test by the place where they are read, and
// counts the attempts on accounts. A full one allows none.
type vault struct {
	secrets map[string]string
	full    bool
	taken   []string
	waits   []time.Time
}

var errVaultFull = errors.New("the account had its attempts")

func (v *vault) env() Env {
	env := System()
	env.Attempts = v
	env.Getenv = func(string) string { return "" }
	env.Secret = func(source string) (diag.Secret, error) {
		text, ok := v.secrets[source]
		if !ok {
			return diag.Secret{}, fmt.Errorf("%s cannot be read", source)
		}
		return diag.NewSecret(text), nil
	}
	return env
}

func (v *vault) Take(_ context.Context, account string) error {
	if v.full {
		return errVaultFull
	}
	v.taken = append(v.taken, account)
	return nil
}

func (v *vault) Wait(_ context.Context, _ string, until time.Time) error {
	v.waits = append(v.waits, until)
	return nil
}

// keeps fails if a secret can be read in a finding, or any other text that
// must not be there.
func (v *vault) keeps(t *testing.T, f diag.Finding, also ...string) {
	t.Helper()
	data, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range v.secrets {
		also = append(also, secret)
	}
	for _, text := range also {
		if text != "" && strings.Contains(string(data), text) {
			t.Errorf("%q is in %s", text, data)
		}
	}
}
