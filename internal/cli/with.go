package cli

import (
	"maps"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/authdoctor/authdoctor/internal/playbook"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// withFlags are the parameters of checks that the command line gives, secret
// ones among them.
type withFlags struct {
	with     []string
	attempts int
	trust    bool // a playbook from a file may contact whom it names
	secrets  []givenSecret
	given    map[string]map[string]bool // parameters, by check
	spends   map[string]bool            // checks that may send a credential
}

func (w *withFlags) register(c *cobra.Command) {
	f := c.Flags()
	f.StringArrayVar(&w.with, "with", nil, "CHECK.PARAMETER=VALUE, for this run; parameters are the flags of authdoctor probe (may be repeated)")
	f.BoolVar(&w.trust, "trust", false, "let a playbook that comes from a file contact the hosts that it names")
	f.IntVar(&w.attempts, "attempts", 0, "how often a credential may be sent for an account within 15 minutes (0: twice)")
}

// apply puts them into the playbook, over its own.
func (w *withFlags) apply(book *playbook.Playbook) error {
	given := map[string]map[string]bool{}
	for _, text := range w.with {
		name, value, ok1 := strings.Cut(text, "=")
		check, param, ok2 := strings.Cut(name, ".")
		if !ok1 || !ok2 || value == "" {
			return usagef("for example: --with imap.address=mail.example.com:993", "--with %q is not CHECK.PARAMETER=VALUE", name)
		}
		if strings.Contains(value, "{{") {
			return usagef("write the value out", "--with %s: variables are not filled in there", name)
		}
		c, pr, err := checkNamed(book, check)
		if err != nil {
			return err
		}
		if i := slices.IndexFunc(pr.Params, func(q probe.Param) bool { return q.Name == param }); i < 0 {
			return usagef(nearest(param, paramNames(pr), "parameters: "+strings.Join(paramNames(pr), ", ")), "check %s has no parameter %q", check, param)
		}
		if bad := pr.CheckValue(param, value); bad != nil {
			return badValue("--with "+check+".", pr, bad, value)
		}
		if given[check] == nil {
			given[check] = map[string]bool{}
			c.With = maps.Clone(c.With)
			if c.With == nil {
				c.With = map[string]string{}
			}
		}
		if many(pr, param) && given[check][param] {
			value = c.With[param] + "," + value
		}
		given[check][param], c.With[param] = true, value
	}
	w.given = given
	return w.guard(book, given)
}

// guard sees to it that a secret goes only where the command line says: the
// playbook's author must not be able to collect it.
func (w *withFlags) guard(book *playbook.Playbook, given map[string]map[string]bool) error {
	for _, check := range slices.Sorted(maps.Keys(given)) {
		c, pr, err := checkNamed(book, check)
		if err != nil {
			return err
		}
		secret := slices.IndexFunc(pr.Params, func(q probe.Param) bool { return q.Secret && given[check][q.Name] })
		if secret < 0 {
			continue
		}
		for _, g := range givenSecrets(pr, c.With) {
			w.secrets = append(w.secrets, givenSecret{"with " + check + "." + g.param, g.source})
		}
		if w.spends == nil {
			w.spends = map[string]bool{}
		}
		w.spends[check] = true
		for _, q := range pr.Params {
			if q.Target && (q.Required || c.With[q.Name] != "") && !given[check][q.Name] {
				return usagef("add --with "+check+"."+q.Name+"=…", "--with %s.%s needs the server from you as well: a secret goes only to an address that you give",
					check, pr.Params[secret].Name)
			}
		}
	}
	return nil
}

func checkNamed(book *playbook.Playbook, id string) (*playbook.Check, probe.Probe, error) {
	var ids []string
	for i := range book.Checks {
		if c := &book.Checks[i]; c.ID == id {
			pr, _ := probe.Find(c.Run)
			return c, pr, nil
		}
		ids = append(ids, book.Checks[i].ID)
	}
	return nil, probe.Probe{}, usagef(nearest(id, ids, "checks: "+strings.Join(ids, ", ")), "playbook %s has no check %q", book.ID, id)
}

func paramNames(pr probe.Probe) []string {
	var names []string
	for _, q := range pr.Params {
		names = append(names, q.Name)
	}
	return names
}

func many(pr probe.Probe, param string) bool {
	return slices.ContainsFunc(pr.Params, func(q probe.Param) bool { return q.Name == param && q.Many })
}
