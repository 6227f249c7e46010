package probe

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// starved waits for a server until its time is over, and then gets to say so
// only at a moment after its start: the machine has other things to do.
var starved = Probe{Kind: "starved", Run: func(ctx context.Context, _ Env, with Params) diag.Finding {
	begun := time.Now()
	<-ctx.Done()
	at, _ := time.ParseDuration(with["at"])
	time.Sleep(at - time.Since(begun))
	return found("timeout", "no answer", nil)
}}

// A probe that waited in vain has measured something. That is not lost where
// the machine stands still while it hands it over.
func TestRunnerStarved(t *testing.T) {
	at := func(id, moment string) diag.Request {
		return diag.Request{ID: id, Kind: "starved", With: map[string]string{"at": moment}}
	}
	says := func(elapsed float64) diag.Finding {
		return diag.Finding{Outcome: "timeout", Summary: "no answer", Facts: map[string]any{}, ElapsedMS: elapsed}
	}
	tests := []struct {
		name     string
		requests []diag.Request
		stands   EventType     // the machine stands still from this event on
		until    time.Duration // until then
		want     map[string]diag.Finding
	}{
		{"in its grace", []diag.Request{at("a", "4.9s")}, "", 0, map[string]diag.Finding{"a": says(4900)}},
		{"too late, and nothing stood still", []diag.Request{at("a", "5.1s")}, "", 0, map[string]diag.Finding{"a": why(5000, "no result within 5 s")}},
		{"handed over before anybody looked", []diag.Request{at("a", "4.75s"), at("b", "5.9s")}, Slow, 6 * time.Second,
			map[string]diag.Finding{"a": says(4750), "b": says(5900)}},
		{"everything stood still beyond the end", []diag.Request{at("a", "6.1s")}, Slow, 6 * time.Second, map[string]diag.Finding{"a": says(6100)}},
		{"stood still within the grace", []diag.Request{at("a", "4.8s"), at("b", "5.9s")}, Done, 5800 * time.Millisecond,
			map[string]diag.Finding{"a": says(4800), "b": says(5900)}},
		{"stood still, and then is deaf", []diag.Request{at("a", "6.3s")}, Slow, 6 * time.Second, map[string]diag.Finding{"a": why(6250, "no result within 5 s")}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				started := time.Now()
				runner := Runner{Env: Env{Now: time.Now}, Probes: []Probe{starved}, Observe: func(e Event) {
					if e.Type == tt.stands {
						time.Sleep(tt.until - time.Since(started))
					}
				}}
				got := runner.Probe(t.Context(), tt.requests)
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
				time.Sleep(time.Hour)
			})
		})
	}
}
