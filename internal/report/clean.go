package report

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"
	"regexp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/redact"
)

// clean returns a copy of v that shares nothing with it, in which every text is
// redacted and printable, every list and map is there, and every number can be
// written. Facts lose what is not a JSON value or has no value at all.
//
// It walks the types rather than naming fields, so that a field added later is
// cleaned too.
func clean[T any](v *T) *T {
	return copier{cleanText, cleanText, cleanFacts}.of(reflect.ValueOf(v)).Interface().(*T)
}

// Rename returns a copy of a report in which rename was applied to every text,
// such as to hide who is meant. Ids keep what they are.
func Rename(r *diag.Report, rename func(string) string) *diag.Report {
	c := copier{rename, keyKeeper(rename), func(facts map[string]any) map[string]any {
		out, _ := renamed(plain(facts), rename).(map[string]any)
		return out
	}}
	return c.of(reflect.ValueOf(r)).Interface().(*diag.Report)
}

// idKey is a key of titles, such as "answer:web-login=works": it only looks as
// if it said who signs in, and without it the words behind it are lost.
var idKey = regexp.MustCompile(`^[a-z]+:[a-z0-9_-]+(=[a-z0-9_-]+)?$`)

func keyKeeper(rename func(string) string) func(string) string {
	return func(key string) string {
		if idKey.MatchString(key) {
			return key
		}
		return rename(key)
	}
}

func renamed(v any, rename func(string) string) any {
	switch v := v.(type) {
	case string:
		return rename(v)
	case []any:
		out := make([]any, len(v))
		for i := range v {
			out[i] = renamed(v[i], rename)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = renamed(value, rename)
		}
		return out
	}
	return v
}

// A copier copies values, with something done to every text and to all facts.
type copier struct {
	text  func(string) string
	key   func(string) string // for those of maps of texts
	facts func(map[string]any) map[string]any
}

// asIs are the types in which nothing comes from outside.
var asIs = map[reflect.Type]bool{
	reflect.TypeFor[diag.Status](): true,
}

// checksum is the one text that looks like a secret and is none.
const checksum = "SHA256"

func (c copier) of(v reflect.Value) reflect.Value {
	if asIs[v.Type()] {
		return v
	}
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out = reflect.New(v.Type().Elem())
			out.Elem().Set(c.of(v.Elem()))
		}
	case reflect.Struct:
		c.fields(out, v)
	case reflect.Slice:
		out = reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(c.of(v.Index(i)))
		}
	case reflect.Map:
		return c.mapping(v)
	case reflect.String:
		out.SetString(c.text(v.String()))
	case reflect.Float64:
		out.SetFloat(finite(v.Float()))
	default:
		return v
	}
	return out
}

// fields leaves structs with hidden fields, such as a time, as they are.
func (c copier) fields(out, v reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Type().Field(i); {
		case !f.IsExported():
			out.Set(v)
			return
		case f.Name == checksum:
			out.Field(i).Set(v.Field(i))
		default:
			out.Field(i).Set(c.of(v.Field(i)))
		}
	}
}

func (c copier) mapping(v reflect.Value) reflect.Value {
	if facts, ok := v.Interface().(map[string]any); ok {
		return reflect.ValueOf(c.facts(facts))
	}
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for key, value := range v.Seq2() {
		out.SetMapIndex(copier{text: c.key}.of(key), c.of(value))
	}
	return out
}

// cleanText is a text that may be shown.
func cleanText(s string) string { return redact.Text(redact.Printable(s)) }

func finite(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return 0
	}
	return f
}

// cleanFacts redacts with the keys in sight, because a key can be what gives a
// secret away.
func cleanFacts(facts map[string]any) map[string]any {
	out, _ := redact.Value(plain(facts)).(map[string]any)
	if out == nil {
		return map[string]any{}
	}
	return out
}

// plain turns a fact into JSON values; nil where there is no value to show.
func plain(v any) any {
	switch v := v.(type) {
	case nil:
		return nil
	case string:
		return redact.Printable(v)
	case bool, json.Number:
		return v
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		return v
	case encoding.TextMarshaler:
		text, err := v.MarshalText()
		if err != nil {
			return nil
		}
		return redact.Printable(string(text))
	case error:
		return redact.Printable(v.Error())
	}
	return plainKind(reflect.ValueOf(v))
}

func plainKind(v reflect.Value) any {
	switch v.Kind() {
	case reflect.Map:
		out := map[string]any{}
		for key, value := range v.Seq2() {
			if fact := plain(value.Interface()); fact != nil {
				out[redact.Printable(fmt.Sprint(key.Interface()))] = fact
			}
		}
		return out
	case reflect.Slice, reflect.Array:
		out := []any{}
		for i := range v.Len() {
			if fact := plain(v.Index(i).Interface()); fact != nil {
				out = append(out, fact)
			}
		}
		return out
	}
	if v.CanInt() {
		return v.Int()
	}
	if v.CanUint() {
		return v.Uint()
	}
	if v.CanFloat() {
		return plain(v.Float())
	}
	return redact.Printable(fmt.Sprint(v.Interface()))
}
