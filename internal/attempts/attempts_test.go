package attempts

import (
	"errors"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/state"
)

// clock is a clock that stands still until it is told.
type clock struct{ now time.Time }

func (c *clock) read() time.Time { return c.now }

func budget(t *testing.T) (Budget, *clock) {
	c := &clock{time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}
	return Budget{Dir: state.Dir(t.TempDir()), Now: c.read}, c
}

func spent(t *testing.T, err error) *Spent {
	t.Helper()
	s, ok := errors.AsType[*Spent](err)
	if !ok {
		t.Fatalf("want a refusal, got %v", err)
	}
	return s
}

func TestTwoAttemptsInAQuarterOfAnHour(t *testing.T) {
	b, c := budget(t)
	began := c.now
	for range Limit {
		if err := b.Take(t.Context(), "imap joe@example.com"); err != nil {
			t.Fatal(err)
		}
		c.now = c.now.Add(time.Minute)
	}
	s := spent(t, b.Take(t.Context(), "imap joe@example.com"))
	if want := began.Add(Window); !s.Until.Equal(want) || s.Made != 2 {
		t.Errorf("got %v after %d, want %v", s.Until, s.Made, want)
	}
	if err := b.Take(t.Context(), "imap ann@example.com"); err != nil {
		t.Errorf("another account: %v", err)
	}
	more := b
	more.Limit = 3
	if err := more.Take(t.Context(), "imap joe@example.com"); err != nil {
		t.Errorf("a larger budget: %v", err)
	}
	c.now = began.Add(Window)
	spent(t, b.Take(t.Context(), "imap joe@example.com")) // the larger budget's attempt counts too
	c.now = began.Add(Window + time.Minute)
	if err := b.Take(t.Context(), "imap joe@example.com"); err != nil {
		t.Errorf("after the window: %v", err)
	}
}

func TestWhatItSaysHolds(t *testing.T) {
	b, c := budget(t)
	b.Random = func() float64 { return 0.5 }
	b.Limit = 1
	began := c.now
	_ = b.Take(t.Context(), "a")
	s := spent(t, b.Take(t.Context(), "a"))
	if want := began.Add(Window + Window/20); !s.Until.Equal(want) {
		t.Errorf("until %v, want %v", s.Until, want)
	}
	c.now = s.Until.Add(-time.Nanosecond)
	spent(t, b.Take(t.Context(), "a"))
	c.now = s.Until
	if err := b.Take(t.Context(), "a"); err != nil {
		t.Error(err)
	}
}

func TestAServerThatAsksToWaitIsObeyed(t *testing.T) {
	b, c := budget(t)
	for _, row := range []struct{ asked, want time.Duration }{{time.Hour, time.Hour}, {1000 * time.Hour, 24 * time.Hour}} {
		if err := b.Wait(t.Context(), "a", c.now.Add(row.asked)); err != nil {
			t.Fatal(err)
		}
		if s := spent(t, b.Take(t.Context(), "a")); !s.Asked || !s.Until.Equal(c.now.Add(row.want)) {
			t.Errorf("%+v, want %v", s, row.want)
		}
		c.now = c.now.Add(row.want)
		if err := b.Take(t.Context(), "a"); err != nil {
			t.Error(err)
		}
	}
}

// A clock that was fast and is put right leaves nobody locked out for years.
func TestAClockPutRight(t *testing.T) {
	b, c := budget(t)
	b.Limit = 1
	right := c.now
	c.now = right.AddDate(3, 0, 0)
	_ = b.Take(t.Context(), "a")
	_ = b.Wait(t.Context(), "b", c.now.Add(time.Minute))
	c.now = right
	if s := spent(t, b.Take(t.Context(), "a")); !s.Until.Equal(right.Add(Window)) {
		t.Errorf("held until %v", s.Until)
	}
	if err := b.Take(t.Context(), "b"); err != nil {
		t.Error(err)
	}
}

// Many runs at once make no more attempts than one after the other.
func TestManyRunsShareIt(t *testing.T) {
	b, _ := budget(t)
	var made atomic.Int32
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if b.Take(t.Context(), "a") == nil {
				made.Add(1)
			}
		})
	}
	all.Wait()
	if made.Load() != Limit {
		t.Errorf("%d attempts", made.Load())
	}
}

func TestTheFileNamesNobody(t *testing.T) {
	b, _ := budget(t)
	_ = b.Take(t.Context(), "imap joe@example.com")
	data, err := b.Dir.Read(file)
	if err != nil || len(data) == 0 || strings.Contains(string(data), "joe") || strings.Contains(string(data), "imap") {
		t.Errorf("%s %v", data, err)
	}
}

func TestWhatCannotBeCountedIsRefused(t *testing.T) {
	b, _ := budget(t)
	if err := os.WriteFile(b.Dir.Path(file), []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := b.Take(t.Context(), "a"); err == nil || !strings.Contains(err.Error(), file) {
		t.Errorf("a broken file: %v", err)
	}
	b.Dir = ""
	if err := b.Take(t.Context(), "a"); err == nil {
		t.Error("no folder")
	}
}

func TestTheFileDoesNotGrow(t *testing.T) {
	b, c := budget(t)
	l, _ := b.read()
	for i := range 3 * maxAccounts {
		l.Accounts[string(rune('a'+i))] = account{Made: []attempt{{c.now, c.now.Add(time.Duration(i+1) * time.Second)}}}
	}
	l.forget(c.now.Add(time.Second))
	if len(l.Accounts) != maxAccounts {
		t.Errorf("%d accounts", len(l.Accounts))
	}
}
