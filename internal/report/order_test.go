package report

import (
	"strings"
	"testing"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// What the order costs is said in one sentence, and only where a step may be
// advised.
func TestThePriceInWords(t *testing.T) {
	for _, tt := range []struct {
		name string
		plan diag.Plan
		say  string
	}{
		{"dearer", diag.Plan{Order: "playbook", Exact: true, Minutes: 22.4, InOrder: 29.2, Price: 6.8}, "29 minutes to the end, handing over included; the likeliest order takes 22 minutes (--order likely)."},
		{"dearer, looked ahead", diag.Plan{Order: "playbook", Minutes: 22.4, InOrder: 29.2, Price: 6.8}, "takes 22 minutes or less (--order likely)."},
		{"as good", diag.Plan{Order: "playbook", Exact: true, Minutes: 29, InOrder: 29.2, Price: .2}, "29 minutes to the end, handing over included; no other order takes less."},
		{"handing over", diag.Plan{Order: "playbook", Exact: true, Minutes: 60, InOrder: 74, Price: 14, HandOver: true}, "74 minutes to the end, handing over included; handing over at once takes 60 minutes."},
		{"likely", diag.Plan{Order: "likely", Exact: true, Minutes: 22.4, InOrder: 29.2, Price: 6.8}, "22 minutes to the end, handing over included; the playbook's order takes 29 minutes."},
		{"likely, as good", diag.Plan{Order: "likely", Exact: true, Minutes: 1, InOrder: 1, Price: 0}, "1 minute to the end, handing over included; no other order takes less."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := &diag.Report{Plan: &tt.plan, Opinion: &diag.Opinion{}, Verdict: diag.Verdict{Next: diag.Next{Step: "s"}}}
			if got := orderPrice(r); !strings.HasSuffix(got, tt.say) || !strings.HasPrefix(got, "On average this order takes ") {
				t.Errorf("it says %q, want %q", got, tt.say)
			}
		})
	}
	for name, r := range map[string]*diag.Report{
		"no step":    {Plan: &diag.Plan{InOrder: 9}, Opinion: &diag.Opinion{}},
		"no ranking": {Plan: &diag.Plan{InOrder: 9}, Verdict: diag.Verdict{Next: diag.Next{Step: "s"}}},
		"no plan":    {Opinion: &diag.Opinion{}, Verdict: diag.Verdict{Next: diag.Next{Step: "s"}}},
	} {
		if got := orderPrice(r); got != "" {
			t.Errorf("%s: it says %q", name, got)
		}
	}
}
