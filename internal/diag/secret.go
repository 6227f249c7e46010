package diag

import (
	"fmt"
	"io"
)

// hidden is all that any output ever shows of a Secret.
const hidden = "[secret]"

// Secret holds a value that must never reach an output, a log, an argument or
// a file. Printing it in any way, JSON included, gives a placeholder.
//
// Keep it in an exported field or a plain variable: fmt cannot call methods on
// unexported fields. The value itself therefore sits behind a function, which
// prints as an address at worst.
type Secret struct{ reveal func() string }

// NewSecret wraps a value.
func NewSecret(value string) Secret { return Secret{reveal: func() string { return value }} }

// Reveal returns the value, for the one place that must send it.
func (s Secret) Reveal() string {
	if s.reveal == nil {
		return ""
	}
	return s.reveal()
}

// Format prints the placeholder, whatever the verb.
func (Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, hidden) }

// MarshalText writes the placeholder.
func (Secret) MarshalText() ([]byte, error) { return []byte(hidden), nil }
