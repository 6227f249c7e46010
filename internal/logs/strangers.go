package logs

import "bytes"

// strangers reads lines of another format than their file began in, as a
// collector that gathers several programs' logs leaves them.
type strangers struct {
	t      *tally
	known  map[string]parser
	format string // of the file
}

// strangers is nil where lines are no records, or the format is forced.
func (t *tally) strangers(format string) *strangers {
	switch format {
	case formatSyslog, formatLines, formatAccess, formatErrors:
	default:
		return nil
	}
	if t.Format != "" {
		return nil
	}
	return &strangers{t: t, known: map[string]parser{}, format: format}
}

// parse reads a line that its file's parser could not, for a reason.
func (s *strangers) parse(raw []byte, reason error) (*record, error) {
	if len(raw) >= maxRecord {
		return nil, reason
	}
	raw = bytes.TrimSpace(raw)
	format := formatOf(raw)
	switch format {
	case formatSyslog, formatLines, formatAccess, formatErrors:
	default:
		return nil, reason
	}
	if format == s.format {
		return nil, reason
	}
	p := s.known[format]
	if p == nil {
		p = s.t.parserOf(format)
		s.known[format] = p
	}
	return p.parse(raw)
}

// more are the sign-ins that are left.
func (s *strangers) more() []*record {
	var out []*record
	for _, p := range s.known {
		if h, ok := p.(holder); ok {
			out = append(out, h.more(true)...)
		}
	}
	return out
}
