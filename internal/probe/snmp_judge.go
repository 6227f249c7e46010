package probe

import (
	"context"
	"errors"
	"time"

	"github.com/gosnmp/gosnmp"

	"github.com/authdoctor/authdoctor/internal/diag"
)

// notInTimeWindows is the report that also sets a manager's counters right.
const notInTimeWindows = ".1.3.6.1.6.3.15.1.1.2.0"

// An snmpReport is what an agent says in place of an answer. Nobody signs
// most of them, so they are what the agent says, or somebody in its name.
type snmpReport struct {
	name    string
	outcome string // empty: says nothing about a sign-in
	text    string
}

// snmpReports lists the reports of RFC 3414, 5 (usmStats), RFC 3412, 5
// (snmpMPD) and RFC 3413, 4.1.2 (contexts).
func snmpReports() map[string]snmpReport {
	return map[string]snmpReport{
		".1.3.6.1.6.3.15.1.1.1.0": {"usmStatsUnsupportedSecLevels", "level_not_supported", "the agent says that this user is not set up for the level that was asked with"},
		notInTimeWindows:          {"usmStatsNotInTimeWindows", "not_in_time_window", "the agent says, also about its own counters, that they are not its own; the time of day has no part in it"},
		".1.3.6.1.6.3.15.1.1.3.0": {"usmStatsUnknownUserNames", "unknown_user", "the agent says that it does not know this user"},
		".1.3.6.1.6.3.15.1.1.4.0": {"usmStatsUnknownEngineIDs", "", "the agent does not know the engine id that it gave itself a moment ago"},
		".1.3.6.1.6.3.15.1.1.5.0": {"usmStatsWrongDigests", "wrong_auth_key", "the agent says that the authentication password or its protocol is wrong; the user it knows"},
		".1.3.6.1.6.3.15.1.1.6.0": {"usmStatsDecryptionErrors", "wrong_privacy_key", "the agent says that it cannot decrypt the request: the privacy password or its protocol is wrong"},
		".1.3.6.1.6.3.11.2.1.1.0": {"snmpUnknownSecurityModels", "", "the agent does not work with users (USM)"},
		".1.3.6.1.6.3.11.2.1.2.0": {"snmpInvalidMsgs", "", "the agent could not read the request"},
		".1.3.6.1.6.3.11.2.1.3.0": {"snmpUnknownPDUHandlers", "", "the agent serves no requests to read"},
		".1.3.6.1.6.3.12.1.4.0":   {"snmpUnavailableContexts", "", "the agent says that this context is not available now"},
		".1.3.6.1.6.3.12.1.5.0":   {"snmpUnknownContexts", "unknown_context", "the agent says that it has no such context; user and keys it took"},
	}
}

// judgeSNMP judges an answer. That an agent gave one is not yet a yes: what it
// may not show comes as an error inside a signed response.
func judgeSNMP(reply snmpReply, facts map[string]any) diag.Finding {
	if reply.report != "" {
		return judgeReport(reply, facts)
	}
	packet := reply.packet
	switch packet.Error {
	case gosnmp.NoError:
		return judgeValue(packet, facts)
	case gosnmp.AuthorizationError, gosnmp.NoAccess:
		facts["error"] = packet.Error.String()
		return found("not_authorized", "the agent takes the credentials, and allows them nothing at this level and in this context", facts)
	case gosnmp.NoSuchName:
		facts["error"] = packet.Error.String()
		return found("not_in_view", "the agent takes the credentials, and shows them no time since its start", facts)
	}
	facts["error"] = packet.Error.String()
	return unknown(facts, "the agent answers with an error of its own: %s", packet.Error)
}

func judgeReport(reply snmpReply, facts map[string]any) diag.Finding {
	r, ok := snmpReports()[reply.report]
	if !ok {
		r = snmpReport{name: reply.report, text: "the agent reports something that means nothing here"}
	}
	facts["report"], facts["report_signed"] = r.name, reply.signed
	if r.outcome == "" {
		return unknown(facts, "%s (%s)", r.text, r.name)
	}
	return found(r.outcome, r.text+" ("+r.name+")", facts)
}

func judgeValue(packet *gosnmp.SnmpPacket, facts map[string]any) diag.Finding {
	if len(packet.Variables) != 1 || packet.Variables[0].Name != snmpSysUpTime {
		return unknown(facts, "the agent answers with something that was not asked for")
	}
	switch value := packet.Variables[0]; value.Type {
	case gosnmp.NoSuchObject, gosnmp.NoSuchInstance, gosnmp.EndOfMibView:
		return found("not_in_view", "the agent takes the credentials, and shows them no time since its start", facts)
	case gosnmp.TimeTicks:
		if ticks, ok := value.Value.(uint32); ok {
			up := time.Duration(ticks) * 10 * time.Millisecond
			facts["uptime_s"] = int64(up.Seconds())
			return found("ok", "the agent takes the credentials, and has been up for "+span(up), facts)
		}
	}
	return unknown(facts, "the agent answers with something that is no time")
}

// What a silence leaves open. What cannot be told apart from here is named
// together.
const (
	communitySilence = "the community is wrong, or the device does not answer this computer's address, or the request did not get through"
	userSilence      = "the agent tells who it is; it does not answer this user or this context, or cannot decrypt the request, or the request got lost"
	privateSilence   = "user and authentication key are right, for the agent signed an answer with them; what is encrypted it does not answer"
	signedSilence    = "user and authentication key are right, for the agent signed an answer with them; the privacy key or the context is not"
	discoverySilence = "the request did not get through, or the device does not answer this computer's address, or it speaks no version 3"
)

// noDiscovery judges an agent that does not say who it is. Nothing secret was
// sent, so no credential is to blame.
func noDiscovery(ctx context.Context, err error, talk *snmpTalk, plan snmpPlan, facts map[string]any) diag.Finding {
	if plan.bare() && isSilence(err) && !cancelled(ctx) {
		return unknown(facts, "nothing answers there: %s", discoverySilence)
	}
	return silentSNMP(ctx, err, talk, facts, "no_response", discoverySilence+"; the credentials were not sent")
}

// silentSNMP judges that there was no answer: a silence that was long enough
// is a finding of its own, everything else could not be measured.
func silentSNMP(ctx context.Context, err error, talk *snmpTalk, facts map[string]any, outcome, open string) diag.Finding {
	fault := explainNet(err)
	switch {
	case errors.Is(err, errRubbish):
		return unknown(facts, "what answers there does not speak SNMP, or answers something else")
	case cancelled(ctx):
		return unknown(facts, "%s", faultStopped)
	case fault == faultRefused:
		return unknown(facts, "no SNMP agent listens at that address and port")
	case !isSilence(err) && ctx.Err() == nil:
		return unknown(facts, "could not connect: %s", fault)
	case talk.waited < leastWait:
		return unknown(facts, "no answer in %s, which is too short to tell", span(talk.waited))
	}
	facts["waited_ms"] = milliseconds(talk.waited)
	return found(outcome, "no answer in "+span(talk.waited)+": "+open, facts)
}
