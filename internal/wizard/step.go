package wizard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// surfaces says where a person acts, in words for the head of a step.
var surfaces = map[string]string{
	"website":        "in a web browser",
	"app":            "in the app",
	"partner_portal": "in the partner portal",
	"mobiletech":     "in MobileTech",
	"desktop":        "on the computer",
	"cli":            "on the command line",
}

func stepHead(step diag.Instruction) page {
	p := page{title: step.Title, name: step.Title, offer: "more"}
	if step.Of > 0 {
		p.step = fmt.Sprintf("Step %d of %d", step.Number, step.Of)
		p.name = p.step + ", " + step.Title
	}
	p.aside = strings.Join(filled([]string{about(step.Minutes), surfaces[step.Surface]}), ", ")
	return p
}

func stepPage(step diag.Instruction) page {
	p := stepHead(step)
	p.kind = choose
	p.blocks = stepText(step)
	p.more = stepMore(step)
	p.ask = "Now try once what failed before. What happened?"
	if step.Instead {
		p.ask = "What happened?"
	}
	p.choices = choiceTexts(step.Outcomes)
	if p.waits = waits(step); p.waits {
		p.choices = append([]string{checkpointTexts[notTried]}, p.choices...)
	}
	return p
}

// waits reports that a step's first answer would claim something. Then the page
// begins with one that claims nothing, for a hasty Enter.
func waits(step diag.Instruction) bool { return step.Outcomes[0].ID != diag.DidUnverifiable }

// takeYourTime is said to whoever has not tried yet.
const takeYourTime = "Take your time: this page waits. With q all is kept, and you can come back to it."

// tried shows a step until something is said of it.
func (w *Wizard) tried(ctx context.Context, step diag.Instruction) (string, error) {
	p := stepPage(step)
	for {
		r, err := w.show(ctx, p)
		if err != nil {
			return "", err
		}
		picked := r.picked[0]
		if waits(step) {
			picked--
		}
		if picked >= 0 {
			return step.Outcomes[picked].ID, nil
		}
		delete(w.kept, p.key())
		p.hint = takeYourTime
	}
}

// satisfiedPage shows a step that evidence has already proved done.
func satisfiedPage(step diag.Instruction) page {
	p := stepHead(step)
	p.aside = ""
	proof := step.Proof
	if proof == "" {
		proof = "what is known already proves this step"
	}
	p.blocks = []block{{label: "✓ Done", spoken: "Already done", lines: texts(proof)}}
	p.more = append(stepText(step), stepMore(step)...)
	p.ask = "Nothing to do here. Press Enter to go on."
	if len(step.Left) > 0 {
		p.blocks = stack(p.blocks, []block{{label: "Not yet", tone: strong, lines: texts(step.Left...)}})
		p.ask = "Press Enter to go on."
	}
	p.name += ": already done"
	return p
}

// stepText is what to do, how promising it is, why, and what to mind.
func stepText(step diag.Instruction) []block {
	var blocks []block
	if hope := promise(step); hope != "" {
		blocks = append(blocks, block{tight: true, under: true, tone: quiet, lines: texts(hope)})
	}
	if len(step.Do) > 0 {
		blocks = append(blocks, block{numbered: true, lines: texts(step.Do...)})
	}
	careful := remark("Careful", step.Careful...)
	for i := range careful {
		careful[i].tone = alarm
	}
	return append(blocks, stack(remark("Why", step.Why), careful)...)
}

func promise(step diag.Instruction) string {
	switch {
	case step.Now != "":
		return step.Now
	case step.Highlight && step.PFix < .05:
		return "Of the steps that are left the likeliest to help, and still unlikely (" + inHundred(step.PFix) + ", all causes together)."
	case step.Highlight:
		return "The most promising of the steps that are left (" + inHundred(step.PFix) + ", any cause)."
	case step.Reason != "":
		return "Unlikely to help here. " + step.Reason
	case step.Instead:
		return ""
	case step.Unlikely:
		return "Unlikely to help here (" + inHundred(step.PFix) + "). It comes now because what follows builds on it; you may skip it."
	}
	return ""
}

func stepMore(step diag.Instruction) []block { return remark("More", step.More...) }

// worsePage says what to stop or undo.
func worsePage(step diag.Instruction) page {
	return page{
		title:  "It got worse",
		blocks: []block{{label: "Now", tone: alarm, lines: texts(step.Worse...)}},
		ask:    "Press Enter to go on with what is left; q stops here and keeps everything.",
		name:   "It got worse: what to stop was said",
	}
}

// notTried stands for no answer: the page waits.
const notTried = "not-tried"

// Texts of the answers to a checkpoint.
var checkpointTexts = map[string]string{
	notTried:                 "I have not tried it yet",
	diag.CheckpointPasses:    "It works",
	diag.CheckpointFails:     "It does not work",
	diag.CheckpointPostponed: "Later: I cannot try it yet",
	diag.NotApplicable:       "It does not apply to me, or I may not do it",
}

// checkpointChoices are the answers to a checkpoint, in the order to show. The
// first is the one that a hasty Enter gives, and it claims nothing.
func checkpointChoices(c diag.Checkpoint) []string {
	out := []string{notTried, diag.CheckpointPasses, diag.CheckpointFails}
	if c.Postpone {
		out[0] = diag.CheckpointPostponed
	}
	if c.Must {
		return out
	}
	return append(out, diag.NotApplicable)
}

// retest walks through the checkpoints; back goes to the one before.
func (w *Wizard) retest(ctx context.Context, step diag.Instruction) (diag.Did, error) {
	did := diag.Did{Checkpoints: map[string]string{}}
	began := w.opt.Now()
	if step.PutOff && !w.since.IsZero() {
		began = w.since
	}
	for i := range step.Checkpoints {
		delete(w.kept, checkpointPage(step, i, "").key()) // another retest proves anew
	}
	signIn := max(0, slices.IndexFunc(step.Checkpoints, func(c diag.Checkpoint) bool { return c.ID == "sign-in" }))
	for i := -1; i < len(step.Checkpoints); i++ {
		said, err := w.retestPart(ctx, step, i, began)
		switch {
		case errors.Is(err, diag.ErrBack) && i >= 0:
			i -= 2
			continue
		case err != nil:
			return diag.Did{}, err
		case i < 0:
			if !step.PutOff {
				began = w.opt.Now()
			}
			continue
		}
		did.Checkpoints[step.Checkpoints[i].ID] = said
		if i == signIn && said == diag.CheckpointFails {
			break
		}
	}
	return did, w.remind(ctx, step, did)
}

// remind says what the retest has left as it should not stay.
func (w *Wizard) remind(ctx context.Context, step diag.Instruction, did diag.Did) error {
	var open []string
	for _, c := range step.Checkpoints {
		if c.Open(did.Checkpoints) {
			open = append(open, c.Remind)
		}
	}
	if len(open) == 0 {
		return nil
	}
	_, err := w.show(ctx, page{
		title: "One more thing", blocks: []block{{label: "Now", tone: alarm, lines: texts(open...)}},
		ask: "Press Enter when you have seen to it.", name: "Reminded: " + open[0],
	})
	return err
}

// retestPart shows the opening page (part -1) or one checkpoint. What needs time
// cannot be said to work before that time has passed.
func (w *Wizard) retestPart(ctx context.Context, step diag.Instruction, part int, began time.Time) (string, error) {
	if part < 0 {
		_, err := w.show(ctx, retestPage(step))
		return "", err
	}
	hint := ""
	for {
		r, err := w.show(ctx, checkpointPage(step, part, hint))
		if err != nil {
			return "", err
		}
		c := step.Checkpoints[part]
		said := checkpointChoices(c)[r.picked[0]]
		from := began.Add(time.Duration(c.Minutes * float64(time.Minute)))
		early := said == diag.CheckpointPasses && w.opt.Now().Before(from)
		if said != notTried && !early {
			return said, nil
		}
		delete(w.kept, checkpointPage(step, part, "").key())
		hint = takeYourTime
		if early {
			hint = "It is too early to know: that can be said from " + clockTime(from, w.opt.Now()) + " on. Wait here until then, or choose Later and come back with: authdoctor diagnose --resume"
		}
	}
}

// retestPage says what the retest is and lists what will be tried.
func retestPage(step diag.Instruction) page {
	p := stepHead(step)
	p.blocks = stepText(step)
	list := block{label: "To try"}
	for _, c := range step.Checkpoints {
		list.lines = append(list.lines, line{c.Title, waitWords(c.Minutes)})
	}
	p.blocks = append(p.blocks, list)
	p.more = stepMore(step)
	p.ask = "Press Enter to begin. You are told what must be safe before each one."
	p.name += ": begun"
	return p
}

// clockTime is a time of day, with its day when that is not today.
func clockTime(at, now time.Time) string {
	at = at.In(now.Location())
	if at.Format(time.DateOnly) == now.Format(time.DateOnly) {
		return at.Format("15:04")
	}
	return at.Format("15:04 on Monday, 2 January")
}

func waitWords(minutes float64) string {
	if minutes <= 0 {
		return ""
	}
	return "after " + strings.TrimPrefix(about(minutes), "about ")
}

func checkpointPage(step diag.Instruction, i int, hint string) page {
	c := step.Checkpoints[i]
	p := page{kind: choose, title: step.Title, offer: "more", hint: hint}
	p.aside = fmt.Sprintf("test %d of %d", i+1, len(step.Checkpoints))
	if len(c.Before) > 0 {
		p.blocks = append(p.blocks, block{label: "First", tone: alarm, lines: texts(c.Before...)})
	}
	wait := ""
	if c.Minutes > 0 {
		wait = "Wait " + strings.TrimPrefix(about(c.Minutes), "about ") + "."
	}
	p.blocks = append(p.blocks, remark(tryLabel(c), wait, c.Title)...)
	p.ask = "What happened?"
	p.name = c.Title
	p.waits = checkpointChoices(c)[0] == notTried
	for _, id := range checkpointChoices(c) {
		p.choices = append(p.choices, checkpointTexts[id])
	}
	return p
}

func tryLabel(c diag.Checkpoint) string {
	if len(c.Before) > 0 {
		return "Only then"
	}
	return "Try this"
}
