package playbook

import (
	"errors"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// CheckSymptom says what is wrong with a symptom's id. Like the errors of the
// other Check methods, it is a *diag.UsageError with a suggestion.
func (p *Playbook) CheckSymptom(id string) error {
	x := p.index()
	if x.symptoms.has(id) {
		return nil
	}
	return unknownID("symptom", id, x.symptoms.list).usage()
}

// CheckAnswer says what is wrong with a choice as the answer to a question;
// "where-fails" is a question of every playbook, and "unknown" an answer to
// every question.
func (p *Playbook) CheckAnswer(question, choice string) error {
	return given(p.index().badAnswer(question, choice), choice, "question "+quote(question)+" needs a choice")
}

// CheckOutcome says what is wrong with an outcome given for a check; "unknown"
// and "skipped" are outcomes of every check.
func (p *Playbook) CheckOutcome(check, outcome string) error {
	return given(p.index().badOutcome(check, outcome), outcome, "check "+quote(check)+" needs an outcome")
}

// CheckSurface says what is wrong with a surface.
func (p *Playbook) CheckSurface(surface string) error {
	if contains(p.Surfaces, surface) {
		return nil
	}
	bad := unknownID("surface", surface, p.Surfaces)
	if contains(diag.Surfaces, surface) {
		bad.message = "playbook " + quote(p.ID) + " has no surface " + quote(surface)
	}
	return bad.usage()
}

// CheckGuide says what is wrong with the id of a guide.
func (p *Playbook) CheckGuide(id string) error {
	x := p.index()
	if x.guides.has(id) {
		return nil
	}
	return unknownID("guide", id, x.guides.list).usage()
}

// CheckVar says what is wrong with the name of a variable.
func (p *Playbook) CheckVar(name string) error {
	if _, ok := p.Vars[name]; ok {
		return nil
	}
	return unknownID("variable", name, sortedKeys(p.Vars)).usage()
}

func given(bad *badWord, value, missing string) error {
	if bad != nil {
		return bad.usage()
	}
	if value == "" {
		return &diag.UsageError{Err: errors.New(missing)}
	}
	return nil
}

func (b *badWord) usage() error {
	return &diag.UsageError{Err: errors.New(b.message), Hint: b.hint()}
}
