package probe

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Bounds of what a finding may hold: whatever a server sends ends up in one.
const (
	lineRunes  = 300  // Summary and Reason
	factRunes  = 2000 // a string in Facts
	factItems  = 200  // a list or map in Facts
	factLevels = 8    // lists in maps in lists
)

// terminalCodes are whole escape sequences: colours and cursor movements, and
// commands such as the window's title. Without its first character such a
// sequence is harmless, but still rubbish.
var terminalCodes = pattern(`\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)`)

// clean strips and bounds every text of a finding. It is done once, here, for
// all probes.
func clean(f diag.Finding) diag.Finding {
	f.Summary = cleanText(f.Summary, lineRunes)
	f.Reason = cleanText(f.Reason, lineRunes)
	f.ElapsedMS = max(0, f.ElapsedMS)
	if f.Facts == nil {
		f.Facts = map[string]any{}
	}
	f.Facts = cleanMap(f.Facts, factLevels)
	return f
}

// cleanText makes one line of what may have come from outside: no control
// characters, nothing that turns the direction of the text, valid UTF-8.
func cleanText(s string, runes int) string {
	s = terminalCodes().ReplaceAllString(s, "")
	s = strings.ToValidUTF8(s, string(utf8.RuneError))
	s = strings.Map(func(c rune) rune {
		switch {
		case c == '\n', c == '\t', c == '\r', unicode.In(c, unicode.Zl, unicode.Zp):
			return ' '
		case unicode.In(c, unicode.Cc, unicode.Cf):
			return -1
		}
		return c
	}, s)
	if utf8.RuneCountInString(s) <= runes {
		return s
	}
	return string([]rune(s)[:runes-1]) + "…"
}

func cleanMap(m map[string]any, levels int) map[string]any {
	out := make(map[string]any, min(len(m), factItems))
	for _, key := range slices.Sorted(maps.Keys(m)) {
		if len(out) == factItems {
			break
		}
		out[cleanText(key, lineRunes)] = cleanFact(m[key], levels-1)
	}
	return out
}

// cleanFact leaves JSON scalars, lists and maps. Other values become text.
func cleanFact(value any, levels int) any {
	switch v := value.(type) {
	case nil, bool, int, int64:
		return v
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil
		}
		return v
	case string:
		return cleanText(v, factRunes)
	}
	if levels <= 0 {
		return "…"
	}
	switch v := value.(type) {
	case []string:
		return cleanList(v, levels)
	case []any:
		return cleanList(v, levels)
	case []map[string]any:
		return cleanList(v, levels)
	case map[string]any:
		return cleanMap(v, levels)
	}
	return cleanText(fmt.Sprint(value), factRunes)
}

func cleanList[T any](list []T, levels int) []any {
	out := make([]any, 0, min(len(list), factItems))
	for _, item := range list[:min(len(list), factItems)] {
		out = append(out, cleanFact(item, levels-1))
	}
	return out
}
