package probe

import (
	"fmt"
	"math"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// totpReach is how far a code is looked for, both ways: a day covers a clock
// that was set by hand to another zone's time, and the wrong half of the day.
const totpReach = 24 * time.Hour

// judgeTOTP finds the moment whose code was typed. Where the time is known to
// within some, any step that it may be counts as now.
func judgeTOTP(key totpKey, code string, local time.Time, right rightTime) diag.Finding {
	now := right.at(local)
	facts := map[string]any{"digits": key.digits, "period_s": int(key.period / time.Second)}
	right.facts(facts, local)
	if len(code) != key.digits {
		return found("no_match", fmt.Sprintf("the code has %d digits, and this secret makes codes of %d", len(code), key.digits), facts)
	}
	first, last := key.step(now.Add(-right.unsure)), key.step(now.Add(right.unsure))
	for step := first; step <= last; step++ {
		if key.is(code, step) {
			return found("match", "the code is the one of this moment, "+right.by(), facts)
		}
	}
	switch {
	case key.is(code, first-1):
		return found("match_previous", "the code is the one before this moment's, "+right.by()+"; many services still take it", facts)
	case key.is(code, last+1):
		return found("match_next", "the code is the next one, "+right.by()+"; the clock that made it is a little fast", facts)
	}
	return key.search(code, key.step(now), right, facts)
}

// search looks for the code in the day before and after, the nearest first. By
// chance alone some code in so many fits now and then, and that is told.
func (k totpKey) search(code string, now int64, right rightTime, facts map[string]any) diag.Finding {
	reach := int64(totpReach / k.period)
	var hits []int64
	for n := int64(2); n <= reach; n++ {
		for _, step := range []int64{-n, n} {
			if k.is(code, now+step) {
				hits = append(hits, step)
			}
		}
	}
	facts["searched_steps"] = int(2*reach + 1)
	facts["chance_of_accident"] = round4(1 - math.Pow(1-math.Pow10(-k.digits), float64(2*reach-2)))
	if len(hits) == 0 {
		return found("no_match", "no code of this secret within a day of now is that one, "+right.by(), facts)
	}
	off := time.Duration(hits[0]) * k.period
	facts["steps"], facts["code_offset_s"], facts["moments_that_fit"] = int(hits[0]), int(off/time.Second), len(hits)
	way := "slow"
	if off > 0 {
		way = "fast"
	}
	text := fmt.Sprintf("the code fits a clock that is about %s %s, %s", span(off.Abs()), way, right.by())
	if len(hits) > 1 {
		text += fmt.Sprintf("; it fits %d moments, and this is the nearest", len(hits))
	}
	return found("off_by_steps", text+". A code that is older, or one of another secret by chance, would look the same", facts)
}

func round4(x float64) float64 { return math.Round(x*1e4) / 1e4 }
