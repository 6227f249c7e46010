package logs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/logs"
)

const bot = "185.234.217.12"

// guesses are n tries at one account from one address, each after gap.
func (d *diary) guesses(n int, gap time.Duration, user, source string) {
	for i := range n {
		d.fails(10*time.Hour+time.Duration(i)*gap, user, source)
	}
}

// swarm is a botnet: each address tries once.
func (d *diary) swarm(accounts, places int) {
	for i := range places {
		d.fails(10*time.Hour+time.Duration(i)*time.Minute, fmt.Sprintf("user%02d", i%accounts), fmt.Sprintf("45.%d.%d.%d", i*37%250, i*11%250, 1+i%250))
	}
}

// told is what a log's headline must and must not say.
type told struct {
	log     func(*diary)
	reading string
	says    []string
	never   []string
}

func holds(t *testing.T, list map[string]told) {
	t.Helper()
	for name, c := range list {
		t.Run(name, func(t *testing.T) {
			var d diary
			c.log(&d)
			r := read(t, logs.Options{}, d.String())
			all := r.Verdict.Summary + "\n" + r.Verdict.Next.Text
			if r.Verdict.Reading != c.reading {
				t.Errorf("want %s: %+v", c.reading, r.Findings)
			}
			for _, part := range c.says {
				if !strings.Contains(all, part) {
					t.Errorf("no %q in %s", part, all)
				}
			}
			for _, part := range c.never {
				if strings.Contains(all, part) {
					t.Errorf("%q in %s", part, all)
				}
			}
		})
	}
}

// One account that is tried fast from out there, where nobody got in before, is
// attacked; one that got in before, or of an inner network, has an old secret.
// What may be either is called both.
func TestGuessingAtOneAccount(t *testing.T) {
	holds(t, map[string]told{
		"fast, then in": {func(d *diary) { d.guesses(20, 3*time.Second, "root", bot); d.enters(11*time.Hour, "root", bot) }, logs.ReadTaken,
			[]string{"root signed in from the attacking address " + bot, "after 20 refused tries", "Treat the account as taken over"}, []string{"mended", "secret"}},
		"fast": {func(d *diary) { d.guesses(500, 3*time.Second, "anna", bot) }, logs.ReadBrute,
			[]string{bot + " tries passwords for anna, 500 times, about every 3 seconds", "Block this address"}, []string{"old"}},
		"a name that nobody has": {func(d *diary) { d.guesses(60, 3*time.Second, "invalid user admin", bot) }, logs.ReadBrute, []string{"passwords for admin"}, nil},
		"slowly, at a name that all have": {func(d *diary) {
			for i := range 120 {
				d.fails(time.Duration(i)*time.Hour+time.Duration(i*i%47)*time.Minute, "root", bot)
			}
		}, logs.ReadBrute, nil, []string{"old"}},
		"steadily, from out there": {func(d *diary) { d.guesses(60, 5*time.Minute, "backup", bot) }, logs.ReadHammer,
			[]string{"Somebody may be guessing, or it is a program with an old or wrong secret", "If not, block it"}, nil},
		"steadily, then in": {func(d *diary) { d.guesses(60, 5*time.Minute, "backup", bot); d.enters(20*time.Hour, "backup", bot) }, logs.ReadHammer,
			[]string{"its password was guessed, or it is mended", "If not, treat the account as taken over"}, []string{"may be mended"}},
		"where it got in before": {func(d *diary) { d.enters(time.Hour, "backup", bot); d.guesses(200, 3*time.Second, "backup", bot) }, logs.ReadHammer,
			[]string{"what a program with an old or wrong secret looks like"}, []string{"block"}},
		"inside": {func(d *diary) { d.guesses(200, 3*time.Second, "backup", "10.0.0.9") }, logs.ReadHammer,
			[]string{"what a program with an old or wrong secret looks like"}, []string{"block"}},
		"a few times, then in": {func(d *diary) {
			d.guesses(3, 9*time.Second, "anna", bot)
			d.enters(10*time.Hour+time.Minute, "anna", bot)
		}, logs.ReadMistyped, nil, nil},
	})
}

// A few tries at names that no person has together, and one of them fits.
func TestAFewTriesAtSeveralNames(t *testing.T) {
	at := func(names ...string) func(*diary) {
		return func(d *diary) {
			for i, name := range names {
				d.fails(10*time.Hour+time.Duration(i)*5*time.Second, name, bot)
			}
			d.enters(10*time.Hour+time.Minute, "admin", bot)
		}
	}
	holds(t, map[string]told{
		"known ones":   {at("root", "admin", "invalid user test", "invalid user oracle"), logs.ReadTaken, []string{"admin signed in from " + bot, "after 4 tries at several names there", "Unless these tries were theirs, treat"}, nil},
		"all are real": {at("root", "admin", "test", "oracle", "postgres", "ubuntu"), logs.ReadTaken, []string{"admin signed in"}, nil},
		"a typo":       {at("invalid user adnin", "invalid user admim", "invalid user admi", "invalid user damin"), logs.ReadBrute, nil, []string{"taken over: sign it out everywhere, change its password and its keys"}},
		"an office": {func(d *diary) {
			for i := range 12 {
				who := fmt.Sprintf("emp%d", i)
				d.fails(time.Duration(i)*time.Minute, who, "84.20.1.1")
				d.enters(time.Duration(i)*time.Minute+9*time.Second, who, "84.20.1.1")
			}
		}, logs.ReadMistyped, nil, nil},
	})
}

// Many addresses that never get in are not their accounts' owners.
func TestABotnet(t *testing.T) {
	holds(t, map[string]told{
		"at accounts that are there": {func(d *diary) { d.swarm(60, 240) }, logs.ReadSpray, []string{"240 addresses try 60 accounts, a few times each, and never get in"}, []string{"each by itself"}},
		"at few names":               {func(d *diary) { d.swarm(8, 50) }, logs.ReadSpray, []string{"50 addresses try 8 accounts"}, nil},
		"and one gets in from a new place": {func(d *diary) { d.swarm(80, 400); d.enters(20*time.Hour, "user17", "91.99.1.2") }, logs.ReadSpray,
			[]string{"user17 signed in from 91.99.1.2, which is new in this log, at 2026-05-30 20:00 UTC: whoever guessed it, or its owner", "Ask whether that sign-in was the owner's; if not"}, nil},
		"and one gets in from where it was before": {func(d *diary) {
			d.enters(time.Hour, "user17", "91.99.1.2")
			d.swarm(80, 400)
			d.enters(20*time.Hour, "user17", "91.99.1.2")
		}, logs.ReadSpray, nil, []string{"user17"}},
		"and one gets in from beside it": {func(d *diary) {
			for i := range 300 {
				d.fails(10*time.Hour+time.Duration(i)*30*time.Second, "anna", fmt.Sprintf("45.140.17.%d", 1+i%50))
			}
			d.enters(13*time.Hour, "anna", "45.140.17.77")
		}, logs.ReadTaken, []string{"anna signed in from 45.140.17.77", "beside the addresses that attack"}, nil},
		"people, after a fault of the service": {func(d *diary) {
			for i := range 200 {
				d.enters(time.Duration(i)*time.Minute, fmt.Sprintf("p%d", i%40), fmt.Sprintf("84.%d.7.9", i%40))
			}
			for i := range 200 { // telephones, whose addresses change
				d.fails(6*time.Hour+time.Duration(i)*time.Minute, fmt.Sprintf("p%d", i%40), fmt.Sprintf("84.%d.8.%d", i%40, i))
			}
		}, logs.ReadEveryone, nil, []string{"attacker"}},
		"an office whose directory broke": {func(d *diary) {
			for i := range 30 {
				d.enters(time.Duration(i)*time.Minute, fmt.Sprintf("emp%d", i), "84.20.1.1")
			}
			for i := range 90 {
				d.fails(time.Hour+time.Duration(i*37%50)*time.Minute, fmt.Sprintf("emp%d", i%30), "84.20.1.1")
			}
		}, logs.ReadEveryone, []string{"30 accounts fail at sshd, from 1 address where each got in before", "Look at what changed"}, []string{"attacker", "user name"}},
	})
}

// A mail server names nobody when a password is wrong.
func TestABotnetThatNamesNobody(t *testing.T) {
	var log strings.Builder
	for i := range 100 {
		fmt.Fprintf(&log, "%s mail postfix/smtpd[%d]: warning: unknown[185.%d.%d.22]: SASL LOGIN authentication failed: UGFzc3dvcmQ6\n", day.Add(time.Duration(i)*time.Minute).Format(time.RFC3339), i, i, i*7%250)
	}
	r := read(t, logs.Options{}, log.String())
	if r.Verdict.Reading != logs.ReadSpray || !strings.HasPrefix(r.Verdict.Summary, "100 addresses are refused a few times each, give no name, and never get in.") || !strings.Contains(r.Verdict.Next.Text, "the service is broken instead") {
		t.Errorf("%+v", r.Findings)
	}
}

// Behind an inner address may be everybody: who never failed there is accused
// of nothing, and the address is not to be blocked.
func TestABalancerInFrontOfAnAttacker(t *testing.T) {
	var d diary
	for i := range 300 {
		d.fails(time.Duration(30*i)*time.Second, fmt.Sprintf("invalid user x%d", i%70), "10.0.0.1")
	}
	for i := range 40 {
		d.enters(time.Duration(200*i+7)*time.Second, fmt.Sprintf("emp%d", i%12), "10.0.0.1")
	}
	v := read(t, logs.Options{}, d.String()).Verdict
	if v.Reading != logs.ReadSpray || !strings.Contains(v.Summary, "12 accounts signed in from there as well, without having failed there: the address is shared, or a gateway's.") || !strings.HasPrefix(v.Next.Text, "That address is an inner one") {
		t.Errorf("%+v", v)
	}
}

// Second steps that are refused one after the other are of somebody who knows
// the password.
func TestPromptsUntilSomebodySaysYes(t *testing.T) {
	for name, c := range map[string]struct {
		before, code, reading string
		says                  string
	}{
		"and no yes":     {"50126", "50126", logs.ReadKnown, "Ask its owner whether they started these sign-ins. If not, somebody else has the password"},
		"and a yes":      {"50126", "0", logs.ReadTaken, "Unless these tries were theirs, treat the account as taken over"},
		"of its own app": {"0", "0", logs.ReadRefused, "Use the newest code only"},
	} {
		var log signIns
		log.add(1, "anna@contoso.com", "185.220.101.5", c.before)
		log.add(30, "anna@contoso.com", "185.220.101.5", "500121")
		log.add(1, "anna@contoso.com", "185.220.101.5", c.code)
		if c.before != "0" {
			log.Reset()
			log.add(30, "anna@contoso.com", "185.220.101.5", "500121")
			if c.code == "0" {
				log.add(1, "anna@contoso.com", "185.220.101.5", "0")
			}
		}
		if v := read(t, logs.Options{}, log.String()).Verdict; v.Reading != c.reading || !strings.Contains(v.Next.Text, c.says) {
			t.Errorf("%s: %+v", name, v)
		}
	}
}

// Okta tells of a prompt that was taken in an event of its own.
func TestOktaPrompts(t *testing.T) {
	var log strings.Builder
	for i := range 13 {
		result := `{"result":"FAILURE","reason":"User rejected Okta push verify"}`
		if i == 12 {
			result = `{"result":"SUCCESS","reason":null}`
		}
		fmt.Fprintf(&log, `{"eventType":"user.authentication.auth_via_mfa","published":%q,"outcome":%s,"actor":{"alternateId":"u03@corp.com"},"client":{"ipAddress":"185.220.101.1"}}`+"\n", day.Add(time.Duration(i)*time.Minute).Format(time.RFC3339), result)
	}
	if v := read(t, logs.Options{}, log.String()).Verdict; v.Reading != logs.ReadTaken || !strings.Contains(v.Summary, "after 12 second steps that were refused there") {
		t.Errorf("%+v", v)
	}
}

// Nobody signs in to the account of whoever names none.
func TestWindowsOwnAccountsAreNobodys(t *testing.T) {
	event := func(i int, id, user, sid string) string {
		return fmt.Sprintf(`<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><EventID>%s</EventID><TimeCreated SystemTime='%s'/></System><EventData><Data Name='TargetUserSid'>%s</Data><Data Name='TargetUserName'>%s</Data><Data Name='IpAddress'>203.0.113.50</Data><Data Name='Status'>0xc000006d</Data><Data Name='SubStatus'>0xc000006a</Data></EventData></Event>`+"\n",
			id, day.Add(time.Duration(i)*7*time.Second).Format(time.RFC3339), sid, user)
	}
	var log strings.Builder
	for i := range 120 {
		log.WriteString(event(i, "4625", fmt.Sprintf("u%d", i%10), "S-1-0-0"))
	}
	for _, who := range [][2]string{{"ANONYMOUS LOGON", "S-1-5-7"}, {"ANONYMOUS-ANMELDUNG", "S-1-5-7"}} {
		if r := read(t, logs.Options{}, log.String()+event(130, "4624", who[0], who[1])); r.Verdict.Reading == logs.ReadTaken {
			t.Errorf("%+v", r.Verdict)
		}
	}
	if r := read(t, logs.Options{}, log.String()+event(130, "4624", "u3", "S-1-5-21-1-2-3-1001")); r.Verdict.Reading != logs.ReadTaken {
		t.Errorf("%+v", r.Verdict)
	}
}
