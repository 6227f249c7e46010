package cli

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/phone"
	"github.com/authdoctor/authdoctor/internal/wizard"
)

// byPage serves the page, and waits for a phone.
func (p *program) byPage(ctx context.Context, o phoneOptions, with map[string]string) (*phone.Result, error) {
	w, _, err := p.asker()
	if err != nil {
		return nil, err
	}
	address, err := p.where(ctx, w, o)
	for errors.Is(err, diag.ErrBack) { // there is nothing before it
		address, err = p.where(ctx, w, o)
	}
	if err != nil {
		return nil, err
	}
	ref := p.rightTime(ctx, with)
	if !address.IsValid() {
		r := phone.Nobody(phone.ByPage, ref, p.Phone.Now(), "this computer is in no network that a phone could be in")
		r.Advice = append(r.Advice, "Connect this computer to the Wi-Fi that the phone is in, or compare by eye:  authdoctor phone --by-eye")
		return r, nil
	}
	page, err := phone.Open(phone.Options{
		Env: p.Phone, Reference: ref, Address: address, Port: o.port, Host: o.host, Stay: o.wait, Observe: p.phoneEvents(),
	})
	if err != nil {
		return nil, usagef("leave --port out, or give another address", "cannot serve a page under %s: %s", address, err)
	}
	defer page.Close()
	if err := p.invite(page.URL, o); err != nil {
		return nil, err
	}
	r, err := page.Wait(ctx)
	if errors.Is(err, phone.ErrNobody) {
		return p.nobodyCame(ref, o), nil
	}
	return r, err
}

func (p *program) nobodyCame(ref phone.Reference, o phoneOptions) *phone.Result {
	r := phone.Nobody(phone.ByPage, ref, p.Phone.Now(), fmt.Sprintf("no phone was measured within %s", diag.Span(o.wait)))
	r.Advice = append(r.Advice,
		"Is the phone in the same Wi-Fi, and not in a guest network or on mobile data?",
		"A firewall of this computer may keep it out: give --port 8080, say, and permit that port.",
		"Or compare by eye:  authdoctor phone --by-eye")
	return r
}

// phoneEvents says what the phone does, while people wait.
func (p *program) phoneEvents() func(phone.Event) {
	if p.quiet {
		return nil
	}
	said := map[phone.Event]string{
		phone.Opened:  "The phone has opened the page.",
		phone.Started: "Measuring …",
		phone.Busy:    "A second phone wants to be measured, and has to wait.",
	}
	return func(e phone.Event) { fmt.Fprintln(p.Stderr, said[e]) }
}

// where is the address to serve the page under: the one that was given, the
// only one there is, or the one that the person chooses. It is not valid when
// there is none.
func (p *program) where(ctx context.Context, w *wizard.Wizard, o phoneOptions) (netip.Addr, error) {
	all, err := p.Phone.Networks()
	if err != nil {
		return netip.Addr{}, fmt.Errorf("the networks of this computer: %w", err)
	}
	if o.address != "" {
		return netip.ParseAddr(o.address) // it was checked
	}
	var names []string
	for _, n := range all {
		if o.network == n.Interface {
			return n.Address, nil
		}
		names = append(names, n.Interface)
	}
	if o.network != "" {
		hint := "this computer is in no network"
		if len(names) > 0 {
			hint = nearest(o.network, names, "interfaces: "+strings.Join(names, ", "))
		}
		return netip.Addr{}, usagef(hint, "no interface %q with an address", o.network)
	}
	return oneOf(ctx, w, phone.Outside(all))
}

// oneOf is the only network, or the one that the person chooses; w is nil when
// there is none to ask.
func oneOf(ctx context.Context, w *wizard.Wizard, networks []phone.Network) (netip.Addr, error) {
	switch len(networks) {
	case 0:
		return netip.Addr{}, nil
	case 1:
		return networks[0].Address, nil
	}
	q := diag.Question{
		ID: "phone-network", Text: "Which network is the phone in?",
		Help: "The page is served in that network only. Who does not know takes the first.",
	}
	var hint []string
	for _, n := range networks {
		q.Choices = append(q.Choices, diag.Choice{ID: n.Address.String(), Text: n.Interface + ", where this computer is " + n.Address.String()})
		hint = append(hint, fmt.Sprintf("--interface %s  (%s)", n.Interface, n.Address))
	}
	if w == nil {
		return netip.Addr{}, usagef(strings.Join(hint, "\n"), "this computer is in %d networks; say which of them the phone is in", len(networks))
	}
	chosen, err := choose(ctx, w, q)
	if err != nil || chosen == "" {
		return networks[0].Address, err
	}
	return netip.ParseAddr(chosen)
}
