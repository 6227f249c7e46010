package cli

import (
	"slices"
	"testing"

	"github.com/authdoctor/authdoctor/internal/playbook"
)

// Whatever a signature or a cause leads to is there.
func TestWhatIsLedToExists(t *testing.T) {
	p := &program{System: &System{}}
	books := map[string]*playbook.Playbook{}
	for _, id := range builtIn() {
		book, err := p.load(id)
		if err != nil {
			t.Fatal(err)
		}
		books[id] = book
	}
	for _, book := range books {
		for _, c := range book.Causes {
			if c.Playbook != "" && books[c.Playbook] == nil {
				t.Errorf("cause %s of %s leads to playbook %q", c.ID, book.ID, c.Playbook)
			}
		}
	}
	known, err := signatures()
	if err != nil {
		t.Fatal(err)
	}
	if len(known.List) == 0 {
		t.Fatal("there are no signatures")
	}
	for _, s := range known.List {
		book := books[s.Playbook]
		switch {
		case s.Playbook == "" && s.Cause == "":
		case book == nil:
			t.Errorf("signature %s leads to playbook %q", s.ID, s.Playbook)
		case s.Cause != "" && !slices.ContainsFunc(book.Causes, func(c playbook.Cause) bool { return c.ID == s.Cause }):
			t.Errorf("signature %s leads to cause %q of %s", s.ID, s.Cause, s.Playbook)
		}
	}
}
