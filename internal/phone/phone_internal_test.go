package phone

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"rsc.io/qr"

	"github.com/authdoctor/authdoctor/internal/diag"
)

var noon = time.Date(2026, 1, 2, 12, 0, 0, 123e6, time.UTC)

// asked makes a round of a phone that is slow by that much: the way there and
// the way back took so long, and this computer took 1 ms between them.
func asked(slow, there, back time.Duration) round {
	sent := noon
	received := sent.Add(slow + there)
	left := received.Add(time.Millisecond)
	got := left.Add(back - slow)
	return round{sent: sent, got: got, took: there + back + time.Millisecond, received: received, left: left}
}

// The round with the smallest delay decides, and the offset is within what it
// is said to be known to, however uneven the ways are.
func TestCompare(t *testing.T) {
	const ms = time.Millisecond
	for _, tt := range []struct {
		name        string
		slow        time.Duration
		there, back []time.Duration
		delay       time.Duration
	}{
		{"even ways", 47 * time.Second, []time.Duration{5 * ms, 3 * ms, 9 * ms}, []time.Duration{5 * ms, 3 * ms, 9 * ms}, 6 * ms},
		{"all of it on the way there", -3 * time.Hour, []time.Duration{80 * ms, 40 * ms, 99 * ms}, []time.Duration{0, 0, 0}, 40 * ms},
		{"all of it on the way back", 0, []time.Duration{0, 0, 0}, []time.Duration{300 * ms, 90 * ms, 100 * ms}, 90 * ms},
	} {
		t.Run(tt.name, func(t *testing.T) {
			var rounds []round
			for i := range tt.there {
				rounds = append(rounds, asked(tt.slow, tt.there[i], tt.back[i]))
			}
			c, ok := compare(rounds, 2*ms)
			if !ok || c.moved || c.delay != tt.delay || c.rounds != 3 {
				t.Errorf("compared %+v, %v", c, ok)
			}
			if off := (c.offset - tt.slow).Abs(); off > c.uncertainty {
				t.Errorf("off by %v, and said to be unsure by %v", off, c.uncertainty)
			}
			if want := tt.delay/2 + ms + 2*ms; c.uncertainty != want {
				t.Errorf("unsure by %v, want %v", c.uncertainty, want)
			}
		})
	}
}

// A phone's clock that is set between two rounds has no one offset.
func TestAClockThatIsSetMeanwhile(t *testing.T) {
	const ms = time.Millisecond
	same := []round{asked(0, 5*ms, 5*ms), asked(0, 5*ms, 5*ms), asked(10*ms, 5*ms, 5*ms)}
	if c, _ := compare(same, 0); c.moved {
		t.Error("10 ms apart is within what two rounds of 10 ms can say")
	}
	set := append(same[:2:2], asked(13*ms, 5*ms, 5*ms))
	if c, _ := compare(set, 0); !c.moved {
		t.Error("13 ms apart is not")
	}
	if _, ok := compare(same[:2], 0); ok {
		t.Error("two rounds are too few")
	}
}

func TestCoarseness(t *testing.T) {
	at := func(ms int64) time.Time { return time.UnixMilli(ms) }
	for want, readings := range map[time.Duration][]int64{
		time.Millisecond: {1001, 2000}, 10 * time.Millisecond: {1010, 2000},
		100 * time.Millisecond: {1100, 2000}, time.Second: {1000, 2000},
	} {
		if got := coarseness([]round{{sent: at(readings[0]), got: at(readings[1])}}); got != want {
			t.Errorf("%v: steps of %v, want %v", readings, got, want)
		}
	}
}

func TestJudge(t *testing.T) {
	const s = time.Second
	sure := Reference{Verified: true, Source: "ntp", At: Reading(noon)}
	for _, tt := range []struct {
		name           string
		offset, unsure time.Duration
		ref            Reference
		outcome        string
		status         diag.Status
		exit           int
		say            string
	}{
		{"right", 12 * time.Millisecond, 5 * time.Millisecond, sure, Accurate, diag.Pass, 0, "right to within 17 ms"},
		{"right, and not well known", s, 3 * s, sure, Accurate, diag.Pass, 0, "right as far as this can tell: 1 s slow, give or take 3 s"},
		{"20 s fast", -20 * s, s, sure, Drifting, diag.Warn, 0, "20 s fast: codes still work"},
		{"20 s fast, and not well known", -20 * s, 11 * s, sure, Drifting, diag.Warn, 0, "20 s fast, give or take 11 s: codes may be refused"},
		{"47 s slow", 47 * s, s, sure, Skewed, diag.Fail, 1, "47 s slow: its codes are likely to be refused"},
		{"an hour", time.Hour, s, sure, ZoneWrong, diag.Fail, 1, "as if set by hand"},
		{"15 hours", 15 * time.Hour, s, sure, Skewed, diag.Fail, 1, "15 hours slow: its codes"},
		{"a day", -24 * time.Hour, s, sure, DateWrong, diag.Fail, 1, "the date is wrong"},
		{"too unsure", 16 * s, 20 * s, sure, diag.NoAnswer, diag.Unknown, 3, "too unsure to judge"},
		{"nobody vouches, and they agree", 12 * time.Millisecond, 0, Reference{Reason: "no server"}, diag.NoAnswer, diag.Unknown, 3, "agree, but nobody has confirmed either (no server)"},
		{"nobody vouches, and they do not", 47 * s, 0, Reference{Reason: "no server"}, diag.NoAnswer, diag.Unknown, 3, "47 s apart, and nobody can say which of them is right (no server)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := newResult(ByPage, tt.ref, Reading(noon))
			r.judge(tt.offset, tt.unsure)
			got := []any{r.Clock.Outcome, r.Clock.Status, r.ExitStatus}
			if diff := cmp.Diff([]any{tt.outcome, tt.status, tt.exit}, got); diff != "" || !strings.Contains(r.Clock.Summary, tt.say) {
				t.Errorf("judged %q (-want +got):\n%s", r.Clock.Summary, diff)
			}
			if blamed := tt.status == diag.Fail; (len(r.Clock.Breaks) > 0) != blamed {
				t.Errorf("it spoils %v", r.Clock.Breaks)
			}
			if quiet := tt.status == diag.Pass; (len(r.Advice) == 0) != quiet {
				t.Errorf("advice %q", r.Advice)
			}
		})
	}
}

// By eye: what a person sees has bounds, and a phone in another hour is not
// blamed, since that may be its zone.
func TestSeen(t *testing.T) {
	sure := Reference{Verified: true, Source: "ntp", At: Reading(noon)}
	for _, tt := range []struct {
		shows, by string
		ref       Reference
		outcome   string
		low, high float64 // seconds that the phone is slow
	}{
		{showsSame, "", sure, Accurate, -2, 2},
		{showsEarlier, "seconds", sure, Drifting, 3, 10},
		{showsLater, "seconds", sure, Drifting, -10, -3},
		{showsEarlier, "half-minute", sure, Drifting, 10, 30},
		{showsEarlier, "minute", sure, Skewed, 31, 120},
		{showsLater, "minutes", sure, Skewed, -600, -120},
		{showsEarlier, "many-minutes", sure, Skewed, 600, 1800},
		{showsEarlier, "more", sure, Skewed, 1800, 14 * 3600},
		{showsHour, "", sure, diag.NoAnswer, 0, 0},
		{showsDay, "", sure, DateWrong, 0, 0},
		{"unknown", "", sure, diag.NoAnswer, 0, 0},
		{showsEarlier, "", sure, diag.NoAnswer, 0, 0},
		{showsEarlier, "minutes", Reference{Reason: "no server", At: Reading(noon)}, diag.NoAnswer, 120, 600},
		{showsDay, "", Reference{Reason: "no server"}, diag.NoAnswer, 0, 0},
	} {
		t.Run(tt.shows+" "+tt.by, func(t *testing.T) {
			r := Seen(tt.shows, tt.by, tt.ref, Reading(noon))
			if r.Clock.Outcome != tt.outcome {
				t.Errorf("judged %+v, want %s", r.Clock, tt.outcome)
			}
			if tt.low == tt.high {
				if r.Clock.OffsetMS != nil {
					t.Errorf("an offset of %v was never seen", *r.Clock.OffsetMS)
				}
				return
			}
			off, unsure := *r.Clock.OffsetMS/1000, *r.Clock.UncertaintyMS/1000
			if off-unsure != tt.low || off+unsure != tt.high {
				t.Errorf("from %v to %v s, want from %v to %v", off-unsure, off+unsure, tt.low, tt.high)
			}
		})
	}
	// Whoever is off by hours or by a day is told what to set, and what not.
	for shows, want := range map[string]string{showsHour: "Set the time zone, never the hour", showsDay: "switch on Set Automatically"} {
		if got := strings.Join(Seen(shows, "", sure, Reading(noon)).Advice, " "); !strings.Contains(got, want) {
			t.Errorf("%s: advice is %q", shows, got)
		}
	}
	for _, shows := range []string{showsSame, showsEarlier, showsLater, showsHour, showsDay} {
		if _, more := ShowsBy(shows); more != (shows == showsEarlier || shows == showsLater) {
			t.Errorf("%s asks for more: %v", shows, more)
		}
	}
}

// What is drawn is the code, on any background, with its margin.
func TestDraw(t *testing.T) {
	const url = "http://192.168.178.123:45365/DQJZES8TKXBJWMZACEM22PP97W"
	want, err := qr.Encode(strings.ToUpper(url), qr.M)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name          string
		columns, rows int
		colored, fits bool
		quiet         int
	}{
		{"a terminal of 80 by 24", 79, 19, true, true, 4},
		{"without color", 79, 19, false, true, 4},
		{"40 columns", 39, 19, true, true, 4},
		{"hardly enough", 33, 17, true, true, 2},
		{"too narrow", 32, 24, true, false, 0},
		{"too low", 80, 16, true, false, 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, ok := Draw(url, tt.columns, tt.rows, tt.colored)
			if ok != tt.fits {
				t.Fatalf("fits: %v", ok)
			}
			if !ok {
				return
			}
			if len(got.Lines) > tt.rows || got.Columns > tt.columns || got.Columns != want.Size+2*tt.quiet {
				t.Errorf("%d columns and %d rows", got.Columns, len(got.Lines))
			}
			for y := range got.Columns {
				line := got.Lines[y/2]
				if tt.colored {
					line = strings.TrimSuffix(strings.TrimPrefix(line, inkOn), inkOff)
				}
				for x, r := range []rune(line) {
					ink := strings.ContainsRune(map[int]string{0: "█▀", 1: "█▄"}[y%2], r)
					if dark := ink == tt.colored; dark != want.Black(x-tt.quiet, y-tt.quiet) {
						t.Fatalf("module %d,%d is dark: %v", x, y, dark)
					}
				}
			}
		})
	}
}

// An address for a phone: not of this computer alone, nor one that a browser
// cannot be given.
func TestBestAddress(t *testing.T) {
	for want, list := range map[string][]string{
		"192.168.1.5": {"fe80::1/64", "fd00::5/64", "192.168.1.5/24"},
		"fd00::5":     {"fe80::1/64", "fd00::5/64"},
		"10.0.0.1":    {"10.0.0.1/8", "10.0.0.2/8"},
		"":            {"169.254.3.4/16", "fe80::1/64", "127.0.0.1/8"},
	} {
		var addresses []net.Addr
		for _, a := range list {
			ip, n, err := net.ParseCIDR(a)
			if err != nil {
				t.Fatal(err)
			}
			addresses = append(addresses, &net.IPNet{IP: ip, Mask: n.Mask})
		}
		best, ok := bestOf(addresses)
		if ok != (want != "") || ok && best.String() != want {
			t.Errorf("of %v: %v", list, best)
		}
	}
}

func TestOutside(t *testing.T) {
	home := Network{Interface: "wlan0", Address: netip.MustParseAddr("192.168.1.5")}
	if got := Outside([]Network{{Interface: "docker0", Inside: true}, home}); !cmp.Equal(got, []Network{home}, cmp.Comparer(func(a, b Network) bool { return a == b })) {
		t.Errorf("outside: %v", got)
	}
	for name, inside := range map[string]bool{"docker0": true, "br-1a2b": true, "utun3": true, "en0": false, "wlan0": false, "Wi-Fi": false, "eth0": false, "br0": false} {
		if insideName(name) != inside {
			t.Errorf("%s is inside: %v", name, !inside)
		}
	}
	if likelier(home, Network{Address: netip.MustParseAddr("8.8.8.8")}) >= 0 || likelier(home, Network{Address: netip.MustParseAddr("fd00::1")}) >= 0 {
		t.Error("a home is likelier than what is not")
	}
}

// Two random paths are not alike, and what people make of one is read.
func TestUnguessable(t *testing.T) {
	a, err := unguessable(System().Random)
	b, _ := unguessable(System().Random)
	if err != nil || a == b || len(a) != 26 || strings.Trim(a, digits) != "" {
		t.Errorf("%q and %q (%v)", a, b, err)
	}
	if got := readable("/oil0ab"); got != "/0110AB" {
		t.Errorf("read as %q", got)
	}
}

func TestNamesOfZones(t *testing.T) {
	for text, fine := range map[string]bool{
		"Europe/Berlin": true, "America/Argentina/Buenos_Aires": true, "UTC": true, "Etc/GMT+12": true,
		"": false, "Europe/": false, "<b>": false, "a b": false, strings.Repeat("a", 33): false,
	} {
		if zoneName().MatchString(text) != fine {
			t.Errorf("%q is a zone: %v", text, !fine)
		}
	}
}
