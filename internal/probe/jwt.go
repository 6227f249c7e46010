package probe

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// A jwt is a signed token as it is written (RFC 7515, RFC 7519). Nothing in it
// is believed by reading it.
type jwt struct {
	text   string
	header map[string]any
	claims map[string]any
}

// What a text can be that is not a signed token.
var (
	errOpaque    = errors.New("it is no JWT: only whoever issued it can read it")
	errEncrypted = errors.New("it is encrypted: only its recipient can read it")
)

// A malformedError is a token that is broken, in words.
type malformedError struct{ reason string }

func (e malformedError) Error() string { return e.reason }

// bearerText takes the token out of what people keep in files: with the word
// Bearer before it, or in quotes.
func bearerText(text string) string {
	text = strings.TrimSpace(text)
	if rest, ok := cutFold(text, "authorization:"); ok {
		text = strings.TrimSpace(rest)
	}
	if rest, ok := cutFold(text, "bearer "); ok {
		text = strings.TrimSpace(rest)
	}
	return strings.TrimSpace(strings.Trim(text, `"'`))
}

func cutFold(text, prefix string) (string, bool) {
	if len(text) < len(prefix) || !strings.EqualFold(text[:len(prefix)], prefix) {
		return text, false
	}
	return text[len(prefix):], true
}

// A timeError is a token whose times are written in another way than RFC 7519
// has it. Whoever issued it did that: nothing was cut.
type timeError struct{ reason string }

func (e timeError) Error() string { return e.reason }

// readJWT takes a token apart. The error is errOpaque, errEncrypted, a
// timeError or a malformedError; none repeats anything of the token.
func readJWT(text string) (*jwt, error) {
	parts := strings.Split(text, ".")
	// Every JWT begins with `{"` in base64.
	looks := strings.HasPrefix(text, "eyJ")
	switch {
	case len(parts) == 1, !looks && (len(parts) != 3 || !isObject(parts[0])):
		return nil, errOpaque
	case strings.ContainsAny(text, " \t\r\n"):
		return nil, malformedError{"there is a space or a line break in it, as after copying it from a page or a terminal"}
	case len(parts) == 5:
		return nil, errEncrypted
	case len(parts) != 3:
		return nil, malformedError{fmt.Sprintf("it has %d parts where a JWT has 3, so it was cut", len(parts))}
	}
	j := &jwt{text: text}
	for i, part := range []struct {
		name string
		into *map[string]any
	}{{"header", &j.header}, {"payload", &j.claims}} {
		if err := decodePart(parts[i], part.into); err != nil {
			return nil, malformedError{"its " + part.name + " " + err.Error()}
		}
	}
	if _, err := base64.RawURLEncoding.DecodeString(parts[2]); err != nil {
		return nil, malformedError{"its signature is not base64url, so it was changed or cut"}
	}
	for _, name := range []string{"exp", "nbf", "iat"} {
		if _, _, err := j.moment(name); err != nil {
			return nil, err
		}
	}
	return j, nil
}

func isObject(part string) bool {
	var into map[string]any
	return decodePart(part, &into) == nil
}

func decodePart(part string, into *map[string]any) error {
	data, err := base64.RawURLEncoding.DecodeString(part)
	if err != nil {
		return errors.New("is not base64url, so it was changed or cut")
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	decoder.UseNumber()
	if err := decoder.Decode(into); err != nil || *into == nil {
		return errors.New("is no JSON object, so it was changed or cut")
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("has something after its JSON")
	}
	return nil
}

// text of a header field or a claim; empty when it is none.
func stringOf(m map[string]any, name string) string {
	s, _ := m[name].(string)
	return s
}

// wordsOf reads a claim that is a list of words: as a list, or as one text with
// spaces. Both are in use for the same claims.
func wordsOf(m map[string]any, name string) []string {
	switch v := m[name].(type) {
	case string:
		return strings.Fields(v)
	case []any:
		var out []string
		for _, item := range v {
			if s, ok := item.(string); ok {
				out = append(out, s)
			}
		}
		return out
	}
	return nil
}

// audience is whom the token is for: one text or a list (RFC 7519, 4.1.3). A
// text is not taken apart: it may hold spaces.
func (j *jwt) audience() []string {
	if s, ok := j.claims["aud"].(string); ok {
		return []string{s}
	}
	return wordsOf(j.claims, "aud")
}

// latestMoment is the end of the year 9999, in seconds since 1970.
const latestMoment = 253402300799

// moment reads a claim that is a time: a number of seconds since 1970, maybe
// with a fraction (RFC 7519, 2). The error says what it is instead.
func (j *jwt) moment(name string) (time.Time, bool, error) {
	raw, ok := j.claims[name]
	if !ok || raw == nil {
		return time.Time{}, false, nil
	}
	number, ok := raw.(json.Number)
	if !ok {
		return time.Time{}, false, timeError{"its " + name + " is not a number of seconds"}
	}
	seconds, err := number.Float64()
	switch {
	case err != nil || seconds < 0 || seconds > 1000*latestMoment:
		return time.Time{}, false, timeError{"its " + name + " is no time"}
	case seconds > latestMoment/10:
		return time.Time{}, false, timeError{"its " + name + " counts milliseconds where a JWT counts seconds (RFC 7519, 2): whoever issues it writes it so"}
	}
	whole := int64(seconds)
	return time.Unix(whole, int64((seconds-float64(whole))*1e9)).UTC(), true, nil
}
