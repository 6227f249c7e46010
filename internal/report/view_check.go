package report

import (
	"github.com/authdoctor/authdoctor/internal/diag"
)

// checkView is a check as people see it.
type checkView struct {
	Look   look
	Title  string
	Text   string // what was found, or why it could not be
	Code   string
	Remedy string // empty where there is nothing to do about this one
	Aside  string // why it does not count; empty when it does
}

// viewCheck looks at a check. The others give blocked ones the title of what
// they wait for; without them its id stands in.
func viewCheck(c diag.Check, others []diag.Check) checkView {
	v := checkView{
		Look:  checkLooks()[c.Status],
		Title: cmpOr(c.Title, c.ID),
		Code:  c.Code,
		Text:  cmpOr(c.Summary, c.Reason),
	}
	switch c.Status {
	case diag.Blocked:
		v.Text, v.Code = waitsFor(c, others), ""
	case diag.Unknown, diag.Skipped:
		v.Text = cmpOr(c.Reason, c.Summary)
	case diag.Warn, diag.Fail:
		v.Remedy = c.Remedy
		if !c.InForce {
			v.Aside = "this " + string(c.Scope) + " only, not counted"
		}
	}
	return v
}

// viewAlso looks at a failure that is not the cause, and says so.
func viewAlso(c diag.Check) checkView {
	v := viewCheck(c, nil)
	v.Text = v.Title + ": " + sentence(v.Text)
	if v.Aside != "" {
		v.Text += " That is this " + string(c.Scope) + " only, and not why the other device is refused."
		v.Aside = ""
	}
	return v
}

func waitsFor(c diag.Check, others []diag.Check) string {
	for _, o := range others {
		if o.ID == c.BlockedBy {
			return "waits for " + lowerFirst(cmpOr(o.Title, o.ID))
		}
	}
	return "waits for " + cmpOr(spaced(c.BlockedBy), "an earlier check")
}
