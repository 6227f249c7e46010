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
// now: nobody types a password while a check's time runs. Any other is tried
// once, so that a file that is not there is a mistake and no finding.
func (p *program) probeEnv(ctx context.Context, limit int, given ...givenSecret) (probe.Env, error) {
	if limit < 0 {
		return probe.Env{}, usagef("for example: --attempts 3", "--attempts must not be negative, got %d", limit)
	}
	r := &secretReader{program: p}
	fromStdin := slices.DeleteFunc(slices.Clone(given), func(g givenSecret) bool { return g.source != "-" })
	if len(fromStdin) > 1 {
		return probe.Env{}, usagef("give one of them in a file", "--%s and --%s cannot both come from standard input", fromStdin[0].param, fromStdin[1].param)
	}
	if len(fromStdin) == 1 {
		text, err := r.stdin(ctx)
		if err != nil {
			return probe.Env{}, err
		}
		r.typed = diag.NewSecret(text)
	}
	for _, g := range given {
		if _, err := r.read(g.source); err != nil {
			return probe.Env{}, usagef("give a file, - for standard input, or env:NAME for a variable", "--%s: %s", g.param, err)
		}
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

// A givenSecret is a parameter that names where a secret is read from.
type givenSecret struct{ param, source string }

// givenSecrets are those of a probe's parameters that were given. What belongs
// to a secret and is none, such as the login's name, names no place.
func givenSecrets(pr probe.Probe, with map[string]string) []givenSecret {
	var list []givenSecret
	for _, param := range pr.Params {
		isPlace := param.Name == "file" || strings.HasSuffix(param.Name, "-file")
		if source := with[param.Name]; param.Secret && isPlace && source != "" {
			list = append(list, givenSecret{param.Name, source})
		}
	}
	return list
}
