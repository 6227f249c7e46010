package report

import (
	"bytes"
	"encoding/json"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Schemas of the documents that only this package writes.
const testRunSchema = "authdoctor.testrun/1"

func writeJSON(b *bytes.Buffer, r *diag.Report, _ Options) error {
	r.Schema = diag.ReportSchema
	r.Started, r.Finished = r.Started.UTC(), r.Finished.UTC()
	return encode(b, r)
}

// checkDocument is a check that stands by itself.
type checkDocument struct {
	Schema string `json:"schema"`
	*diag.Check
}

func writeCheckJSON(b *bytes.Buffer, c *diag.Check) error {
	return encode(b, checkDocument{diag.CheckSchema, c})
}

// testDocument is a run of test cases with its counts.
type testDocument struct {
	Schema  string          `json:"schema"`
	Name    string          `json:"name"`
	Passed  int             `json:"passed"`
	Failed  int             `json:"failed"`
	Skipped int             `json:"skipped"`
	Cases   []diag.TestCase `json:"cases"`
}

func writeTestsJSON(b *bytes.Buffer, run *diag.TestRun) error {
	n := count(run)
	return encode(b, testDocument{testRunSchema, run.Name, n.passed, n.failed, n.skipped, run.Cases})
}

// encode writes a document as people like to read it. HTML is not escaped: it
// would only make addresses unreadable.
func encode(b *bytes.Buffer, document any) error {
	e := json.NewEncoder(b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(document)
}
