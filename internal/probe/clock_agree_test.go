package probe

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func said(offset, distance int) reading {
	return reading{told: true, offset: time.Duration(offset) * time.Millisecond, distance: time.Duration(distance) * time.Millisecond}
}

func TestAgree(t *testing.T) {
	const ms = time.Millisecond
	silent := reading{reason: "no answer in time"}
	tests := []struct {
		name     string
		readings []reading
		want     agreement
		used     []bool
	}{
		{"nobody", nil, agreement{}, nil},
		{"one", []reading{said(400, 5)}, agreement{1, 1, true, 400 * ms, 5 * ms}, []bool{true}},
		{"one that answers of two", []reading{silent, said(400, 5)}, agreement{1, 1, true, 400 * ms, 5 * ms}, []bool{false, true}},
		{"two that agree", []reading{said(0, 10), said(4, 10)}, agreement{2, 2, true, 2 * ms, 10 * ms}, []bool{true, true}},
		{"two that touch", []reading{said(0, 10), said(20, 10)}, agreement{2, 2, true, 10 * ms, 10 * ms}, []bool{true, true}},
		{"two that do not agree", []reading{said(0, 10), said(21, 10)}, agreement{usable: 2}, []bool{false, false}},
		{"a wide one holds a narrow one", []reading{said(100, 150), said(0, 5)}, agreement{2, 2, true, 0, 5 * ms}, []bool{true, true}},
		{"a liar of three", []reading{said(0, 5), said(-90000, 5), said(1, 5)},
			agreement{3, 2, true, ms / 2, 5 * ms}, []bool{true, false, true}},
		{"a liar of four", []reading{said(0, 5), said(-90000, 5), said(0, 5), said(0, 5)},
			agreement{4, 3, true, 0, 5 * ms}, []bool{true, false, true, true}},
		{"two liars of four, in league", []reading{said(0, 5), said(0, 5), said(900, 5), said(900, 5)},
			agreement{usable: 4}, []bool{false, false, false, false}},
		{"two liars of four, each for itself", []reading{said(0, 5), said(0, 5), said(900, 5), said(-900, 5)},
			agreement{usable: 4}, []bool{false, false, false, false}},
		{"three liars of four, each for itself", []reading{said(0, 5), said(300, 5), said(900, 5), said(-900, 5)},
			agreement{usable: 4}, []bool{false, false, false, false}},
		{"two liars of five", []reading{said(0, 5), said(0, 5), said(0, 5), said(900, 5), said(-900, 5)},
			agreement{5, 3, true, 0, 5 * ms}, []bool{true, true, true, false, false}},
		// Each of the narrow ones meets the wide one, and nothing tells which
		// of them is right: the answer covers both.
		{"two majorities", []reading{said(5, 5), said(1, 1), said(9, 1)},
			agreement{3, 2, true, 5 * ms, 5 * ms}, []bool{true, true, true}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, agree(tt.readings), cmp.AllowUnexported(agreement{})); diff != "" {
				t.Error(diff)
			}
			for i, r := range tt.readings {
				if r.used != tt.used[i] || r.used == (r.reason != "") {
					t.Errorf("reading %d: used %v, reason %q", i, r.used, r.reason)
				}
			}
		})
	}
}

// While honest sources are in the majority and liars are far off, the answer
// holds the truth, whoever lies and whatever the delays are.
func TestAgreeHoldsTheTruth(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 4))
	for range 20000 {
		n := 1 + random.IntN(9)
		liars := random.IntN((n + 1) / 2)
		truth := random.IntN(100000) - 50000
		readings := make([]reading, n)
		for i := range readings {
			distance := 1 + random.IntN(500)
			readings[i] = said(truth+random.IntN(2*distance+1)-distance, distance)
			if i < liars {
				readings[i].offset += time.Duration(2000+random.IntN(100000)) * time.Millisecond
			}
		}
		random.Shuffle(n, func(i, j int) { readings[i], readings[j] = readings[j], readings[i] })
		got := agree(readings)
		if !got.ok || got.agreeing < n-liars {
			t.Fatalf("%d of %d lie: %+v", liars, n, got)
		}
		if off := (got.offset - time.Duration(truth)*time.Millisecond).Abs(); off > got.uncertainty+1 {
			t.Fatalf("off by %v, uncertain by %v: %+v", off, got.uncertainty, readings)
		}
	}
}
