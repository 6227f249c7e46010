package wizard

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// prompter shows pages line by line, for screen readers and plain terminals:
// numbered choices, no redraw, nothing that only a sign tells. An answer is
// taken only from a line that holds one; the end of the input cancels.
type prompter struct {
	out   io.Writer
	feed  *feed
	width int
}

func newPrompter(o Options, f *feed) *prompter {
	width := o.Width
	if width <= 0 {
		width, _ = (&Wizard{opt: o}).size()
	}
	return &prompter{out: o.Out, feed: f, width: max(minWidth, min(width, maxWidth))}
}

// lineLimit bounds a line, in bytes. What is longer was not typed as an answer.
func (p page) lineLimit() int {
	if p.kind == paste {
		return messageLimit
	}
	return entryLimit
}

// errTooLong: a line was longer than its limit; its end was dropped.
var errTooLong = errors.New("the line is too long")

func (t *prompter) show(ctx context.Context, p page) (reply, error) {
	if ctx.Err() != nil {
		return reply{}, cancelledBy(ctx)
	}
	t.print(p)
	switch p.kind {
	case tick:
		return t.tick(ctx, p)
	case choose:
		return t.choose(ctx, p)
	case entry:
		return t.entry(ctx, p)
	case paste:
		return t.paste(ctx, p)
	}
	if p.kind == await {
		return t.await(ctx, p)
	}
	return t.goOn(ctx, p)
}

func (t *prompter) say(text string) {
	if text == "" {
		return
	}
	for _, l := range wrap(text, t.width, t.width) {
		_, _ = fmt.Fprintln(t.out, l)
	}
}

// print reads the page out.
func (t *prompter) print(p page) {
	_, _ = fmt.Fprintln(t.out)
	if head := filled([]string{p.step, p.title, capital(p.aside)}); len(head) > 0 {
		t.say(strings.Join(head, ". ") + ".")
	}
	t.blocks(p.blocks)
	if p.draw != nil {
		for _, l := range p.draw(t.width, 0) {
			_, _ = fmt.Fprintln(t.out, l)
		}
	}
	if p.clock != nil {
		t.say(p.clock.spoken())
		t.say(p.clock.caption())
	}
	t.question(p)
}

func (t *prompter) question(p page) {
	t.say(p.ask)
	for i, c := range p.choices {
		t.say(fmt.Sprintf("%d. %s", i+1, c))
	}
	t.say(t.how(p))
	t.say(p.keeps())
}

// capital makes a word the first of its sentence.
func capital(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

func (t *prompter) blocks(blocks []block) {
	for _, b := range blocks {
		for i, l := range b.lines {
			text := l.text
			if l.tail != "" {
				text = strings.TrimSpace(text + " (" + l.tail + ")")
			}
			t.say(b.prefix(i) + text)
		}
	}
}

// prefix is the margin in words.
func (b block) prefix(i int) string {
	label := b.spoken
	if label == "" {
		label = b.label
	}
	switch {
	case b.numbered:
		return strconv.Itoa(i+1) + ". "
	case label != "" && i == 0:
		return label + ": "
	}
	return ""
}

// how says how to answer.
func (t *prompter) how(p page) string {
	var say []string
	switch p.kind {
	case choose:
		say = append(say, p.hint, "Type a number, then Enter.")
	case tick:
		say = append(say, "Type the numbers of all that fit, for example 1 3, then Enter.")
	case entry:
		say = append(say, p.hint)
	case paste:
		say = append(say, p.hint, "Finish with a full stop on a line of its own.")
	}
	var also []string
	if p.clock != nil {
		also = append(also, "t for the time now")
	}
	if len(p.more) > 0 {
		also = append(also, "? for "+p.offer)
	}
	also = append(also, "b to go back", "q to quit")
	return strings.Join(append(filled(say), "Also: "+strings.Join(also, ", ")+"."), " ")
}

// line reads one line that is not one of the commands; those are carried out.
func (t *prompter) line(ctx context.Context, p page) (string, error) {
	for {
		_, _ = io.WriteString(t.out, "> ")
		text, err := t.read(ctx, p.lineLimit())
		if errors.Is(err, errTooLong) && p.kind == paste {
			return text, nil // cut, as a message may be
		}
		if errors.Is(err, errTooLong) {
			t.say("That line is too long for an answer.")
			continue
		}
		if err != nil {
			return "", err
		}
		text = strings.TrimSpace(text)
		switch strings.ToLower(text) {
		case "b":
			return "", diag.ErrBack
		case "q":
			return "", diag.ErrCancelled
		case "?":
			t.help(p)
			continue
		case "t":
			if p.clock != nil {
				t.say(p.clock.spoken())
				continue
			}
		}
		return text, nil
	}
}

func (t *prompter) help(p page) {
	t.blocks(p.more)
	t.question(p)
}

func (t *prompter) goOn(ctx context.Context, p page) (reply, error) {
	for {
		text, err := t.line(ctx, p)
		if err != nil || text == "" {
			return reply{}, err
		}
		t.say("Just Enter goes on. " + t.how(p))
	}
}

// await reads the commands while something else happens.
func (t *prompter) await(ctx context.Context, p page) (reply, error) {
	waiting, happened := context.WithCancel(ctx)
	defer happened()
	over := make(chan struct{})
	defer close(over)
	go func() {
		select {
		case <-p.until:
			happened()
		case <-over:
		}
	}()
	for {
		_, err := t.line(waiting, p)
		if waiting.Err() != nil && ctx.Err() == nil {
			_, _ = fmt.Fprintln(t.out)
			return reply{}, nil
		}
		if err != nil {
			return reply{}, err
		}
		t.say(t.how(p))
	}
}

func (t *prompter) choose(ctx context.Context, p page) (reply, error) {
	for {
		text, err := t.line(ctx, p)
		if err != nil {
			return reply{}, err
		}
		if r, ok := p.kept(text); ok {
			return r, nil
		}
		picked, err := numbers(text, len(p.choices))
		switch {
		case err != nil:
			t.say(err.Error())
		case len(picked) != 1:
			t.say(fmt.Sprintf("Type one number from 1 to %d.", len(p.choices)))
		default:
			return reply{picked: picked}, nil
		}
	}
}

func (t *prompter) tick(ctx context.Context, p page) (reply, error) {
	warned := false
	for {
		text, err := t.line(ctx, p)
		if err != nil {
			return reply{}, err
		}
		if r, ok := p.kept(text); ok {
			return r, nil
		}
		picked, err := numbers(text, len(p.choices))
		switch {
		case err != nil:
			t.say(err.Error())
		case len(picked) > 0 || warned:
			return reply{picked: picked}, nil
		default:
			warned = true
			t.say("Nothing is ticked. Enter once more if nothing of this fits, or type the numbers.")
			continue
		}
		warned = false
	}
}

// numbers reads "1 3" or "1,3" as positions from 0, in order, each once.
func numbers(text string, most int) ([]int, error) {
	chosen := make([]bool, most)
	for _, f := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == ';' || r == '\t' }) {
		n, err := strconv.Atoi(strings.TrimSuffix(f, "."))
		if err != nil || n < 1 || n > most {
			return nil, fmt.Errorf("%s is not one of the numbers: type 1 to %d.", short(f), most)
		}
		chosen[n-1] = true
	}
	var out []int
	for i, yes := range chosen {
		if yes {
			out = append(out, i)
		}
	}
	return out, nil
}

func short(s string) string {
	if len(s) > 20 {
		return "That"
	}
	return strconv.Quote(s)
}

func (t *prompter) entry(ctx context.Context, p page) (reply, error) {
	text, err := t.line(ctx, p)
	if r, ok := p.kept(text); ok && err == nil {
		return r, nil
	}
	return reply{text: text}, err
}

// paste reads lines until one that is a full stop. An empty first line means
// that there is no message.
func (t *prompter) paste(ctx context.Context, p page) (reply, error) {
	first, err := t.line(ctx, p)
	if r, ok := p.kept(first); ok && err == nil {
		return r, nil
	}
	if err != nil || first == "" || first == "." {
		return reply{}, err
	}
	text := first
	for {
		next, err := t.read(ctx, messageLimit)
		if err != nil && !errors.Is(err, errTooLong) {
			return reply{}, err
		}
		if strings.TrimSpace(next) == "." {
			return reply{text: text}, nil
		}
		if len(text) < messageLimit {
			text += "\n" + next
		}
	}
}

// read reads one line of at most so many bytes. The rest of a longer one is
// dropped. A last line without its end is not an answer: the input ended.
func (t *prompter) read(ctx context.Context, limit int) (string, error) {
	var text []byte
	long := false
	for {
		end := bytes.IndexByte(t.feed.rest, '\n')
		part := t.feed.rest
		if end >= 0 {
			part = part[:end]
		}
		if room := limit - len(text); len(part) > room {
			part, long = part[:room], true
		}
		text = append(text, part...)
		if end >= 0 {
			t.feed.rest = t.feed.rest[end+1:]
			if long {
				return string(text), errTooLong
			}
			return strings.TrimSuffix(string(text), "\r"), nil
		}
		t.feed.rest = nil
		if err := t.feed.wait(ctx); err != nil {
			return "", ended(ctx)
		}
	}
}

func ended(ctx context.Context) error {
	if ctx.Err() != nil {
		return cancelledBy(ctx)
	}
	return errEnded
}
