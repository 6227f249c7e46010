package cli

import (
	"context"
	"maps"
	"net"
	"net/url"
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/engine"
	"github.com/authdoctor/authdoctor/internal/probe"
	"github.com/authdoctor/authdoctor/internal/wizard"
)

// trusted stops a playbook that is not ours from contacting anybody before
// somebody has said that it may: whoever wrote the file chose the addresses,
// and whoever runs it may not have looked.
func (p *program) trusted(ctx context.Context, name string, book *engine.Book, ev *diag.Evidence, with withFlags, w *wizard.Wizard) error {
	if with.trust || !isPath(name) {
		return nil
	}
	hosts := contacts(book, ev, with)
	if len(hosts) == 0 {
		return nil
	}
	list := strings.Join(hosts, ", ")
	if w == nil {
		return usagef("look through the file, then say so with --trust; or leave the checks out with --check CHECK=skipped or, in diagnose, --no-checks",
			"%s is not one of authdoctor's own playbooks, and would contact: %s", name, list)
	}
	answer, err := w.Ask(ctx, diag.Question{
		ID: "trust", Text: "This playbook comes from a file. May it contact these?\n" + list,
		Help: "Whoever wrote the file chose these names. No password is sent to them, but they see the address of your network.",
		Choices: []diag.Choice{
			{ID: "no", Text: "No, check nothing"}, {ID: "yes", Text: "Yes, I know where the file is from"},
		},
	})
	if err != nil {
		return err
	}
	if !slices.Contains(answer.Choices, "yes") {
		for _, c := range book.Checks {
			if !ev.Checks[c.ID].Given {
				ev.Given(c.ID, diag.NotMeasured)
			}
		}
	}
	return nil
}

// contacts are the hosts that the checks of a playbook would speak to, besides
// those that the command line itself named and those that a probe brings along.
func contacts(book *engine.Book, ev *diag.Evidence, with withFlags) []string {
	hosts := map[string]bool{}
	for _, c := range book.Checks {
		pr, _ := probe.Find(c.Run)
		if ev.Checks[c.ID].Given {
			continue
		}
		values := engine.With(book, ev, c.ID)
		for _, param := range pr.Params {
			if !param.Target || with.given[c.ID][param.Name] {
				continue
			}
			for _, value := range strings.FieldsFunc(values[param.Name], func(r rune) bool { return r == ',' || r == ' ' }) {
				hosts[hostIn(value)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(hosts))
}

// hostIn is the host of a URL, of HOST:PORT, or a host.
func hostIn(address string) string {
	if u, err := url.Parse(address); err == nil && u.Host != "" {
		return u.Hostname()
	}
	if host, _, err := net.SplitHostPort(address); err == nil {
		return host
	}
	return address
}
