package redact

// Value masks secrets in a value made of JSON scalars, lists and maps; a
// secret's key masks whatever text it names. It shares nothing with v.
func Value(v any) any {
	switch v := v.(type) {
	case string:
		return Text(v)
	case []string:
		return each(v, Text)
	case []any:
		return each(v, Value)
	case map[string]string:
		out := make(map[string]string, len(v))
		for key, text := range v {
			out[key] = text
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[key] = Value(value)
		}
		return out
	}
	return v
}

func each[T any](list []T, change func(T) T) []T {
	out := make([]T, len(list))
	for i, item := range list {
		out[i] = change(item)
	}
	return out
}
