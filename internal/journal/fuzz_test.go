package journal

import (
	"bytes"
	"os"
	"testing"
)

// A journal's file is read or refused, and whatever is torn off its end leaves
// a journal of the lines before.
func FuzzParse(f *testing.F) {
	w := newWorld(f)
	writer := w.begin(f)
	for _, e := range happened {
		if err := writer.Event(e); err != nil {
			f.Fatal(err)
		}
	}
	if err := writer.Close(); err != nil {
		f.Fatal(err)
	}
	path, err := w.store.path(writer.ID)
	if err != nil {
		f.Fatal(err)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Add(data[:len(data)-3])
	for _, s := range []string{"", "\n", "{}", "{}\n", `{"schema":"authdoctor.session/2"}` + "\n", "null\nnull\n", "[]\n", "\xff\n"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		c, err := parse(data)
		if err != nil {
			return
		}
		_, _, _, _ = c.Events(), c.End().Open(), c.Last(), c.MeasuredAt()
		whole := bytes.LastIndexByte(data, '\n') + 1
		if c.whole != whole || c.Torn != (whole < len(data)) {
			t.Fatalf("%d of %d bytes are whole, want %d; torn %t", c.whole, len(data), whole, c.Torn)
		}
		again, err := parse(data[:whole])
		if err != nil || len(again.Entries) != len(c.Entries) {
			t.Fatalf("without the torn line: %v", err)
		}
	})
}
