package report

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// The elements of a JUnit document, as its usual readers know them.
type (
	junitSuites struct {
		XMLName  xml.Name     `xml:"testsuites"`
		Name     string       `xml:"name,attr"`
		Tests    int          `xml:"tests,attr"`
		Failures int          `xml:"failures,attr"`
		Errors   int          `xml:"errors,attr"`
		Skipped  int          `xml:"skipped,attr"`
		Time     string       `xml:"time,attr"`
		Suites   []junitSuite `xml:"testsuite"`
	}
	junitSuite struct {
		Name       string      `xml:"name,attr"`
		Tests      int         `xml:"tests,attr"`
		Failures   int         `xml:"failures,attr"`
		Errors     int         `xml:"errors,attr"`
		Skipped    int         `xml:"skipped,attr"`
		Time       string      `xml:"time,attr"`
		Timestamp  string      `xml:"timestamp,attr,omitempty"`
		Properties *junitList  `xml:"properties"`
		Cases      []junitCase `xml:"testcase"`
		Output     string      `xml:"system-out,omitempty"`
	}
	junitList struct {
		Properties []junitProperty `xml:"property"`
	}
	junitProperty struct {
		Name  string `xml:"name,attr"`
		Value string `xml:"value,attr"`
	}
	junitCase struct {
		Class   string        `xml:"classname,attr"`
		Name    string        `xml:"name,attr"`
		Time    string        `xml:"time,attr"`
		Skipped *junitMessage `xml:"skipped"`
		Error   *junitMessage `xml:"error"`
		Failure *junitMessage `xml:"failure"`
		Output  string        `xml:"system-out,omitempty"`
	}
	junitMessage struct {
		Message string `xml:"message,attr"`
		Type    string `xml:"type,attr,omitempty"`
		Text    string `xml:",chardata"`
	}
)

func writeJUnit(b *bytes.Buffer, r *diag.Report, _ Options) error {
	v := viewReport(r)
	s := junitSuite{
		Name:      cmpOr(r.Playbook.ID, "authdoctor"),
		Time:      seconds(r.Finished.Sub(r.Started).Seconds()),
		Timestamp: timestamp(r.Started),
		Properties: &junitList{[]junitProperty{
			{"authdoctor.version", r.Tool.Version},
			{"playbook.version", r.Playbook.Version},
			{"playbook.sha256", r.Playbook.SHA256},
			{"where", string(r.Where)},
			{"verdict", string(r.Verdict.Status)},
			{"exit_status", fmt.Sprint(r.ExitStatus)},
		}},
	}
	for _, c := range r.Checks {
		s.Cases = append(s.Cases, junitCheck(s.Name, c, r.Checks))
	}
	s.Cases = append(s.Cases, junitVerdict(s.Name, r, v))
	return encodeSuites(b, s)
}

func timestamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05")
}

// seconds never is what an XML reader cannot take for a number.
func seconds(s float64) string { return fmt.Sprintf("%.3f", math.Max(finite(s), 0)) }

// junitCheck makes a failed check a failure where it is in force. What waits,
// was not measured or says nothing about the sign-in is skipped, with why.
func junitCheck(suite string, c diag.Check, others []diag.Check) junitCase {
	v := viewCheck(c, others)
	out := junitCase{Class: suite + ".checks", Name: c.ID, Time: seconds(c.ElapsedMS / 1000)}
	text := v.Title + ": " + v.Text
	switch {
	case c.Status == diag.Fail && c.InForce:
		out.Failure = &junitMessage{Message: v.Text, Type: c.Code, Text: text + "\n" + v.Remedy}
	case c.Status == diag.Pass || c.Status == diag.Warn && c.InForce:
		out.Output = text
		if c.Status == diag.Warn {
			out.Output += " (" + c.Code + ")\n" + v.Remedy
		}
	default:
		message := v.Text
		if v.Aside != "" {
			message = v.Look.Word + ", " + v.Aside + ": " + message
		}
		out.Skipped = &junitMessage{Message: message}
		out.Output = c.Code
	}
	return out
}

// junitVerdict follows the exit status, which was decided elsewhere.
func junitVerdict(suite string, r *diag.Report, v view) junitCase {
	out := junitCase{Class: suite, Name: "verdict", Time: "0.000"}
	m := &junitMessage{Message: v.Summary, Type: cmpOr(r.Verdict.Code, string(r.Verdict.Status)), Text: adviceText(v)}
	switch r.ExitStatus {
	case 0:
		out.Output = v.Summary + "\n" + adviceText(v)
	case 1:
		out.Failure = m
	case 3, 130:
		out.Skipped = &junitMessage{Message: v.Summary}
		out.Output = adviceText(v)
	default:
		out.Error = m
	}
	return out
}

func adviceText(v view) string {
	text := ""
	for _, l := range v.Advice {
		text += l.Label + ": " + l.Text + "\n"
	}
	return text
}

func writeTestsJUnit(b *bytes.Buffer, run *diag.TestRun) error {
	s := junitSuite{Name: cmpOr(run.Name, "authdoctor")}
	total := 0.0
	for _, c := range run.Cases {
		total += finite(c.Seconds)
		out := junitCase{Class: cmpOr(c.Group, s.Name), Name: c.Name, Time: seconds(c.Seconds)}
		switch {
		case c.Failure != "":
			first, _, _ := strings.Cut(c.Failure, "\n")
			out.Failure = &junitMessage{Message: first, Type: c.Kind, Text: c.Failure}
		case c.Skipped != "":
			out.Skipped = &junitMessage{Message: c.Skipped}
		}
		s.Cases = append(s.Cases, out)
	}
	s.Time = seconds(total)
	return encodeSuites(b, s)
}

// encodeSuites counts and writes. encoding/xml escapes, and replaces what XML
// 1.0 does not allow.
func encodeSuites(b *bytes.Buffer, s junitSuite) error {
	s.Tests = len(s.Cases)
	for _, c := range s.Cases {
		switch {
		case c.Failure != nil:
			s.Failures++
		case c.Error != nil:
			s.Errors++
		case c.Skipped != nil:
			s.Skipped++
		}
	}
	b.WriteString(xml.Header)
	e := xml.NewEncoder(b)
	e.Indent("", "  ")
	err := e.Encode(junitSuites{
		Name: "authdoctor", Tests: s.Tests, Failures: s.Failures, Errors: s.Errors, Skipped: s.Skipped,
		Time: s.Time, Suites: []junitSuite{s},
	})
	b.WriteByte('\n')
	return err
}
