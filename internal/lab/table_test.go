package lab

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"
)

var update = flag.Bool("update", false, "write the measured tables into testdata/lab/README.md")

// readme lists every fault of the lab, in one table for each kind of check.
const readme = "../../testdata/lab/README.md"

// A row is a fault, the servers that show it, and its code: as it must be, and
// as it was measured.
type row struct{ fault, servers, expected, measured string }

// allRows are the rows of all tables of this run, with their kind.
var allRows struct {
	sync.Mutex
	rows []measuredRow
}

type measuredRow struct {
	kind string
	row
}

// TestMain prints what was measured as one table, and how much of it was as it
// must be. No test may leave a goroutine or a process behind, whichever it is.
func TestMain(m *testing.M) {
	adoptOrphans()
	code := m.Run()
	if err := goleak.Find(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	if list := leftBehind(); len(list) > 0 {
		fmt.Fprintf(os.Stderr, "processes are left behind: %s\n", strings.Join(list, ", "))
		code = 1
	}
	if len(allRows.rows) > 0 && testing.Verbose() {
		tellMeasured()
	}
	os.Exit(code)
}

func tellMeasured() {
	good := 0
	for _, r := range allRows.rows {
		mark := "✗"
		if r.expected == r.measured {
			mark = "✓"
			good++
		}
		fmt.Fprintf(os.Stdout, " %s %-9s %-45s %-45s %-24s %s\n", mark, r.kind, r.fault, r.servers, r.expected, r.measured)
	}
	fmt.Fprintf(os.Stdout, "lab: %d passed, %d failed\n", good, len(allRows.rows)-good)
}

// checkTable holds the measured table against the one in the readme, or
// writes it there.
func checkTable(t *testing.T, kind string, rows []row) {
	t.Helper()
	allRows.Lock()
	for _, r := range rows {
		allRows.rows = append(allRows.rows, measuredRow{kind, r})
	}
	allRows.Unlock()
	data, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok1 := strings.Cut(string(data), "<!-- measured: "+kind+" -->\n")
	old, tail, ok2 := strings.Cut(rest, "<!-- end -->")
	if !ok1 || !ok2 {
		t.Fatalf("%s has no place for the table of %s", readme, kind)
	}
	table := format(rows)
	if !*update {
		if diff := cmp.Diff(old, table); diff != "" {
			t.Errorf("%s is not what was measured (-readme +measured); see it, then run with -update\n%s", readme, diff)
		}
		return
	}
	if t.Failed() {
		return // what is not as it must be is not written down as if it were
	}
	text := head + "<!-- measured: " + kind + " -->\n" + table + "<!-- end -->" + tail
	if err := os.WriteFile(readme, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func format(rows []row) string {
	text := "| fault | server | expected | measured |\n|---|---|---|---|\n"
	for _, r := range rows {
		text += fmt.Sprintf("| %s | %s | `%s` | `%s` |\n", r.fault, r.servers, r.expected, r.measured)
	}
	return text
}
