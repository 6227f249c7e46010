package probe

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// A netFault says in one word why a connection could not be made or did not
// hold. The same words on every system.
type netFault string

// The faults.
const (
	faultNone        netFault = ""
	faultNoName      netFault = "no_such_name"        // name servers say that there is no such name
	faultLookup      netFault = "lookup_failed"       // name servers cannot be asked, or cannot tell
	faultRefused     netFault = "refused"             // the far end answers, and says no
	faultTimeout     netFault = "timeout"             // nobody answers; a far firewall that drops looks the same
	faultNoRoute     netFault = "no_route"            // a router on the way, or this computer, cannot reach that host
	faultUnreachable netFault = "network_unreachable" // this computer has no network that leads there
	faultBlockedHere netFault = "blocked_here"        // this computer's own firewall or routing rule forbids it
	faultReset       netFault = "reset"               // cut off after it had been made
	faultClosed      netFault = "closed"              // ended by the far end without a word
	faultStopped     netFault = "stopped"             // we were told to stop
	faultOther       netFault = "other"
)

// faultTexts complete "could not connect: ...".
func faultTexts() map[netFault]string {
	return map[netFault]string{
		faultNoName:      "there is no such name",
		faultLookup:      "the name could not be looked up",
		faultRefused:     "the connection was refused",
		faultTimeout:     "no answer in time",
		faultNoRoute:     "there is no way to that address",
		faultUnreachable: "this computer's network does not lead there",
		faultBlockedHere: "a firewall or a rule on this computer forbids it",
		faultReset:       "the connection was cut",
		faultClosed:      "the other side hung up",
		faultStopped:     "stopped before it was done",
		faultOther:       "the network failed",
	}
}

// String says it in words, to be read after a colon.
func (f netFault) String() string { return faultTexts()[f] }

// noConnection is the finding of a probe that could not connect. A refusal is
// an answer: the server was reached, and nothing listens there.
func noConnection(err error, address string, facts map[string]any) diag.Finding {
	fault := explainNet(err)
	facts["fault"] = string(fault)
	if fault == faultRefused {
		return found("refused", nobodyListens(address), facts)
	}
	return unknown(facts, "could not connect: %s", fault)
}

// nobodyListens says what a refused connection means.
func nobodyListens(address string) string {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return address + " was reached and refuses the connection"
	}
	return host + " was reached, and refuses the connection: nothing listens on its port " + port
}

// explainNet reads an error of dialing, reading or writing. Looking up a name
// comes first: an error of it can also be a timeout, but says something else.
func explainNet(err error) netFault {
	if err == nil {
		return faultNone
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok && !errors.Is(err, context.Canceled) {
		if dns.IsNotFound {
			return faultNoName
		}
		return faultLookup
	}
	if f := explainErrno(err); f != faultNone {
		return f
	}
	return explainGeneric(err)
}

func explainErrno(err error) netFault {
	errno, ok := errors.AsType[syscall.Errno](err)
	if !ok {
		return faultNone
	}
	return errnoFaults()[errno]
}

func explainGeneric(err error) netFault {
	timeout, isNet := errors.AsType[net.Error](err)
	switch {
	case errors.Is(err, context.Canceled):
		return faultStopped
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, os.ErrDeadlineExceeded), isNet && timeout.Timeout():
		return faultTimeout
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, net.ErrClosed), errors.Is(err, io.ErrClosedPipe):
		return faultClosed
	}
	return faultOther
}
