package report

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Read reads a report that JSON wrote. What it cannot be made of is an error
// that names the place: the line and column where the text is none, else the
// key. Keys of a later program are passed over; what the text says of the exit
// status counts for nothing, since the verdict decides it.
func Read(name string, data []byte) (*diag.Report, error) {
	var head struct {
		Schema string `json:"schema"`
	}
	// The schema is looked at first: of another document every other complaint
	// would mislead.
	if err := decode(data, &head); err != nil {
		return nil, misread(name, data, err)
	}
	if head.Schema != diag.ReportSchema {
		return nil, fmt.Errorf("%s: schema: %q, want %q", name, head.Schema, diag.ReportSchema)
	}
	r := new(diag.Report)
	if err := decode(data, r); err != nil {
		return nil, misread(name, data, err)
	}
	if err := sound(r); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	r.ExitStatus = r.Verdict.Status.ExitStatus()
	return r, nil
}

// errRest says that something follows the document.
var errRest = errors.New("there is more after the document")

func decode(data []byte, v any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errRest
	}
	return nil
}

// misread gives an error of the decoder its place.
func misread(name string, data []byte, err error) error {
	var (
		syntax *json.SyntaxError
		kind   *json.UnmarshalTypeError
		when   *time.ParseError
	)
	switch {
	case errors.Is(err, io.EOF):
		return fmt.Errorf("%s: it is empty", name)
	case errors.Is(err, io.ErrUnexpectedEOF):
		return fmt.Errorf("%s: it ends too early, so that it is no JSON", place(name, data, int64(len(data))))
	case errors.As(err, &syntax):
		return fmt.Errorf("%s: no JSON: %w", place(name, data, syntax.Offset), err)
	case errors.As(err, &kind):
		return fmt.Errorf("%s: %s: there is %s where %s must be", place(name, data, kind.Offset),
			cmpOr(kind.Field, "the document"), article(kind.Value), article(jsonKinds()[kind.Type.Kind()]))
	case errors.As(err, &when):
		return fmt.Errorf("%s: %q is no time", name, strings.Trim(when.Value, `"`))
	}
	return fmt.Errorf("%s: %w", name, err)
}

// jsonKinds are the names that JSON has for what fields hold.
func jsonKinds() map[reflect.Kind]string {
	return map[reflect.Kind]string{
		reflect.String: "string", reflect.Float64: "number", reflect.Int: "number", reflect.Bool: "bool",
		reflect.Slice: "array", reflect.Map: "object", reflect.Struct: "object",
	}
}

func article(noun string) string {
	if noun != "" && strings.Contains("aeiou", noun[:1]) {
		return "an " + noun
	}
	return "a " + cmpOr(noun, "value of another kind")
}

// place is a line and a column, both from 1, of the last byte that was read.
func place(name string, data []byte, offset int64) string {
	before := data[:min(max(offset-1, 0), int64(len(data)))]
	return fmt.Sprintf("%s:%d:%d", name, bytes.Count(before, []byte("\n"))+1, len(before)-bytes.LastIndexByte(before, '\n'))
}

// sound reports the first value that no report holds.
func sound(r *diag.Report) error {
	if err := oneOf("verdict.status", r.Verdict.Status, verdictLooks()); err != nil {
		return err
	}
	for i, s := range r.Steps {
		if err := oneOf(fmt.Sprintf("steps[%d].state", i), s.State, stepLooks()); err != nil {
			return err
		}
	}
	for i, c := range r.Causes {
		for key, p := range map[string]float64{"prior": c.Prior, "probability": c.Probability} {
			if p < 0 || p > 1 {
				return fmt.Errorf("causes[%d].%s: %v is no probability", i, key, p)
			}
		}
	}
	return nil
}

func oneOf[K ~string, V any](key string, value K, known map[K]V) error {
	if _, ok := known[value]; ok {
		return nil
	}
	return fmt.Errorf("%s: %q, want one of: %s", key, value, strings.Join(words(known), ", "))
}

func words[K ~string, V any](known map[K]V) []string {
	var out []string
	for _, k := range slices.Sorted(maps.Keys(known)) {
		out = append(out, string(k))
	}
	return out
}
