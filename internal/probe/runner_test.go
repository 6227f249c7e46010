package probe

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/google/go-cmp/cmp"
)

// fakeProbes measure nothing; time in their tests is synctest's.
var fakeProbes = []Probe{
	{Kind: "at-once", Run: func(context.Context, Env, Params) diag.Finding {
		return found("ok", "fine", map[string]any{"n": 1})
	}},
	{Kind: "after", Params: []Param{{Name: "wait", Required: true}}, Run: func(ctx context.Context, _ Env, with Params) diag.Finding {
		wait, _ := time.ParseDuration(with["wait"])
		select {
		case <-time.After(wait):
			return found("ok", "fine", nil)
		case <-ctx.Done():
			return unknown(nil, "gave up: %v", ctx.Err())
		}
	}},
	{Kind: "deaf", Run: func(context.Context, Env, Params) diag.Finding {
		time.Sleep(time.Hour)
		return found("ok", "too late", nil)
	}},
	{Kind: "crash", Run: func(context.Context, Env, Params) diag.Finding {
		panic("index \x1b[31mout\x1b[0m of\nrange")
	}},
	{Kind: "clock", Run: func(context.Context, Env, Params) diag.Finding {
		return diag.Finding{Outcome: "nonsense"}
	}},
	{Kind: "mute", Run: func(context.Context, Env, Params) diag.Finding { return diag.Finding{} }},
	{Kind: "rude", Run: func(context.Context, Env, Params) diag.Finding {
		return found("ok", "\x1b]0;title\x07hello\x00\u202eworld", map[string]any{"banner": "a\r\nb"})
	}},
}

func newRunner(events *[]string) Runner {
	return Runner{
		Env: Env{Now: time.Now}, Probes: fakeProbes,
		Observe: func(e Event) {
			*events = append(*events, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", e.Type, e.ID, e.Finding.Outcome, strings.Join(e.Open, "+"))))
		},
	}
}

// why is the finding of what could not be measured.
func why(elapsed float64, reason string) diag.Finding {
	return diag.Finding{
		Outcome: diag.NoAnswer, Reason: reason, Summary: "could not be measured: " + reason,
		Facts: map[string]any{}, ElapsedMS: elapsed,
	}
}

func TestRunner(t *testing.T) {
	ok := func(elapsed float64) diag.Finding {
		return diag.Finding{Outcome: "ok", Summary: "fine", Facts: map[string]any{}, ElapsedMS: elapsed}
	}
	after := func(id, wait string) diag.Request {
		return diag.Request{ID: id, Kind: "after", With: map[string]string{"wait": wait}}
	}
	tests := []struct {
		name     string
		requests []diag.Request
		want     map[string]diag.Finding
		events   []string
		took     time.Duration
	}{
		{"nothing", nil, map[string]diag.Finding{}, nil, 0},
		{"in parallel", []diag.Request{after("a", "1.5s"), after("b", "1s"), after("c", "500ms")},
			map[string]diag.Finding{"a": ok(1500), "b": ok(1000), "c": ok(500)},
			[]string{"started a", "started b", "started c", "done c ok", "done b ok", "done a ok"}, 1500 * time.Millisecond},
		{"slow is told once, with what is open", []diag.Request{after("a", "3s"), after("b", "1s"), after("c", "4s")},
			map[string]diag.Finding{"a": ok(3000), "b": ok(1000), "c": ok(4000)},
			[]string{"started a", "started b", "started c", "done b ok", "slow   a+c", "done a ok", "done c ok"}, 4 * time.Second},
		{"heeds its deadline and says why", []diag.Request{after("a", "1h")},
			map[string]diag.Finding{"a": why(4750, "gave up: context deadline exceeded")},
			[]string{"started a", "slow   a", "done a unknown"}, 4750 * time.Millisecond},
		{"does not heed it", []diag.Request{{ID: "a", Kind: "deaf"}, after("b", "1s")},
			map[string]diag.Finding{"a": why(5000, "no result within 5 s"), "b": ok(1000)},
			[]string{"started a", "started b", "done b ok", "slow   a", "done a unknown"}, 5 * time.Second},
		{"crashes", []diag.Request{{ID: "a", Kind: "crash"}, after("b", "1s")},
			map[string]diag.Finding{"a": why(0, "the check crashed: index out of range"), "b": ok(1000)},
			[]string{"started a", "started b", "done a unknown", "done b ok"}, time.Second},
		{"says what has no meaning", []diag.Request{{ID: "a", Kind: "clock"}, {ID: "b", Kind: "mute"}},
			map[string]diag.Finding{
				"a": why(0, `the check said "nonsense", which has no meaning`),
				"b": why(0, `the check said "", which has no meaning`)}, nil, 0},
		{"of no known kind", []diag.Request{{ID: "a", Kind: "weather"}},
			map[string]diag.Finding{"a": why(0, `there is no check of kind "weather"`)}, nil, 0},
		{"without what it needs", []diag.Request{{ID: "a", Kind: "after"}},
			map[string]diag.Finding{"a": {Outcome: diag.NotMeasured, Reason: "not asked for: add --with a.wait=…", Summary: "not asked for: add --with a.wait=…", Facts: map[string]any{}}}, nil, 0},
		{"asked for twice", []diag.Request{{ID: "a", Kind: "at-once"}, {ID: "a", Kind: "at-once"}},
			map[string]diag.Finding{"a": {Outcome: "ok", Summary: "fine", Facts: map[string]any{"n": 1}}},
			[]string{"started a", "started a", "done a ok"}, 0},
		{"is stripped", []diag.Request{{ID: "a", Kind: "rude"}},
			map[string]diag.Finding{"a": {Outcome: "ok", Summary: "helloworld", Facts: map[string]any{"banner": "a  b"}}}, nil, 0},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var events []string
				started := time.Now()
				got := newRunner(&events).Probe(t.Context(), tt.requests)
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
				if took := time.Since(started); took != tt.took {
					t.Errorf("took %v, want %v", took, tt.took)
				}
				if diff := cmp.Diff(tt.events, events); tt.events != nil && diff != "" {
					t.Error(diff)
				}
				time.Sleep(time.Hour) // in the bubble: until those left behind have ended
			})
		})
	}
}

func TestRunnerCancelled(t *testing.T) {
	requests := []diag.Request{
		{ID: "done", Kind: "at-once"},
		{ID: "heeds", Kind: "after", With: map[string]string{"wait": "1m"}},
		{ID: "deaf", Kind: "deaf"},
	}
	tests := []struct {
		name        string
		end         func(ctx context.Context) (context.Context, context.CancelFunc)
		heeds, deaf diag.Finding
	}{
		{"cancelled", func(ctx context.Context) (context.Context, context.CancelFunc) {
			ctx, cancel := context.WithCancel(ctx)
			time.AfterFunc(time.Second, cancel)
			return ctx, cancel
		}, why(1000, "cancelled"), why(1000, "cancelled")},
		// A budget like any other: probes end before it.
		{"the caller's own deadline", func(ctx context.Context) (context.Context, context.CancelFunc) {
			return context.WithTimeout(ctx, time.Second)
		}, why(950, "gave up: context deadline exceeded"), why(1000, "no result within 1 s")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := tt.end(t.Context())
				defer cancel()
				started := time.Now()
				got := newRunner(new([]string)).Probe(ctx, requests)
				want := map[string]diag.Finding{
					"done":  {Outcome: "ok", Summary: "fine", Facts: map[string]any{"n": 1}},
					"heeds": tt.heeds, "deaf": tt.deaf,
				}
				if diff := cmp.Diff(want, got); diff != "" {
					t.Error(diff)
				}
				if took := milliseconds(time.Since(started)); took != tt.deaf.ElapsedMS {
					t.Errorf("took %v ms", took)
				}
				time.Sleep(time.Hour)
			})
		})
	}
}

// A caller's own budget counts, and the part of it that is kept back shrinks
// with it.
func TestRunnerTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		runner := newRunner(new([]string))
		runner.Timeout, runner.Slow, runner.Observe = 200*time.Millisecond, time.Millisecond, nil
		got := runner.Probe(t.Context(), []diag.Request{{ID: "a", Kind: "after", With: map[string]string{"wait": "1h"}}})
		if diff := cmp.Diff(why(190, "gave up: context deadline exceeded"), got["a"]); diff != "" {
			t.Error(diff)
		}
	})
}

// The real list is what is run when nothing else is given.
func TestRunnerKnowsAll(t *testing.T) {
	noLeaks(t)
	world := newNTPWorld(four(nil))
	runner := Runner{Env: world.env()}
	got := runner.Probe(t.Context(), []diag.Request{{ID: "time", Kind: "clock", With: map[string]string{"servers": "a.test b.test"}}})
	if got["time"].Outcome != "accurate" {
		t.Errorf("got %+v", got)
	}
}

// A probe that was told to stop may say so in its own words before we notice.
func TestEndedBy(t *testing.T) {
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	facts := map[string]any{"n": 1}
	gaveUp := diag.Finding{Outcome: diag.NoAnswer, Reason: "gave up", Summary: "gave up", Facts: facts, ElapsedMS: 7}
	fine := found("ok", "fine", facts)
	tests := []struct {
		name     string
		ctx      context.Context
		in, want diag.Finding
	}{
		{"in time", t.Context(), gaveUp, gaveUp},
		{"cancelled", cancelled, gaveUp, diag.Finding{Outcome: diag.NoAnswer, Reason: "cancelled",
			Summary: "could not be measured: cancelled", Facts: facts, ElapsedMS: 7}},
		{"cancelled, but measured", cancelled, fine, fine},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, endedBy(tt.ctx, tt.in)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
