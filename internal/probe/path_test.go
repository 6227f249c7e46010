package probe

import (
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A page that is a challenge itself, on this computer: as scripts use it.
func TestPathChallengePage(t *testing.T) {
	rows := []struct {
		name string
		path string
		h    http.HandlerFunc
		want string
	}{
		{"204", "/generate_204", say204, "ok: open internet"},
		{"sent to a portal", "/generate_204", redirect("http://portal.lab.test/login?mac=1"), "captive_portal: the network shows its own page first (sent on to http://portal.lab.test)"},
		{"sent to a page of its own", "/generate_204", redirect("/login"), "captive_portal: the network shows its own page first (sent on to http://HOST)"},
		{"sent to itself over TLS", "/generate_204", redirect("https://127.0.0.1/generate_204"), "ok: the page is on this computer itself"},
		{"a login page", "/generate_204", say(200, "text/html", loginPage), "captive_portal: the network shows its own page first (another page is shown in its place)"},
		{"a login page that hides its kind", "/gen_204", say(200, "application/octet-stream", loginPage), "captive_portal: the network shows its own page first (another page is shown in its place)"},
		{"511", "/generate_204", say(511, "text/html", loginPage), "captive_portal: the network shows its own page first (it answers 511, sign in to the network first)"},
		{"511 for any page", "/login", say(511, "text/plain", ""), "captive_portal: the network shows its own page first (it answers 511, sign in to the network first)"},
		{"empty 200", "/generate_204", say(200, "text/plain", ""), "ok: the page is on this computer itself"},
		{"out of order", "/generate_204", say(503, "text/html", loginPage), "ok: the page is on this computer itself"},
		{"Apple", "/hotspot-detect.html", say(200, "text/html", "<HTML><HEAD><TITLE>Success</TITLE></HEAD><BODY>Success</BODY></HTML>\n"), "ok: open internet"},
		{"Apple, replaced", "/hotspot-detect.html", say(200, "text/html", "<html><title>Success!</title>Pay here</html>"), "captive_portal: the network shows its own page first (another page is shown in its place)"},
		{"Firefox", "/success.txt", say(200, "text/plain", "success\n"), "ok: open internet"},
		{"Firefox, 204 instead", "/success.txt", say204, "ok: the page is on this computer itself"},
		{"Windows", "/connecttest.txt", say(200, "text/plain", "Microsoft Connect Test"), "ok: open internet"},
		{"any page", "/login", say(200, "text/html", loginPage), "ok: the page is on this computer itself"},
		{"any page, not found", "/login", say(404, "text/html", loginPage), "ok: the page is on this computer itself"},
		{"any page, sent elsewhere", "/login", redirect("http://portal.lab.test/"), "captive_portal: the network shows its own page first (sent on to http://portal.lab.test)"},
		{"any page, sent to a site", "/login", redirect("https://login.example.com/"), "captive_portal: the network shows its own page first (sent on to https://login.example.com)"},
		{"any page, sent within", "/login", redirect("/welcome"), "ok: the page is on this computer itself"},
		{"any page, to TLS", "/login", redirect("https://127.0.0.1/login"), "ok: the page is on this computer itself"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			world, host := newMapWorld(), serve(t, r.h)
			f := runPath(t.Context(), world.asEnv(), Params{"url": "http://" + host + r.path})
			got := strings.ReplaceAll(pathTold(f), host, "HOST")
			if diff := cmp.Diff([]any{r.want, []string{host}}, []any{got, world.dialed}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPathPageOnThisComputer(t *testing.T) {
	closed := serveConns(t, deaf)
	rows := []struct {
		name string
		err  error
		want string
	}{
		{"refused", syscall.ECONNREFUSED, "ok: the page is on this computer itself"},
		{"no loopback", syscall.ENETUNREACH, "offline: this computer knows no way to the internet"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			world := newMapWorld()
			world.fails[closed] = r.err
			f := runPath(t.Context(), world.asEnv(), Params{"url": "http://" + closed + "/"})
			if diff := cmp.Diff(r.want, pathTold(f)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// usual leads the four usual challenges to handlers, in the order of
// captivePages; nil is a name that is not known.
func (w *mapWorld) usual(t *testing.T, handlers ...http.HandlerFunc) {
	for i, h := range handlers {
		if h == nil {
			continue
		}
		host, _, _ := strings.Cut(strings.TrimPrefix(captivePages[i], "http://"), "/")
		w.leads[host+":80"] = serve(t, h)
	}
}

func TestPathUsualChallenges(t *testing.T) {
	portal := redirect("https://portal.hotel.example/?x=secret")
	success := say(200, "text/plain", "success\n")
	moved := redirect("https://login.example.net/")
	rows := []struct {
		name     string
		page     http.HandlerFunc // of http://www.example.com/
		handlers []http.HandlerFunc
		fails    map[string]error
		want     string
	}{
		{"all open", nil, []http.HandlerFunc{say204, say204, nil, success}, nil, "ok: open internet, no sign-in page in between"},
		{"one open", nil, []http.HandlerFunc{nil, say204}, nil, "ok: open internet, no sign-in page in between"},
		{"a portal", nil, []http.HandlerFunc{portal, portal, portal, portal}, nil,
			"captive_portal: the network shows its own page first (sent on to https://portal.hotel.example)"},
		{"a portal that lets one through", nil, []http.HandlerFunc{nil, portal, nil, success}, nil,
			"captive_portal: the network shows its own page first (sent on to https://portal.hotel.example)"},
		{"the page is sent on by itself", moved, []http.HandlerFunc{say204, say204}, nil, "ok: open internet, no sign-in page in between"},
		{"the page is sent on, nothing else answers", moved, nil, nil,
			"captive_portal: the network shows its own page first (sent on to https://login.example.net)"},
		{"the page is sent on in the clear", redirect("http://10.0.0.1/"), []http.HandlerFunc{say204, say204}, nil,
			"captive_portal: the network shows its own page first (sent on to http://10.0.0.1)"},
		{"the page is sent to www and TLS", redirect("https://www2.example.com/"), []http.HandlerFunc{say204, say204}, nil, "ok: open internet, no sign-in page in between"},
		{"the page answers, nothing else does", say(200, "text/html", loginPage), nil, nil,
			"unknown: nothing proves the way open or closed (www.example.com: answers 200; 1.1.1.1: there is no such name)"},
		{"an unwanted answer proves nothing", nil, []http.HandlerFunc{say(403, "text/html", loginPage), say(500, "text/html", ""), nil, say(200, "text/plain", "no")}, map[string]error{"*": syscall.ECONNREFUSED},
			"unknown: nothing proves the way open or closed (www.example.com: the connection was refused; connectivitycheck.gstatic.com: answers 403, not as it should; cp.cloudflare.com: answers 500, not as it should; detectportal.firefox.com: answers 200, not as it should)"},
		{"no route anywhere", nil, nil, map[string]error{"*": syscall.ENETUNREACH}, "offline: this computer knows no way to the internet"},
		{"no way to the gateway, so no names", nil, nil, map[string]error{"1.1.1.1:443": syscall.EHOSTUNREACH, "8.8.8.8:443": syscall.EHOSTUNREACH}, "offline: this computer knows no way to the internet"},
		{"no names, but no proof of more", nil, nil, map[string]error{"1.1.1.1:443": syscall.ECONNREFUSED, "8.8.8.8:443": syscall.ENETUNREACH},
			"unknown: nothing proves the way open or closed (www.example.com: there is no such name; 1.1.1.1: the connection was refused; 8.8.8.8: this computer's network does not lead there)"},
		{"names fail, and nothing else is known", nil, nil, nil, "unknown: nothing proves the way open or closed (www.example.com: there is no such name)"},
		{"a local firewall", nil, nil, map[string]error{"*": syscall.EPERM}, "unknown: www.example.com: a firewall or a rule on this computer forbids it"},
		{"a route that prohibits", nil, nil, map[string]error{"*": syscall.EACCES}, "unknown: www.example.com: a firewall or a rule on this computer forbids it"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			world := newMapWorld()
			world.usual(t, r.handlers...)
			if r.page != nil {
				world.leads["www.example.com:80"] = serve(t, r.page)
			}
			for address, err := range r.fails {
				world.fails[address] = err
			}
			f := runPath(t.Context(), world.asEnv(), Params{"url": "http://www.example.com/"})
			if diff := cmp.Diff(r.want, pathTold(f)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The way to a page in the next room is open without any internet.
func TestPathPrivatePage(t *testing.T) {
	world := newMapWorld()
	world.leads["192.168.1.1:80"] = serve(t, say(200, "text/html", loginPage))
	world.fails["*"] = syscall.ENETUNREACH
	f := runPath(t.Context(), world.asEnv(), Params{"url": "http://192.168.1.1/"})
	if diff := cmp.Diff("ok: 192.168.1.1 answers, on a private network", pathTold(f)); diff != "" {
		t.Error(diff)
	}
}

// What cannot change the verdict any more is not waited for.
func TestPathEnough(t *testing.T) {
	for _, r := range []struct {
		name     string
		handlers []http.HandlerFunc
		want     string
	}{
		{"a portal", []http.HandlerFunc{redirect("http://10.0.0.1/")}, "captive_portal"},
		{"two that agree", []http.HandlerFunc{say204, say204}, "ok"},
	} {
		t.Run(r.name, func(t *testing.T) {
			world := newMapWorld()
			world.usual(t, r.handlers...)
			world.leads["detectportal.firefox.com:80"] = serveConns(t, deaf)
			f := runPath(t.Context(), world.asEnv(), Params{})
			challenges := f.Facts["challenges"].([]any)
			last := challenges[len(challenges)-1].(map[string]any)
			if diff := cmp.Diff([]any{r.want, "not waited for"}, []any{f.Outcome, last["words"]}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// Names that are not known anywhere are the name servers' fault: an address
// that proves itself shows that the way is open.
func TestPathWithoutNames(t *testing.T) {
	public, local := newTestCA(t, "Public CA"), newTestCA(t, "Filter CA")
	for _, r := range []struct {
		name string
		ca   testCA
		want string
	}{
		{"proven", public, "ok: open internet"},
		{"somebody else answers", local, "unknown: nothing proves the way open or closed (www.example.com: there is no such name; 1.1.1.1: answers)"},
	} {
		t.Run(r.name, func(t *testing.T) {
			world := newMapWorld()
			world.leads["1.1.1.1:443"] = r.ca.serveTLS(t, "1.1.1.1", func(http.ResponseWriter, *http.Request) { panic("asked for a page") })
			env := world.asEnv()
			env.PublicRoots, env.Roots = public.pool, local.pool
			if diff := cmp.Diff(r.want, pathTold(runPath(t.Context(), env, Params{"url": "https://www.example.com/"}))); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestPathCertificates(t *testing.T) {
	public, local, stranger := newTestCA(t, "Public CA"), newTestCA(t, "Filter CA"), newTestCA(t, "Nobody")
	portal := redirect("http://portal.hotel.example/")
	rows := []struct {
		name    string
		host    string
		ca      testCA
		page    http.HandlerFunc
		captive http.HandlerFunc
		want    string
	}{
		{"public", "www.example.com", public, nil, say204, "ok: "},
		{"public, challenges fail", "www.example.com", public, nil, nil, "ok: open internet"},
		{"public, outweighs a portal", "www.example.com", public, nil, portal, "ok: open internet"},
		{"intercepted", "www.example.com", local, say(200, "text/html", ""), say204,
			`intercepted: encrypted pages are opened on the way: www.example.com is vouched for by "Filter CA", which only this computer trusts`},
		{"intercepted, challenges fail", "www.example.com", local, say(200, "text/html", ""), nil,
			`intercepted: encrypted pages are opened on the way: www.example.com is vouched for by "Filter CA", which only this computer trusts`},
		{"intercepted, and a portal", "www.example.com", local, say(200, "text/html", ""), portal,
			"captive_portal: the network shows its own page first (sent on to http://portal.hotel.example)"},
		{"intercepted by a portal", "www.example.com", local, say(511, "text/html", ""), say204,
			"captive_portal: the network shows its own page first (it answers 511, sign in to the network first)"},
		{"own authority, private name", "sso.lab.test", local, say(200, "text/html", ""), say204, "ok: open internet, no sign-in page in between"},
		{"own authority, challenges fail", "sso.lab.test", local, say(200, "text/html", ""), nil,
			"unknown: nothing proves the way open or closed (sso.lab.test: answers 200; CAPTIVE: the connection was refused)"},
		{"own authority, address", "192.0.2.9", local, say(200, "text/html", ""), say204, "ok: open internet, no sign-in page in between"},
		{"sent to the sign-in of another site", "sso.lab.test", local, redirect("https://login.example.net/"), say204, "ok: open internet, no sign-in page in between"},
		{"trusted by nobody", "www.example.com", stranger, nil, say204, "ok: open internet, no sign-in page in between"},
		{"trusted by nobody, a portal", "www.example.com", stranger, nil, portal,
			"captive_portal: the network shows its own page first (sent on to http://portal.hotel.example)"},
		{"trusted by nobody, nothing else", "www.example.com", stranger, nil, nil,
			"unknown: nothing proves the way open or closed (www.example.com: answers, but nobody whom this computer trusts vouches for it; CAPTIVE: the connection was refused)"},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			world := newMapWorld()
			page := r.page
			if page == nil {
				page = func(http.ResponseWriter, *http.Request) { t.Error("a page was asked for without need") }
			}
			world.leads[net.JoinHostPort(r.host, "443")] = r.ca.serveTLS(t, r.host, page)
			captive := "captive.example:80"
			world.fails[captive] = syscall.ECONNREFUSED
			if r.captive != nil {
				delete(world.fails, captive)
				world.leads[captive] = serve(t, r.captive)
			}
			env := world.asEnv()
			env.Roots, env.PublicRoots = both(local, public), public.pool
			f := runPath(t.Context(), env, Params{"url": "https://" + r.host + "/login", "captive": "http://captive.example/generate_204"})
			got := strings.ReplaceAll(pathTold(f), "captive.example", "CAPTIVE")
			if !strings.HasPrefix(got, r.want) || r.want != "ok: " && got != r.want {
				t.Errorf("got  %s\nwant %s", got, r.want)
			}
		})
	}
}

// The real set of public authorities vouches for nobody of the tests.
func TestPathPublicRoots(t *testing.T) {
	if publicRoots(Env{}).Equal(x509.NewCertPool()) {
		t.Error("no public authorities")
	}
	ca := newTestCA(t, "Public CA")
	cert, _ := issue(t, &x509.Certificate{DNSNames: []string{"www.example.com"}}, ca.cert, ca.key)
	env := Env{Now: time.Now, Roots: ca.pool}
	if got, issuer := judgeChain(env, "www.example.com", []*x509.Certificate{cert}); got != trustLocal || issuer != "Public CA" {
		t.Errorf("trust %d, issuer %q", got, issuer)
	}
}

// The challenge header proves more than two plain answers, but its absence
// proves nothing: a squid on the way drops it.
func TestPathEcho(t *testing.T) {
	echo := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(responseHeader, "response "+r.Header.Get(challengeHeader))
		w.WriteHeader(http.StatusNoContent)
	}
	parrot := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set(responseHeader, "response ad_0")
		w.WriteHeader(http.StatusNoContent)
	}
	for _, r := range []struct {
		name   string
		h      http.HandlerFunc
		echoed bool
	}{{"echo", echo, true}, {"stripped", say204, false}, {"a wrong echo", parrot, false}} {
		t.Run(r.name, func(t *testing.T) {
			world := newMapWorld()
			host := serve(t, r.h)
			plan, err := planPath("", []string{"http://" + host + "/generate_204"})
			if err != nil {
				t.Fatal(err)
			}
			a := try(t.Context(), world.asEnv(), plan.others[0])
			if a.proof != proofOpen || a.echoed != r.echoed {
				t.Errorf("answer %q, echoed %v", a.proof, a.echoed)
			}
			s := survey{plan: plan, attempts: []attempt{a}}
			if s.settled() != r.echoed {
				t.Errorf("settled %v", s.settled())
			}
		})
	}
}

func TestPathOffline(t *testing.T) {
	none := func() ([]net.Addr, error) { return nil, nil }
	selfAssigned := func() ([]net.Addr, error) {
		return []net.Addr{
			&net.IPNet{IP: net.IPv4(127, 0, 0, 1), Mask: net.CIDRMask(8, 32)},
			&net.IPNet{IP: net.IPv4(169, 254, 3, 4), Mask: net.CIDRMask(16, 32)},
			&net.IPNet{IP: net.ParseIP("fe80::1"), Mask: net.CIDRMask(64, 128)},
		}, nil
	}
	rows := []struct {
		name       string
		interfaces func() ([]net.Addr, error)
		with       Params
		env        map[string]string
		want       string
		dials      int
	}{
		{"no interface", none, Params{"url": "https://www.example.com/"}, nil, "offline: this computer is not connected to any network", 0},
		{"only self-assigned addresses", selfAssigned, Params{"url": "https://www.example.com/"}, nil, "offline: this computer is not connected to any network", 0},
		{"no page given", none, nil, nil, "offline: this computer is not connected to any network", 0},
		{"a proxy elsewhere", none, Params{"url": "https://www.example.com/"}, map[string]string{"HTTPS_PROXY": "http://192.0.2.1:3128"}, "offline: this computer is not connected to any network", 0},
		{"a dead proxy on this computer", none, Params{"url": "https://www.example.com/", "captive": "http://192.0.2.9/generate_204"}, map[string]string{"HTTPS_PROXY": "http://127.0.0.1:1"}, "proxy_unreachable: the proxy http://127.0.0.1:1 gives no answer: the connection was refused", 3},
		{"challenges on this computer", none, Params{"url": "https://192.0.2.8/", "captive": "http://127.0.0.1:1/generate_204"}, nil, "offline: this computer is not connected to any network", 2},
	}
	for _, r := range rows {
		t.Run(r.name, func(t *testing.T) {
			world := newMapWorld()
			world.env = r.env
			world.fails["*"], world.fails["127.0.0.1:1"] = syscall.ENETUNREACH, syscall.ECONNREFUSED
			env := world.asEnv()
			env.Interfaces = r.interfaces
			got := pathTold(runPath(t.Context(), env, r.with))
			if diff := cmp.Diff([]any{r.want, r.dials}, []any{got, len(world.dialed)}); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What a user or a server wrote as a secret is in no finding, and the
// password of a page goes to nobody.
func TestPathKeepsSecrets(t *testing.T) {
	host := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "" {
			t.Error("a password was sent to the page")
		}
		redirect("http://portal.lab.test/?mac=hunter2")(w, r)
	})
	f := runPath(t.Context(), newMapWorld().asEnv(), Params{"url": "http://me:hunter2@" + host + "/generate_204?token=hunter2#hunter2"})
	if text := fmt.Sprint(f); f.Outcome != "captive_portal" || strings.Contains(text, "hunter2") {
		t.Errorf("got %s", text)
	}
	for _, bad := range []string{"ftp://me:hunter2@x/", "http://me:hunter2@/", "http://me:hunter2@[/", "http://a b:hunter2/"} {
		f := runPath(t.Context(), newMapWorld().asEnv(), Params{"url": bad})
		if text := fmt.Sprint(f); f.Outcome != diag.NoAnswer || strings.Contains(text, "hunter2") {
			t.Errorf("%s: got %s", bad, text)
		}
	}
}

func TestPathFacts(t *testing.T) {
	host := serve(t, say204)
	env := newMapWorld().asEnv()
	env.Now = func() time.Time { return time.Time{} }
	f := runPath(t.Context(), env, Params{"url": "http://" + host + "/generate_204?x=1"})
	want := map[string]any{
		"page": map[string]any{
			"url": "http://" + host + "/generate_204", "answer": "open", "words": "answers 204, as it should", "status": 204, "elapsed_ms": 0.0,
		},
		"challenges": []any{}, "proxy": "", "via": "direct: no proxy is set",
	}
	if diff := cmp.Diff(want, f.Facts); diff != "" {
		t.Error(diff)
	}
}

func TestRegistrable(t *testing.T) {
	for host, want := range map[string]string{
		"www.example.com": "example.com", "WWW.Example.CO.UK.": "example.co.uk", "example.com": "example.com",
		"127.0.0.1": "127.0.0.1", "localhost": "localhost", "a.github.io": "a.github.io", "b.lab.test": "lab.test", "": "",
	} {
		if got := registrable(host); got != want {
			t.Errorf("registrable(%q) = %q, want %q", host, got, want)
		}
	}
}
