package redact

import (
	"strings"
	"testing"
)

func names(t testing.TB, seed string) *Names {
	t.Helper()
	n, err := NewNames(strings.NewReader(strings.Repeat(seed, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// Each row hides what stands between « and », and nothing else.
func TestNames(t *testing.T) {
	for _, row := range []string{
		"mail to «ann.b+x@mail.example.org», please",
		"«CORP\\ann» and «ann@example.org»",
		`password authentication failed for user "«app»"`,
		"Failed password for invalid user «oracle» from «203.0.113.9» port 4",
		"user=«bob», method=PLAIN, rip=«198.51.100.7», lip=10.0.0.5",
		`{"username": "«joe»", "userPrincipalName": '«ann@example.org»'}`,
		"login: «SmithHome»",
		"role \"«reporting»\" does not exist",
		"from «2001:db8:1::7» and fe80::1 and ::1 and 192.168.1.2 and 127.0.0.1",
		"time 12:34:56 and version 1.2.3 and 10:00 and ab:cd:ef:01:02:03:04",
		"user is locked; the user name was not found; for user password",
		"«203.0.113.9»:443 gave no answer",
		"AADSTS50126: wrong user name or password (x509: 1.3.6.1.5.5.7)",
		"SNMP 1.3.6.1.6.3.15.1.1.5.0 and 1.2.3.4.5",
		`C:\Users and \n and D:\x`,
		"open /home/«annabel»/case.yaml: no such file; /home/«annabel»: full",
		`file:///Users/«annabel»/x and "C:\Users\«annabel»\Documents" and C:\\Users\\«annabel»\\x`,
		"https://www.example.org/home/login and https://www.example.org/Users/list and /home and /Users/Shared/x",
		"wlan0 «ac:de:48:00:11:22», eth0 «AC-DE-48-00-11-23» and «acde.4800.1124» are up",
		"sha1 AC:DE:48:00:11:22:33:44:55:66:77:88:99:AA:BB:CC:DD:EE:FF:00 and 12:34:56 and 0190a6a4-1a1b-7c3d-8e4f-acde48001122",
		`SSID: «Smith Family» , BSSID: «ac:de:48:00:11:25»`,
		`ESSID:"«Smith Family»" Mode:Managed; {"ssid": "«Smith Family»"}; connected to Wi-Fi "«Smith Family»"`,
		"the Wi-Fi is weak; this Wi-Fi: and mobile data; no ssid",
		"«annas-thinkpad» says; «ANNAS-THINKPAD.local», «annas-thinkpad.fritz.box»",
		"annas-thinkpad-2 and my.annas-thinkpad.example.org are others",
		"«printer-of-joe».local. and dc1.corp.local and www.alarm.com",
	} {
		n := names(t, "k")
		n.Computer("annas-thinkpad")
		text := strings.NewReplacer("«", "", "»", "").Replace(row)
		got := n.Text(text)
		rest := row
		for {
			_, after, ok := strings.Cut(rest, "«")
			if !ok {
				break
			}
			name, more, _ := strings.Cut(after, "»")
			rest = more
			if len(name) > 3 && strings.Contains(got, name) {
				t.Errorf("%q is left in %q", name, got)
			}
		}
		if !strings.Contains(row, "«") && got != text {
			t.Errorf("%q became %q", text, got)
		}
		if again := n.Text(got); again != got {
			t.Errorf("%q became %q the second time", got, again)
		}
		for _, keep := range []string{"10.0.0.5", "192.168.1.2", "port 4", "PLAIN", "fe80::1"} {
			if strings.Contains(text, keep) && !strings.Contains(got, keep) {
				t.Errorf("%q is gone from %q", keep, got)
			}
		}
	}
}

// The same one has the same name, however it is written; in another run it has
// another.
func TestTheSameOneHasTheSameName(t *testing.T) {
	n := names(t, "k")
	one, two, other := n.Text("Ann@example.org"), n.Text("ann@EXAMPLE.org"), n.Text("eve@example.org")
	if one != two || one == other || names(t, "j").Text("ann@example.org") == two {
		t.Errorf("%q %q %q", one, two, other)
	}
	if n.Seen["user"] != 3 {
		t.Errorf("%v", n.Seen)
	}
}

func FuzzNames(f *testing.F) {
	for _, s := range []string{"ann@example.org", "user=bob from 203.0.113.9", "CORP\\ann", "::1.2.3.4", "ann@b.cc@A.or", "CORP\\ann@b.cc\\eve"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		n := names(t, "k")
		once := n.Text(s)
		if again := n.Text(once); again != once {
			t.Errorf("%q, then %q", once, again)
		}
	})
}

// The same computer has the same stand-in, whatever is behind its name, and one
// that is called like many others has none.
func TestComputers(t *testing.T) {
	n := names(t, "k")
	n.Computer("annas-thinkpad.fritz.box")
	got := strings.Fields(n.Text("annas-thinkpad annas-thinkpad.local ANNAS-THINKPAD"))
	if got[0] != got[1] || got[1] != got[2] || !strings.HasPrefix(got[0], "computer-") {
		t.Errorf("%v", got)
	}
	for _, name := range []string{"", "pc", "localhost", "debian", "Mail", "alarm"} {
		n := names(t, "k")
		n.Computer(name)
		const text = "the mail of this pc says: debian and localhost raise no alarm, says www.alarm.com"
		if got := n.Text(text); got != text {
			t.Errorf("%q: %s", name, got)
		}
	}
}
