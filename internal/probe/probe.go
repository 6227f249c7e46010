// Package probe measures: one file per probe, and a runner that runs them in
// parallel under one budget.
package probe

import (
	"context"
	"crypto/x509"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A Probe is one kind of measurement.
type Probe struct {
	Kind string // a name in diag.Kinds
	Doc  string // one line: what it measures
	// Example is command lines to learn from, each indented by two spaces.
	Example string
	Params  []Param
	// Ready says what else than the forms of its values keeps the probe from
	// beginning: values that do not go together, a file that holds something
	// else. The error begins with the parameter's name and a colon where it is
	// about one. Nothing is sent. Nil: nothing can.
	Ready func(env Env, with Params) error
	// Run measures. It never panics on purpose, never returns a failure that
	// it did not see, and gives up when ctx ends: what could not be measured
	// is diag.NoAnswer with a reason.
	Run func(ctx context.Context, env Env, with Params) diag.Finding
}

// A Param is a parameter of a probe: a key of `with:` in a playbook and a flag
// of `authdoctor probe`.
type Param struct {
	Name     string // lower case, words joined by "-"
	Doc      string
	Many     bool // a list: repeated flag, or values separated by commas or spaces
	FlagOnly bool // never in a playbook
	Required bool
	// Secret: the value names where a secret is read from (Env.Secret), or
	// belongs to one, such as the login's name. It is FlagOnly too, and goes
	// only where a Target that was given by flag says.
	Secret bool
	// Switch: "yes" or empty; a flag without a value.
	Switch bool
	// Target: says which server is spoken to.
	Target bool
	Form   Form
}

// Params are the values of a probe's parameters, by name. Lists are joined by
// commas.
type Params map[string]string

// List splits a parameter of several values.
func (p Params) List(name string) []string {
	return strings.FieldsFunc(p[name], func(r rune) bool { return r == ',' || r == ' ' || r == '\n' || r == '\t' })
}

// Env is the outside world as probes see it. Tests supply their own.
type Env struct {
	Now    func() time.Time
	Dial   func(ctx context.Context, network, address string) (net.Conn, error)
	Getenv func(string) string
	// Resolvers are the system's name servers, as host:port; empty where they
	// cannot be told.
	Resolvers func() []string
	// LookupHost asks the system's own resolver, hosts file included.
	LookupHost func(ctx context.Context, host string) ([]string, error)
	// Interfaces are the addresses of the interfaces that are up.
	Interfaces func() ([]net.Addr, error)
	// Roots are trusted to vouch for servers; nil is the system's own store.
	Roots *x509.CertPool
	// PublicRoots are everybody's authorities, whatever was installed on this
	// computer; nil is Mozilla's set.
	PublicRoots *x509.CertPool
	// OS is the system that this computer runs, as Go names it.
	OS string
	// Command runs a program of this computer, in English and in UTC, and
	// gives the beginning of what it says, also when it fails.
	Command func(ctx context.Context, name string, args ...string) ([]byte, error)
	// Secret reads the secret that a parameter names: a file, "-" for standard
	// input or a prompt, "env:NAME" for the environment. Nil: there are none.
	Secret func(source string) (diag.Secret, error)
	// Attempts counts credentials that are sent. Nil: none may be sent.
	Attempts Budget
}

// All lists every probe, sorted by kind.
var All = []Probe{
	clockProbe, dnsProbe, httpProbe, httpAuthProbe, imapProbe, ldapProbe, oidcProbe, pathProbe, s3Probe, smtpProbe, snmpProbe,
	sshProbe, timesyncProbe, tlsProbe, tokenProbe, totpProbe,
}

// Find looks a probe up by its kind.
func Find(kind string) (Probe, bool) {
	for _, p := range All {
		if p.Kind == kind {
			return p, true
		}
	}
	return Probe{}, false
}

// found is a finding that was measured.
func found(outcome, summary string, facts map[string]any) diag.Finding {
	return diag.Finding{Outcome: outcome, Summary: summary, Facts: facts}
}

// unknown is a finding of something that could not be measured.
func unknown(facts map[string]any, reason string, args ...any) diag.Finding {
	text := fmt.Sprintf(reason, args...)
	return diag.Finding{Outcome: diag.NoAnswer, Reason: text, Summary: "could not be measured: " + text, Facts: facts}
}
