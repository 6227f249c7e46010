package redact

// Value masks secrets in a value made of JSON scalars, lists and maps; a
// secret's key masks whatever text it names. It shares nothing with v.
func Value(v any) any { return valueOf("", v) }

func valueOf(key string, v any) any {
	switch v := v.(type) {
	case string:
		return textOf(key, v)
	case []string:
		return each(v, func(s string) string { return textOf(key, s) })
	case []any:
		return each(v, func(item any) any { return valueOf(key, item) })
	case map[string]string:
		out := make(map[string]string, len(v))
		for key, text := range v {
			out[Text(key)] = textOf(key, text)
		}
		return out
	case map[string]any:
		out := make(map[string]any, len(v))
		for key, value := range v {
			out[Text(key)] = valueOf(key, value)
		}
		return out
	}
	return v
}

// textOf masks a text that stands under a key, by the same rules as if both
// stood in one text.
func textOf(key, value string) string {
	c := classify(key, "")
	sc := scanner{s: value}
	at := place{equals: true, quoted: true, setting: true}
	switch {
	case value == "" || c.rule == never:
		if sc.s = key + ":" + value; (&scanner{s: sc.s}).checksum(len(key)+1) && all(value, isHex) {
			return value
		}
		if to, _ := (&scanner{s: value}).base32(0, len(value)); to > 0 && to == len(value) && identifies(key) {
			return value // it stands alone, but not without its name
		}
		return Text(value)
	case c.rule == header:
		sc.authorization(at)
	case c.rule == cookies:
		sc.cookieHeader(at, squeeze(key) != "cookie")
	case secret(c, value, at) && !sc.sentence(0, len(value), at) && !sc.refused(c, 0, at):
		return mask(c.kind)
	}
	masked, _ := sc.masked()
	return Text(masked)
}

func each[T any](list []T, change func(T) T) []T {
	out := make([]T, len(list))
	for i, item := range list {
		out[i] = change(item)
	}
	return out
}
