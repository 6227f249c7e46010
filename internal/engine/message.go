package engine

import (
	"slices"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/playbook"
)

// messageKey is what the pasted message says, as evidence: the cause class that
// it was recognised as.
const messageKey = "message:class"

// How often somebody with a certain cause pastes a message of its class, and
// how often with any other cause: apps are known to misreport. Of all classes
// together the latter stays under 1.
const (
	ownMessage     = .50
	foreignMessage = .03
)

// messageNumbers has one outcome for each class of the playbook's causes, and
// one for all other messages.
func messageNumbers(p *playbook.Playbook) (DocEvidence, bool) {
	people := Number(peopleReliability)
	e := DocEvidence{ID: messageKey, Kind: "symptom", Reliability: &people, Given: map[string]DocRow{}}
	for _, c := range p.Causes {
		if !c.Leak && c.Class != "" && !slices.Contains(e.Outcomes, c.Class) {
			e.Outcomes = append(e.Outcomes, c.Class)
		}
	}
	n := len(e.Outcomes)
	if n == 0 {
		return e, false
	}
	e.Outcomes = append(e.Outcomes, "another")
	for range n {
		e.Default = append(e.Default, foreignMessage)
	}
	e.Default = append(e.Default, 1-foreignMessage*float64(n))
	for _, c := range p.Causes {
		if i := slices.Index(e.Outcomes, c.Class); i >= 0 && !c.Leak {
			row := slices.Clone(e.Default)
			for k := range row {
				row[k] *= (1 - ownMessage) / (1 - foreignMessage)
			}
			row[i] = ownMessage
			e.Given[c.ID] = row
		}
	}
	return e, true
}

// orElse stands between the classes that a message leaves open.
const orElse = "|"

// messageSays is what a message is evidence of: of its class, or of those that
// it leaves open; nothing where no cause of the playbook has one of them.
func (b *Book) messageSays(m diag.MessageMatch) []observation {
	classes := append([]string{m.Cause}, m.Or...)
	t := b.model.tests[messageKey]
	known := t != nil && slices.ContainsFunc(classes, func(c string) bool { return slices.Contains(t.outcomes, c) })
	if !known || !m.Certain && len(m.Or) == 0 {
		return nil
	}
	return []observation{{messageKey, strings.Join(classes, orElse)}}
}

// otherClass is how much less a message says of the other classes that it leaves
// open than of the one that it is taken for.
const otherClass = .5

// either is the column of a message that leaves several classes open: what each
// would say, and what any message would where the playbook has no such cause.
func (t *test) either(classes []string) *column {
	of := &t.columns[0]
	base, p, share := 0.0, make([]float64, len(of.p)), 1.0
	for _, class := range classes {
		i := slices.Index(t.outcomes, class)
		for k := range p {
			p[k] += share * orForeign(i, func() float64 { return t.columns[i].p[k] })
		}
		base += share * orForeign(i, func() float64 { return t.columns[i].base })
		share = otherClass
	}
	c := newColumn(base, of.at, p)
	return &c
}

func orForeign(i int, known func() float64) float64 {
	if i < 0 {
		return foreignMessage
	}
	return known()
}
