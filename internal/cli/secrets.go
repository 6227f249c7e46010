package cli

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/attempts"
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// maxSecret bounds a secret: the longest tokens have some kilobytes.
const maxSecret = 64 << 10

// probeEnv is the world for probes that may send a credential. Limit is the
// attempt budget; 0 is the usual one. A secret from standard input is read
// now: nobody types a password while a check's time runs.
func (p *program) probeEnv(ctx context.Context, limit int, values ...string) (probe.Env, error) {
	if limit < 0 {
		return probe.Env{}, usagef("for example: --attempts 3", "--attempts must not be negative, got %d", limit)
	}
	r := &secretReader{program: p}
	if slices.Contains(values, "-") {
		text, err := r.stdin(ctx)
		if err != nil {
			return probe.Env{}, err
		}
		r.typed = diag.NewSecret(text)
	}
	env := p.Probe
	env.Secret = r.read
	env.Attempts = attempts.Budget{Dir: p.State, Now: p.Now, Limit: limit, Random: p.Random}
	return env, nil
}

// A secretReader reads secrets for one run. It is safe for use by several
// goroutines.
type secretReader struct {
	*program
	typed diag.Secret // from standard input, which holds one
}

// read reads a secret. The error names its place, never what is in it.
func (r *secretReader) read(source string) (diag.Secret, error) {
	text, err := r.text(source)
	if err != nil {
		return diag.Secret{}, err
	}
	// Editors and echo end a file with a line end that is not meant.
	text = strings.TrimSuffix(strings.TrimSuffix(text, "\n"), "\r")
	if text == "" {
		return diag.Secret{}, fmt.Errorf("%s holds no secret", place(source))
	}
	return diag.NewSecret(text), nil
}

func (r *secretReader) text(source string) (string, error) {
	if source == "-" {
		return r.typed.Reveal(), nil
	}
	if name, ok := strings.CutPrefix(source, "env:"); ok {
		return r.Getenv(name), nil
	}
	data, err := r.readSource(source)
	if err == nil && len(data.data) > maxSecret {
		err = fmt.Errorf("%s is too large for a secret", source)
	}
	return string(data.data), err
}

// stdin reads standard input, or asks the person who sits in front of it.
func (r *secretReader) stdin(ctx context.Context) (string, error) {
	if _, ok := r.Terminal(r.Stdin); ok && r.Password != nil {
		return r.Password(ctx, r.Stdin, r.Stderr)
	}
	data, err := io.ReadAll(io.LimitReader(r.Stdin, maxSecret+1))
	if err == nil && len(data) > maxSecret {
		err = usagef("", "standard input is too large for a secret")
	}
	return string(data), err
}

func place(source string) string {
	switch name, isEnv := strings.CutPrefix(source, "env:"); {
	case isEnv:
		return "the variable " + name
	case source == "-":
		return "standard input"
	}
	return source
}

// secretValues are the values that the secret parameters of a probe have.
func secretValues(pr probe.Probe, with map[string]string) []string {
	var values []string
	for _, param := range pr.Params {
		if param.Secret && with[param.Name] != "" {
			values = append(values, with[param.Name])
		}
	}
	return values
}
