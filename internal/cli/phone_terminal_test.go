//go:build !windows

package cli_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/authdoctor/authdoctor/internal/cli"
	"github.com/authdoctor/authdoctor/internal/phone"
)

// beside sits down with a phone in the pocket, in a network of this computer
// alone, and with a time server.
func beside(t *testing.T, ahead time.Duration, args ...string) (*seat, *pocket) {
	t.Helper()
	k := &pocket{t: t, ahead: ahead, done: make(chan struct{})}
	s := sitDownWith(t, nil, func(sys *cli.System, _ *os.File) {
		sys.Phone.Networks = func() ([]phone.Network, error) { return []phone.Network{loopback}, nil }
	}, append(args, "--color", "never")...)
	return s, k
}

// opens lets the phone open the page whose address stands on the screen.
func (s *seat) opens(k *pocket) {
	s.t.Helper()
	limit := time.After(guard)
	for {
		if url := pageURL.FindString(strings.ReplaceAll(s.screen.plain(), "\r", "")); url != "" {
			k.visit(strings.TrimSpace(url))
			return
		}
		select {
		case <-s.screen.changed:
		case <-limit:
			s.t.Fatalf("no address on the screen:\n%s", s.screen.plain())
		}
	}
}

func suspect(t *testing.T, more ...string) []string {
	t.Helper()
	return append([]string{
		"diagnose", "alarmcom", "--var", "ntp_servers=" + timeServer(t, 0), "--symptom", "two-factor-loop", "--message", "none",
		"--answer", "where-fails=here", "--answer", "code-method=app", "--answer", "web-login=works", "--answer", "two-factor-fault=code-rejected",
		"--check", "network-path=ok", "--check", "name-lookup=ok", "--check", "login-tls=ok", "--check", "login-page=ok",
	}, more...)
}

// The wizard's question about the phone's clock is answered by the phone.
func TestTheWizardMeasuresThePhone(t *testing.T) {
	s, k := beside(t, -47*time.Second, suspect(t)...)
	s.sees("show the time that you see here?")
	s.sees("Measure it, with a page that the phone opens")
	s.types(enter)
	s.sees("Waiting for the phone")
	s.opens(k)
	s.sees("Measured with the phone")
	s.sees("The phone's clock is 47 s slow: its codes are likely to be refused")
	s.sees("Enter")
	s.types(ctrlC)
	s.ends(130)
	if out := s.stdout.String(); !strings.Contains(strings.Join(strings.Fields(out), " "), "it is off by more than half a minute (the phone's clock is 47 s slow: its codes are likely to be refused)") {
		t.Errorf("the report does not say what was measured:\n%s", out)
	}
}

// Back from the page leads to the question, which can be answered by eye.
func TestBackFromThePage(t *testing.T) {
	s, _ := beside(t, 0, suspect(t)...)
	s.sees("Measure it, with a page that the phone opens")
	s.types(enter)
	s.sees("Waiting for the phone")
	s.types("b")
	s.sees("Measure it, with a page that the phone opens")
	s.sees("q quit") // the page is drawn to its end, and listens
	s.types(down + enter)
	s.sees("q quit")
	s.types(ctrlC)
	s.ends(130)
}

func TestByEyeInATerminal(t *testing.T) {
	s, _ := beside(t, 0, "phone", "--by-eye", "--server", timeServer(t, 0))
	s.sees("This is the right time")
	s.sees("What does the phone show?")
	s.types("b") // there is nothing before it
	s.sees("Back to the question before")
	s.sees("What does the phone show?")
	s.types(down + enter)
	s.sees("By how much is it earlier?")
	s.types("b")
	s.sees("Back to the question before")
	s.sees("What does the phone show?")
	s.sees("q quit")
	s.types(enter) // the arrow is where it was
	s.sees("By how much is it earlier?")
	s.types(down + down + enter)
	s.ends(1)
	if out := s.stdout.String(); !strings.Contains(strings.Join(strings.Fields(out), " "), "slow by 31 s to 2 minutes: its codes are likely to be refused") {
		t.Errorf("it says:\n%s", out)
	}
}

// A person who cannot see the code is given the address.
func TestPhoneWithAScreenReader(t *testing.T) {
	s, k := beside(t, 0, "phone", "--accessible", "--server", timeServer(t, 0))
	s.sees("Open this address on the phone:")
	s.opens(k)
	s.ends(0)
	if plain := s.screen.plain(); strings.ContainsAny(plain, "█▀▄") {
		t.Errorf("it draws:\n%s", plain)
	}
}

// Several networks: the person says which.
func TestWhichNetwork(t *testing.T) {
	k := &pocket{t: t, done: make(chan struct{})}
	s := sitDownWith(t, nil, func(sys *cli.System, _ *os.File) {
		sys.Phone.Networks = func() ([]phone.Network, error) {
			return []phone.Network{{Interface: "eth0", Address: loopback.Address.Next()}, loopback}, nil
		}
	}, "phone", "--server", timeServer(t, 0))
	s.sees("Which network is the phone in?")
	s.sees("wlan0, where this computer is 127.0.0.1")
	s.types(down + enter)
	s.opens(k)
	s.sees("Measuring")
	s.ends(0)
}
