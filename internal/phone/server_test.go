package phone_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/authdoctor/authdoctor/internal/phone"
)

// Whoever is not the page learns nothing and changes nothing.
func TestWhoIsRefused(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	p, err := phone.Open(phone.Options{Env: phone.System(), Reference: right(0), Address: netip.MustParseAddr("127.0.0.1")})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	address, _, _ := strings.Cut(strings.TrimPrefix(p.URL, "http://"), "/")
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, tt := range []struct {
		name, method, path, body string
		change                   func(*http.Request)
		want                     int
	}{
		{"the page itself", "GET", "", "", nil, 200},
		{"in small letters", "GET", "small", "", nil, 200},
		{"its head", "HEAD", "", "", nil, 200},
		{"the root", "GET", "/", "", nil, 404},
		{"a guess", "GET", "/" + strings.Repeat("A", 26), "", nil, 404},
		{"the beginning of the path", "GET", "short", "", nil, 404},
		{"more than the path", "GET", "longer", "", nil, 404},
		{"something below it", "GET", "below", "", nil, 405},
		{"a query", "GET", "?x=1", "", nil, 404},
		{"under another name (DNS rebinding)", "GET", "", "", func(r *http.Request) { r.Host = "evil.example" }, 421},
		{"under another port", "GET", "", "", func(r *http.Request) { r.Host = "127.0.0.1:1" }, 421},
		{"inside of another page", "GET", "", "", header("Sec-Fetch-Dest", "iframe"), 403},
		{"opened by a person", "GET", "", "", header("Sec-Fetch-Dest", "document"), 200},
		{"written to", "PUT", "", "{}", nil, 405},
		{"start from another origin", "POST", "/start", "{}", header("Origin", "http://evil.example"), 403},
		{"start from nowhere", "POST", "/start", "{}", func(r *http.Request) { r.Header.Del("Origin") }, 403},
		{"start from another site", "POST", "/start", "{}", header("Sec-Fetch-Site", "cross-site"), 403},
		{"start as a form", "POST", "/start", "{}", header("Content-Type", "text/plain"), 403},
		{"start with rubbish", "POST", "/start", "rubbish", nil, 400},
		{"start with what nobody knows", "POST", "/start", `{"admin":true}`, nil, 400},
		{"start twice in one", "POST", "/start", `{}{}`, nil, 400},
		{"start with too much", "POST", "/start", `{"zone":"` + strings.Repeat("x", 9000) + `"}`, nil, 400},
		{"time without a visit", "POST", "/time", `{"visit":"","round":0}`, nil, 403},
		{"answer without a visit", "POST", "/answer", `{"visit":"guess"}`, nil, 403},
		{"what there is not", "POST", "/stop", "{}", nil, 404},
	} {
		t.Run(tt.name, func(t *testing.T) {
			url := p.URL + tt.path
			switch tt.path {
			case "/", "/" + strings.Repeat("A", 26):
				url = "http://" + address + tt.path
			case "small":
				url = strings.ToLower(p.URL)
			case "short":
				url = p.URL[:len(p.URL)-1]
			case "longer":
				url = p.URL + "A"
			case "below":
				url = p.URL + "/start"
			}
			code, headers, body := ask(t, tt.method, url, tt.body, tt.change)
			if code != tt.want {
				t.Errorf("status %d, want %d: %s", code, tt.want, body)
			}
			if code >= 400 && strings.Contains(body, strings.TrimPrefix(p.URL, "http://"+address+"/")) {
				t.Errorf("the path is told: %s", body)
			}
			if policy := headers.Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; script-src 'sha256-") || strings.Contains(policy, "unsafe") {
				t.Errorf("policy %q", policy)
			}
		})
	}
	ctx, stop := context.WithCancelCause(t.Context())
	stop(errors.New("nothing came of it"))
	if r, err := p.Wait(ctx); err == nil || err.Error() != "nothing came of it" {
		t.Errorf("measured %+v (%v)", r, err)
	}
}

// readings is an answer of a phone whose clock is that much ahead.
func readings(visit string, rounds int, ahead time.Duration, more string) string {
	var list []string
	for n := range rounds {
		at := float64(time.Now().Add(ahead).UnixMilli())
		list = append(list, fmt.Sprintf(`{"round":%d,"sent":%f,"got":%f,"took":40}`, n, at-20, at+20))
	}
	return fmt.Sprintf(`{"visit":%q,"rounds":[%s]%s}`, visit, strings.Join(list, ","), more)
}

func post(t *testing.T, url, body string, want int) string {
	t.Helper()
	code, _, answer := ask(t, http.MethodPost, url, body, nil)
	if code != want {
		t.Fatalf("%s: status %d, want %d: %s", url, code, want, answer)
	}
	return answer
}

// rounds lets a phone ask for the time.
func rounds(t *testing.T, url, visit string, n int) {
	t.Helper()
	for i := range n {
		post(t, url+"/time", fmt.Sprintf(`{"visit":%q,"round":%d}`, visit, i), http.StatusNoContent)
	}
}

// One phone is measured, once; whoever comes second is told so, and whoever
// comes afterwards too.
func TestASecondVisitor(t *testing.T) {
	p := serve(t, nil)
	first := occupy(t, p.URL)
	post(t, p.URL+"/start", "{}", http.StatusConflict)
	rounds(t, p.URL, first, 5)
	post(t, p.URL+"/time", fmt.Sprintf(`{"visit":%q,"round":2}`, first), http.StatusBadRequest)
	post(t, p.URL+"/time", fmt.Sprintf(`{"visit":%q,"round":40}`, first), http.StatusBadRequest)
	post(t, p.URL+"/time", fmt.Sprintf(`{"visit":%q,"round":-1}`, first), http.StatusBadRequest)
	said := post(t, p.URL+"/answer", readings(first, 5, 0, ""), http.StatusOK)
	if !strings.Contains(said, "clock is right") {
		t.Errorf("the phone is told %s", said)
	}
	for _, what := range []string{"/start", "/answer", "/time"} {
		post(t, p.URL+what, fmt.Sprintf(`{"visit":%q}`, first), http.StatusGone)
	}
	if code, _, _ := ask(t, "GET", p.URL, "", nil); code != http.StatusGone {
		t.Errorf("afterwards the page answers %d", code)
	}
	if r, err := p.Wait(t.Context()); err != nil || !r.Known() || r.Clock.Rounds != 5 {
		t.Errorf("measured %+v (%v)", r, err)
	}
}

// A phone that went away does not keep the next one out.
func TestAPhoneThatWentAway(t *testing.T) {
	var mu sync.Mutex
	var later time.Duration
	p := serve(t, func(o *phone.Options) {
		o.Env.Now = func() phone.Moment {
			mu.Lock()
			defer mu.Unlock()
			return phone.Reading(time.Now().Add(later))
		}
	})
	first := occupy(t, p.URL)
	mu.Lock()
	later = 16 * time.Second
	mu.Unlock()
	second := occupy(t, p.URL)
	post(t, p.URL+"/time", fmt.Sprintf(`{"visit":%q,"round":0}`, first), http.StatusForbidden)
	rounds(t, p.URL, second, 1)
}

// What a phone says is held to what can be.
func TestAPhoneThatLies(t *testing.T) {
	for _, tt := range []struct {
		name, more string
		rounds     int
		change     func(string) string
		status     string
		reason     string
	}{
		{"no rounds", "", 0, nil, "unknown", "broke off"},
		{"too few rounds", "", 2, nil, "unknown", "broke off"},
		{"one round, told often", "", 5, func(s string) string {
			return strings.NewReplacer(`"round":1`, `"round":0`, `"round":2`, `"round":0`, `"round":3`, `"round":0`, `"round":4`, `"round":0`).Replace(s)
		}, "unknown", "broke off"},
		{"rounds that were not", "", 5, func(s string) string { return strings.ReplaceAll(s, `"round":`, `"round":1`) }, "unknown", "broke off"},
		{"a clock before all time", "", 5, func(s string) string { return strings.ReplaceAll(s, `"sent":`, `"sent":-`) }, "unknown", "broke off"},
		{"a clock after all time", "", 5, func(s string) string { return strings.ReplaceAll(s, `"got":1`, `"got":1111111`) }, "unknown", "broke off"},
		{"rounds in no time", "", 5, func(s string) string { return strings.ReplaceAll(s, `"took":40`, `"took":-1`) }, "unknown", "broke off"},
		{"a clock that was set meanwhile", "", 5, func(s string) string {
			i := strings.LastIndex(s, `"sent":`) + len(`"sent":`)
			return s[:i] + "1000" + s[strings.Index(s[i:], ",")+i:]
		}, "unknown", "was set while it was measured"},
		{"a zone of escapes", `,"zone":"\u001b[2JEurope/Berlin","zone_minutes":99999`, 5, nil, "pass", ""},
		{"a host that it was not asked for", `,"reach":{"outcome":"<b>","took":1e300}`, 5, nil, "pass", ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := serve(t, func(o *phone.Options) { o.Host = "www.example.org" })
			visit := occupy(t, p.URL)
			rounds(t, p.URL, visit, tt.rounds)
			body := readings(visit, tt.rounds, 0, tt.more)
			if tt.change != nil {
				body = tt.change(body)
			}
			post(t, p.URL+"/answer", body, http.StatusOK)
			r, err := p.Wait(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if r.Clock.Status.String() != tt.status || !strings.Contains(r.Clock.Reason, tt.reason) {
				t.Errorf("judged %+v", r.Clock)
			}
			if r.Phone.Zone != "" || r.Phone.ZoneMinutes != 0 || r.Phone.Reach.Outcome != phone.Untried || r.Phone.Reach.TookMS != 0 {
				t.Errorf("believed %+v %+v", r.Phone, r.Phone.Reach)
			}
			if data, err := json.Marshal(r); err != nil || strings.ContainsAny(string(data), "\x1b") {
				t.Errorf("written as %s (%v)", data, err)
			}
		})
	}
}

// This computer's clock was set, or it slept, after it was compared: then
// nobody knows the right time any more, and the phone is not blamed.
func TestThisComputerSlept(t *testing.T) {
	for name, tt := range map[string]struct {
		wall   time.Duration // moves, the timer does not
		status string
		reason string
	}{
		"slept for ten minutes":     {10 * time.Minute, "unknown", "this computer slept, or its clock was set"},
		"was set back by a second":  {-time.Second, "unknown", "this computer slept, or its clock was set"},
		"is being corrected slowly": {150 * time.Millisecond, "pass", ""},
	} {
		t.Run(name, func(t *testing.T) {
			p := serve(t, func(o *phone.Options) {
				o.Env.Now = func() phone.Moment {
					now := time.Now()
					return phone.Moment{Wall: now.Round(0).Add(tt.wall), Timer: now}
				}
			})
			visit := occupy(t, p.URL)
			rounds(t, p.URL, visit, 5)
			post(t, p.URL+"/answer", readings(visit, 5, 0, ""), http.StatusOK)
			r, err := p.Wait(t.Context())
			if err != nil || r.Clock.Status.String() != tt.status || !strings.Contains(r.Clock.Reason, tt.reason) {
				t.Errorf("judged %+v (%v)", r.Clock, err)
			}
			if r.Clock.OffsetMS == nil || *r.Clock.OffsetMS > 100 || *r.Clock.OffsetMS < -100 {
				t.Errorf("the right time moved with this computer's: %+v", r.Clock)
			}
		})
	}
}

// The time is over, or the person has had enough.
func TestNobodyComes(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	p, err := phone.Open(phone.Options{Env: phone.System(), Reference: right(0), Address: netip.MustParseAddr("127.0.0.1"), Stay: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Wait(t.Context()); !errors.Is(err, phone.ErrNobody) {
		t.Errorf("%v", err)
	}
	p.Close()
	if conn, err := net.Dial("tcp", strings.Split(strings.TrimPrefix(p.URL, "http://"), "/")[0]); err == nil {
		conn.Close()
		t.Error("it still listens")
	}
	q := serve(t, nil)
	ctx, stop := context.WithCancel(t.Context())
	stop()
	if _, err := q.Wait(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	q.Close()
}

// Nobody keeps the phone out by holding connections, or by asking without end.
func TestLimits(t *testing.T) {
	defer goleak.VerifyNone(t, goleak.IgnoreCurrent())
	p, err := phone.Open(phone.Options{Env: phone.System(), Reference: right(0), Address: netip.MustParseAddr("127.0.0.1")})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	address := strings.Split(strings.TrimPrefix(p.URL, "http://"), "/")[0]
	var held []net.Conn
	closed := 0
	for range 12 {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		held = append(held, conn)
	}
	for _, conn := range held {
		// The server waits for a request on those that it took.
		_ = conn.SetReadDeadline(time.Now().Add(300 * time.Millisecond))
		if _, err := conn.Read(make([]byte, 1)); err != nil && !errors.Is(err, context.DeadlineExceeded) && !isTimeout(err) {
			closed++
		}
	}
	if closed != 4 {
		t.Errorf("of 12 connections of one address %d were closed, want 4", closed)
	}
	for _, conn := range held {
		conn.Close()
	}
	refused := 0
	for range 20 { // connections that were held are let go of soon
		if code, err := get(p.URL); err == nil && code == 200 {
			break
		}
	}
	for range 450 {
		if code, err := get(p.URL); err == nil && code == http.StatusTooManyRequests {
			refused++
		}
	}
	if refused < 50 || refused > 70 {
		t.Errorf("of 450 requests %d were refused", refused)
	}
}

func isTimeout(err error) bool {
	var n net.Error
	return errors.As(err, &n) && n.Timeout()
}

func get(url string) (int, error) {
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(url)
	if err != nil {
		return 0, err
	}
	answer.Body.Close()
	return answer.StatusCode, nil
}

// Many at once: exactly one of them is measured.
func TestMany(t *testing.T) {
	p := serve(t, nil)
	var wg sync.WaitGroup
	codes := make(chan int, 6)
	for range 6 {
		wg.Go(func() {
			r, _ := http.NewRequest(http.MethodPost, p.URL+"/start", strings.NewReader("{}"))
			r.Header.Set("Origin", "http://"+r.URL.Host)
			r.Header.Set("Content-Type", "application/json")
			client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
			answer, err := client.Do(r)
			if err != nil {
				codes <- 0
				return
			}
			answer.Body.Close()
			codes <- answer.StatusCode
		})
	}
	wg.Wait()
	close(codes)
	taken := 0
	for code := range codes {
		switch code {
		case http.StatusOK:
			taken++
		case http.StatusConflict:
		default:
			t.Errorf("status %d", code)
		}
	}
	if taken != 1 {
		t.Errorf("%d phones were taken up", taken)
	}
}

func TestAnAddressThatIsNotOurs(t *testing.T) {
	_, err := phone.Open(phone.Options{Env: phone.System(), Reference: right(0), Address: netip.MustParseAddr("192.0.2.99")})
	if err == nil {
		t.Error("it listens under an address of somebody else")
	}
	env := phone.System()
	env.Random = strings.NewReader("too short")
	if _, err := phone.Open(phone.Options{Env: env, Address: netip.MustParseAddr("127.0.0.1")}); err == nil {
		t.Error("it makes do with fewer bits")
	}
}
