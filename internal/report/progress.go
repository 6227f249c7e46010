package report

import (
	"bytes"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// Progress shows checks while they run: a line for each as soon as it is
// known and, on a terminal, what is still being waited for. It may be used
// from several goroutines.
type Progress struct {
	mu      sync.Mutex
	w       io.Writer
	o       Options
	waiting []diag.Check
	done    []diag.Check
	drawn   bool  // a waiting line is on the screen
	slow    bool  // it takes longer than people expect
	err     error // of the first write that failed; nothing is written after it
}

// NewProgress makes a display. Without o.Live it only adds lines.
func NewProgress(w io.Writer, o Options) *Progress { return &Progress{w: w, o: o} }

// Start announces checks, of which ID and Title are read. It may be called
// again for the next round.
func (p *Progress) Start(heading string, checks []diag.Check) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting, p.slow = slices.Clone(checks), false
	p.draw(func(page *page) {
		if heading != "" {
			page.put(row{text: cleanText(heading)})
			page.b.WriteByte('\n')
		}
	})
}

// Done shows a check that has ended.
func (p *Progress) Done(c diag.Check) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = slices.DeleteFunc(p.waiting, func(w diag.Check) bool { return w.ID == c.ID })
	p.done = append(p.done, c)
	p.draw(func(page *page) { writeCheckLine(page, viewCheck(*clean(&c), p.done)) })
}

// Slow says what is still being waited for, also where no line can be drawn
// over.
func (p *Progress) Slow() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.slow = true
	p.draw(func(page *page) {
		if !p.o.Live && len(p.waiting) > 0 {
			page.put(row{lead: []span{{" … ", faintInk}}, text: p.waitingText(), ink: faintInk})
		}
	})
}

// End takes the waiting line away and returns the first error of the writer.
func (p *Progress) End() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.waiting = nil
	p.draw(func(*page) {})
	return p.err
}

// draw replaces the waiting line by what render makes and a new waiting line,
// in one write, so that nothing flickers.
func (p *Progress) draw(render func(*page)) {
	if p.err != nil {
		return
	}
	var b bytes.Buffer
	render(newPage(&b, p.o))
	text := b.String()
	if p.drawn {
		text = eraseLine + text
	}
	p.drawn = p.o.Live && len(p.waiting) > 0
	if p.drawn {
		text += p.waitingLine()
	}
	if text != "" {
		_, p.err = io.WriteString(p.w, text)
	}
}

// eraseLine goes back to the start of the line and clears it.
const eraseLine = "\r\x1b[K"

// waitingLine is never wider than the screen, because a line that wrapped
// could not be erased.
func (p *Progress) waitingLine() string {
	page := newPage(&bytes.Buffer{}, p.o)
	text := " … " + p.waitingText()
	if width(text) >= page.width {
		text = fitting(text, page.width-2) + "…"
	}
	return page.paint(text, faintInk)
}

func (p *Progress) waitingText() string {
	titles := make([]string, len(p.waiting))
	for i, c := range p.waiting {
		titles[i] = lowerFirst(cleanText(cmpOr(c.Title, c.ID)))
	}
	word := "checking"
	if p.slow {
		word = "still waiting for"
	}
	return fmt.Sprintf("%s %s", word, strings.Join(titles, ", "))
}
