package probe

import (
	"context"
	"errors"
	"net/netip"
	"strings"
	"unicode"
)

// A trouble is why something got no answer.
type trouble struct {
	fault netFault
	words string // to be read after a colon
}

// errTooMuch ends the reading from a server that sends without end.
var errTooMuch = errors.New("it sends more than belongs there")

// errRubbish is an answer that is not of the kind that was asked for.
var errRubbish = errors.New("it answers with rubbish")

// troubleOf sorts an error of an attempt that ran under ctx.
func troubleOf(ctx context.Context, err error) trouble {
	if err == nil {
		return trouble{}
	}
	if errors.Is(ctx.Err(), context.Canceled) {
		return trouble{faultStopped, "not waited for"}
	}
	for _, odd := range []error{errTooMuch, errRubbish} {
		if errors.Is(err, odd) {
			return trouble{faultOther, odd.Error()}
		}
	}
	switch fault := explainNet(err); {
	case fault != faultOther:
		return trouble{fault, fault.String()}
	case ctx.Err() != nil:
		return trouble{faultTimeout, faultTimeout.String()}
	}
	return trouble{faultOther, printable(err.Error())}
}

// nowhere reports whether this computer itself knows no way to go.
func (t trouble) nowhere() bool { return t.fault == faultUnreachable || t.fault == faultNoRoute }

// nameless reports whether only a name lookup failed: that is for the check of
// the name servers to judge.
func (t trouble) nameless() bool { return t.fault == faultNoName || t.fault == faultLookup }

// longestText is how much of a text from outside is ever shown, in runes.
const longestText = 120

// printable makes text from outside fit for one line: control and formatting
// characters go, and so does the end of what is too long.
func printable(text string) string {
	text = strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > longestText {
		return string(runes[:longestText]) + "…"
	}
	return text
}

// networked reports whether any interface has an address that leads
// somewhere; where that cannot be told it says yes.
func networked(env Env) bool {
	if env.Interfaces == nil {
		return true
	}
	addrs, err := env.Interfaces()
	if err != nil {
		return true
	}
	for _, a := range addrs {
		text, _, _ := strings.Cut(a.String(), "/")
		addr, err := netip.ParseAddr(text)
		if err == nil && !addr.IsLoopback() && !addr.IsLinkLocalUnicast() && !addr.IsUnspecified() {
			return true
		}
	}
	return false
}
