package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// crowd writes a day of sshd: quiet but for noise, and from 18:00 on n
// failures, whose users and sources are given by number.
func crowd(n int, who func(int) (user, source string)) string {
	var b strings.Builder
	day := time.Date(2026, 5, 30, 0, 0, 0, 0, time.UTC)
	line := func(at time.Time, text string, args ...any) {
		fmt.Fprintf(&b, "%s gate sshd[%d]: %s\n", at.Format(time.RFC3339), b.Len(), fmt.Sprintf(text, args...))
	}
	for m := range 18 * 4 {
		line(day.Add(time.Duration(m)*15*time.Minute), "Accepted publickey for ann from 192.0.2.7 port 1 ssh2")
	}
	for i := range n {
		user, source := who(i)
		line(day.Add(18*time.Hour+time.Duration(i)*10*time.Second), "Failed password for %s from %s port 1 ssh2", user, source)
	}
	line(day.Add(23*time.Hour), "Server listening on 0.0.0.0 port 22.")
	return b.String()
}

func TestReadings(t *testing.T) {
	for _, tt := range []struct {
		name string
		n    int
		who  func(int) (string, string)
		want string
	}{
		{"a script with an old secret", 200, func(int) (string, string) { return "backup", "192.0.2.9" }, logs.ReadHammer},
		{"guessing at eight names from one address", 400, func(i int) (string, string) {
			name := []string{"root", "git", "invalid user admin", "invalid user oracle", "invalid user test", "invalid user pi", "invalid user ftp", "invalid user guest"}[i%8]
			return name, "203.0.113.66"
		}, logs.ReadBrute},
		{"spraying from few addresses", 200, func(i int) (string, string) { return fmt.Sprintf("u%d", i%100), fmt.Sprintf("198.51.100.%d", i%3) }, logs.ReadSpray},
		{"spraying more accounts than a bucket counts apart", 1500, func(i int) (string, string) { return fmt.Sprintf("u%d", i), fmt.Sprintf("198.51.100.%d", i%3) }, logs.ReadSpray},
		{"spraying names that nobody has, spread", 200, func(i int) (string, string) {
			return fmt.Sprintf("invalid user u%d", i%100), fmt.Sprintf("198.51.100.%d", i)
		}, logs.ReadSpray},
		{"one account from everywhere", 200, func(i int) (string, string) { return "root", fmt.Sprintf("198.51.100.%d", i) }, logs.ReadGuessing},
		{"everybody from home", 200, func(i int) (string, string) { return fmt.Sprintf("u%d", i%40), fmt.Sprintf("192.0.2.%d", i%40) }, logs.ReadEveryone},
		{"hardly anything", 3, func(i int) (string, string) { return fmt.Sprintf("u%d", i), "192.0.2.9" }, logs.ReadMixed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := read(t, logs.Options{}, crowd(tt.n, tt.who))
			if r.Verdict.Reading != tt.want || r.Verdict.Status != logs.StatusProblem || r.Verdict.Next.Text == "" {
				t.Errorf("got %+v", r.Verdict)
			}
			began := time.Date(2026, 5, 30, 18, 0, 0, 0, time.UTC)
			if at := r.Verdict.StartedAfter; at == nil || !at.Equal(began) {
				t.Errorf("started after %v", at)
			}
			if spike := len(r.Spikes) == 1 && r.Spikes[0].Start.Equal(began) && r.Spikes[0].Reading == tt.want; spike != (tt.n > 5) {
				t.Errorf("spikes %+v", r.Spikes)
			}
		})
	}
}

// A steady rate has no spike, however high; one burst in it is one.
func TestSpikesAreAgainstTheOwnBaseline(t *testing.T) {
	text := func(burst int) string {
		var b strings.Builder
		for h := range 48 {
			n := 20 + h%5
			if h == 30 {
				n += burst
			}
			for i := range n {
				at := time.Date(2026, 5, 30, h, 0, i*3600/n, 0, time.UTC)
				fmt.Fprintf(&b, "%s gate sshd[%d]: Failed password for u%d from 192.0.2.%d port 1 ssh2\n", at.Format(time.RFC3339), b.Len(), i, i)
			}
		}
		return b.String()
	}
	if r := read(t, logs.Options{}, text(0)); len(r.Spikes) != 0 {
		t.Errorf("a steady rate: %+v", r.Spikes)
	}
	if r := read(t, logs.Options{}, text(300)); len(r.Spikes) != 1 || r.Spikes[0].Count < 300 || r.Spikes[0].Start.Hour() != 6 {
		t.Errorf("a burst: %+v", r.Spikes)
	}
}

// People mistype every day; that is no fault of the service. A script among
// them is found all the same.
func TestBackgroundIsNoPattern(t *testing.T) {
	text := func(script int) string {
		var b strings.Builder
		line := func(i int, user, source string) {
			at := time.Date(2026, 5, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(i) * 37 * time.Minute)
			fmt.Fprintf(&b, "%s gate sshd[%d]: Failed password for %s from %s port 1 ssh2\n", at.Format(time.RFC3339), b.Len(), user, source)
		}
		for i := range 200 {
			line(i, fmt.Sprintf("u%d", i%40), fmt.Sprintf("192.0.2.%d", i%40))
			for range script {
				line(i, "backup", "192.0.2.99")
			}
		}
		return b.String()
	}
	if r := read(t, logs.Options{}, text(0)); r.Verdict.Reading != logs.ReadMixed || len(r.Spikes) != 0 {
		t.Errorf("mistyping: %+v %+v", r.Verdict, r.Spikes)
	}
	if r := read(t, logs.Options{}, text(2)); r.Verdict.Reading != logs.ReadHammer {
		t.Errorf("a script among them: %+v", r.Verdict)
	}
}

// Whatever a file holds, it is read to its end, in every format.
func TestAnythingIsReadToItsEnd(t *testing.T) {
	pieces := []string{sshLog, mailLog, accessText, entraLog, trailLog, jsonLog, windowsLog, "<34>1 - - - - - -\n", "<34>1 2026-05-30T10:00:00Z h sshd 7 - - Failed password for a from 192.0.2.1 port 1 ssh2\n", "[\"", "{\"a\":[", "\x00\xff", "\xef\xbb\xbf", "message repeated 99999999999999999999 times: [ x]"}
	known := explainer(t)
	for _, format := range append([]string{""}, logs.Formats...) {
		for i, a := range pieces {
			b := pieces[(i*5+3)%len(pieces)]
			text := a[:len(a)*2/3] + b
			r, err := logs.Read(t.Context(), []logs.Source{{Name: "x", Reader: strings.NewReader(text)}}, logs.Options{Explainer: known, Format: format, Now: now})
			if err != nil || r.Unreadable > r.Lines {
				t.Errorf("%s, %d: %v", format, i, err)
			}
		}
	}
}
