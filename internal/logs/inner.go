package logs

import (
	"bytes"
	"time"
)

// inner reads what a program in a container printed, of which the container's
// runtime keeps a line each: as JSON (Docker), or behind a time, the stream and
// whether it is whole (CRI, as Kubernetes has it).
type inner struct {
	t     *tally
	known map[string]parser
	parts map[string][]byte // of lines that are cut, by stream
}

func (t *tally) newInner() *inner {
	return &inner{t: t, known: map[string]parser{}, parts: map[string][]byte{}}
}

// criLine is "2025-11-20T08:00:00.469123456Z stderr F text".
var criLine = lazily(`^(\d{4}-\d\d-\d\dT\S+) (stdout|stderr) ([FP]) `)

func isCRI(line []byte) bool {
	return len(line) > 30 && line[4] == '-' && line[10] == 'T' && bytes.Contains(line[:min(len(line), 50)], []byte(" std")) && criLine().Match(line)
}

// cri is the line that a program printed, once it is whole.
func (i *inner) cri(raw []byte) (text []byte, at time.Time, whole bool) {
	found := criLine().FindSubmatch(raw)
	if found == nil {
		return raw, time.Time{}, true
	}
	stream, text := string(found[2]), raw[len(found[0]):]
	if before := i.parts[stream]; len(before) > 0 {
		text = append(before, text...)
		delete(i.parts, stream)
	}
	at = anyTime(string(found[1]))
	if string(found[3]) == "P" && len(text) < maxEntry {
		i.parts[stream] = bytes.Clone(text)
		return nil, at, false
	}
	return text, at, true
}

// parse reads what was printed in the format that it shows; known is false when
// it shows none.
func (i *inner) parse(text []byte, at time.Time) (r *record, known bool) {
	text = bytes.TrimSpace(text)
	format := formatOf(text)
	switch format {
	case formatLines, formatAccess, formatErrors, formatSyslog:
	default:
		return nil, false
	}
	p := i.known[format]
	if p == nil {
		p = i.t.parserOf(format)
		i.known[format] = p
	}
	r, err := p.parse(text)
	if err != nil {
		return nil, false
	}
	if r != nil && r.when.IsZero() {
		r.when = at
	}
	return r, true
}

// unknownPrograms are the programs in their own syslog that are not known.
func (i *inner) unknownPrograms() []string {
	var out []string
	for _, p := range i.known {
		if s, ok := p.(interface{ unknownPrograms() []string }); ok {
			out = append(out, s.unknownPrograms()...)
		}
	}
	return out
}

// more are the sign-ins that are left.
func (i *inner) more(end bool) []*record {
	var out []*record
	for _, p := range i.known {
		if h, ok := p.(holder); ok {
			out = append(out, h.more(end)...)
		}
	}
	return out
}
