//go:build !windows

package cli_test

import (
	"bytes"
	"context"
	"io"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/state"
	"github.com/authdoctor/authdoctor/internal/wizard"
)

// guard is how long anything may take before it counts as hanging.
const guard = 2 * time.Minute

// seat is a person at a real terminal line, with the program on its other end.
type seat struct {
	t      *testing.T
	master *os.File
	screen *screen
	stdout bytes.Buffer
	code   chan int
}

// screen is what was written to the terminal, without escape sequences.
type screen struct {
	mu      sync.Mutex
	raw     bytes.Buffer
	read    int // of the plain text: what was waited for already
	changed chan struct{}
}

var escapes = regexp.MustCompile("\x1b(\\[[0-9;?]*[a-zA-Z]|[=>])")

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.raw.Write(p)
	select {
	case s.changed <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (s *screen) all() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.raw.String()
}

func (s *screen) plain() string { return escapes.ReplaceAllString(s.all(), "") }

// sitDown starts the program on a terminal of its own.
func sitDown(t *testing.T, env map[string]string, args ...string) *seat {
	t.Helper()
	return sitDownWith(t, env, func(*cli.System, *os.File) {}, args...)
}

// sitDownWith changes the program's world before it starts.
func sitDownWith(t *testing.T, env map[string]string, change func(sys *cli.System, tty *os.File), args ...string) *seat {
	t.Helper()
	master, tty, err := pty.Open()
	if err != nil {
		t.Skipf("no pseudo-terminal here: %v", err)
	}
	if err := pty.Setsize(tty, &pty.Winsize{Rows: 24, Cols: 80}); err != nil {
		t.Fatal(err)
	}
	s := &seat{t: t, master: master, screen: &screen{changed: make(chan struct{}, 1)}, code: make(chan int, 1)}
	copied := make(chan struct{})
	go func() {
		defer close(copied)
		_, _ = io.Copy(s.screen, master)
	}()
	sys := cli.OS()
	sys.State = state.Dir(t.TempDir())
	sys.Args, sys.Stdin, sys.Stderr, sys.Stdout = args, tty, tty, &s.stdout
	sys.Getenv = func(name string) string { return env[name] }
	sys.Terminal, sys.Settle = wizard.Terminal, 0
	change(&sys, tty)
	ctx, stop := context.WithCancel(t.Context())
	go func() { s.code <- cli.Main(ctx, sys) }()
	t.Cleanup(func() {
		stop()
		tty.Close()
		master.Close()
		<-copied
	})
	return s
}

// sees waits until a text is on the screen, behind what was seen before.
func (s *seat) sees(text string) {
	s.t.Helper()
	limit := time.After(guard)
	for {
		plain := s.screen.plain()
		if i := strings.Index(plain[min(s.screen.read, len(plain)):], text); i >= 0 {
			s.screen.read += i + len(text)
			return
		}
		select {
		case <-s.screen.changed:
		case code := <-s.code:
			s.code <- code // for whoever asks how it ended
			select {
			case <-s.screen.changed: // its last words may still be on their way
			case <-time.After(guard / 10):
				s.t.Fatalf("ended with %d before %q was seen:\n%s", code, text, plain)
			}
		case <-limit:
			s.t.Fatalf("never seen: %q\n%s", text, plain)
		}
	}
}

func (s *seat) types(keys string) {
	s.t.Helper()
	if _, err := io.WriteString(s.master, keys); err != nil {
		s.t.Fatal(err)
	}
}

func (s *seat) ends(want int) {
	s.t.Helper()
	select {
	case got := <-s.code:
		if got != want {
			s.t.Errorf("exit status %d, want %d", got, want)
		}
	case <-time.After(guard):
		s.t.Fatalf("does not end:\n%s", s.screen.plain())
	}
}

const (
	enter, space, down, ctrlC = "\r", " ", "\x1b[B", "\x03"
)

// From the first question to the proof, at a real terminal.
func TestTheWizardFromStartToFixed(t *testing.T) {
	s := sitDown(t, map[string]string{"TERM": "xterm"}, "diagnose", "alarmcom", "--no-checks",
		"--answer", "which-clients=one", "--answer", "came-back=no", "--answer", "two-factor-fault=not-reached",
		"--answer", "login-log=not-available", "--answer", "sign-in-page=not-sure", "--answer", "code-method=text")
	s.sees("What do you see?")
	s.sees("quit")
	s.types(space + enter)
	s.sees("error message?")
	s.sees("quit")
	s.types("login failed, password=hunter2" + enter)
	s.sees("Where does it fail?")
	s.sees("quit")
	s.types(enter)
	// Each screen is waited for by what only it shows: a screen may be drawn
	// more than once.
	s.sees("Does the sign-in page in a browser")
	s.sees("quit")
	s.types(enter)
	s.sees("Most likely")
	s.sees("quit")
	s.types(enter)
	step := func(title string) {
		s.sees(title)
		s.sees("quit")
	}
	step("Step 1 of 5")
	s.types(enter)
	step("Step 2 of 5")
	s.types(enter) // the rest of the step
	s.sees("It works now")
	s.sees("quit")
	s.types(down + enter)
	step("Step 5 of 5")
	s.types(enter)
	for _, title := range []string{"test 1 of 5", "test 2 of 5", "test 3 of 5", "test 4 of 5"} {
		s.sees(title)
		s.sees("It works")
		s.sees("quit")
		s.types(down + enter)
	}
	s.sees("test 5 of 5")
	s.sees("Later")
	s.sees("quit")
	s.types(enter)
	s.ends(0)
	for _, want := range []string{"Fixed", "20 minutes", "login failed"} {
		if !strings.Contains(s.stdout.String(), want) {
			t.Errorf("the report does not say %q:\n%s", want, s.stdout.String())
		}
	}
	if strings.Contains(s.stdout.String(), "hunter2") {
		t.Error("the password that was pasted is in the report")
	}
}

// Whoever is not sure is asked a few questions and led on, without starting
// again.
func TestTriageLeadsOn(t *testing.T) {
	s := sitDown(t, map[string]string{"TERM": "xterm"}, "diagnose", "triage", "--no-checks", "--symptom", "token-or-key", "--message", "x",
		"--answer", "where-it-stops=after", "--answer", "clock-looks=right")
	s.sees("What refuses you?")
	s.sees("quit")
	s.types(strings.Repeat(down, 5) + enter) // a program
	s.sees("Most likely: a program, an API key or a cloud SDK (")
	s.sees("Does it not fit? Quit with q, and turn to the support of")
	s.sees("API and cloud sign-in of a program")
	s.sees("What do you see?")
	s.sees("quit")
	s.types(ctrlC)
	s.ends(130)
}

// What people use at home is offered first, and who is not sure comes last.
func TestWhatIsOfferedFirst(t *testing.T) {
	s := sitDown(t, map[string]string{"TERM": "xterm"}, "diagnose", "--no-checks")
	for _, title := range []string{"What refuses you?", "Alarm.com", "Mail app", "Sign-in page", "API and cloud", "for its admins", "SNMP", "Not sure"} {
		s.sees(title)
	}
	s.sees("quit")
	s.types(ctrlC)
	s.ends(130)
}

// Back goes one page at a time, over the message too, and finds each as it was.
func TestBackOverTheMessage(t *testing.T) {
	s := sitDown(t, map[string]string{"TERM": "xterm"}, "diagnose", "alarmcom", "--no-checks")
	s.sees("What do you see?")
	s.sees("quit")
	s.types(space + enter)
	s.sees("error message?")
	s.sees("quit")
	s.types("Your account has been locked." + enter)
	s.sees("Try no password")
	s.sees("Where does it fail?")
	s.sees("q quit")
	s.types("b")
	s.sees("error message?")
	s.sees("Your account has been locked.")
	s.sees("quit")
	s.types("\x1b")
	s.sees("What do you see?")
	s.sees("[x] The app says")
	s.sees("q quit")
	s.types(ctrlC)
	s.ends(130)
}

// A locked account is left alone from the first step on, whether it was ticked
// or the message says so; and where nothing helped, nothing is to be proven.
func TestALockedAccountIsLeftAlone(t *testing.T) {
	for name, told := range map[string][]string{
		"ticked":      {"--symptom", "says-locked", "--message", "x"},
		"the message": {"--symptom", "login-rejected", "--message", "Your account has been locked."},
		"for a while": {"--symptom", "login-rejected", "--message", "Your account has been locked due to too many failed tries."},
	} {
		t.Run(name, func(t *testing.T) {
			s := sitDown(t, map[string]string{"TERM": "xterm"}, append([]string{"diagnose", "alarmcom", "--no-checks",
				"--answer", "where-fails=same-network", "--answer", "which-clients=all", "--answer", "came-back=no", "--answer", "two-factor-fault=not-reached",
				"--answer", "login-log=not-available", "--answer", "sign-in-page=not-sure", "--answer", "code-method=text", "--answer", "web-login=not-tried"}, told...)...)
			s.sees("Most likely")
			s.sees("q quit")
			s.types(enter)
			s.sees("Have the account unlocked first")
			s.sees("try nothing now, not even the right password")
			s.sees("What happened?")
			s.sees("Go on without trying")
			s.sees("q quit")
			if plain := s.screen.plain(); strings.Contains(plain, "second try") || strings.Contains(plain, "twice at most") {
				t.Errorf("somebody is sent to try:\n%s", plain)
			}
			s.types(enter)
			s.sees("Unlikely to help here. While the account")
			s.types(ctrlC)
			s.ends(130)
		})
	}
}

// Where nothing helped, the walk ends in handing over, with no proof asked for.
func TestNothingToProve(t *testing.T) {
	s := sitDownWith(t, map[string]string{"TERM": "xterm"}, func(_ *cli.System, tty *os.File) {
		_ = pty.Setsize(tty, &pty.Winsize{Rows: 60, Cols: 80})
	}, "diagnose", "alarmcom", "--no-checks", "--symptom", "login-rejected", "--message", "x",
		"--answer", "where-fails=same-network", "--answer", "which-clients=one", "--answer", "came-back=no", "--answer", "two-factor-fault=not-reached",
		"--answer", "login-log=not-available", "--answer", "sign-in-page=not-sure", "--answer", "code-method=text", "--answer", "web-login=not-tried")
	s.sees("Most likely")
	s.sees("q quit")
	s.types(enter)
	for _, p := range []struct{ sees, keys string }{
		{"Step 1 of 5", down + down + down + enter}, // the web page refuses it too
		{"not what", enter},                         // the app's session: skipped
		{"Step 3 of 5", enter},
		{"been through Login Help", down + down + enter},
	} {
		s.sees(p.sees)
		s.sees("q quit")
		s.types(p.keys)
	}
	s.sees("None of the steps helped")
	s.sees("Make a file with all of this")
	s.sees("q quit")
	s.types(down + down + enter)
	s.ends(1)
	if out := s.stdout.String(); !strings.Contains(out, "Not fixed; 2 of 4 steps tried.") || strings.Contains(s.screen.plain(), "Step 5 of 5") {
		t.Errorf("it ends in:\n%s\n%s", out, s.screen.plain())
	}
}

func TestCtrlCKeepsWhatWasFound(t *testing.T) {
	s := sitDown(t, map[string]string{"TERM": "xterm"}, "diagnose", "alarmcom", "--no-checks", "--symptom", "session-drops", "--check", "clock=drifting")
	s.sees("Where does it fail?")
	s.sees("quit")
	s.types(ctrlC)
	s.ends(130)
	if !strings.Contains(s.stdout.String(), "clock.drifting") && !strings.Contains(s.screen.plain(), "clock.drifting") {
		t.Errorf("what was found is not told:\n%s", s.stdout.String())
	}
}

// The same questions, read line by line.
func TestTheWizardForAScreenReader(t *testing.T) {
	for name, env := range map[string]map[string]string{
		"variable": {"ACCESSIBLE": "1", "TERM": "xterm"},
		"dumb":     {"TERM": "dumb"},
	} {
		t.Run(name, func(t *testing.T) {
			s := sitDown(t, env, "diagnose", "alarmcom", "--no-checks", "--symptom", "session-drops", "--message", "signed out")
			s.sees("Where does it fail?")
			s.sees(">")
			s.types("rubbish\n")
			s.sees(">")
			s.types("1\n")
			s.sees("1")
			s.types("q\n")
			s.ends(130)
			if raw := s.screen.all(); strings.Contains(raw, "\x1b") {
				t.Errorf("an escape sequence reaches the screen reader: %q", raw)
			}
		})
	}
}

// Once the terminal is gone, nothing is answered by default.
func TestTheEndOfInputIsNoAnswer(t *testing.T) {
	s := sitDown(t, map[string]string{"TERM": "dumb"}, "diagnose", "alarmcom", "--no-checks", "--symptom", "session-drops", "--message", "x")
	s.sees("Where does it fail?")
	s.types("\x04") // end of file
	s.ends(130)
}
