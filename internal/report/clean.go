package report

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math"
	"reflect"

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
	return copyOf(reflect.ValueOf(v)).Interface().(*T)
}

// asIs are the types in which nothing comes from outside.
var asIs = map[reflect.Type]bool{
	reflect.TypeFor[diag.Tool]():   true,
	reflect.TypeFor[diag.Status](): true,
}

// checksum is the one text that looks like a secret and is none.
const checksum = "SHA256"

func copyOf(v reflect.Value) reflect.Value {
	if asIs[v.Type()] {
		return v
	}
	out := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			out = reflect.New(v.Type().Elem())
			out.Elem().Set(copyOf(v.Elem()))
		}
	case reflect.Struct:
		copyFields(out, v)
	case reflect.Slice:
		out = reflect.MakeSlice(v.Type(), v.Len(), v.Len())
		for i := range v.Len() {
			out.Index(i).Set(copyOf(v.Index(i)))
		}
	case reflect.Map:
		return copyMap(v)
	case reflect.String:
		out.SetString(cleanText(v.String()))
	case reflect.Float64:
		out.SetFloat(finite(v.Float()))
	default:
		return v
	}
	return out
}

// copyFields leaves structs with hidden fields, such as a time, as they are.
func copyFields(out, v reflect.Value) {
	for i := range v.NumField() {
		switch f := v.Type().Field(i); {
		case !f.IsExported():
			out.Set(v)
			return
		case f.Name == checksum:
			out.Field(i).Set(v.Field(i))
		default:
			out.Field(i).Set(copyOf(v.Field(i)))
		}
	}
}

func copyMap(v reflect.Value) reflect.Value {
	if facts, ok := v.Interface().(map[string]any); ok {
		return reflect.ValueOf(cleanFacts(facts))
	}
	out := reflect.MakeMapWithSize(v.Type(), v.Len())
	for key, value := range v.Seq2() {
		out.SetMapIndex(copyOf(key), copyOf(value))
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
