package logs_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// A flood of addresses that come once hides nobody who comes again and again,
// and gets in: not before it, not behind it, not in the middle.
func TestAFloodHidesNobody(t *testing.T) {
	for name, floods := range map[string][2]int{"before": {21_000, 0}, "behind": {0, 21_000}, "around": {45_000, 21_000}} {
		var d diary
		flood := func(n, from int) {
			for i := range n {
				d.fails(time.Duration(i+from)*time.Second, fmt.Sprintf("invalid user x%d", i+from), fmt.Sprintf("45.%d.%d.%d", (i+from)%250, (i+from)/250%250, 1+(i+from)/62_500))
			}
		}
		flood(floods[0], 0)
		for i := range 80 {
			d.fails(60*time.Hour+time.Duration(i)*30*time.Second, fmt.Sprintf("u%d", i), "203.0.113.66")
		}
		d.enters(61*time.Hour, "u7", "203.0.113.66")
		flood(floods[1], floods[0]+70*3600)
		r := read(t, logs.Options{}, d.String())
		if f := r.Findings[0]; f.Reading != logs.ReadTaken || f.User != "u7" || f.Source != "203.0.113.66" {
			t.Errorf("%s: %+v", name, r.Findings)
		}
		told := 0
		for _, f := range r.Findings[1:] {
			told += f.Count
		}
		if told != r.Failures || r.Failures != floods[0]+floods[1]+80 {
			t.Errorf("%s: %d of %d failures are told of", name, told, r.Failures)
		}
	}
}
