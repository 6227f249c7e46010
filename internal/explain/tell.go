package explain

import "github.com/authdoctor/authdoctor/internal/redact"

// A Told is a message with what it means, for the writers. They show no more
// of the message than the part that was recognised, and no secret in it.
type Told struct {
	// Message is without its secrets; the spans of Answer are places in it.
	// Empty shows nothing of it.
	Message string
	Answer  Answer
	origin  func(int) int // takes a place in Message to that in what was given
}

// Tell explains a message that may hold secrets: it is read without them. A
// secret without quotation marks may end anywhere, and so takes what stands
// behind it on its line with it. Where nothing is recognised without that, the
// whole is read, and nothing of it is shown.
func (e *Explainer) Tell(message string) Told {
	masked, origin := redact.Marked(message)
	t := Told{Message: masked, Answer: e.Explain(masked), origin: origin}
	if masked == message || t.Answer.Recognised() {
		return t
	}
	if whole := e.Explain(message); whole.Recognised() {
		return Told{Answer: whole}
	}
	return t
}

// InGiven is the answer with its spans as bytes of the message that was given.
func (t Told) InGiven() Answer {
	a := t.Answer
	if t.origin == nil {
		return a
	}
	a.Findings = append([]Finding{}, a.Findings...)
	for i := range a.Findings {
		span := &a.Findings[i].Span
		span[0], span[1] = t.origin(span[0]), t.origin(span[1])
	}
	return a
}
