package engine

import (
	"encoding/json"
	"fmt"
	"math/big"

	"github.com/authdoctor/authdoctor/internal/playbook"
)

// DocumentFormat is the exchange format of compiled numbers.
const DocumentFormat = "authdoctor.model/1"

// Document holds the numbers of a playbook, or a model from outside: priors,
// the rows P(outcome | cause) of everything that can be learned, and what each
// step fixes. It is the JSON of `authdoctor playbook model`.
type Document struct {
	Format   string         `json:"format"`
	Name     string         `json:"name"`
	Causes   []DocCause     `json:"causes"`
	Evidence []DocEvidence  `json:"evidence"`
	Steps    []DocStep      `json:"steps"`
	Escalate *DocEscalation `json:"escalate"`
}

// DocCause is a cause with its relative weight.
type DocCause struct {
	ID    string `json:"id"`
	Prior Number `json:"prior"`
	Leak  bool   `json:"leak,omitempty"`
}

// DocEvidence is a symptom, a check ("probe") or a question.
type DocEvidence struct {
	ID          string            `json:"id"`
	Kind        string            `json:"kind,omitempty"`
	Cost        Number            `json:"cost,omitempty"`
	Outcomes    []string          `json:"outcomes,omitempty"` // yes and no when absent
	Default     DocRow            `json:"default"`
	Given       map[string]DocRow `json:"given,omitempty"`
	Report      *Number           `json:"report,omitempty"`
	Reliability *Number           `json:"reliability,omitempty"`
}

// DocStep is a step: what it costs and fixes, and what it tells when it fixes
// nothing.
type DocStep struct {
	ID       string            `json:"id"`
	Cost     Number            `json:"cost"`
	Fixes    map[string]Number `json:"fixes"`
	Signal   *DocSignal        `json:"signal,omitempty"`
	Requires []string          `json:"requires,omitempty"`
}

// DocSignal is what a step that did not fix it still tells.
type DocSignal struct {
	Outcomes []string          `json:"outcomes"`
	Default  DocRow            `json:"default"`
	Given    map[string]DocRow `json:"given,omitempty"`
}

// DocEscalation is the price of handing over.
type DocEscalation struct {
	Cost Number `json:"cost"`
}

// DocRow is one row: a probability per outcome. A single number p stands for
// the two outcomes p and 1-p.
type DocRow []float64

// UnmarshalJSON reads a list, a number, a word or a fraction.
func (r *DocRow) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '[' {
		var list []Number
		if err := json.Unmarshal(data, &list); err != nil {
			return err
		}
		*r = make(DocRow, len(list))
		for i, n := range list {
			(*r)[i] = float64(n)
		}
		return nil
	}
	var n Number
	if err := json.Unmarshal(data, &n); err != nil {
		return err
	}
	*r = DocRow{float64(n), 1 - float64(n)}
	return nil
}

// Number is a JSON number, one of the format's words, or a fraction "p/q".
type Number float64

// UnmarshalJSON reads all three spellings.
func (n *Number) UnmarshalJSON(data []byte) error {
	var value any
	if err := json.Unmarshal(data, &value); err != nil {
		return err
	}
	switch v := value.(type) {
	case float64:
		*n = Number(v)
		return nil
	case string:
		if p, ok := playbook.LikelihoodWord(v); ok {
			*n = Number(p)
			return nil
		}
		if p, ok := playbook.PriorWord(v); ok {
			*n = Number(p)
			return nil
		}
		if r, ok := new(big.Rat).SetString(v); ok {
			f, _ := r.Float64()
			*n = Number(f)
			return nil
		}
	}
	return fmt.Errorf("not a number, a word or a fraction: %s", data)
}

// ReadDocument reads a model from outside. Its numbers are taken as they are.
func ReadDocument(data []byte) (*Document, error) {
	var d Document
	if err := json.Unmarshal(data, &d); err != nil {
		return nil, fmt.Errorf("model: %w", err)
	}
	if d.Format != DocumentFormat {
		return nil, fmt.Errorf("model: format is %q, want %q", d.Format, DocumentFormat)
	}
	return &d, nil
}
