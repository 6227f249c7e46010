package fleet

import (
	"context"
	"errors"
	"net"
	"net/netip"
	"slices"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/diag"
	"github.com/authdoctor/authdoctor/internal/probe"
)

// lookups answers in turn; the last answer stays.
type lookups struct{ answers [][]string }

func (l *lookups) host(context.Context, string) ([]string, error) {
	now := l.answers[0]
	if len(l.answers) > 1 {
		l.answers = l.answers[1:]
	}
	return now, nil
}

var errDialed = errors.New("dialed")

// dialed is where connections went, with a world in which names lead as said.
func dialed(allow Allow, l *lookups) (probe.Env, *[]string) {
	var to []string
	return allow.Guard(probe.Env{
		Now: time.Now, LookupHost: l.host, Resolvers: func() []string { return []string{"10.0.0.53:53"} },
		Dial: func(_ context.Context, _, address string) (net.Conn, error) {
			to = append(to, address)
			return nil, errDialed
		},
	}), &to
}

func TestWhereConnectionsGo(t *testing.T) {
	for _, tt := range []struct {
		name, address string
		allow         Allow
		answers       [][]string
		want          []string
	}{
		{"a public address", "93.184.216.34:443", Allow{}, nil, []string{"93.184.216.34:443"}},
		{"a name with a public address", "login.example.com:443", Allow{}, [][]string{{"93.184.216.34"}}, []string{"93.184.216.34:443"}},
		{"a listed name that leads inside", "login.example.com:443", Allow{Hosts: []string{"login.example.com"}}, [][]string{{"10.0.0.7"}}, nil},
		{"the same, with its network listed", "login.example.com:443", Allow{Networks: prefixes("10.0.0.0/8")}, [][]string{{"10.0.0.7"}}, []string{"10.0.0.7:443"}},
		{"the same, with its network among the targets", "login.example.com:443", Allow{Ranges: prefixes("10.0.0.0/8")}, [][]string{{"10.0.0.7"}}, []string{"10.0.0.7:443"}},
		{"inside and outside", "login.example.com:443", Allow{}, [][]string{{"127.0.0.1", "93.184.216.34"}}, []string{"93.184.216.34:443"}},
		{"several, in turn", "login.example.com:443", Allow{}, [][]string{{"93.184.216.34", "2606:2800:220::1"}}, []string{"93.184.216.34:443", "[2606:2800:220::1]:443"}},
		{"another answer the next time", "login.example.com:443", Allow{}, [][]string{{"93.184.216.34"}, {"127.0.0.1"}}, []string{"93.184.216.34:443"}},
		{"the clouds' address of secrets", "169.254.169.254:80", Allow{}, nil, nil},
		{"loopback", "127.0.0.1:22", Allow{}, nil, nil},
		{"no address", "0.0.0.0:22", Allow{}, nil, nil},
		{"shared space", "100.64.0.1:80", Allow{}, nil, nil},
		{"everybody", "255.255.255.255:123", Allow{}, nil, nil},
		{"loopback in IPv6", "[::1]:22", Allow{}, nil, nil},
		{"loopback, mapped", "[::ffff:127.0.0.1]:22", Allow{}, nil, nil},
		{"loopback, as NAT64 writes it", "[64:ff9b::7f00:1]:22", Allow{}, nil, nil},
		{"an inner address, as 6to4 writes it", "[2002:a00:1::1]:22", Allow{}, nil, nil},
		{"link-local, with its zone", "[fe80::1%eth0]:22", Allow{}, nil, nil},
		{"unique local", "[fd00:ec2::254]:80", Allow{}, nil, nil},
		{"this computer's name server", "10.0.0.53:53", Allow{}, nil, []string{"10.0.0.53:53"}},
		{"something else on it", "10.0.0.53:80", Allow{}, nil, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			env, to := dialed(tt.allow, &lookups{tt.answers})
			_, err := env.Dial(t.Context(), "tcp", tt.address)
			if !slices.Equal(*to, tt.want) {
				t.Errorf("went to %v, want %v (%v)", *to, tt.want, err)
			}
			// A rule of ours is no failure of the server.
			if tt.want == nil && !errors.Is(err, notPermitted) {
				t.Errorf("refused with %v", err)
			}
		})
	}
}

// A name that cannot be looked up stays one.
func TestALookupThatFails(t *testing.T) {
	why := &net.DNSError{IsNotFound: true}
	env := Allow{}.Guard(probe.Env{Now: time.Now, LookupHost: func(context.Context, string) ([]string, error) { return nil, why }})
	if _, err := env.Dial(t.Context(), "tcp", "login.example.com:443"); !errors.Is(err, why) {
		t.Error(err)
	}
}

// An address that leads nowhere does not use up the time of those after it.
func TestEachAddressHasItsShare(t *testing.T) {
	env := Allow{}.Guard(probe.Env{
		Now: time.Now, LookupHost: (&lookups{[][]string{{"93.184.216.1", "93.184.216.2"}}}).host,
		Dial: func(ctx context.Context, _, address string) (net.Conn, error) {
			if address == "93.184.216.2:443" && ctx.Err() == nil {
				return nil, errDialed
			}
			<-ctx.Done()
			return nil, ctx.Err()
		},
	})
	ctx, stop := context.WithTimeout(t.Context(), 200*time.Millisecond)
	defer stop()
	if _, err := env.Dial(ctx, "tcp", "login.example.com:443"); !errors.Is(err, errDialed) {
		t.Error(err)
	}
}

// No proxy is used, no secret read and no credential sent.
func TestWhatTheGuardTakesAway(t *testing.T) {
	env := Allow{}.Guard(probe.Env{
		Getenv: func(string) string { return "http://proxy.example:3128" }, Attempts: budget{},
		Secret: func(string) (diag.Secret, error) { return diag.NewSecret("hunter2"), nil },
	})
	if env.Getenv("HTTPS_PROXY") != "" || env.Secret != nil || env.Attempts != nil {
		t.Error("something is left")
	}
}

type budget struct{ probe.Budget }

func FuzzTarget(f *testing.F) {
	for _, seed := range []string{"login.example.com", "198.51.100.7:443", "[2001:db8::7]:443", "me:hunter2@x", "::ffff:127.0.0.1", "a:b:c"} {
		f.Add(seed)
	}
	allow := Allow{Hosts: []string{"login.example.com"}, Ranges: prefixes("198.51.100.0/24"), Ports: []Ports{{1, 65535}}}
	f.Fuzz(func(t *testing.T, text string) {
		target, err := ParseTarget(text)
		if err != nil {
			return
		}
		again, err := ParseTarget(target.String())
		if err != nil || again != target {
			t.Errorf("%q is %q, and that is %q (%v)", text, target, again, err)
		}
		if allow.Admit(target) != nil {
			return
		}
		a, err := netip.ParseAddr(target.Host)
		if target.Host != "login.example.com" && (err != nil || !netip.MustParsePrefix("198.51.100.0/24").Contains(a)) {
			t.Errorf("%q was let through as %q", text, target)
		}
	})
}
