package logs_test

import (
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// exported is an entry as journalctl -o export writes it; a message with a
// control character in it has its length in front.
func exported(at int, message string) string {
	head := fmt.Sprintf("__CURSOR=s=1;i=%d\n__REALTIME_TIMESTAMP=%d\n_PID=%d\nSYSLOG_IDENTIFIER=sshd\n", at, 1780135200000000+at*1000000, at)
	if strings.ContainsAny(message, "\n\x1b") {
		size := binary.LittleEndian.AppendUint64(nil, uint64(len(message)))
		return head + "MESSAGE\n" + string(size) + message + "\n_COMM=sshd\n\n"
	}
	return head + "MESSAGE=" + message + "\n\n"
}

func TestJournalExport(t *testing.T) {
	text := exported(1, "Failed password for root from 203.0.113.9 port 4 ssh2") +
		exported(2, "Failed password for ann from 203.0.113.9 port 4 ssh2\nMESSAGE=Failed password for eve from 203.0.113.8 port 4 ssh2\n\n") +
		exported(3, "Server listening on 0.0.0.0 port 22.") +
		"__CURSOR=x\nthis is no field\n\n" +
		exported(4, "Failed password for invalid user pi from 203.0.113.7 port 4 ssh2")
	for _, tail := range []string{"", "\n\n"} {
		r := read(t, logs.Options{}, text+tail)
		type m = map[string]int
		got := totals{r.Files[0].Format, r.Lines, r.Unreadable, flat(r.ByCause), flat(r.ByUser), flat(r.BySource), flat(r.BySystem)}
		want := totals{"journal-export", 5, 1, m{"wrong_credentials": 2, "unknown_account": 1},
			m{"root": 1, "ann": 1, "pi": 1}, m{"203.0.113.9": 2, "203.0.113.7": 1}, m{"ssh": 3}}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if r.First == nil || r.First.Unix() != 1780135201 || r.Last.Unix() != 1780135204 {
			t.Errorf("from %v to %v", r.First, r.Last)
		}
	}
}

// What is too long, cut off or absurd is counted, and what follows is read.
func TestBrokenJournalExport(t *testing.T) {
	good := exported(1, "Failed password for root from 203.0.113.9 port 4 ssh2")
	for name, c := range map[string]struct {
		text             string
		unreadable, fail int
	}{
		"an entry that is too long": {good + exported(2, strings.Repeat("x", 3<<20)) + good, 1, 2},
		"a value that is too long":  {good + exported(2, "\x1b"+strings.Repeat("x\n", 3<<19)) + good, 1, 2},
		"cut off in a length":       {good + "__CURSOR=y\nMESSAGE\n\x01\x02", 1, 1},
		"a length beyond reason":    {good + "__CURSOR=y\nMESSAGE\n" + strings.Repeat("\xff", 8) + "x", 1, 1},
	} {
		r := read(t, logs.Options{}, c.text)
		if r.Unreadable != c.unreadable || r.Failures != c.fail {
			t.Errorf("%s: %d unreadable, %d failures", name, r.Unreadable, r.Failures)
		}
	}
}

// Windows writes UTF-16, with and without a mark in front.
func TestUTF16(t *testing.T) {
	units := utf16.Encode([]rune(windowsLog))
	for name, order := range map[string]binary.AppendByteOrder{"little": binary.LittleEndian, "big": binary.BigEndian} {
		for _, mark := range []bool{true, false} {
			var text []byte
			if mark {
				text = order.AppendUint16(text, 0xfeff)
			}
			for _, u := range units {
				text = order.AppendUint16(text, u)
			}
			if r := read(t, logs.Options{}, string(text)); r.Failures != 1 || r.Unreadable != 0 || r.Files[0].Format != "windows-xml" {
				t.Errorf("%s endian, mark %v: %d failures, %d unreadable, format %q", name, mark, r.Failures, r.Unreadable, r.Files[0].Format)
			}
		}
	}
}

// A first 401 asks for a name; one after the other refuses.
func TestChallenges(t *testing.T) {
	line := func(source, user string, status int) string {
		return fmt.Sprintf("%s - %s [30/May/2026:10:00:00 +0000] \"GET /dav/ HTTP/1.1\" %d 12\n", source, user, status)
	}
	polite := strings.Repeat(line("203.0.113.1", "-", 401)+line("203.0.113.1", "ann", 200), 20)
	ntlm := strings.Repeat(line("203.0.113.2", "-", 401)+line("203.0.113.2", "-", 401)+line("203.0.113.2", "bob", 200), 20)
	hammer := strings.Repeat(line("203.0.113.3", "-", 401), 20)
	for name, c := range map[string]struct {
		text             string
		failures, begins int
	}{
		"a browser asks, then tells its name":      {polite, 0, 20},
		"NTLM takes two questions":                 {ntlm, 0, 40},
		"a program that never tells a name":        {hammer, 18, 2},
		"a wrong password":                         {line("203.0.113.4", "-", 401) + line("203.0.113.4", "eve", 401), 1, 1},
		"a proxy asks as well":                     {line("203.0.113.5", "-", 407) + line("203.0.113.5", "eve", 200), 0, 1},
		"forbidden is no question":                 {line("203.0.113.6", "-", 403), 1, 0},
		"what is sent to a form is no question":    {strings.ReplaceAll(strings.Repeat(line("203.0.113.7", "-", 401), 20), "GET /dav/", "POST /login"), 20, 0},
		"what is sent elsewhere may be one":        {strings.ReplaceAll(line("203.0.113.7", "-", 401), "GET", "POST"), 0, 1},
		"a server that is down refuses a sign-in":  {strings.ReplaceAll(line("203.0.113.7", "-", 502), "GET /dav/", "POST /oauth/token"), 1, 0},
		"a server that is down":                    {line("203.0.113.7", "-", 502), 0, 0},
		"another source's success changes nothing": {hammer + line("203.0.113.9", "ann", 200), 18, 2},
	} {
		r := read(t, logs.Options{}, c.text)
		if r.Failures != c.failures || r.Challenges != c.begins {
			t.Errorf("%s: %d failures, %d challenges; want %d, %d", name, r.Failures, r.Challenges, c.failures, c.begins)
		}
	}
}

// A page that answers a sign-in form may say anything: neither a failure nor health.
func TestAFormThatAnswersWithAPage(t *testing.T) {
	line := "blog.example.com:443 203.0.113.7 - - [30/May/2026:10:00:00 +0000] \"POST /wp-login.php HTTP/1.1\" %d 4523 \"-\" \"Mozilla/5.0\"\n"
	r := read(t, logs.Options{}, strings.Repeat(fmt.Sprintf(line, 200), 30))
	if r.Failures != 0 || r.Forms != 30 || r.Verdict.Status != logs.StatusInconclusive {
		t.Errorf("%d failures, %d forms, %+v", r.Failures, r.Forms, r.Verdict)
	}
	if r := read(t, logs.Options{}, fmt.Sprintf(line, 302)); r.Forms != 0 || r.Verdict.Status != logs.StatusHealthy {
		t.Errorf("sent on: %d forms, %+v", r.Forms, r.Verdict)
	}
	if r := read(t, logs.Options{}, fmt.Sprintf(line, 403)); len(r.BySource) != 1 || r.BySource[0].Key != "203.0.113.7" {
		t.Errorf("behind the name of the site: %+v", r.BySource)
	}
}
