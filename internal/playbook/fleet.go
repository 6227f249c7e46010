package playbook

import (
	"maps"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// FleetSchema is the schema of the file that says what `authdoctor serve` may
// be asked for.
const FleetSchema = "authdoctor.fleet/1"

// What a variable of a served playbook is filled with, once for each target.
const (
	TargetMark = "{{target}}" // HOST or HOST:PORT, with [ ] around an IPv6 address
	HostMark   = "{{host}}"   // the host alone, without [ ]
)

// Fleet says what may be asked for, and how a target gets into a playbook.
type Fleet struct {
	Hosts    []string       // names that may be a target, in lower case
	Ranges   []netip.Prefix // addresses that may be one
	Ports    []PortRange    // that a target may name
	Networks []netip.Prefix // inner networks that checks may reach, beside Ranges
	Served   []Served       // in the order of the file
}

// PortRange is a range of ports, both ends included.
type PortRange struct{ First, Last uint16 }

// Served is a playbook under the name by which it is asked for.
type Served struct {
	Name   string
	Book   *Playbook
	Vars   map[string]string // with TargetMark and HostMark in them
	Only   []string          // ids of the checks that are run; all of them when empty
	Tokens map[string]string // check -> where its token is read from
	// Timeout is what all checks together may take, in seconds; 0 when the file
	// does not say.
	Timeout float64
}

// BookLoader reads the playbook that a fleet file names.
type BookLoader func(name string) (*Playbook, error)

// ParseFleet reads a fleet file strictly, together with the playbooks that it
// names. The error is a *Problems, or that of load.
func ParseFleet(name string, data []byte, load BookLoader, values Values) (*Fleet, error) {
	s := openSource(name, data)
	r := &fleetReader{decoder: newDecoder(s), fleet: &Fleet{}, load: load, can: values}
	if root := s.tree(); root != nil {
		r.read(r.object(root, "", "the fleet file"))
	}
	if err := s.err(); err != nil {
		return nil, err
	}
	return r.fleet, r.failed
}

// A fleetReader reads one file.
type fleetReader struct {
	*decoder
	fleet  *Fleet
	load   BookLoader
	can    Values
	failed error // of load
}

func (r *fleetReader) read(o *object) {
	if !r.schema(o, FleetSchema) {
		return
	}
	r.each(o, "targets", r.target)
	r.each(o, "ports", r.ports)
	r.each(o, "networks", func(text string, at span) {
		if network, ok := r.network(text, at); ok {
			r.fleet.Networks = append(r.fleet.Networks, network)
		}
	})
	r.served(o)
	o.finish()
}

// each reads a list of words, each with its place.
func (r *fleetReader) each(o *object, key string, word func(text string, at span)) {
	for i, text := range o.texts(key) {
		if text != "" {
			word(text, r.valueAt(o.path+"/"+key+"/"+strconv.Itoa(i)))
		}
	}
}

func (r *fleetReader) target(text string, at span) {
	if strings.Contains(text, "/") && !strings.Contains(text, "//") || isAddress(text) {
		if network, ok := r.network(text, at); ok {
			r.fleet.Ranges = append(r.fleet.Ranges, network)
		}
		return
	}
	host := strings.ToLower(text)
	if !ValidHost(host) {
		r.addHint("PB010", at, "such as login.example.com, 198.51.100.7 or 198.51.100.0/24", "malformed target %s", quote(text))
		return
	}
	r.fleet.Hosts = append(r.fleet.Hosts, host)
}

// network reads 198.51.100.0/24, or one address as the network of itself.
func (r *fleetReader) network(text string, at span) (netip.Prefix, bool) {
	if a, err := netip.ParseAddr(text); err == nil && a.Zone() == "" {
		a = a.Unmap()
		return netip.PrefixFrom(a, a.BitLen()), true
	}
	p, err := netip.ParsePrefix(text)
	switch {
	case err != nil || p.Addr().Is4In6():
		r.addHint("PB010", at, "such as 198.51.100.0/24 or 2001:db8::/32", "malformed network %s", quote(text))
		return netip.Prefix{}, false
	case p != p.Masked():
		r.addHint("PB010", at, "write "+p.Masked().String(), "network %s has bits set behind its length", quote(text))
		return netip.Prefix{}, false
	}
	return p, true
}

func (r *fleetReader) ports(text string, at span) {
	from, to, ranged := strings.Cut(text, "-")
	if !ranged {
		to = from
	}
	first, err1 := strconv.ParseUint(from, 10, 16)
	last, err2 := strconv.ParseUint(to, 10, 16)
	if err1 != nil || err2 != nil || first == 0 || last < first {
		r.addHint("PB010", at, "such as 8443 or 8000-8099", "malformed port %s", quote(text))
		return
	}
	r.fleet.Ports = append(r.fleet.Ports, PortRange{uint16(first), uint16(last)})
}

func (r *fleetReader) served(o *object) {
	n := o.need("playbooks")
	if n == nil {
		return
	}
	fields, ok := r.entries(n, "/playbooks", o.of("playbooks"))
	if ok && len(fields) == 0 {
		r.add("PB009", n.at, "%s is empty", o.of("playbooks"))
	}
	for _, f := range fields {
		r.checkID(f.key.text, f.key.at)
		r.one(f)
	}
}

// one reads a served playbook, and holds what is said of it against the
// playbook itself.
func (r *fleetReader) one(f field) {
	s := Served{Name: f.key.text}
	path := "/playbooks/" + s.Name
	o := r.object(f.value, path, "playbook "+quote(s.Name))
	defer o.finish()
	ref := o.text("playbook")
	if ref == "" {
		ref = s.Name
	}
	s.Vars = r.vars(o.need("vars"), path+"/vars", o.of("vars"))
	s.Only = o.texts("only")
	if n := o.take("tokens"); n != nil {
		s.Tokens = r.tokens(n, path+"/tokens", o.of("tokens"))
	}
	s.Timeout = o.number("timeout", .1, 120)
	if o.broken {
		return
	}
	book, err := r.load(ref)
	if err != nil {
		if r.failed == nil {
			r.failed = err
		}
		return
	}
	s.Book = book
	r.fits(o, &s)
	r.fleet.Served = append(r.fleet.Served, s)
}

func (r *fleetReader) tokens(n *node, path, name string) map[string]string {
	tokens := map[string]string{}
	fields, _ := r.entries(n, path, name)
	for _, f := range fields {
		source := r.text(f.value, quote(f.key.text)+" of "+name)
		if source == "-" {
			r.addHint("PB010", f.value.at, "a file, or env:NAME", "a token cannot be read from standard input here")
		}
		tokens[f.key.text] = source
	}
	return tokens
}

// fits holds what a fleet file says of a playbook against it.
func (r *fleetReader) fits(o *object, s *Served) {
	known := s.Book.variables()
	marked := false
	for _, name := range sortedKeys(s.Vars) {
		at := o.path + "/vars/" + name
		if !contains(known, name) {
			r.addUnknown("PB012", r.keyAt(at), name, known, "playbook %s has no variable %s", quote(s.Book.ID), quote(name))
		}
		for _, mark := range variablesIn(s.Vars[name]) {
			if marks := []string{"target", "host"}; !contains(marks, mark) {
				r.addUnknown("PB012", r.valueAt(at), mark, marks, "unknown {{%s}} in %s", mark, quote(name))
				continue
			}
			if !strings.Contains(s.Vars[name], "{{"+mark+"}}") {
				r.addHint("PB012", r.valueAt(at), "write {{"+mark+"}}", "blanks in {{ %s }} of %s", mark, quote(name))
			}
			marked = true
		}
	}
	if !marked && o.take("vars") != nil {
		r.addHint("PB008", r.keyAt(o.path), "such as login_url: https://{{target}}/", "no variable of %s says where the target goes", o.name)
	}
	checks := s.Book.index().checks
	r.listed(s.Only, o.path+"/only", "check", "playbook "+quote(s.Book.ID), checks)
	r.once(s.Only, o.path+"/only", "check")
	for _, id := range sortedKeys(s.Tokens) {
		if known := tokenChecks(s.Book); !contains(known, id) {
			r.addUnknown("PB012", r.keyAt(o.path+"/tokens/"+id), id, known, "%s is no check of kind token", quote(id))
		}
	}
	r.usable(o, s)
}

// Fill is the variables for a target.
func (s *Served) Fill(target, host string) map[string]string {
	fill := strings.NewReplacer(TargetMark, target, HostMark, host)
	vars := make(map[string]string, len(s.Vars))
	for name, value := range s.Vars {
		vars[name] = fill.Replace(value)
	}
	return vars
}

// usable holds what the variables make of the checks' parameters, for a target
// as good as any, against what the probes can use.
func (r *fleetReader) usable(o *object, s *Served) {
	const sample = "login.example.com"
	book := *s.Book
	book.Vars = maps.Clone(book.Vars)
	maps.Copy(book.Vars, s.Fill(sample, sample))
	filler := &reader{decoder: r.decoder, book: &book}
	for i := range book.Checks {
		c := &book.Checks[i]
		for _, param := range sortedKeys(c.With) {
			names := variablesIn(c.With[param])
			name := slices.IndexFunc(names, func(n string) bool { _, ok := s.Vars[n]; return ok })
			value, ok := filler.filled(c.With[param], nil)
			if name < 0 || !ok {
				continue
			}
			if problem, example := r.can(c.Run, param, value); problem != "" {
				r.addHint("PB044", r.valueAt(o.path+"/vars/"+names[name]), "write it as in "+example,
					"%s of check %s cannot be %s: %s", quote(param), quote(c.ID), quote(value), problem)
			}
		}
	}
}

func tokenChecks(b *Playbook) []string {
	var ids []string
	for _, c := range b.Checks {
		if c.Run == "token" {
			ids = append(ids, c.ID)
		}
	}
	return ids
}

func isAddress(text string) bool {
	_, err := netip.ParseAddr(text)
	return err == nil
}

// ValidHost reports whether a text is the name of a host, in lower case. What
// old resolvers read as an address, such as 127.1 or 0x7f000001, is none.
func ValidHost(host string) bool {
	if host == "" || len(host) > 253 {
		return false
	}
	labels := strings.Split(host, ".")
	for _, l := range labels {
		if l == "" || len(l) > 63 || l[0] == '-' || l[len(l)-1] == '-' || strings.Trim(l, "abcdefghijklmnopqrstuvwxyz0123456789-_") != "" {
			return false
		}
	}
	last := labels[len(labels)-1]
	return strings.Trim(last, "0123456789") != "" && !strings.HasPrefix(last, "0x")
}
