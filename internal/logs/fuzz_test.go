package logs_test

import (
	"bytes"
	"testing"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// Whatever a log holds, it is read to its end: what is broken is counted, and
// what is counted adds up.
func FuzzRead(f *testing.F) {
	for _, s := range []string{sshLog, mailLog, accessText, entraLog, trailLog, jsonLog, windowsLog, deviceLog,
		"__CURSOR=a\n__REALTIME_TIMESTAMP=1\nMESSAGE\n\xff\xff\xff\xff\xff\xff\xff\xff", "\xff\xfe<\x00E\x00", "\x1f\x8b\x08", "\x28\xb5\x2f\xfd", "\x00", "[{}"} {
		f.Add([]byte(s))
	}
	known := explainer(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := logs.Read(t.Context(), []logs.Source{{Name: "fuzz", Reader: bytes.NewReader(data)}}, logs.Options{Explainer: known, Now: now})
		if err != nil {
			return // packed, and broken
		}
		sum := 0
		for _, e := range r.ByCause {
			sum += e.Count
		}
		if r.Failures < 0 || sum > r.Failures || len(r.Broken) > r.Unreadable {
			t.Fatalf("%d failures, of which the causes hold %d; %d unreadable, of which %d are shown", r.Failures, sum, r.Unreadable, len(r.Broken))
		}
		var b bytes.Buffer
		for _, write := range []func() error{func() error { return r.Text(&b) }, func() error { return r.Markdown(&b) }, func() error { return r.HTML(&b) }} {
			if err := write(); err != nil {
				t.Fatal(err)
			}
		}
	})
}
