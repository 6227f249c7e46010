package journal

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/state"
)

type world struct {
	store Store
	dir   state.Dir
	now   time.Time
	dice  float64
}

func newWorld(t testing.TB) *world {
	dir := state.Dir(t.TempDir())
	return &world{store: In(dir), dir: dir, now: time.Date(2026, 3, 18, 7, 10, 0, 0, time.FixedZone("EST", -5*3600))}
}

// clock goes on a second each time.
func (w *world) clock() time.Time {
	w.now = w.now.Add(time.Second)
	return w.now
}

// random gives another letter each time.
func (w *world) random() float64 {
	w.dice += 0.171
	if w.dice >= 1 {
		w.dice--
	}
	return w.dice
}

func (w *world) begin(t testing.TB) *Writer {
	t.Helper()
	writer, err := w.store.Create(Head{Playbook: diag.PlaybookRef{ID: "alarmcom", Title: "Alarm.com sign-in"},
		Given: []diag.Event{{Type: diag.Told, Symptoms: []string{"a"}}}}, w.clock, w.random)
	if err != nil {
		t.Fatal(err)
	}
	return writer
}

var happened = []diag.Event{
	{Type: diag.Answered, Question: "where-fails", Choice: "here"},
	{Type: diag.Measured, Check: "page", Finding: &diag.Finding{Outcome: "ok"}},
	{Type: diag.Given, Check: "clock", Finding: &diag.Finding{Outcome: "accurate"}},
}

func TestAJournalIsReadAsItWasWritten(t *testing.T) {
	w := newWorld(t)
	writer := w.begin(t)
	for _, e := range happened {
		if err := writer.Event(e); err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(writer.End(End{Status: diag.Fixed, Pending: []string{"stays-signed-in"}}), writer.Close()); err != nil {
		t.Fatal(err)
	}
	c, err := w.store.Read(writer.ID)
	if err != nil {
		t.Fatal(err)
	}
	want := append([]diag.Event{{Type: diag.Told, Symptoms: []string{"a"}}}, happened...)
	if diff := cmp.Diff(want, c.Events()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
	if !c.End().Open() || c.Torn || c.Zone != "EST -05:00" || !strings.HasPrefix(c.ID, "alarmcom-0318-") {
		t.Errorf("%+v", c)
	}
	if at := c.MeasuredAt(); len(at) != 1 || at["page"].IsZero() {
		t.Errorf("measured at %v", at)
	}
}

// Cut anywhere, a journal holds all that was written before, and goes on.
func TestATornLineIsDroppedAndNothingElse(t *testing.T) {
	w := newWorld(t)
	writer := w.begin(t)
	for _, e := range happened {
		_ = writer.Event(e)
	}
	writer.Close()
	path, _ := w.store.path(writer.ID)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	first := strings.IndexByte(string(whole), '\n') + 1
	for cut := first; cut <= len(whole); cut++ {
		if err := os.WriteFile(path, whole[:cut], 0o600); err != nil {
			t.Fatal(err)
		}
		lines := strings.Count(string(whole[:cut]), "\n") - 1
		c, again, err := w.store.Resume(writer.ID, w.clock)
		if err != nil {
			t.Fatalf("cut at %d: %v", cut, err)
		}
		if len(c.Entries) != lines || c.Torn != (whole[cut-1] != '\n') {
			t.Fatalf("cut at %d: %d entries, torn %v; want %d", cut, len(c.Entries), c.Torn, lines)
		}
		if err := again.Event(happened[0]); err != nil {
			t.Fatal(err)
		}
		again.Close()
		if c, err := w.store.Read(writer.ID); err != nil || len(c.Entries) != lines+1 || c.Torn {
			t.Fatalf("cut at %d, then written: %v", cut, err)
		}
	}
	for cut := range first {
		_ = os.WriteFile(path, whole[:cut], 0o600)
		if _, _, err := w.store.Resume(writer.ID, w.clock); err == nil {
			t.Fatalf("cut at %d: it began", cut)
		}
	}
}

func TestTwoProcessesAreNotInOneSession(t *testing.T) {
	w := newWorld(t)
	writer := w.begin(t)
	if _, _, err := w.store.Resume(writer.ID, w.clock); !errors.Is(err, ErrBusy) {
		t.Errorf("a second one: %v", err)
	}
	if err := w.store.Delete(writer.ID); !errors.Is(err, ErrBusy) {
		t.Errorf("deleted under somebody: %v", err)
	}
	if c, err := w.store.Read(writer.ID); err != nil || c.End() != nil {
		t.Errorf("reading disturbs nobody: %v", err)
	}
	writer.Close()
	if _, again, err := w.store.Resume(writer.ID, w.clock); err != nil {
		t.Error(err)
	} else {
		again.Close()
	}
}

func TestOldSessionsGo(t *testing.T) {
	w := newWorld(t)
	old, fresh, busy := w.begin(t), w.begin(t), w.begin(t)
	old.Close()
	fresh.Close()
	for _, id := range []string{old.ID, busy.ID} {
		path, _ := w.store.path(id)
		if err := os.Chtimes(path, w.now.Add(-Keep), w.now.Add(-Keep)); err != nil {
			t.Fatal(err)
		}
	}
	path, _ := w.store.path(fresh.ID)
	_ = os.Chtimes(path, w.now, w.now)
	if err := w.store.Expire(w.now.Add(time.Second)); err != nil {
		t.Fatal(err)
	}
	list, err := w.store.List()
	var ids []string
	for _, c := range list {
		ids = append(ids, c.ID)
	}
	if diff := cmp.Diff([]string{busy.ID, fresh.ID}, ids); diff != "" || err != nil {
		t.Errorf("%v (-want +got):\n%s", err, diff)
	}
	busy.Close()
	left, _ := filepath.Glob(w.dir.Path("sessions/.*"))
	for _, l := range left {
		if strings.Contains(l, old.ID) {
			t.Errorf("%s was left behind", l)
		}
	}
}

func TestIdsAreNoPaths(t *testing.T) {
	w := newWorld(t)
	for _, id := range []string{"", "..", "../x", "a/b", `a\b`, ".hidden", "A", strings.Repeat("a", 99)} {
		if _, err := w.store.Read(id); !errors.Is(err, ErrNone) {
			t.Errorf("%q: %v", id, err)
		}
		if err := w.store.Delete(id); !errors.Is(err, ErrNone) {
			t.Errorf("%q: %v", id, err)
		}
	}
}

func TestBrokenJournalsAreNamed(t *testing.T) {
	w := newWorld(t)
	good := w.begin(t)
	good.Close()
	for name, text := range map[string]string{
		"empty": "", "other": `{"schema":"authdoctor.journal/2"}` + "\n", "rubbish": "x\n",
		"middle": `{"schema":"authdoctor.journal/1","id":"middle"}` + "\nrubbish\n{}\n",
	} {
		if err := os.WriteFile(w.dir.Path("sessions/"+name+".jsonl"), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := w.store.Read(name); err == nil || !strings.Contains(err.Error(), name+".jsonl") {
			t.Errorf("%s: %v", name, err)
		}
	}
	list, err := w.store.List()
	if len(list) != 1 || err == nil {
		t.Errorf("%d read, %v", len(list), err)
	}
}

func TestFilesArePrivate(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows has no such modes")
	}
	w := newWorld(t)
	w.begin(t).Close()
	files, err := filepath.Glob(w.dir.Path("sessions/*"))
	hidden, _ := filepath.Glob(w.dir.Path("sessions/.*lock"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, f := range append(files, hidden...) {
		if info, err := os.Stat(f); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v %v", f, info.Mode(), err)
		}
	}
}

func TestNowhere(t *testing.T) {
	if list, err := In("").List(); len(list) != 0 || err != nil {
		t.Error(list, err)
	}
	if _, err := In("").Create(Head{}, time.Now, func() float64 { return 0 }); err == nil {
		t.Error("kept in no folder")
	}
}
