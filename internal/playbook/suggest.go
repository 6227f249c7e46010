package playbook

import (
	"strings"
	"unicode"

	"github.com/agext/levenshtein"
)

// Suggest returns the candidate that was probably meant by word, or "".
func Suggest(word string, candidates []string) string {
	want := plain(word)
	if want == "" || len(want) > maxID {
		return ""
	}
	best, bestDistance := "", 1+reach(want)
	for _, c := range candidates {
		if plain(c) == want {
			return c
		}
		if gap := len(plain(c)) - len(want); gap >= bestDistance || -gap >= bestDistance {
			continue
		}
		if d := levenshtein.Distance(want, plain(c), nil); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	if best != "" {
		return best
	}
	return longer(want, candidates)
}

// reach is how many letters may be wrong: two swapped letters count as two.
func reach(word string) int {
	if len(word) < 4 {
		return 1
	}
	return max(2, len(word)/3)
}

// longer finds the only candidate that word begins or ends.
func longer(word string, candidates []string) string {
	found := ""
	for _, c := range candidates {
		p := plain(c)
		if len(word) < 4 || !strings.HasPrefix(p, word) && !strings.HasSuffix(p, word) {
			continue
		}
		if found != "" {
			return ""
		}
		found = c
	}
	return found
}

// plain is a word without what people mix up: case, hyphens, underscores.
func plain(word string) string {
	return strings.Map(func(r rune) rune {
		if r == '_' || r == ' ' {
			return '-'
		}
		return unicode.ToLower(r)
	}, strings.TrimSpace(word))
}

// maxListed is how many candidates a hint lists when none is near.
const maxListed = 8

// meant is the hint for an unknown word.
func meant(word string, candidates []string) string {
	if s := Suggest(word, candidates); s != "" {
		return "did you mean " + s + "?"
	}
	if len(candidates) == 0 {
		return ""
	}
	if len(candidates) > maxListed {
		return "known: " + strings.Join(candidates[:maxListed], ", ") + ", …"
	}
	return "known: " + strings.Join(candidates, ", ")
}
