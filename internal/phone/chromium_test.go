package phone_test

import (
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/browser"
	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/phone"
)

// The windows that the page is looked at in: a phone's, and a computer's.
var (
	small      = browser.Look{Width: 390, Height: 844, Mobile: true}
	smallDark  = browser.Look{Width: 390, Height: 844, Mobile: true, Dark: true}
	large      = browser.Look{Width: 1280, Height: 900}
	largeDark  = browser.Look{Width: 1280, Height: 900, Dark: true}
	everywhere = map[string]browser.Look{"390": small, "390-dark": smallDark, "1280": large, "1280-dark": largeDark}
)

// right is a reference as time servers give one; by is how wrong this computer
// is made to be.
func right(by time.Duration) phone.Reference {
	return phone.Reference{At: phone.Reading(time.Now()), Offset: by, Uncertainty: 5 * time.Millisecond, Verified: true, Source: "ntp"}
}

func serve(t *testing.T, change func(*phone.Options)) *phone.Page {
	t.Helper()
	o := phone.Options{Env: phone.System(), Reference: right(0), Address: netip.MustParseAddr("127.0.0.1")}
	if change != nil {
		change(&o)
	}
	p, err := phone.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// shift makes the phone's clock run that much ahead, as a person would set it.
func shift(by time.Duration) string {
	return fmt.Sprintf(`(() => {
	const Real = Date, by = %d, now = () => Real.now() + by;
	globalThis.Date = class extends Real {
		constructor(...a) { if (a.length) { super(...a); } else { super(now()); } }
		static now() { return now(); }
	};
})()`, by.Milliseconds())
}

// An offset is measured, in a real browser, within a tenth of a second.
func TestThePageMeasures(t *testing.T) {
	chromium := browser.Open(t)
	for _, tt := range []struct {
		name          string
		phone, here   time.Duration // ahead of the right time
		want          time.Duration
		outcome       string
		headline, say string
	}{
		{"a clock 47 s behind", -47 * time.Second, 0, 47 * time.Second, phone.Skewed, "This phone’s clock is 47 seconds slow", "Its codes are likely to be refused."},
		{"a right clock", 0, 0, 0, phone.Accurate, "This phone’s clock is right", "It is right to within a second."},
		{"a right clock beside a computer that is 90 s ahead", 0, 90 * time.Second, 0, phone.Accurate, "This phone’s clock is right", "It is right to within a second."},
		{"both are 90 s ahead", 90 * time.Second, 90 * time.Second, -90 * time.Second, phone.Skewed, "This phone’s clock is 90 seconds fast", "refused."},
		{"an hour set by hand", -time.Hour + 4*time.Second, 0, time.Hour - 4*time.Second, phone.ZoneWrong, "This phone’s clock is 60 minutes slow", "as if it was set by hand for another time zone"},
		{"yesterday", -24 * time.Hour, 0, 24 * time.Hour, phone.DateWrong, "This phone’s clock is 24 hours slow", "The date is wrong"},
		{"12 s behind", -12 * time.Second, 0, 12 * time.Second, phone.Drifting, "This phone’s clock is 12 seconds slow", "Codes still work."},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tab := chromium.Another(t)
			// Both run on one machine: a computer that is ahead is one whose
			// time servers say so, and whose phone shares its clock.
			page := serve(t, func(o *phone.Options) { o.Reference = right(-tt.here) })
			tab.Set(small)
			tab.Before(shift(tt.phone - tt.here))
			tab.Go(page.URL)
			tab.Press("#go")
			if got := tab.Text("#headline"); got != tt.headline {
				t.Errorf("the phone says %q", got)
			}
			if got := tab.Text("#lines"); !strings.Contains(got, tt.say) {
				t.Errorf("the phone says %q, not %q", got, tt.say)
			}
			r, err := page.Wait(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if r.Clock.OffsetMS == nil || math.Abs(*r.Clock.OffsetMS-float64(tt.want.Milliseconds())) > 100 || r.Clock.Outcome != tt.outcome {
				t.Errorf("measured %+v, want %v", r.Clock, tt.want)
			}
			if off := math.Abs(*r.Clock.OffsetMS - float64(tt.want.Milliseconds())); off > *r.Clock.UncertaintyMS {
				t.Errorf("off by %.1f ms, and said to be unsure by %.1f ms", off, *r.Clock.UncertaintyMS)
			}
			t.Logf("measured %.2f ms ± %.2f ms in %d rounds", *r.Clock.OffsetMS, *r.Clock.UncertaintyMS, r.Clock.Rounds)
			quiet(t, tab, page.URL)
		})
	}
}

// quiet: the page asked for nothing but itself, and the browser had nothing to
// say.
func quiet(t *testing.T, tab *browser.Tab, url string) {
	t.Helper()
	for _, r := range tab.Requests() {
		if _, address, _ := strings.Cut(r, " "); !strings.HasPrefix(address, url) && !strings.HasPrefix(address, "data:image/svg+xml;") {
			t.Errorf("a request to %s", address)
		}
	}
	if said := tab.Console(); len(said) > 0 {
		t.Errorf("on the console: %q", said)
	}
}

// What the browser says besides the time.
func TestThePageLooksAround(t *testing.T) {
	host := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodHead || r.Header.Get("Cookie") != "" || r.Header.Get("Referer") != "" {
			t.Errorf("the host is asked %s with cookie %q and referrer %q", r.Method, r.Header.Get("Cookie"), r.Header.Get("Referer"))
		}
	}))
	t.Cleanup(host.Close)
	name := strings.TrimPrefix(host.URL, "https://")

	tab := browser.Open(t)
	page := serve(t, func(o *phone.Options) { o.Host = name })
	tab.Set(small)
	tab.Go(page.URL)
	if got := tab.Text("#sends"); !strings.Contains(got, "whether this phone reaches "+name) {
		t.Errorf("it says that it sends %q", got)
	}
	tab.Press("#go")
	tab.Text("#headline")
	r, err := page.Wait(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, east := time.Now().Zone()
	want := &phone.Facts{Zone: r.Phone.Zone, ZoneMinutes: east / 60, SameZone: true, Cookies: true, Storage: true,
		// Nobody vouches for the host, so the phone refuses to speak to it.
		Reach: &phone.Reach{Host: name, Outcome: phone.Failed, TookMS: r.Phone.Reach.TookMS}}
	if diff := cmp.Diff(want, r.Phone); diff != "" || r.Phone.Zone == "" {
		t.Errorf("the phone (-want +got):\n%s", diff)
	}
}

// A host that answers was reached, whatever it answers, and wherever it leads;
// what it leads to is asked nothing. One where nothing listens was not.
func TestThePhoneReachesTheHost(t *testing.T) {
	elsewhere := httptest.NewTLSServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("where the host leads to is asked")
	}))
	t.Cleanup(elsewhere.Close)
	chromium := browser.Open(t)
	for _, tt := range []struct {
		name   string
		answer http.HandlerFunc // nil where nobody answers
		want   string
	}{
		{"well", func(http.ResponseWriter, *http.Request) {}, phone.Reached},
		{"refused", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusForbidden) }, phone.Reached},
		{"broken", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusInternalServerError) }, phone.Reached},
		{"led elsewhere", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) }, phone.Reached},
		{"nobody", nil, phone.Failed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			asked := false
			host := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				asked = true
				tt.answer(w, r)
			}))
			t.Cleanup(host.Close)
			if tt.answer == nil {
				host.Close()
			}
			tab := chromium.Another(t)
			tab.TrustAll()
			page := serve(t, func(o *phone.Options) { o.Host = strings.TrimPrefix(host.URL, "https://") })
			tab.Set(small)
			tab.Go(page.URL)
			tab.Press("#go")
			tab.Text("#headline")
			r, err := page.Wait(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if r.Phone.Reach.Outcome != tt.want || asked != (tt.answer != nil) {
				t.Errorf("%+v, asked %t; want %s", r.Phone.Reach, asked, tt.want)
			}
		})
	}
}

// The page holds its own in every window, light and dark, at each moment.
func TestThePageIsForEverybody(t *testing.T) {
	chromium := browser.Open(t)
	for name, look := range everywhere {
		t.Run(name, func(t *testing.T) {
			tab := chromium.Another(t)
			page := serve(t, func(o *phone.Options) { o.Host = "www.example.org" })
			tab.Set(look)
			tab.Before(shift(-47 * time.Second))
			// The host is not asked here: it would be a request to the outside.
			tab.Before(`(() => { const real = fetch; globalThis.fetch = (u, o) => String(u).startsWith("https:") ? Promise.resolve() : real(u, o); })()`)
			tab.Go(page.URL)
			look := func(moment string) {
				tab.Shoot(name + "-" + moment)
				if wide := browser.Get(tab, chromedp.Evaluate[bool]("document.documentElement.scrollWidth > innerWidth")); wide {
					t.Errorf("%s: wider than the window", moment)
				}
				for _, v := range tab.Axe() {
					t.Errorf("%s: %s", moment, v)
				}
			}
			look("1-open")
			tab.Press("#go")
			tab.Text("#headline")
			look("2-wrong")
			if focus := browser.Get(tab, chromedp.Evaluate[string]("document.activeElement.id")); focus != "headline" {
				t.Errorf("the focus is on %q", focus)
			}
			if spoken := browser.Get(tab, chromedp.TextContent(chromedp.CSS("#status"))); !strings.Contains(spoken, "47 seconds slow") {
				t.Errorf("a screen reader is told %q", spoken)
			}
			tab.Go(page.URL)
			look("3-gone")
			if got := tab.Text("h1"); got != "This page has done its work." {
				t.Errorf("afterwards it says %q", got)
			}
		})
	}
}

func TestAnotherPhoneIsMeasured(t *testing.T) {
	tab := browser.Open(t)
	page := serve(t, nil)
	occupy(t, page.URL)
	tab.Set(small)
	tab.Go(page.URL)
	tab.Press("#go")
	if got := tab.Text("#headline"); got != "Another phone is being measured" {
		t.Errorf("it says %q", got)
	}
	tab.Shoot("390-busy")
	tab.Press("#again")
	tab.Text("#again")
}

// The computer went away while the page was open.
func TestTheComputerIsGone(t *testing.T) {
	tab := browser.Open(t)
	page := serve(t, nil)
	tab.Set(small)
	tab.Go(page.URL)
	page.Close()
	tab.Press("#go")
	if got := tab.Text("#headline"); got != "The computer does not answer" {
		t.Errorf("it says %q", got)
	}
	tab.Shoot("390-lost")
}

func TestNobodyVouchesForThisComputer(t *testing.T) {
	tab := browser.Open(t)
	page := serve(t, func(o *phone.Options) {
		o.Reference = phone.Reference{At: phone.Reading(time.Now()), Reason: "no time server was reached"}
	})
	tab.Set(small)
	tab.Before(shift(-47 * time.Second))
	tab.Go(page.URL)
	tab.Press("#go")
	if got := tab.Text("#headline"); got != "The clock could not be judged" {
		t.Errorf("it says %q", got)
	}
	if got := tab.Text("#lines"); got != "The phone and the computer are 47 seconds apart, and nobody can say which of them is right (no time server was reached)." {
		t.Errorf("it says %q", got)
	}
	tab.Shoot("390-unsure")
	r, err := page.Wait(t.Context())
	if err != nil || r.Clock.Status != diag.Unknown || r.ExitStatus != 3 || !strings.Contains(r.Clock.Reason, "47 s apart, and nobody can say which") {
		t.Errorf("judged %+v (%v)", r, err)
	}
}
