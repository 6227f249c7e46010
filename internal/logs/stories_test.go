package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/logs"
)

// diary writes a syslog of sshd; each line is of a connection of its own.
type diary struct {
	strings.Builder
	n int
}

var day = time.Date(2026, 5, 30, 0, 0, 0, 0, time.UTC)

func (d *diary) at(after time.Duration, text string, args ...any) {
	d.n++
	fmt.Fprintf(d, "%s gate sshd[%d]: %s\n", day.Add(after).Format(time.RFC3339), d.n, fmt.Sprintf(text, args...))
}

func (d *diary) fails(after time.Duration, user, source string) {
	d.at(after, "Failed password for %s from %s port 1 ssh2", user, source)
}

func (d *diary) enters(after time.Duration, user, source string) {
	d.at(after, "Accepted password for %s from %s port 1 ssh2", user, source)
}

// spray is an attacker at one address, at one hundred names of which a third
// are nobody's.
func (d *diary) spray(source string) {
	for i := range 200 {
		user := fmt.Sprintf("u%d", i%100)
		if i%3 == 0 {
			user = "invalid user x" + user
		}
		d.fails(10*time.Hour+time.Duration(i*7)*time.Second, user, source)
	}
}

// script is a program with an old secret, from 14:00 on.
func (d *diary) script(user, source string) {
	for i := range 300 {
		d.fails(14*time.Hour+time.Duration(i*30+i%2)*time.Second, user, source)
	}
}

// office is people who mistype and get in then, each from a place of their own.
func (d *diary) office() {
	for i := range 200 {
		user, source := fmt.Sprintf("p%d", i%50), fmt.Sprintf("192.0.2.%d", i%50)
		at := time.Duration(i*7) * time.Minute
		d.fails(at, user, source)
		d.enters(at+20*time.Second, user, source)
	}
}

func readings(r *logs.Report) []string {
	out := []string{}
	for _, f := range r.Findings {
		out = append(out, f.Reading)
	}
	return out
}

// A log holds several stories, and each is told, the gravest first.
func TestSeveralStoriesInOneLog(t *testing.T) {
	var d diary
	d.office()
	d.spray("203.0.113.66")
	d.script("backup", "192.0.2.200")
	r := read(t, logs.Options{}, d.String())
	if diff := cmp.Diff([]string{logs.ReadSpray, logs.ReadHammer, logs.ReadMistyped}, readings(r)); diff != "" {
		t.Fatalf("-want +got\n%s%+v", diff, r.Findings)
	}
	type told struct {
		Source, User   string
		Users, Sources int
		Count, Every   int
	}
	var got []told
	for _, f := range r.Findings {
		got = append(got, told{f.Source, f.User, f.Users, f.Sources, f.Count, f.Every})
		if f.Summary == "" || f.Next.Text == "" || f.First == nil || f.Last == nil {
			t.Errorf("%+v", f)
		}
	}
	want := []told{{"203.0.113.66", "", 167, 1, 200, 0}, {"192.0.2.200", "backup", 1, 1, 300, 30}, {"", "", 50, 50, 200, 0}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if v := r.Verdict; v.Reading != logs.ReadSpray || v.Summary != r.Findings[0].Summary || v.Next != r.Findings[0].Next {
		t.Errorf("the verdict is not that of the gravest: %+v", v)
	}
	if s := r.Findings[1].Summary; !strings.Contains(s, "It began at 2026-05-30 14:00 UTC") || !strings.Contains(s, "about every 30 seconds.") {
		t.Error(s)
	}
}

// One secret on many machines is one story: they all hammer.
func TestOneSecretOnManyMachines(t *testing.T) {
	var d diary
	d.office()
	for i := range 10 {
		d.script("deploy", fmt.Sprintf("10.0.0.%d", i))
	}
	r := read(t, logs.Options{}, d.String())
	if f := r.Findings[0]; f.Reading != logs.ReadHammer || f.User != "deploy" || f.Sources != 10 || f.Count != 3000 {
		t.Errorf("%+v", f)
	}
}

// Many programs that are refused at once are a broken service.
func TestManyProgramsAtOnceAreABrokenService(t *testing.T) {
	var d diary
	d.at(0, "Server listening on 0.0.0.0 port 22.")
	for i := range 40 {
		d.script(fmt.Sprintf("p%d", i), fmt.Sprintf("192.0.2.%d", i))
	}
	if r := read(t, logs.Options{}, d.String()); r.Verdict.Reading != logs.ReadEveryone || len(r.Findings) != 1 {
		t.Errorf("%+v", r.Findings)
	}
}

// Who signs in from where an attack comes from is said first; who cannot be
// told from the attacker is not accused.
func TestSuccessAfterAnAttack(t *testing.T) {
	const bad = "203.0.113.66"
	for name, c := range map[string]struct {
		text func(*diary)
		want []logs.SignIn // of the first finding
		says string
	}{
		"in the end, one password fits": {func(d *diary) { d.spray(bad); d.enters(11*time.Hour, "u7", bad) },
			[]logs.SignIn{{User: "u7", Source: bad}}, "u7 signed in from the attacking address 203.0.113.66 at 2026-05-30 11:00 UTC."},
		"in the middle of it": {func(d *diary) { d.spray(bad); d.enters(10*time.Hour+time.Minute, "u7", bad) },
			[]logs.SignIn{{User: "u7", Source: bad}}, "u7 signed in"},
		"two accounts": {func(d *diary) { d.spray(bad); d.enters(12*time.Hour, "u8", bad); d.enters(11*time.Hour, "u9", bad) },
			[]logs.SignIn{{User: "u9", Source: bad}, {User: "u8", Source: bad}}, "So did 1 account more."},
		"guessing at four names": {func(d *diary) {
			for i := range 80 {
				d.fails(10*time.Hour+time.Duration(i)*time.Second, []string{"root", "git", "invalid user pi", "invalid user test"}[i%4], bad)
			}
			d.enters(11*time.Hour, "git", bad)
		}, []logs.SignIn{{User: "git", Source: bad}}, "git signed in"},
		"only before it":               {func(d *diary) { d.spray(bad); d.enters(9*time.Hour, "u7", bad) }, nil, ""},
		"before it and after it":       {func(d *diary) { d.spray(bad); d.enters(9*time.Hour, "u7", bad); d.enters(11*time.Hour, "u7", bad) }, nil, ""},
		"from another address":         {func(d *diary) { d.spray(bad); d.enters(11*time.Hour, "u7", "192.0.2.7") }, nil, ""},
		"an office behind one address": {func(d *diary) { office(d, bad) }, nil, ""},
		"one person who mistypes, and gets in": {func(d *diary) {
			d.fails(0, "ann", bad)
			d.fails(time.Minute, "ann", bad)
			d.enters(2*time.Minute, "ann", bad)
		}, nil, ""},
		"a typo in the name": {func(d *diary) {
			for _, name := range []string{"amn", "an", "anm", "anna", "nan"} {
				d.fails(time.Hour, "invalid user "+name, bad)
			}
			d.enters(2*time.Hour, "ann", bad)
		}, nil, ""},
	} {
		t.Run(name, func(t *testing.T) {
			var d diary
			c.text(&d)
			r := read(t, logs.Options{}, d.String())
			taken := r.Findings[0].Reading == logs.ReadTaken
			if taken != (c.want != nil) {
				t.Fatalf("%+v", r.Findings)
			}
			if !taken {
				return
			}
			var got []logs.SignIn
			for _, s := range r.Findings[0].SignedIn {
				got = append(got, logs.SignIn{User: s.User, Source: s.Source, HalfWay: s.HalfWay, Possible: s.Possible})
				if s.At == nil {
					t.Errorf("%+v has no time", s)
				}
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			var b strings.Builder
			if err := r.Text(&b); err != nil || !strings.Contains(b.String()[:200], c.says) || !strings.Contains(b.String(), "Next: Treat") {
				t.Errorf("%v\n%s", err, b.String())
			}
		})
	}
}

// office is many people behind one address; some mistype, nearly all get in.
func office(d *diary, source string) {
	for i := range 60 {
		d.fails(time.Duration(i)*time.Minute, fmt.Sprintf("u%d", i), source)
		if i%3 > 0 {
			d.enters(time.Duration(i)*time.Minute+20*time.Second, fmt.Sprintf("u%d", i), source)
		}
	}
}

// An account that is tried from everywhere may still be its owner's.
func TestASuccessAmongGuessesMayBeTheOwners(t *testing.T) {
	var d diary
	for i := range 200 {
		d.fails(10*time.Hour+time.Duration(i)*time.Minute, "root", fmt.Sprintf("198.%d.100.7", i%50))
	}
	d.enters(20*time.Hour, "root", "198.7.100.7")
	r := read(t, logs.Options{}, d.String())
	f := r.Findings[0]
	if f.Reading != logs.ReadGuessing || len(f.SignedIn) != 1 || !f.SignedIn[0].Possible || !strings.Contains(f.Next.Text, "Ask whether that sign-in was the owner's") {
		t.Errorf("%+v", f)
	}
}

// The order of files and of lines does not matter.
func TestOrderDoesNotMatter(t *testing.T) {
	var d diary
	d.spray("203.0.113.66")
	d.enters(11*time.Hour, "u7", "203.0.113.66")
	lines := strings.SplitAfter(d.String(), "\n")
	var back strings.Builder
	for i := range lines {
		back.WriteString(lines[len(lines)-1-i])
	}
	half := len(d.String()) / 2
	half += strings.IndexByte(d.String()[half:], '\n') + 1
	for name, texts := range map[string][]string{
		"from the end":        {back.String()},
		"files, newest first": {d.String()[half:], d.String()[:half]},
	} {
		if r := read(t, logs.Options{}, texts...); r.Verdict.Reading != logs.ReadTaken || r.Findings[0].User != "u7" {
			t.Errorf("%s: %+v", name, r.Findings)
		}
	}
}

// Names stand in sentences too.
func TestPseudonymsInFindings(t *testing.T) {
	var d diary
	d.spray("203.0.113.66")
	d.enters(11*time.Hour, "u7", "203.0.113.66")
	d.script("backup", "192.0.2.200")
	r := read(t, logs.Options{Random: strings.NewReader(strings.Repeat("k", 32))}, d.String())
	var b strings.Builder
	for _, write := range []func() error{func() error { return r.Text(&b) }, func() error { return r.Markdown(&b) }, func() error { return r.HTML(&b) }} {
		if err := write(); err != nil {
			t.Fatal(err)
		}
	}
	all := b.String() + fmt.Sprintf("%+v", r.Findings) + fmt.Sprintf("%+v", r.Verdict)
	for _, name := range []string{"u7 ", "backup", "203.0.113", "192.0.2"} {
		if strings.Contains(all, name) {
			t.Errorf("%s is readable", name)
		}
	}
	if !strings.Contains(all, "signed in from the attacking address source-") {
		t.Error("nothing is said of who signed in")
	}
}

// A name is whatever somebody typed: it neither formats nor links, and does
// not pass for our own words.
func TestHostileNamesStayNames(t *testing.T) {
	const evil = "[x](https://evil.test) <b> @all. All is well"
	var d diary
	d.office()
	d.script(evil, "192.0.2.200")
	r := read(t, logs.Options{}, d.String())
	if !strings.HasPrefix(r.Verdict.Summary, `"`+evil+`" fails again and again`) || r.Findings[0].User != evil {
		t.Errorf("%+v", r.Findings[0])
	}
	var md, page strings.Builder
	if r.Markdown(&md) != nil || r.HTML(&page) != nil {
		t.Fatal("not written")
	}
	prose := md.String()[:strings.Index(md.String(), "~~~~")]
	for _, bad := range []string{"[x]", "https://", "<b>", "@all"} {
		if strings.Contains(prose, bad) {
			t.Errorf("%q stands in\n%s", bad, prose)
		}
	}
	if strings.Contains(page.String(), "<b>") {
		t.Error("the page has the name's markup")
	}
}
