package probe

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var exampleFlag = regexp.MustCompile(` --([a-z-]+)`)

// Each probe is listed once, in order, speaks the vocabulary, says what it
// does, and shows how; every flag that it shows is one.
func TestProbesAreInOrder(t *testing.T) {
	if !slices.IsSortedFunc(All, func(a, b Probe) int { return strings.Compare(a.Kind, b.Kind) }) {
		t.Error("the list is not sorted by kind")
	}
	for _, p := range All {
		if _, ok := diag.FindKind(p.Kind); !ok || p.Doc == "" || p.Run == nil {
			t.Errorf("%s: no kind of the vocabulary, or it says nothing or does nothing", p.Kind)
		}
		for line := range strings.SplitSeq(p.Example, "\n") {
			if line != "  authdoctor probe "+p.Kind && !strings.HasPrefix(line, "  authdoctor probe "+p.Kind+" --") {
				t.Errorf("%s: no example: %q", p.Kind, line)
			}
		}
		for _, m := range exampleFlag.FindAllStringSubmatch(p.Example, -1) {
			if !slices.ContainsFunc(p.Params, func(q Param) bool { return q.Name == m[1] }) {
				t.Errorf("%s: the example has --%s, which is no parameter", p.Kind, m[1])
			}
		}
		for _, q := range p.Params {
			if q.Secret && !q.FlagOnly || q.Doc == "" {
				t.Errorf("%s: %s is secret and not by flag alone, or says nothing", p.Kind, q.Name)
			}
		}
	}
	for i := 1; i < len(All); i++ {
		if All[i].Kind == All[i-1].Kind {
			t.Errorf("%s is there twice", All[i].Kind)
		}
	}
}
